package feed_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestHostIsAskedByFewAtOnce(t *testing.T) {
	var now, most atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	c := newClient(t, feed.Options{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, most.Load())
}

func TestSlowHostHoldsUpNoOther(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{})
	slow := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	fast := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, channel(numbered(1))) })
	c := newClient(t, feed.Options{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.Fetch(t.Context(), at(slow.URL), watcher.Cursor{}); err != nil {
			t.Error(err)
		}
	})
	<-entered
	_, err := c.Fetch(t.Context(), at(fast.URL), watcher.Cursor{})
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Fetch(ctx, at(slow.URL), watcher.Cursor{})
	require.ErrorIs(t, err, context.Canceled, "waiting for a turn ends with the context")
	close(release)
	wg.Wait()
}
