package feed

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func newGates(perHost int) *gates {
	return &gates{perHost: perHost, gap: hostGap, hosts: map[string]*gate{}}
}

func TestRequestsToOneHostLeaveAGap(t *testing.T) {
	for _, perHost := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			g := newGates(perHost)
			var starts []time.Time
			for range 4 {
				leave, err := g.enter(t.Context(), "post.example", 0)
				require.NoError(t, err)
				starts = append(starts, time.Now())
				leave()
			}
			for i := 1; i < len(starts); i++ {
				require.Equal(t, hostGap, starts[i].Sub(starts[i-1]))
			}
		})
	}
}

func TestGapBeginsWhenARequestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGates(1)
		leave, err := g.enter(t.Context(), "post.example", 0)
		require.NoError(t, err)
		time.Sleep(10 * hostGap)
		leave()
		end := time.Now()
		leave, err = g.enter(t.Context(), "post.example", 0)
		require.NoError(t, err)
		require.Equal(t, hostGap, time.Since(end))
		leave()
	})
}

func TestHostsDoNotWaitForOneAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, start := newGates(1), time.Now()
		for i := range 5 {
			_, err := g.enter(t.Context(), fmt.Sprint(i, ".example"), 0)
			require.NoError(t, err)
		}
		require.Zero(t, time.Since(start))
	})
}

func TestWaitingForATurnEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGates(1)
		leave, err := g.enter(t.Context(), "post.example", 0)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), hostGap)
		defer cancel()
		_, err = g.enter(ctx, "post.example", 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		leave()

		ctx, cancel = context.WithTimeout(t.Context(), hostGap/2)
		defer cancel()
		_, err = g.enter(ctx, "post.example", 0)
		require.ErrorIs(t, err, context.DeadlineExceeded, "in the gap too")
		require.Zero(t, g.hosts["post.example"].users)
		require.Empty(t, g.hosts["post.example"].slots)
	})
}

func TestHostsAtRestAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGates(1)
		busy, err := g.enter(t.Context(), "busy.example", 0)
		require.NoError(t, err)
		for i := range 3 * idleGates {
			leave, err := g.enter(t.Context(), fmt.Sprint(i, ".example"), 0)
			require.NoError(t, err)
			leave()
			time.Sleep(2 * hostGap)
		}
		require.LessOrEqual(t, len(g.hosts), idleGates)
		require.Contains(t, g.hosts, "busy.example")
		busy()
	})
}

func TestGateThatIsBusySaysSoAfterPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gates{perHost: 1, gap: hostGap, hosts: map[string]*gate{}}
		leave, err := g.enter(t.Context(), "slow.example", time.Second)
		require.NoError(t, err)
		start := time.Now()
		_, err = g.enter(t.Context(), "slow.example", 2*time.Second)
		require.ErrorIs(t, err, watcher.ErrBusy)
		require.Equal(t, 2*time.Second, time.Since(start))
		leave()
		again, err := g.enter(t.Context(), "slow.example", 2*time.Second)
		require.NoError(t, err, "who gave up holds no place")
		again()
	})
}
