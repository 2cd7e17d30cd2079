package config_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/config"
)

func TestWatchTellsOfAChangeOnceTheFilesRest(t *testing.T) {
	dir := t.TempDir()
	changed := make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		config.Watch(ctx, []string{dir}, func() { changed <- struct{}{} }, slog.New(slog.DiscardHandler))
	}()
	name := filepath.Join(dir, "a.yaml")
	require.Eventually(t, func() bool { // the watch is set up in the goroutine
		require.NoError(t, os.WriteFile(name, []byte(time.Now().String()), 0o600))
		select {
		case <-changed:
			return true
		default:
			return false
		}
	}, time.Minute, 300*time.Millisecond)
	cancel()
	<-done
}
