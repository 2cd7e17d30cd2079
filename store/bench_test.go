package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// onBoth runs a benchmark on every database there is.
func onBoth(b *testing.B, bench func(b *testing.B, s *store.Store)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, openSQLite(b)) })
	b.Run("postgres", func(b *testing.B) { bench(b, openMigrated(b, postgresOptions(b))) })
}

func benchItem(n int) watcher.Item {
	url := fmt.Sprintf("https://example.org/news/economy/2026/11/24/%d-a-headline-of-usual-length.html", n)
	return watcher.Item{
		ID: watcher.NewItemID(url), FeedID: "example-economy", GUID: url, URL: url,
		Title:    fmt.Sprintf("Potash train %d stopped at the border for the second time this week", n),
		Lead:     "The railway said on Tuesday that wagons with fertiliser would wait until the papers had been looked at again.",
		Language: "en", Published: time.Now().Add(-time.Hour), Seen: time.Now(),
	}
}

func BenchmarkArchive(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		const batch = 500
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			items := make([]watcher.Item, batch)
			for i := range items {
				items[i] = benchItem(n)
				n++
			}
			require.NoError(b, s.Archive(b.Context(), items))
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
	})
}

func BenchmarkSightings(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		items := make([]watcher.Item, 50)
		for i := range items {
			items[i] = benchItem(i)
		}
		require.NoError(b, s.Archive(b.Context(), items[1:]))
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.Sightings(b.Context(), items)
			require.NoError(b, err)
		}
	})
}

func BenchmarkOrder(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		b.ReportAllocs()
		n, seq := 0, int64(0)
		for b.Loop() {
			it := benchItem(n)
			n++
			require.NoError(b, s.Order(b.Context(), func(l watcher.Ledger) error {
				if _, _, err := l.Sighting(it); err != nil {
					return err
				}
				ms, err := l.Members(seq, time.Time{})
				if err != nil {
					return err
				}
				if len(ms) > 0 {
					seq = ms[len(ms)-1].Seq
				}
				m := watcher.Match{ItemID: it.ID, RuleID: "potash-rail", Theme: "potash", Severity: watcher.High}
				st := watcher.Story{ID: watcher.NewStoryID(it.ID), Headline: it.Title, Lead: it.ID, Items: 1}
				a := watcher.Alert{
					ID: watcher.NewAlertID(st.ID, it.ID, watcher.NewStory, ""), Reason: watcher.NewStory, Severity: watcher.High,
					Story: st, Item: it, Matches: []watcher.Match{m}, Raised: it.Seen,
				}
				d := watcher.Delivery{
					ID: watcher.NewDeliveryID(a.ID, "desk", watcher.Post), AlertID: a.ID, StoryID: st.ID,
					Channel: "desk", Kind: watcher.Post, State: watcher.Pending, Created: it.Seen,
				}
				return l.Write(watcher.Record{
					Item: it, Matches: a.Matches, Story: st, Alert: &a, Deliveries: []watcher.Delivery{d},
				})
			}))
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
	})
}

func BenchmarkClaim(b *testing.B) {
	onBoth(b, func(b *testing.B, s *store.Store) {
		feeds := make([]watcher.Feed, 10_000)
		for i := range feeds {
			feeds[i] = watcher.Feed{ID: watcher.FeedID(fmt.Sprint("feed-", i)), URL: fmt.Sprintf("https://example.org/%d.xml", i)}
		}
		require.NoError(b, s.Sync(b.Context(), feeds))
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			states, err := s.Claim(b.Context(), "me", 100, time.Minute)
			require.NoError(b, err)
			for _, st := range states {
				st.NextDue, st.LastPoll = time.Now().Add(time.Millisecond), time.Now()
				require.NoError(b, s.SavePoll(b.Context(), st))
				n++
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "polls/s")
	})
}
