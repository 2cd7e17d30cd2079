package watcher_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func plan() *watcher.Plan {
	return &watcher.Plan{Feeds: map[watcher.FeedID]watcher.Feed{"wire": wire}}
}

func TestCursorIsSavedOnlyAfterTheItemsAreRecorded(t *testing.T) {
	cur := watcher.Cursor{ETag: `"v2"`}
	src := &source{batches: make([]watcher.Batch, 2), errs: make([]error, 2)}
	for i := range src.batches {
		src.batches[i] = watcher.Batch{Items: []watcher.Item{news("wire", "minsk potash", 0)}, Cursor: cur}
	}
	w, m := setup(t, plan(), src)
	m.broken = errors.New("disk full")
	_, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire", Baselined: true})
	require.ErrorContains(t, err, "disk full")
	require.Empty(t, m.polls)
	m.broken = nil
	res, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire", Baselined: true, Failures: 3, LastError: "x"})
	require.NoError(t, err)
	require.NoError(t, res.Err)
	require.Equal(t, 1, res.Tally.Alerts)
	st := m.polls[0]
	require.Equal(t, cur, st.Cursor)
	require.Zero(t, st.Failures)
	require.Empty(t, st.LastError)
	require.False(t, st.LastNew.IsZero())
}

func TestFailedPollKeepsTheCursorAndHonoursRetryAfter(t *testing.T) {
	src := &source{batches: make([]watcher.Batch, 1), errs: []error{
		fmt.Errorf("fetch: %w", &watcher.RetryError{After: 5 * time.Hour, Err: errors.New("HTTP 429")}),
	}}
	w, m := setup(t, plan(), src)
	old := watcher.FeedState{ID: "wire", Cursor: watcher.Cursor{ETag: `"v1"`}, Failures: 1}
	res, err := w.Poll(t.Context(), old)
	require.NoError(t, err)
	require.ErrorContains(t, res.Err, "HTTP 429")
	st := m.polls[0]
	require.Equal(t, old.Cursor, st.Cursor)
	require.Equal(t, old.Cursor, src.cursors[0])
	require.Equal(t, 2, st.Failures)
	require.False(t, st.Baselined)
	require.False(t, st.Gone)
	require.WithinDuration(t, time.Now().Add(5*time.Hour), st.NextDue, time.Minute)
}

func TestFeedThatIsGoneIsMarked(t *testing.T) {
	src := &source{batches: make([]watcher.Batch, 1), errs: []error{fmt.Errorf("https://wire.example: %w", watcher.ErrGone)}}
	w, m := setup(t, plan(), src)
	_, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire"})
	require.NoError(t, err)
	require.True(t, m.polls[0].Gone)
}

func TestFirstPollIsABaselineOnlyOnce(t *testing.T) {
	src := &source{batches: []watcher.Batch{
		{Items: []watcher.Item{news("wire", "minsk potash", 0)}},
		{Items: []watcher.Item{news("wire", "grodno potash", 0)}},
	}, errs: make([]error, 2)}
	w, m := setup(t, plan(), src)
	res, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire"})
	require.NoError(t, err)
	require.True(t, res.Baseline)
	require.Empty(t, m.deliveries)
	res, err = w.Poll(t.Context(), m.polls[0])
	require.NoError(t, err)
	require.False(t, res.Baseline)
	require.Len(t, m.deliveries, 1)
}

func TestFeedOutsideThePlanIsNotPolled(t *testing.T) {
	w, m := setup(t, plan(), &source{})
	res, err := w.Poll(t.Context(), watcher.FeedState{ID: "other"})
	require.NoError(t, err)
	require.ErrorContains(t, res.Err, "no longer in the configuration")
	require.Empty(t, m.polls)
}
