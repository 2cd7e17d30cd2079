package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var feedClaims = []claim{
	{"ANewFeedIsDueAtOnce", feedNew},
	{"EachDueFeedIsClaimedByOne", feedClaimedOnce},
	{"AClaimThatRanOutCanBeTaken", feedLease},
	{"ReleaseGivesBackWhatAnOwnerHolds", feedRelease},
	{"SavePollKeepsAllAndGivesTheClaimBack", feedSave},
	{"TheLongestDueIsClaimedFirst", feedOldestFirst},
	{"ClaimAllTakesWhatIsNotDue", feedAll},
	{"AFeedThatIsGoneIsNotClaimed", feedGone},
	{"AFeedLeftOutKeepsItsStateAndComesBack", feedLeftOut},
	{"AChangedAddressStartsAnew", feedMoved},
	{"APollOfTheOldAddressIsNotSaved", feedMovedInFlight},
	{"AnOwnerWhoseClaimWasTakenSavesNothing", feedOverstayed},
	{"TimesOfAClockThatWasAheadAreTakenBack", feedClock},
	{"NextDueCountsWhatIsHeld", feedNextDue},
	{"ThousandsOfFeedsAreSynced", feedMany},
}

func feeds(n int) []watcher.Feed {
	fs := make([]watcher.Feed, n)
	for i := range fs {
		fs[i] = watcher.Feed{ID: watcher.FeedID(fmt.Sprintf("feed%04d", i)), URL: fmt.Sprintf("https://f%d.example/rss", i)}
	}
	return fs
}

func plan(t *testing.T, s *store.Store, fs ...watcher.Feed) {
	t.Helper()
	require.NoError(t, s.Sync(t.Context(), fs))
}

func claimed(t *testing.T, s *store.Store, owner string, n int, lease time.Duration) []watcher.FeedState {
	t.Helper()
	states, err := s.Claim(t.Context(), owner, n, lease)
	require.NoError(t, err)
	return states
}

func feedNew(t *testing.T, s *store.Store) {
	start := now()
	plan(t, s, feeds(1)...)
	got := claimed(t, s, "a", 10, time.Minute)
	require.Len(t, got, 1)
	require.False(t, got[0].NextDue.Before(start))
	require.Equal(t, watcher.FeedState{
		ID: "feed0000", URL: "https://f0.example/rss", Owner: "a", NextDue: got[0].NextDue,
	}, got[0])
}

func feedClaimedOnce(t *testing.T, s *store.Store) {
	plan(t, s, feeds(200)...)
	var mu sync.Mutex
	var wg sync.WaitGroup
	owners := map[watcher.FeedID]string{}
	var errs error
	for g := range 4 {
		wg.Go(func() {
			owner := fmt.Sprint("replica", g)
			for {
				states, err := s.Claim(t.Context(), owner, 7, time.Minute)
				mu.Lock()
				errs = errors.Join(errs, err)
				for _, st := range states {
					if other, ok := owners[st.ID]; ok {
						errs = errors.Join(errs, fmt.Errorf("%s claimed by %s and %s", st.ID, other, owner))
					}
					owners[st.ID] = owner
				}
				if len(states) > 7 {
					errs = errors.Join(errs, fmt.Errorf("%d feeds claimed, 7 wanted", len(states)))
				}
				done := err != nil || len(owners) == 200
				mu.Unlock()
				if done {
					return
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, errs)
	require.Len(t, owners, 200)
	require.Empty(t, claimed(t, s, "late", 10, time.Minute))
}

func feedLease(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	require.Len(t, claimed(t, s, "killed", 1, -time.Millisecond), 1)
	require.Len(t, claimed(t, s, "a", 1, time.Minute), 1)
	require.Empty(t, claimed(t, s, "b", 1, time.Minute))
}

func feedRelease(t *testing.T, s *store.Store) {
	plan(t, s, feeds(4)...)
	require.Len(t, claimed(t, s, "a", 3, time.Minute), 3)
	require.Len(t, claimed(t, s, "b", 3, time.Minute), 1)
	require.NoError(t, s.Release(t.Context(), "a"))
	require.Len(t, claimed(t, s, "c", 9, time.Minute), 3)
}

func feedSave(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	st := claimed(t, s, "a", 1, time.Minute)[0]
	rows, err := s.Feeds(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a", rows[0].Owner)
	st.Cursor = watcher.Cursor{URL: "https://f0.example/rss", ETag: `W/"1"`, LastModified: "Tue, 24 Nov 2026 03:45:00 GMT", BodyHash: "h"}
	st.NextDue, st.LastPoll, st.LastSuccess, st.LastNew = now().Add(time.Hour), now(), now().Add(-time.Hour), now().Add(-time.Minute)
	st.Failures, st.LastError, st.Baselined = 3, "HTTP 503", true
	require.NoError(t, s.SavePoll(t.Context(), st))
	rows, err = s.Feeds(t.Context())
	require.NoError(t, err)
	st.Owner = ""
	require.Equal(t, []store.FeedRow{{FeedState: st, Active: true}}, rows)
	require.Empty(t, claimed(t, s, "b", 1, time.Minute), "not due for an hour")
	require.ErrorIs(t, s.SavePoll(t.Context(), watcher.FeedState{ID: "nobody"}), store.ErrNotFound)
}

func feedOldestFirst(t *testing.T, s *store.Store) {
	plan(t, s, feeds(3)...)
	for i, id := range []watcher.FeedID{"feed0001", "feed0002", "feed0000"} {
		require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: id, NextDue: now().Add(time.Duration(i-9) * time.Minute)}))
	}
	got := claimed(t, s, "a", 2, time.Minute)
	require.Equal(t, watcher.FeedID("feed0001"), got[0].ID)
	require.Equal(t, watcher.FeedID("feed0002"), got[1].ID)
}

func feedAll(t *testing.T, s *store.Store) {
	plan(t, s, feeds(3)...)
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: "feed0001", NextDue: now().Add(time.Hour)}))
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: "feed0002", NextDue: now().Add(time.Hour)}))
	require.Len(t, claimed(t, s, "other", 1, time.Minute), 1)
	got, err := s.ClaimAll(t.Context(), "once", time.Minute)
	require.NoError(t, err)
	require.Len(t, got, 2, "all but the one that is held")
}

func feedGone(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: "feed0000", Gone: true}))
	require.Empty(t, claimed(t, s, "a", 1, time.Minute))
	got, err := s.ClaimAll(t.Context(), "a", time.Minute)
	require.NoError(t, err)
	require.Empty(t, got)
	_, any, err := s.NextDue(t.Context())
	require.NoError(t, err)
	require.False(t, any)
}

func feedLeftOut(t *testing.T, s *store.Store) {
	fs := feeds(2)
	plan(t, s, fs...)
	st := watcher.FeedState{ID: fs[0].ID, Cursor: watcher.Cursor{ETag: "e"}, NextDue: now(), Baselined: true, Failures: 2}
	require.NoError(t, s.SavePoll(t.Context(), st))
	plan(t, s, fs[1])
	got := claimed(t, s, "a", 9, time.Minute)
	require.Len(t, got, 1)
	require.Equal(t, fs[1].ID, got[0].ID)
	rows, err := s.Feeds(t.Context())
	require.NoError(t, err)
	require.False(t, rows[0].Active)
	plan(t, s, fs...)
	st.URL, st.Owner = fs[0].URL, "a"
	require.Equal(t, []watcher.FeedState{st}, claimed(t, s, "a", 9, time.Minute))
}

func feedMoved(t *testing.T, s *store.Store) {
	fs := feeds(1)
	plan(t, s, fs...)
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{
		ID: fs[0].ID, Cursor: watcher.Cursor{ETag: "e"}, NextDue: now().Add(time.Hour), LastPoll: now(),
		Baselined: true, Failures: 2, LastError: "HTTP 410", Gone: true,
	}))
	plan(t, s, fs...)
	require.Empty(t, claimed(t, s, "a", 1, time.Minute), "the same address changes nothing")
	fs[0].URL = "https://new.example/rss"
	plan(t, s, fs...)
	got := claimed(t, s, "a", 1, time.Minute)
	require.Len(t, got, 1)
	require.Equal(t, watcher.FeedState{
		ID: fs[0].ID, URL: fs[0].URL, Owner: "a", NextDue: got[0].NextDue, LastPoll: got[0].LastPoll,
	}, got[0])
	require.False(t, got[0].LastPoll.IsZero())
}

func feedMovedInFlight(t *testing.T, s *store.Store) {
	fs := feeds(1)
	plan(t, s, fs...)
	st := claimed(t, s, "a", 1, time.Minute)[0]
	fs[0].URL = "https://new.example/rss"
	plan(t, s, fs...)
	require.Empty(t, claimed(t, s, "b", 1, time.Minute), "a still holds it")
	st.Cursor.ETag, st.Baselined, st.NextDue = "old", true, now().Add(time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), st))
	got := claimed(t, s, "b", 1, time.Minute)
	require.Len(t, got, 1)
	require.Empty(t, got[0].Cursor)
	require.False(t, got[0].Baselined)
	got[0].NextDue = now().Add(time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), got[0]), "and then as ever")
	require.Empty(t, claimed(t, s, "b", 1, time.Minute))
}

func feedOverstayed(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	slow := claimed(t, s, "slow", 1, -time.Millisecond)[0]
	require.Len(t, claimed(t, s, "quick", 1, time.Minute), 1)
	slow.Cursor.ETag, slow.NextDue = "old", now().Add(time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), slow))
	rows, err := s.Feeds(t.Context())
	require.NoError(t, err)
	require.Equal(t, "quick", rows[0].Owner, "the other's claim stands")
	require.Empty(t, rows[0].Cursor)
}

func feedClock(t *testing.T, s *store.Store) {
	fs := feeds(1)
	plan(t, s, fs...)
	ahead := now().Add(365 * 24 * time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: fs[0].ID, LastPoll: ahead, NextDue: ahead}))
	require.Empty(t, claimed(t, s, "a", 1, time.Minute))
	plan(t, s, fs...)
	require.Len(t, claimed(t, s, "a", 1, 365*24*time.Hour), 1)
	plan(t, s, fs...)
	require.Len(t, claimed(t, s, "b", 1, time.Minute), 1)
}

func feedNextDue(t *testing.T, s *store.Store) {
	_, any, err := s.NextDue(t.Context())
	require.NoError(t, err)
	require.False(t, any, "no feeds yet")
	plan(t, s, feeds(2)...)
	due := now().Add(3 * time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: "feed0001", NextDue: due}))
	next := func() time.Time {
		at, any, err := s.NextDue(t.Context())
		require.NoError(t, err)
		require.True(t, any)
		return at
	}
	require.False(t, next().After(time.Now()))
	claimed(t, s, "a", 1, time.Hour)
	require.WithinDuration(t, time.Now().Add(time.Hour), next(), time.Minute, "when the claim runs out")
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: "feed0000", NextDue: due.Add(time.Hour)}))
	require.Equal(t, due, next())
}

func feedMany(t *testing.T, s *store.Store) {
	fs := feeds(2345)
	plan(t, s, append(fs, fs[0])...)
	plan(t, s, fs...)
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2345, c.Feeds)
	got, err := s.ClaimAll(t.Context(), "once", time.Minute)
	require.NoError(t, err)
	require.Len(t, got, 2345)
}
