package schedule_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

func database(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "t.db")+"?_pragma=journal_mode(WAL)&_txlock=immediate")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	m, err := rivermigrate.New(riversqlite.New(db), nil)
	require.NoError(t, err)
	_, err = m.Migrate(t.Context(), rivermigrate.DirectionUp, nil)
	require.NoError(t, err)
	return db
}

// sent records what deliver was called with.
type sent struct {
	mu  sync.Mutex
	ids []watcher.DeliveryID
}

func (s *sent) add(id watcher.DeliveryID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids = append(s.ids, id)
	n := 0
	for _, x := range s.ids {
		if x == id {
			n++
		}
	}
	return n
}

func (s *sent) list() []watcher.DeliveryID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]watcher.DeliveryID(nil), s.ids...)
}

func start(t *testing.T, e *schedule.Engine) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-done)
	}
}

func enqueue(t *testing.T, db *sql.DB, e *schedule.Engine, commit bool, ds ...watcher.Delivery) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, e.Enqueue(t.Context(), tx, ds))
	if commit {
		require.NoError(t, tx.Commit())
		return
	}
	require.NoError(t, tx.Rollback())
}

func TestEngineDeliversWhatWasCommittedInOrderOncePerChannel(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
	db, got := database(t), &sent{}
	e, err := schedule.NewEngine(riversqlite.New(db), "test", nil, func(_ context.Context, id watcher.DeliveryID) error {
		got.add(id)
		return nil
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, e.Channels([]string{"desk", "desk"}))
	enqueue(t, db, e, false, watcher.Delivery{ID: "rolled-back", Channel: "desk"})
	for _, id := range []watcher.DeliveryID{"a", "b", "c", "d", "e"} {
		enqueue(t, db, e, true, watcher.Delivery{ID: id, Channel: "desk"})
	}
	enqueue(t, db, e, true, watcher.Delivery{ID: "a", Channel: "desk"}) // a second job for the same delivery
	stop := start(t, e)
	require.Eventually(t, func() bool { return len(got.list()) >= 5 }, time.Minute, 10*time.Millisecond)
	require.NoError(t, e.Channels([]string{"late"}))
	enqueue(t, db, e, true, watcher.Delivery{ID: "x", Channel: "late"})
	require.Eventually(t, func() bool { return len(got.list()) >= 6 }, time.Minute, 10*time.Millisecond)
	stop()
	require.Equal(t, []watcher.DeliveryID{"a", "b", "c", "d", "e", "x"}, got.list())
}

func TestEngineCallsAgainWhenToldTo(t *testing.T) {
	db, got := database(t), &sent{}
	e, err := schedule.NewEngine(riversqlite.New(db), "test", nil, func(_ context.Context, id watcher.DeliveryID) error {
		if got.add(id) < 30 { // more often than River's own limit of 25 attempts
			return &watcher.RetryError{After: time.Millisecond, Err: errors.New("busy")}
		}
		return nil
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, e.Channels([]string{"desk"}))
	enqueue(t, db, e, true, watcher.Delivery{ID: "a", Channel: "desk"})
	stop := start(t, e)
	require.Eventually(t, func() bool { return len(got.list()) >= 30 }, 2*time.Minute, 10*time.Millisecond)
	stop()
}

func TestSlowChannelHoldsNobodyElseUp(t *testing.T) {
	db, got := database(t), &sent{}
	release := make(chan struct{})
	e, err := schedule.NewEngine(riversqlite.New(db), "test", nil, func(_ context.Context, id watcher.DeliveryID) error {
		if id == "stuck" {
			<-release
		}
		got.add(id)
		return nil
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, e.Channels([]string{"slow", "fast"}))
	enqueue(t, db, e, true, watcher.Delivery{ID: "stuck", Channel: "slow"}, watcher.Delivery{ID: "quick", Channel: "fast"})
	stop := start(t, e)
	require.Eventually(t, func() bool { return len(got.list()) == 1 }, time.Minute, 10*time.Millisecond)
	require.Equal(t, []watcher.DeliveryID{"quick"}, got.list())
	close(release)
	stop()
	require.Contains(t, got.list(), watcher.DeliveryID("stuck"), "what is under way ends before the engine does")
}

func TestPeriodicTasksRun(t *testing.T) {
	db := database(t)
	ran := make(chan struct{}, 100)
	every, err := schedule.Parse("@every 10s")
	require.NoError(t, err)
	e, err := schedule.NewEngine(riversqlite.New(db), "test", []schedule.Task{{
		Name: "prune", Schedule: soon{every}, Run: func(context.Context) error { ran <- struct{}{}; return nil },
	}}, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, []string{"prune"}, e.Tasks())
	stop := start(t, e)
	<-ran
	<-ran
	stop()
}

// soon turns a schedule into one that is due all the time.
type soon struct {
	schedule interface{ Next(time.Time) time.Time }
}

func (soon) Next(t time.Time) time.Time { return t.Add(100 * time.Millisecond) }
