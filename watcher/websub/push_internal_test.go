package websub

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAPushWaitsForRoomAndNotForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &Subscriber{room: make(chan struct{}, 1)}
		require.True(t, u.enter(t.Context()))
		start := time.Now()
		require.False(t, u.enter(t.Context()))
		require.Equal(t, roomTime, time.Since(start))
		go func() {
			time.Sleep(roomTime / 2)
			<-u.room
		}()
		require.True(t, u.enter(t.Context()), "the first has left")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		require.False(t, u.enter(gone))
	})
}
