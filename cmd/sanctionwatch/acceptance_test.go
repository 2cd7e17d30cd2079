package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
)

// An acceptance publisher notes every request that a client makes, and answers each path
// as a behaviour's test wants.
type acceptance struct {
	*httptest.Server

	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	visits  map[string][]visit
	inside  int // requests under way
	most    int // of them at once
}

// A visit is one request.
type visit struct {
	uri        string
	header     http.Header
	start, end time.Time
}

func newAcceptance(t *testing.T) *acceptance {
	a := &acceptance{answers: map[string]http.HandlerFunc{}, visits: map[string][]visit{}}
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	return a
}

func (a *acceptance) serve(w http.ResponseWriter, r *http.Request) {
	v := visit{uri: r.RequestURI, header: r.Header.Clone(), start: time.Now()}
	a.mu.Lock()
	answer := a.answers[r.URL.Path]
	a.inside++
	a.most = max(a.most, a.inside)
	a.mu.Unlock()
	if answer == nil {
		answer = http.NotFound
	}
	answer(w, r)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inside--
	v.end = time.Now()
	a.visits[r.URL.Path] = append(a.visits[r.URL.Path], v)
}

// on sets the answer of a path.
func (a *acceptance) on(path string, h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[path] = h
}

// seen returns the requests to a path that are over.
func (a *acceptance) seen(path string) []visit {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]visit(nil), a.visits[path]...)
}

// rss is a small feed whose newest item has a number; extra goes into its channel.
func rss(n int, extra string) string {
	return fmt.Sprintf(`<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Acceptance</title>%s
<item><title>Report number %d of the acceptance publisher</title><link>https://acceptance.example/%d</link></item></channel></rss>`, extra, n, n)
}

// serves is an answer with a document and headers, given as name, value, name, value.
func serves(doc string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		if tag := w.Header().Get("ETag"); tag != "" && r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(doc))
	}
}

// says is an answer of a status and headers.
func says(status int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
	}
}

// A reader is a client under test: our fetcher, store, line and timetable, without the
// clock. What it would do later is read from the time that it writes down.
type reader struct {
	t      *testing.T
	path   string // of the database
	store  *store.Store
	broken *brokenStore
	line   *watcher.Watcher
	feeds  []watcher.Feed
}

// newReader returns a reader of feeds, with the settings of o.
func newReader(t *testing.T, o feed.Options, feeds ...watcher.Feed) *reader {
	t.Helper()
	r := &reader{t: t, path: filepath.Join(t.TempDir(), "reader.db"), feeds: feeds}
	r.open(o)
	return r
}

// open starts the reader on its database, as a process does that was ended before.
func (r *reader) open(o feed.Options) {
	r.t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(r.t.Context(), store.Options{DSN: "sqlite:" + r.path}, log)
	require.NoError(r.t, err)
	r.t.Cleanup(func() { _ = st.Close() }) // a test may have closed it
	require.NoError(r.t, st.Migrate(r.t.Context()))
	require.NoError(r.t, st.Sync(r.t.Context(), r.feeds))
	o.AllowPrivateAddresses = true
	if o.Floor == 0 {
		o.Floor = feed.DefaultOptions().Floor
	}
	client := feed.New(o, log)
	client.Known = st.Sightings
	r.t.Cleanup(client.Close)
	r.store, r.broken = st, &brokenStore{Store: st}
	r.line = watcher.New(r.broken, client, story.New(story.Options{}), newMeter(prometheus.NewRegistry()), log)
	tt, err := schedule.NewTimetable(o.Schedule, o.Floor, r.feeds)
	require.NoError(r.t, err)
	p := &watcher.Plan{Feeds: map[watcher.FeedID]watcher.Feed{}, Matcher: nothing{}, Timetable: tt}
	for _, f := range r.feeds {
		p.Feeds[f.ID] = f
	}
	r.line.Use(p)
}

// poll polls every feed that may be polled, due or not, all at once, and returns how the
// first one stands and how long it is left alone.
func (r *reader) poll() (watcher.FeedState, time.Duration) {
	r.t.Helper()
	states, err := r.store.ClaimAll(r.t.Context(), "reader", time.Minute)
	require.NoError(r.t, err)
	var wg sync.WaitGroup
	for _, st := range states {
		wg.Go(func() {
			if _, err := r.line.Poll(r.t.Context(), st); err != nil {
				r.t.Errorf("poll of %s: %v", st.ID, err)
			}
		})
	}
	wg.Wait()
	st := r.state(r.feeds[0].ID)
	return st, st.NextDue.Sub(st.LastPoll)
}

func (r *reader) state(id watcher.FeedID) watcher.FeedState {
	r.t.Helper()
	rows, err := r.store.Feeds(r.t.Context())
	require.NoError(r.t, err)
	for _, row := range rows {
		if row.ID == id {
			return row.FeedState
		}
	}
	r.t.Fatalf("no feed %s", id)
	return watcher.FeedState{}
}

// change saves a state that a test wants, as if it had come about in time.
func (r *reader) change(st watcher.FeedState) {
	r.t.Helper()
	st.Owner = ""
	require.NoError(r.t, r.store.SavePoll(r.t.Context(), st))
}

// A brokenStore fails to archive while it is told to.
type brokenStore struct {
	*store.Store
	broken bool
}

// Archive implements watcher.Store.
func (b *brokenStore) Archive(ctx context.Context, items []watcher.Item) error {
	if b.broken {
		return errors.New("the disk is full")
	}
	return b.Store.Archive(ctx, items)
}

// nothing is a matcher of no rules.
type nothing struct{}

// Match implements watcher.Matcher.
func (nothing) Match(watcher.Item, watcher.Feed) []watcher.Match { return nil }
