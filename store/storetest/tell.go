package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var tellClaims = []claim{
	{"ATroubleIsToldWithItsDeliveryAndJob", tellWrites},
	{"OfTwoThatTellTheSameOneIsFirst", tellOnce},
	{"ARecoveryFindsTheMessageOfItsTrouble", tellRecovery},
	{"APollKeepsWhatWasTold", tellStays},
}

type told = map[watcher.FeedID]string

// notice is the record of a trouble, told to a channel.
func notice(why watcher.Reason, k watcher.Kind) watcher.Record {
	st := watcher.Story{ID: watcher.NewStoryID("feed0000 failing"), Headline: "A feed fails", Severity: watcher.Medium, Told: true}
	a := watcher.Alert{
		ID: watcher.NewAlertID(st.ID, "", why, ""), Reason: why, Severity: watcher.Medium, Story: st, Raised: now(),
		Notice: &watcher.Notice{What: "HTTP 503", Since: now().Add(-time.Hour)},
	}
	return watcher.Record{Story: st, Alert: &a, Deliveries: []watcher.Delivery{delivery(a, "ops", k)}}
}

func tellOf(t *testing.T, s *store.Store, was, now told, r watcher.Record) bool {
	t.Helper()
	ok, err := s.Tell(t.Context(), was, now, r)
	require.NoError(t, err)
	return ok
}

func tellWrites(t *testing.T, s *store.Store) {
	c := withJobs(t, s)
	plan(t, s, feeds(2)...)
	r := notice(watcher.Trouble, watcher.Post)
	require.True(t, tellOf(t, s, told{"feed0000": ""}, told{"feed0000": "x"}, r))
	rows, err := s.Feeds(t.Context())
	require.NoError(t, err)
	require.Equal(t, "x", rows[0].Told)
	require.Empty(t, rows[1].Told)
	require.Equal(t, *r.Alert, outgoing(t, s, r.Deliveries[0].ID).Alert)
	require.Equal(t, []string{string(r.Deliveries[0].ID)}, jobs(t, c))
	require.True(t, tellOf(t, s, told{"feed0001": ""}, told{"feed0001": "quiet"}, watcher.Record{}), "without an alert")
	require.Len(t, jobs(t, c), 1)
}

func tellOnce(t *testing.T, s *store.Store) {
	plan(t, s, feeds(2)...)
	require.True(t, tellOf(t, s, told{"feed0001": ""}, told{"feed0001": "x"}, watcher.Record{}))
	r := notice(watcher.Trouble, watcher.Post)
	require.False(t, tellOf(t, s, told{"feed0000": "", "feed0001": ""}, told{"feed0000": "x", "feed0001": "x"}, r))
	rows, err := s.Feeds(t.Context())
	require.NoError(t, err)
	require.Empty(t, rows[0].Told, "all or nothing")
	_, err = s.Outgoing(t.Context(), r.Deliveries[0].ID)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func tellRecovery(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	r, again := notice(watcher.Trouble, watcher.Post), notice(watcher.Recovered, watcher.Reply)
	require.True(t, tellOf(t, s, told{"feed0000": ""}, told{"feed0000": "x"}, r))
	require.True(t, tellOf(t, s, told{"feed0000": "x"}, told{"feed0000": ""}, again))
	require.True(t, outgoing(t, s, again.Deliveries[0].ID).Waiting)
	sent(t, s, r.Deliveries[0], "ts1")
	require.Equal(t, "ts1", outgoing(t, s, again.Deliveries[0].ID).Parent.Ref)
}

func tellStays(t *testing.T, s *store.Store) {
	plan(t, s, feeds(1)...)
	st := claimed(t, s, "a", 1, time.Minute)[0]
	require.True(t, tellOf(t, s, told{"feed0000": ""}, told{"feed0000": "x"}, watcher.Record{}))
	require.NoError(t, s.SavePoll(t.Context(), st))
	rows, err := s.Feeds(t.Context())
	require.NoError(t, err)
	require.Equal(t, "x", rows[0].Told)
}
