package watcher_test

import (
	"errors"
	"fmt"
	"strings"
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
	res, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire", Baselined: true})
	require.NoError(t, err)
	require.ErrorContains(t, res.Err, "disk full")
	require.Empty(t, m.polls[0].Cursor)
	require.Equal(t, 1, m.polls[0].Failures)
	m.broken = nil
	res, err = w.Poll(t.Context(), m.polls[0])
	require.NoError(t, err)
	require.NoError(t, res.Err)
	require.Equal(t, 1, res.Tally.Alerts)
	st := m.polls[1]
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
	for _, st := range []watcher.FeedState{
		{ID: "other", Failures: 2}, {ID: "wire", URL: "https://old.example/rss", Failures: 2},
	} {
		res, err := w.Poll(t.Context(), st)
		require.NoError(t, err)
		require.ErrorContains(t, res.Err, "another version of the configuration")
	}
	for _, st := range m.polls {
		require.Equal(t, 2, st.Failures, "given back as it was")
		require.WithinDuration(t, time.Now(), st.NextDue, time.Minute)
	}
	require.Len(t, m.polls, 2)
}

func TestFeedWhoseHostIsBusyIsGivenBackWithoutBlame(t *testing.T) {
	src := &source{batches: make([]watcher.Batch, 1), errs: []error{fmt.Errorf("get: %w", watcher.ErrBusy)}}
	w, m := setup(t, plan(), src)
	res, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire", Failures: 1, LastError: "HTTP 500"})
	require.NoError(t, err)
	require.NoError(t, res.Err)
	require.True(t, res.Busy)
	require.Equal(t, 1, m.polls[0].Failures)
	require.Equal(t, "HTTP 500", m.polls[0].LastError)
	require.WithinDuration(t, time.Now(), m.polls[0].NextDue, time.Minute)
}

func TestFirstPollThatWasCutLeavesTheBaselineOpen(t *testing.T) {
	src := &source{batches: []watcher.Batch{
		{Items: []watcher.Item{news("wire", "minsk potash", 0)}, Partial: true},
		{Items: []watcher.Item{news("wire", "grodno potash", 0)}},
	}, errs: make([]error, 2)}
	w, m := setup(t, plan(), src)
	_, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire"})
	require.NoError(t, err)
	_, err = w.Poll(t.Context(), m.polls[0])
	require.NoError(t, err)
	require.Empty(t, m.deliveries)
	require.True(t, m.polls[1].Baselined)
}

func TestFeedThatIsAlwaysCutHasABaselineToo(t *testing.T) {
	cut := watcher.Cursor{URL: "https://wire.example/rss"}
	src := &source{batches: []watcher.Batch{
		{Items: []watcher.Item{news("wire", "minsk potash", 0)}, Cursor: cut, Partial: true},
		{Items: []watcher.Item{news("wire", "grodno potash", 0)}, Cursor: cut, Partial: true},
		{Items: []watcher.Item{news("wire", "brest potash", 0)}, Cursor: cut, Partial: true},
	}, errs: make([]error, 3)}
	w, m := setup(t, plan(), src)
	st := watcher.FeedState{ID: "wire"}
	for range 3 {
		_, err := w.Poll(t.Context(), st)
		require.NoError(t, err)
		st = m.polls[len(m.polls)-1]
	}
	require.Len(t, m.deliveries, 1, "the third poll's news is told")
}

func TestOneItemThatCannotBeRecordedDoesNotKeepBackTheOthers(t *testing.T) {
	items := []watcher.Item{news("wire", "minsk potash", 0), news("wire", "odd potash", 0), news("wire", "grodno potash", 0)}
	src := &source{batches: []watcher.Batch{{Items: items, Cursor: watcher.Cursor{ETag: "new"}}}, errs: make([]error, 1)}
	p := plan()
	p.Router = panicky{}
	w, m := setup(t, p, src)
	res, err := w.Poll(t.Context(), watcher.FeedState{ID: "wire", Baselined: true})
	require.NoError(t, err)
	require.ErrorContains(t, res.Err, "panic: odd")
	require.Len(t, m.deliveries, 2)
	require.Empty(t, m.polls[0].Cursor, "it is tried again")
	require.WithinDuration(t, time.Now().Add(time.Hour), m.polls[0].NextDue, time.Minute, "at the usual time")
}

// panicky is a router that does not survive odd items.
type panicky struct{}

func (panicky) Route(a watcher.Alert) []string {
	if strings.HasPrefix(a.Item.Title, "odd") {
		panic("odd")
	}
	return []string{"desk"}
}
