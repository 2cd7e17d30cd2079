package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// reloadMetrics says which plan is in use and whether the files are good.
type reloadMetrics struct {
	success prometheus.Gauge
	since   prometheus.Gauge
	refusal prometheus.Counter
	stale   prometheus.Gauge
	info    *prometheus.GaugeVec
	feeds   prometheus.Gauge
	rules   prometheus.Gauge
}

func newReloadMetrics(r prometheus.Registerer) *reloadMetrics {
	m := &reloadMetrics{
		success: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sanctionwatch_config_last_reload_successful", Help: "1 if the files as they are now are in use, 0 if they or some of them were refused.",
		}),
		since: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sanctionwatch_config_last_reload_success_timestamp_seconds", Help: "Unix time since when the plan is in use.",
		}),
		refusal: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sanctionwatch_config_reloads_refused_total", Help: "Reloads refused because of the files.",
		}),
		stale: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sanctionwatch_config_files_stale", Help: "Files of rules that did not load: their last good version is in use.",
		}),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sanctionwatch_config_info", Help: "1, with the hash of the files in use and the version.",
		}, []string{"hash", "version"}),
		feeds: prometheus.NewGauge(prometheus.GaugeOpts{Name: "sanctionwatch_feeds", Help: "Feeds in the plan."}),
		rules: prometheus.NewGauge(prometheus.GaugeOpts{Name: "sanctionwatch_rules", Help: "Rules in the plan."}),
	}
	r.MustRegister(m.success, m.since, m.refusal, m.stale, m.info, m.feeds, m.rules)
	return m
}

// used notes what is in use: the files as they are now, but for those that are stale.
func (m *reloadMetrics) used(c *config.Config) {
	m.success.Set(0)
	if len(c.Stale) == 0 {
		m.success.Set(1)
		m.since.SetToCurrentTime()
	}
	m.stale.Set(float64(len(c.Stale)))
	m.info.Reset()
	m.info.WithLabelValues(c.Hash, buildVersion()).Set(1)
	m.feeds.Set(float64(len(c.Feeds)))
	m.rules.Set(float64(len(c.Set.Rules())))
}

func (m *reloadMetrics) refused() {
	m.success.Set(0)
	m.refusal.Inc()
}

// countArticles registers how many articles the client of full-text feeds read.
func countArticles(r prometheus.Registerer, c *feed.Client) {
	count := func(outcome string, n func() int64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "sanctionwatch_articles_total", Help: "Articles behind the items of full-text feeds by outcome: read, unread.",
			ConstLabels: prometheus.Labels{"outcome": outcome},
		}, func() float64 { return float64(n()) }))
	}
	count("read", func() int64 { read, _ := c.Articles(); return read })
	count("unread", func() int64 { _, unread := c.Articles(); return unread })
}

// backlog reads the state of the outbox, the store and the feeds when it is asked for.
type backlog struct {
	store *store.Store
	depth *prometheus.Desc
	age   *prometheus.Desc
	size  *prometheus.Desc
	feeds *prometheus.Desc
	fails *prometheus.Desc
}

func newBacklog(s *store.Store) *backlog {
	return &backlog{
		store: s,
		depth: prometheus.NewDesc("sanctionwatch_outbox_deliveries", "Deliveries by state: pending, sending, unsure, dead.", []string{"state"}, nil),
		age:   prometheus.NewDesc("sanctionwatch_outbox_oldest_seconds", "Age of the oldest delivery that is not settled.", nil, nil),
		size:  prometheus.NewDesc("sanctionwatch_store_bytes", "Size of the database.", nil, nil),
		feeds: prometheus.NewDesc("sanctionwatch_feed_last_success_timestamp_seconds", "Unix time of the last successful poll of a feed, 0 for none.", []string{"feed"}, nil),
		fails: prometheus.NewDesc("sanctionwatch_feed_failures", "Polls of a feed that failed in a row.", []string{"feed"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (b *backlog) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{b.depth, b.age, b.size, b.feeds, b.fails} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. A database that does not answer leaves the
// metrics out instead of failing the scrape.
func (b *backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	c, err := b.store.Counts(ctx)
	if err != nil {
		return
	}
	for state, n := range c.Deliveries {
		ch <- prometheus.MustNewConstMetric(b.depth, prometheus.GaugeValue, float64(n), string(state))
	}
	age := 0.0
	if !c.OldestUnsettled.IsZero() {
		age = time.Since(c.OldestUnsettled).Seconds()
	}
	ch <- prometheus.MustNewConstMetric(b.age, prometheus.GaugeValue, age)
	if n, err := b.store.Size(ctx); err == nil {
		ch <- prometheus.MustNewConstMetric(b.size, prometheus.GaugeValue, float64(n))
	}
	feeds, err := b.store.Feeds(ctx)
	if err != nil {
		return
	}
	for _, f := range feeds {
		if !f.Active {
			continue
		}
		at := 0.0
		if !f.LastSuccess.IsZero() {
			at = float64(f.LastSuccess.UnixMilli()) / 1000
		}
		ch <- prometheus.MustNewConstMetric(b.feeds, prometheus.GaugeValue, at, string(f.ID))
		ch <- prometheus.MustNewConstMetric(b.fails, prometheus.GaugeValue, float64(f.Failures), string(f.ID))
	}
}
