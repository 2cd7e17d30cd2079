package websub_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = "https://news.example/self"

// A scene is a subscriber of one feed and its hub.
type scene struct {
	t        *testing.T
	hub      *hubtest.Hub
	sub      *websub.Subscriber
	web      *httptest.Server
	registry *prometheus.Registry
	patience time.Duration // with a hub; 0 for the default

	mu        sync.Mutex
	subs      map[string]websub.Subscription // guarded by mu, as is all below
	hubs      map[watcher.FeedID]watcher.Hub
	baselined bool
	announced int
	taken     []watcher.Item
	broken    error
	stall     chan struct{} // what Take waits for
	plan      *watcher.Plan
}

// newScene returns a scene whose feed was polled and named the hub.
func newScene(t *testing.T) *scene {
	c := &scene{
		t: t, hub: hubtest.New(t), registry: prometheus.NewRegistry(), baselined: true,
		subs: map[string]websub.Subscription{}, hubs: map[watcher.FeedID]watcher.Hub{},
	}
	c.feeds(watcher.Feed{ID: "news", URL: "https://news.example/feed"})
	c.hubs["news"] = watcher.Hub{URL: c.hub.URL, Topic: topic}
	c.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.sub.ServeHTTP(w, r) }))
	t.Cleanup(c.web.Close)
	c.start(c.web.URL + "/")
	return c
}

// start makes a new subscriber on what is remembered, as a process does that was ended.
func (c *scene) start(publicURL string) { c.with(publicURL, true) }

// guarded makes the subscriber keep away from the own network.
func (c *scene) guarded() { c.with(c.web.URL, false) }

func (c *scene) with(publicURL string, private bool) {
	client := feed.New(feed.Options{AllowPrivateAddresses: private, PerHost: 16, Timeout: c.patience}, slog.New(slog.DiscardHandler))
	c.t.Cleanup(client.Close)
	c.registry = prometheus.NewRegistry()
	c.sub = websub.New(websub.Options{PublicURL: publicURL, MaxBody: 64 << 10}, c, client, c, c.registry, slog.New(slog.DiscardHandler))
}

// tend tends and waits for the hub.
func (c *scene) tend() {
	c.t.Helper()
	require.NoError(c.t, c.sub.Tend(c.t.Context()))
	c.hub.Wait()
}

// only returns the one subscription that has not ended.
func (c *scene) only() websub.Subscription {
	c.t.Helper()
	all, err := c.Subscriptions(c.t.Context())
	require.NoError(c.t, err)
	all = slices.DeleteFunc(all, func(s websub.Subscription) bool { return s.State == websub.Ended })
	require.Len(c.t, all, 1)
	return all[0]
}

// later makes what was to come in d be due now.
func (c *scene) later(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for token, s := range c.subs {
		for _, at := range []*time.Time{&s.Asked, &s.Until, &s.Next, &s.Pushed} {
			if !at.IsZero() {
				*at = at.Add(-d)
			}
		}
		c.subs[token] = s
	}
}

func (c *scene) outcomes(outcome string) int {
	mfs, err := c.registry.Gather()
	require.NoError(c.t, err)
	for _, mf := range mfs {
		for _, m := range mf.GetMetric() {
			if m.GetLabel()[0].GetValue() == outcome {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	return 0
}

// feeds makes a plan of feeds.
func (c *scene) feeds(fs ...watcher.Feed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plan = &watcher.Plan{Feeds: map[watcher.FeedID]watcher.Feed{}}
	for _, f := range fs {
		c.plan.Feeds[f.ID] = f
	}
}

func (c *scene) names(h watcher.Hub) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hubs["news"] = h
}

func (c *scene) Plan() *watcher.Plan {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.plan
}

func (c *scene) Take(_ context.Context, _ watcher.Feed, items []watcher.Item, baseline bool) (watcher.Tally, error) {
	if c.stall != nil {
		<-c.stall
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if baseline {
		return watcher.Tally{}, errors.New("a push is no baseline")
	}
	if c.broken == nil {
		c.taken = append(c.taken, items...)
	}
	return watcher.Tally{Items: len(items)}, c.broken
}

func (c *scene) Subscriptions(context.Context) ([]websub.Subscription, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []websub.Subscription
	for _, s := range c.subs {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b websub.Subscription) int { return strings.Compare(a.Token, b.Token) })
	return out, nil
}

func (c *scene) Subscription(_ context.Context, token string) (websub.Subscription, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.subs[token]
	if !ok {
		return s, watcher.ErrNotFound
	}
	return s, nil
}

func (c *scene) Add(_ context.Context, s websub.Subscription) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.subs[s.Token] = s
	return nil
}

func (c *scene) Change(_ context.Context, token string, fn func(*websub.Subscription) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.subs[token]
	if !ok {
		return watcher.ErrNotFound
	}
	if err := fn(&s); err != nil {
		return err
	}
	c.subs[token] = s
	return nil
}

func (c *scene) Forget(_ context.Context, before time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for token, s := range c.subs {
		if s.State == websub.Ended && s.Asked.Before(before) && s.Until.Before(before) {
			delete(c.subs, token)
		}
	}
	return nil
}

func (c *scene) Hubs(context.Context) (map[watcher.FeedID]watcher.Hub, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.hubs), nil
}

func (c *scene) Baselined(context.Context, watcher.FeedID) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.baselined, nil
}

func (c *scene) Announce(context.Context, watcher.FeedID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.announced++
	return nil
}

// titles are those of the items that were taken.
func (c *scene) titles() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, it := range c.taken {
		out = append(out, it.Title)
	}
	return out
}

func (c *scene) announcements() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.announced
}
