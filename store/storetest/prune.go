package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var pruneClaims = []claim{
	{"PruneForgetsByAge", pruneAge},
	{"PruneKeepsStoriesWithUnsettledDeliveries", pruneUnsettled},
	{"PruneKeepsAStoryThatGrows", pruneStoryGrows},
	{"AMemberNumberIsNeverGivenTwice", pruneNumbers},
	{"PruneKeepsWhatAFeedStillShows", pruneShown},
	{"PruneRemovesMoreThanOneBatch", pruneBatches},
}

const (
	keep        = time.Duration(store.DefaultKeep)
	keepMatched = time.Duration(store.DefaultKeepMatched)
)

func prune(t *testing.T, s *store.Store, at time.Time) store.Pruned {
	t.Helper()
	p, err := s.Prune(t.Context(), at)
	require.NoError(t, err)
	return p
}

func pruneAge(t *testing.T, s *store.Store) {
	plain, r := item("belta", 1), record(item("belta", 2), "desk")
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{plain}))
	write(t, s, r)
	sent(t, s, r.Deliveries[0], "ts")
	later := now().Add(time.Minute)
	require.Zero(t, prune(t, s, now()))
	require.Zero(t, prune(t, s, later.Add(keep-time.Hour)))
	require.Equal(t, store.Pruned{Items: 1}, prune(t, s, later.Add(keep)))
	require.Equal(t, []watcher.Sighting{watcher.Unknown, watcher.Known}, sightings(t, s, plain, r.Item))
	require.Zero(t, prune(t, s, later.Add(keepMatched-time.Hour)))
	require.Equal(t, store.Pruned{Stories: 1}, prune(t, s, later.Add(keepMatched)))
	requireNothing(t, s)
	ms, err := s.Matches(t.Context(), r.Item.ID)
	require.NoError(t, err)
	require.Empty(t, ms)
}

func pruneUnsettled(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	write(t, s, r)
	at := now().Add(2 * keepMatched)
	d := r.Deliveries[0]
	for _, state := range []watcher.State{watcher.Pending, watcher.Sending, watcher.Unsure} {
		d.State = state
		require.NoError(t, s.Settle(t.Context(), d))
		require.Zero(t, prune(t, s, at), state)
	}
	d.State = watcher.Dead
	require.NoError(t, s.Settle(t.Context(), d))
	require.Equal(t, store.Pruned{Stories: 1}, prune(t, s, at))
	requireNothing(t, s)
}

func pruneStoryGrows(t *testing.T, s *store.Store) {
	old, alone := record(item("belta", 1)), record(item("belta", 2))
	write(t, s, old, alone)
	cutoff := tick()
	next := follow(old, item("tut", 3), watcher.Coverage)
	write(t, s, next)
	require.Equal(t, store.Pruned{Stories: 1}, prune(t, s, cutoff.Add(keepMatched)))
	items, err := s.StoryItems(t.Context(), old.Story.ID)
	require.NoError(t, err)
	require.Equal(t, []watcher.Item{old.Item, next.Item}, items)
	require.Equal(t, []watcher.Sighting{watcher.Unknown}, sightings(t, s, alone.Item))
}

// tick returns a millisecond that is later than what came before and earlier than what
// comes after.
func tick() time.Time {
	start := now()
	for !now().After(start) {
	}
	mark := now()
	for !now().After(mark) {
	}
	return mark
}

func pruneNumbers(t *testing.T, s *store.Store) {
	numbers := func(after int64) (seqs []int64) {
		require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
			members, err := l.Members(after, time.Time{})
			for _, m := range members {
				seqs = append(seqs, m.Seq)
			}
			return err
		}))
		return seqs
	}
	write(t, s, record(item("belta", 1)), record(item("belta", 2)))
	before := numbers(0)
	require.Len(t, before, 2)
	require.Equal(t, store.Pruned{Stories: 2}, prune(t, s, now().Add(keepMatched+time.Minute)))
	write(t, s, record(item("belta", 3)))
	require.Len(t, numbers(before[1]), 1, "a clusterer that knows the old ones learns the new one")
}

func pruneShown(t *testing.T, s *store.Store) {
	plan(t, s, watcher.Feed{ID: "belta", URL: "https://belta.example/rss"})
	plain, r := item("belta", 1), record(item("belta", 2))
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{plain}))
	write(t, s, r)
	at := now().Add(2 * keepMatched)
	st := watcher.FeedState{ID: "belta", LastNew: now(), LastSuccess: at, Baselined: true}
	require.NoError(t, s.SavePoll(t.Context(), st))
	require.Zero(t, prune(t, s, at), "the document has not changed since")
	st.LastNew = at.Add(-time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), st))
	require.Equal(t, store.Pruned{Items: 1, Stories: 1}, prune(t, s, at), "it has, without these items")

	require.NoError(t, s.Archive(t.Context(), []watcher.Item{plain}))
	st.LastNew = now()
	require.NoError(t, s.SavePoll(t.Context(), st))
	plan(t, s)
	require.Equal(t, store.Pruned{Items: 1}, prune(t, s, at), "the feed is not in the plan any more")
}

func pruneBatches(t *testing.T, s *store.Store) {
	var items []watcher.Item
	for i := range 2500 {
		items = append(items, item("belta", i))
	}
	require.NoError(t, s.Archive(t.Context(), items))
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		for i := range 150 {
			if err := l.Write(record(item("tut", i))); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Equal(t, store.Pruned{Items: 2500, Stories: 150}, prune(t, s, now().Add(keepMatched+time.Minute)))
	requireNothing(t, s)
}
