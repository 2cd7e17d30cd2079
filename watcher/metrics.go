package watcher

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what passes along the line. NewMetrics is the only door.
type Metrics struct {
	polls      *prometheus.CounterVec
	pollTime   prometheus.Histogram
	items      *prometheus.CounterVec
	matches    *prometheus.CounterVec
	alerts     prometheus.Counter
	deliveries *prometheus.CounterVec
	lag        *prometheus.HistogramVec
}

// NewMetrics registers the metrics of the line with r.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sanctionwatch_feed_polls_total", Help: "Polls by outcome: ok, unchanged, error, gone.",
		}, []string{"outcome"}),
		pollTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sanctionwatch_feed_poll_seconds", Help: "Time of a poll, from request to record.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sanctionwatch_items_total", Help: "Items by what became of them: new, edited, matched, held.",
		}, []string{"fate"}),
		matches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sanctionwatch_rule_matches_total", Help: "Items that a rule fired on.",
		}, []string{"rule", "theme"}),
		alerts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sanctionwatch_alerts_total", Help: "Alerts raised, coverage included.",
		}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sanctionwatch_deliveries_total", Help: "Delivery attempts by channel and outcome: ok, found, retry, unsure, refused, dead.",
		}, []string{"channel", "outcome"}),
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sanctionwatch_delivery_lag_seconds", Help: "Time from first sight of an item to its delivered alert.",
			Buckets: []float64{.1, .25, .5, 1, 2, 5, 10, 30, 60, 300, 3600},
		}, []string{"channel"}),
	}
	r.MustRegister(m.polls, m.pollTime, m.items, m.matches, m.alerts, m.deliveries, m.lag)
	return m
}

func (m *Metrics) polled(p Poll, st FeedState) {
	outcome := "ok"
	switch {
	case st.Gone:
		outcome = "gone"
	case p.Err != nil:
		outcome = "error"
	case p.Repeat:
		outcome = "unchanged"
	}
	m.polls.WithLabelValues(outcome).Inc()
	m.pollTime.Observe(p.Took.Seconds())
}

func (m *Metrics) matched(ms []Match) {
	for _, x := range ms {
		m.matches.WithLabelValues(x.RuleID, x.Theme).Inc()
	}
}

func (m *Metrics) took(t Tally) {
	m.items.WithLabelValues("new").Add(float64(t.New))
	m.items.WithLabelValues("edited").Add(float64(t.Edited))
	m.items.WithLabelValues("matched").Add(float64(t.Matched))
	m.items.WithLabelValues("held").Add(float64(t.Held))
	m.alerts.Add(float64(t.Alerts))
}

func (m *Metrics) delivered(d Delivery, a Alert, outcome string) {
	m.deliveries.WithLabelValues(d.Channel, outcome).Inc()
	if outcome != "refused" && d.Kind != Update {
		m.lag.WithLabelValues(d.Channel).Observe(time.Since(a.Item.Seen).Seconds())
	}
}

func (m *Metrics) retried(d Delivery) {
	outcome := "retry"
	if d.State == Unsure {
		outcome = "unsure"
	}
	m.deliveries.WithLabelValues(d.Channel, outcome).Inc()
}

func (m *Metrics) dead(d Delivery) { m.deliveries.WithLabelValues(d.Channel, "dead").Inc() }
