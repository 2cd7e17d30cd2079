package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var subscriptionClaims = []claim{
	{"ASubscriptionIsKeptInFull", subscriptionKept},
	{"ChangesOfASubscriptionAreNotLost", subscriptionChanges},
	{"AChangeThatFailsChangesNothing", subscriptionUnchanged},
	{"EndedSubscriptionsAreForgottenInTime", subscriptionForgotten},
	{"HubsAreThoseOfFeedsThatMayBePolled", hubs},
	{"AnAnnouncedFeedIsDueAtOnce", announced},
	{"AnAnnouncementRespectsTheFloor", announcedFloor},
	{"AnAnnouncementDuringAPollIsNotLost", announcedInFlight},
	{"AnAnnouncementDoesNotHurryAFailingFeed", announcedFailing},
}

func subscription(token string, feed watcher.FeedID) store.Subscription {
	return store.Subscription{
		Token: token, Feed: feed, Hub: watcher.Hub{URL: "https://hub.example/", Topic: "https://f.example/self"},
		Callback: "https://watch.example/websub/" + token, Secret: "s", State: "pending", Asked: now(), Until: now().Add(time.Hour),
		Next: now().Add(time.Minute), Attempts: 2, Pushed: now().Add(-time.Hour), Trouble: "HTTP 500",
	}
}

func subscriptionKept(t *testing.T, s *store.Store) {
	b, a := subscription("t2", "b"), subscription("t1", "a")
	require.NoError(t, s.AddSubscription(t.Context(), b))
	require.NoError(t, s.AddSubscription(t.Context(), a))
	got, err := s.Subscriptions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []store.Subscription{a, b}, got)
	one, err := s.Subscription(t.Context(), "t2")
	require.NoError(t, err)
	require.Equal(t, b, one)
	require.Error(t, s.AddSubscription(t.Context(), a), "a token is given once")
	_, err = s.Subscription(t.Context(), "t3")
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NotContains(t, err.Error(), "t3")
}

func subscriptionChanges(t *testing.T, s *store.Store) {
	require.NoError(t, s.AddSubscription(t.Context(), subscription("t1", "a")))
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.ChangeSubscription(t.Context(), "t1", func(u *store.Subscription) error {
				u.Attempts++
				return nil
			})
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	want := subscription("t1", "a")
	require.NoError(t, s.ChangeSubscription(t.Context(), "t1", func(u *store.Subscription) error {
		require.Equal(t, 10, u.Attempts)
		u.State, u.Asked, u.Until, u.Next, u.Attempts, u.Pushed, u.Trouble = "active", want.Asked, want.Until, want.Next, 0, want.Pushed, "\x00no"
		return nil
	}))
	want.State, want.Attempts, want.Trouble = "active", 0, "no"
	got, err := s.Subscription(t.Context(), "t1")
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func subscriptionUnchanged(t *testing.T, s *store.Store) {
	u := subscription("t1", "a")
	require.NoError(t, s.AddSubscription(t.Context(), u))
	err := s.ChangeSubscription(t.Context(), "t1", func(u *store.Subscription) error {
		u.State = "active"
		return errCrash
	})
	require.ErrorIs(t, err, errCrash)
	got, err := s.Subscription(t.Context(), "t1")
	require.NoError(t, err)
	require.Equal(t, u, got)
	err = s.ChangeSubscription(t.Context(), "t2", func(*store.Subscription) error { return errCrash })
	require.ErrorIs(t, err, store.ErrNotFound)
}

func subscriptionForgotten(t *testing.T, s *store.Store) {
	for token, state := range map[string]string{"t1": "ended", "t2": "active", "t3": "ended"} {
		u := subscription(token, "a")
		u.State = state
		if token == "t3" {
			u.Until = now().Add(48 * time.Hour)
		}
		require.NoError(t, s.AddSubscription(t.Context(), u))
	}
	require.NoError(t, s.ForgetSubscriptions(t.Context(), "ended", now().Add(-time.Minute)))
	got, err := s.Subscriptions(t.Context())
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.NoError(t, s.ForgetSubscriptions(t.Context(), "ended", now().Add(2*time.Hour)))
	got, err = s.Subscriptions(t.Context())
	require.NoError(t, err)
	require.Len(t, got, 2, "what is active, and what a hub may still take for so")
}

func hubs(t *testing.T, s *store.Store) {
	fs := feeds(5)
	plan(t, s, fs...)
	h := func(n int) watcher.Hub {
		return watcher.Hub{URL: "https://hub.example/", Topic: fs[n].URL}
	}
	for n, st := range []watcher.FeedState{{Hub: h(0)}, {}, {Hub: h(2), Gone: true}, {Hub: h(3)}} {
		st.ID = fs[n].ID
		require.NoError(t, s.SavePoll(t.Context(), st))
	}
	got, err := s.Hubs(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[watcher.FeedID]watcher.Hub{fs[0].ID: h(0), fs[3].ID: h(3)}, got)
	plan(t, s, fs[1:]...)
	got, err = s.Hubs(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[watcher.FeedID]watcher.Hub{fs[3].ID: h(3)}, got)
}

func due(t *testing.T, s *store.Store) time.Time {
	t.Helper()
	st, err := s.Feed(t.Context(), "feed0000")
	require.NoError(t, err)
	return st.NextDue
}

// polled is a feed that was polled a while ago and is due in an hour.
func polled(t *testing.T, s *store.Store, ago time.Duration) watcher.FeedState {
	t.Helper()
	plan(t, s, feeds(1)...)
	st := watcher.FeedState{ID: "feed0000", LastPoll: now().Add(-ago), NextDue: now().Add(time.Hour)}
	require.NoError(t, s.SavePoll(t.Context(), st))
	require.Equal(t, st.NextDue, due(t, s))
	return st
}

func announced(t *testing.T, s *store.Store) {
	polled(t, s, time.Hour)
	require.NoError(t, s.Announce(t.Context(), "feed0000", 5*time.Minute))
	require.Len(t, claimed(t, s, "a", 1, time.Minute), 1)
	require.NoError(t, s.Announce(t.Context(), "nobody", 5*time.Minute))
	_, err := s.Feed(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func announcedFloor(t *testing.T, s *store.Store) {
	st := polled(t, s, time.Minute)
	require.NoError(t, s.Announce(t.Context(), st.ID, 5*time.Minute))
	require.Equal(t, st.LastPoll.Add(5*time.Minute), due(t, s))
	require.NoError(t, s.Announce(t.Context(), st.ID, 50*time.Minute))
	require.Equal(t, st.LastPoll.Add(5*time.Minute), due(t, s), "what is due sooner stays so")
	require.Empty(t, claimed(t, s, "a", 1, time.Minute))
}

func announcedInFlight(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	st := claimed(t, s, "a", 1, time.Minute)[0]
	before := now()
	require.NoError(t, s.Announce(t.Context(), st.ID, 5*time.Minute))
	st.LastPoll, st.NextDue = now(), now().Add(time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), st))
	got := due(t, s)
	require.False(t, got.Before(before.Add(5*time.Minute)))
	require.True(t, got.Before(before.Add(50*time.Minute)))
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: st.ID, LastPoll: now(), NextDue: st.NextDue}))
	require.Equal(t, st.NextDue, due(t, s), "it counts once")
}

func announcedFailing(t *testing.T, s *store.Store) {
	st := polled(t, s, time.Hour)
	st.Failures = 2
	require.NoError(t, s.SavePoll(t.Context(), st))
	require.NoError(t, s.Announce(t.Context(), st.ID, 5*time.Minute))
	require.Equal(t, st.NextDue, due(t, s))
	require.NoError(t, s.SavePoll(t.Context(), watcher.FeedState{ID: st.ID, NextDue: now()}))
	st = claimed(t, s, "a", 1, time.Minute)[0]
	require.NoError(t, s.Announce(t.Context(), st.ID, 5*time.Minute))
	st.Failures, st.LastPoll, st.NextDue = 1, now(), now().Add(time.Hour)
	require.NoError(t, s.SavePoll(t.Context(), st))
	require.Equal(t, st.NextDue, due(t, s), "nor one that fails now")
}
