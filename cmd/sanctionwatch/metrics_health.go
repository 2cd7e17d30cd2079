package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sanctionwatch/sanctionwatch/watcher/health"
)

// feedHealth reads how the feeds of the plan are when it is asked for: those that a reload
// removed are gone with it.
type feedHealth struct {
	daemon *daemon
	up     *prometheus.Desc
	silent *prometheus.Desc
	item   *prometheus.Desc
	due    *prometheus.Desc
}

func newFeedHealth(d *daemon) *feedHealth {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("sanctionwatch_feed_"+name, help, []string{"feed"}, nil)
	}
	return &feedHealth{
		daemon: d,
		up:     desc("up", "1 if the last poll of a feed succeeded, 0 if not."),
		silent: desc("silent", "1 if a feed answers and has brought nothing new for much longer than its rhythm allows."),
		item:   desc("last_item_timestamp_seconds", "Unix time when the newest item of a feed was published, 0 for none."),
		due:    desc("next_due_timestamp_seconds", "Unix time when a feed is asked next."),
	}
}

// Describe implements prometheus.Collector.
func (m *feedHealth) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.up, m.silent, m.item, m.due} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. A database that does not answer leaves the
// metrics out instead of failing the scrape.
func (m *feedHealth) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if m.daemon.watcher.Plan() == nil { // at the start
		return
	}
	feeds, err := m.daemon.feedStates(ctx)
	if err != nil {
		return
	}
	failing := m.daemon.config().Ops.Failing()
	for _, f := range feeds {
		if f.State.LastPoll.IsZero() { // nobody knows yet
			continue
		}
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, string(f.ID))
		}
		gauge(m.up, truth(f.State.Failures == 0 && !f.State.Gone))
		gauge(m.silent, truth(health.Judge(f.State, failing, time.Now()).Kind == health.Silent))
		gauge(m.item, unix(f.State.LastItem))
		gauge(m.due, unix(f.State.NextDue))
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// unix is a time as Prometheus has it, 0 for none.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
