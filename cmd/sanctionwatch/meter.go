package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A meter counts what passes along the line in Prometheus metrics. newMeter is the only door.
type meter struct {
	polls      *prometheus.CounterVec
	pollTime   prometheus.Histogram
	items      *prometheus.CounterVec
	matches    *prometheus.CounterVec
	alerts     prometheus.Counter
	deliveries *prometheus.CounterVec
	lag        *prometheus.HistogramVec
}

// newMeter registers the metrics of the line with r.
func newMeter(r prometheus.Registerer) *meter {
	m := &meter{
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

var _ watcher.Meter = (*meter)(nil)

// Polled implements watcher.Meter.
func (m *meter) Polled(p watcher.Poll, st watcher.FeedState) {
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

// Matched implements watcher.Meter.
func (m *meter) Matched(ms []watcher.Match) {
	for _, x := range ms {
		m.matches.WithLabelValues(x.RuleID, x.Theme).Inc()
	}
}

// Took implements watcher.Meter.
func (m *meter) Took(t watcher.Tally) {
	m.items.WithLabelValues("new").Add(float64(t.New))
	m.items.WithLabelValues("edited").Add(float64(t.Edited))
	m.items.WithLabelValues("matched").Add(float64(t.Matched))
	m.items.WithLabelValues("held").Add(float64(t.Held))
	m.alerts.Add(float64(t.Alerts))
}

// Tried implements watcher.Meter.
func (m *meter) Tried(d watcher.Delivery, outcome string, seen time.Time) {
	m.deliveries.WithLabelValues(d.Channel, outcome).Inc()
	if (outcome == "ok" || outcome == "found") && d.Kind != watcher.Update {
		m.lag.WithLabelValues(d.Channel).Observe(time.Since(seen).Seconds())
	}
}
