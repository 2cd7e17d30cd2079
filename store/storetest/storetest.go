// Package storetest is the conformance suite of package store: what every database that
// a store may run on must do. A test of a database calls [Run] with a function that
// opens an empty, migrated store.
//
// The package owns no state; each test works on a store of its own.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Run runs the suite. open returns an empty store that was migrated and that is closed
// when the test ends.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for _, group := range [][]claim{
		itemClaims, recordClaims, feedClaims, subscriptionClaims, deliveryClaims, readClaims, pruneClaims, tellClaims, regroupClaims,
	} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
		}
	}
}

// A claim is one thing that a store promises.
type claim struct {
	name string
	test func(t *testing.T, s *store.Store)
}

// job is the job of a delivery in the tests, as unique as the real one.
type job struct {
	Delivery string `json:"delivery" river:"unique"`
}

// Kind implements river.JobArgs.
func (job) Kind() string { return "storetest" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// withJobs makes the store insert a River job for each delivery.
func withJobs(t *testing.T, s *store.Store) *river.Client[*sql.Tx] {
	c, err := river.NewClient(s.Driver(), &river.Config{})
	require.NoError(t, err)
	s.Enqueue(func(ctx context.Context, tx *sql.Tx, ds []watcher.Delivery) error {
		var many []river.InsertManyParams
		for _, d := range ds {
			many = append(many, river.InsertManyParams{Args: job{Delivery: string(d.ID)}})
		}
		_, err := c.InsertManyTx(ctx, tx, many)
		return err
	})
	return c
}

// jobs returns the deliveries that have a job.
func jobs(t *testing.T, c *river.Client[*sql.Tx]) []string {
	res, err := c.JobList(t.Context(), river.NewJobListParams().First(1000))
	require.NoError(t, err)
	var ids []string
	for _, j := range res.Jobs {
		_, rest, _ := strings.Cut(string(j.EncodedArgs), `"delivery"`)
		ids = append(ids, strings.Trim(rest, ` :"}`))
	}
	return ids
}

// now is a moment without the parts of a millisecond, which the store does not keep.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// item returns the n'th item of a feed.
func item(feed string, n int) watcher.Item {
	url := fmt.Sprintf("https://%s.example/%d", feed, n)
	return watcher.Item{
		ID: watcher.NewItemID(url), FeedID: watcher.FeedID(feed), GUID: fmt.Sprintf("%s-%d", feed, n), URL: url,
		Title: fmt.Sprintf("Potash train %d stopped", n), Lead: "At the border.", Body: "In full.", Author: "A. Author",
		Language: "en", Tags: []string{"rail", "trade"}, Published: now().Add(-time.Hour), Updated: now(), Seen: now(),
	}
}

// record returns the record of a story that it opens, told to channels.
func record(it watcher.Item, channels ...string) watcher.Record {
	m := watcher.Match{
		ItemID: it.ID, RuleID: "potash-rail", RuleHash: "h1", RuleTitle: "Potash by rail", Theme: "potash",
		Severity: watcher.High, Spans: []watcher.Span{{Field: watcher.Title, Start: 0, End: 6, Term: "potash"}},
	}
	st := watcher.Story{
		ID: watcher.NewStoryID(it.ID), Headline: it.Title, Lead: it.ID, Items: 1, Feeds: []string{string(it.FeedID)},
		Rules: []string{m.RuleID}, Themes: []string{m.Theme}, Severity: m.Severity, First: it.Published, Last: it.Published,
		Told: true, Outlets: []watcher.Outlet{{Feed: it.FeedID, Name: "A feed", Host: it.Host(), URL: it.URL, At: it.Published}},
	}
	a := watcher.Alert{
		ID: watcher.NewAlertID(st.ID, it.ID, watcher.NewStory, it.TextHash()), Reason: watcher.NewStory,
		Severity: m.Severity, Story: st, Item: it, Feed: watcher.Feed{ID: it.FeedID, Name: "A feed"},
		Matches: []watcher.Match{m}, Join: watcher.Join{Signature: "none", Why: "first"}, PlanHash: "p1", Raised: now(),
	}
	r := watcher.Record{Item: it, Matches: a.Matches, Story: st, Join: a.Join, Alert: &a}
	for _, c := range channels {
		r.Deliveries = append(r.Deliveries, delivery(a, c, watcher.Post))
	}
	return r
}

func delivery(a watcher.Alert, channel string, k watcher.Kind) watcher.Delivery {
	return watcher.Delivery{
		ID: watcher.NewDeliveryID(a.ID, channel, k), AlertID: a.ID, StoryID: a.Story.ID, Channel: channel,
		Kind: k, State: watcher.Pending, Created: a.Raised,
	}
}

// follow returns the record of another item that joins the story of r for a reason.
func follow(
	r watcher.Record, it watcher.Item, why watcher.Reason, ds ...func(watcher.Alert) watcher.Delivery,
) watcher.Record {
	n := record(it)
	n.Story = r.Story
	n.Story.Items++
	n.Story.Headline = "Now: " + it.Title
	n.Alert.Story, n.Alert.Reason = n.Story, why
	n.Alert.ID = watcher.NewAlertID(n.Story.ID, it.ID, why, it.TextHash())
	for _, d := range ds {
		n.Deliveries = append(n.Deliveries, d(*n.Alert))
	}
	return n
}

func to(channel string, k watcher.Kind) func(watcher.Alert) watcher.Delivery {
	return func(a watcher.Alert) watcher.Delivery { return delivery(a, channel, k) }
}

// write writes records, each in an order of its own.
func write(t *testing.T, s *store.Store, rs ...watcher.Record) {
	t.Helper()
	for _, r := range rs {
		require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error { return l.Write(r) }))
	}
}

// sent settles a delivery as sent.
func sent(t *testing.T, s *store.Store, d watcher.Delivery, ref string) watcher.Delivery {
	t.Helper()
	d.State, d.Attempts, d.Receipt = watcher.Sent, 1, watcher.Receipt{Ref: ref, Target: "C1", At: now()}
	require.NoError(t, s.Settle(t.Context(), d))
	return d
}

func sightings(t *testing.T, s *store.Store, items ...watcher.Item) []watcher.Sighting {
	t.Helper()
	got, err := s.Sightings(t.Context(), items)
	require.NoError(t, err)
	return got
}

var errCrash = errors.New("the process was killed here")
