package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
	"github.com/sanctionwatch/sanctionwatch/web"
)

// subscriptions is the store as package websub sees it; floor is what keeps a feed from
// being polled too often.
type subscriptions struct {
	store *store.Store
	floor func() time.Duration
}

var _ websub.Store = subscriptions{}

// Subscriptions implements websub.Store.
func (s subscriptions) Subscriptions(ctx context.Context) ([]websub.Subscription, error) {
	rows, err := s.store.Subscriptions(ctx)
	out := make([]websub.Subscription, len(rows))
	for i, r := range rows {
		out[i] = websub.Subscription(r)
	}
	return out, err
}

// Subscription implements websub.Store.
func (s subscriptions) Subscription(ctx context.Context, token string) (websub.Subscription, error) {
	r, err := s.store.Subscription(ctx, token)
	return websub.Subscription(r), err
}

// Add implements websub.Store.
func (s subscriptions) Add(ctx context.Context, u websub.Subscription) error {
	return s.store.AddSubscription(ctx, store.Subscription(u))
}

// Change implements websub.Store.
func (s subscriptions) Change(ctx context.Context, token string, fn func(*websub.Subscription) error) error {
	return s.store.ChangeSubscription(ctx, token, func(r *store.Subscription) error {
		return fn((*websub.Subscription)(r))
	})
}

// Forget implements websub.Store.
func (s subscriptions) Forget(ctx context.Context, before time.Time) error {
	return s.store.ForgetSubscriptions(ctx, websub.Ended, before)
}

// Hubs implements websub.Store.
func (s subscriptions) Hubs(ctx context.Context) (map[watcher.FeedID]watcher.Hub, error) {
	return s.store.Hubs(ctx)
}

// Baselined implements websub.Store.
func (s subscriptions) Baselined(ctx context.Context, id watcher.FeedID) (bool, error) {
	st, err := s.store.Feed(ctx, id)
	return st.Baselined, err
}

// Announce implements websub.Store.
func (s subscriptions) Announce(ctx context.Context, id watcher.FeedID) error {
	return s.store.Announce(ctx, id, s.floor())
}

// byState counts subscriptions by state when it is asked for.
type byState struct {
	store *store.Store
	desc  *prometheus.Desc
}

func newByState(s *store.Store) *byState {
	return &byState{store: s, desc: prometheus.NewDesc("sanctionwatch_websub_subscriptions",
		"Subscriptions at hubs by state: pending, active, denied, leaving.", []string{"state"}, nil)}
}

// Describe implements prometheus.Collector.
func (b *byState) Describe(ch chan<- *prometheus.Desc) { ch <- b.desc }

// Collect implements prometheus.Collector. A database that does not answer leaves the
// metric out.
func (b *byState) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	subs, err := b.store.Subscriptions(ctx)
	if err != nil {
		return
	}
	n := map[string]int{websub.Pending: 0, websub.Active: 0, websub.Denied: 0, websub.Leaving: 0}
	for _, s := range subs {
		if s.State != websub.Ended {
			n[s.State]++
		}
	}
	for state, count := range n {
		ch <- prometheus.MustNewConstMetric(b.desc, prometheus.GaugeValue, float64(count), state)
	}
}

// pushes says of each feed that has a subscription how that stands.
func (d *daemon) pushes(ctx context.Context) (map[watcher.FeedID]web.Push, error) {
	subs, err := d.store.Subscriptions(ctx)
	out := map[watcher.FeedID]web.Push{}
	for _, s := range subs {
		switch s.State {
		case websub.Active:
			out[s.Feed] = web.Push{State: "pushed", Last: s.Pushed, Note: "by " + s.Hub.URL}
		case websub.Pending:
			out[s.Feed] = web.Push{State: "push asked for", Note: s.Trouble}
		case websub.Denied:
			out[s.Feed] = web.Push{State: "push denied", Note: s.Trouble}
		}
	}
	return out, err
}
