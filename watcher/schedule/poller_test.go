package schedule_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

// claims is a store of feeds in memory; a feed polled is due again after every.
type claims struct {
	mu       sync.Mutex
	due      map[watcher.FeedID]time.Time
	broken   int // calls of Claim that still go wrong
	released bool
}

func (c *claims) Claim(_ context.Context, _ string, n int, lease time.Duration) ([]watcher.FeedState, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken > 0 {
		c.broken--
		return nil, errors.New("database is down")
	}
	var out []watcher.FeedState
	for id, at := range c.due {
		if len(out) < n && !at.After(time.Now()) {
			c.due[id] = time.Now().Add(lease)
			out = append(out, watcher.FeedState{ID: id})
		}
	}
	return out, nil
}

func (c *claims) Release(context.Context, string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.released = true
	return nil
}

func (c *claims) save(id watcher.FeedID, next time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due[id] = next
}

func feeds(n int) *claims {
	c := &claims{due: map[watcher.FeedID]time.Time{}}
	for i := range n {
		c.due[watcher.FeedID(fmt.Sprint("f", i))] = time.Time{}
	}
	return c
}

func TestPollerPollsEachFeedWhenDueAndNeverTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := feeds(100)
		var mu sync.Mutex
		polls, running, most := map[watcher.FeedID]int{}, 0, 0
		p := schedule.NewPoller(c, "me", 8, func(_ context.Context, st watcher.FeedState) error {
			mu.Lock()
			polls[st.ID]++
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(300 * time.Millisecond)
			mu.Lock()
			running--
			mu.Unlock()
			c.save(st.ID, time.Now().Add(time.Minute))
			return nil
		}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		p.Run(ctx)
		require.Len(t, polls, 100)
		for id, n := range polls {
			require.InDelta(t, 3, n, 1, id)
		}
		require.Equal(t, 8, most)
		require.True(t, c.released)
	})
}

func TestPollsThatHangLeaveRoomForOthersAndAreBoundedThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers = 4
		c := feeds(2*workers + workers/2) // as many as may be slow, and some more
		for id := range c.due {
			c.due["hangs-"+id] = time.Time{}
			delete(c.due, id)
		}
		var mu sync.Mutex
		hanging, most, good := 0, 0, 0
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		p := schedule.NewPoller(c, "me", workers, func(ctx context.Context, st watcher.FeedState) error {
			mu.Lock()
			defer mu.Unlock()
			if st.ID == "good" {
				good++
				c.save(st.ID, time.Now().Add(5*time.Second))
				return nil
			}
			if ctx.Err() == nil {
				hanging++
				most = max(most, hanging)
			}
			mu.Unlock()
			<-ctx.Done()
			mu.Lock()
			return ctx.Err()
		}, slog.New(slog.DiscardHandler))
		time.AfterFunc(time.Minute, func() { c.save("good", time.Time{}) })
		time.AfterFunc(5*time.Minute, func() {
			for i := range 3 * workers {
				c.save(watcher.FeedID(fmt.Sprint("more", i)), time.Time{})
			}
		})
		p.Run(ctx)
		require.Greater(t, good, 20, "polled while more hang than there are workers")
		require.Equal(t, 3*workers, most)
	})
}

func TestPollerOutlivesTroubleWithTheStoreAndPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := feeds(3)
		c.broken = 4
		var log bytes.Buffer
		var mu sync.Mutex
		good := 0
		p := schedule.NewPoller(c, "me", 2, func(_ context.Context, st watcher.FeedState) error {
			c.save(st.ID, time.Now().Add(time.Minute))
			switch st.ID {
			case "f0":
				panic("parser")
			case "f1":
				return errors.New("disk full")
			}
			mu.Lock()
			good++
			mu.Unlock()
			return nil
		}, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		p.Run(ctx)
		require.Greater(t, good, 5)
		require.Contains(t, log.String(), "database is down")
		require.Contains(t, log.String(), "poll panicked")
		require.Contains(t, log.String(), "disk full")
	})
}
