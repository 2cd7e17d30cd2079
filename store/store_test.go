package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/store/storetest"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// postgresVariable holds the address of a PostgreSQL where the tests may make schemas.
const postgresVariable = "SANCTIONWATCH_TEST_POSTGRES"

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return openSQLite(t) })
}

func TestPostgreSQL(t *testing.T) {
	needPostgres(t)
	storetest.Run(t, func(t *testing.T) *store.Store { return openMigrated(t, postgresOptions(t)) })
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func openSQLite(t testing.TB) *store.Store {
	return openMigrated(t, sqliteOptions(filepath.Join(t.TempDir(), "test.db")))
}

func sqliteOptions(path string) store.Options { return store.Options{DSN: "sqlite:" + path} }

func openMigrated(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o, quiet())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	return s
}

func needPostgres(t testing.TB) string {
	dsn := os.Getenv(postgresVariable)
	if dsn == "" {
		t.Skip(postgresVariable + " is not set: PostgreSQL is not tested")
	}
	return dsn
}

// postgresOptions makes a schema for the test, which is dropped when it ends.
func postgresOptions(t testing.TB) store.Options {
	t.Helper()
	u, err := url.Parse(needPostgres(t))
	require.NoError(t, err)
	schema := fmt.Sprintf("sw_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	admin := func(ctx context.Context, query string) {
		conn, err := pgx.Connect(ctx, u.String())
		require.NoError(t, err)
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, query)
		require.NoError(t, err)
	}
	admin(t.Context(), "CREATE SCHEMA "+schema)
	t.Cleanup(func() { admin(context.Background(), "DROP SCHEMA "+schema+" CASCADE") })
	own := *u
	q := own.Query()
	q.Set("search_path", schema)
	own.RawQuery = q.Encode()
	return store.Options{DSN: own.String()}
}

// onBothDatabases runs a test on every database there is.
func onBothDatabases(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, openMigrated(t, postgresOptions(t))) })
}

func TestASightingKeepsAnItemFromBeingForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := openMigrated(t, sqliteOptions(path))
	items := []watcher.Item{{ID: "shown", Seen: time.Now()}, {ID: "left out", Seen: time.Now()}}
	require.NoError(t, s.Archive(t.Context(), items))
	require.NoError(t, s.Close())
	edit(t, path, "UPDATE items SET shown = 1") // long ago

	s = openMigrated(t, sqliteOptions(path))
	got, err := s.Sightings(t.Context(), items[:1])
	require.NoError(t, err)
	require.Equal(t, []watcher.Sighting{watcher.Known}, got)
	p, err := s.Prune(t.Context(), time.Now())
	require.NoError(t, err)
	require.Equal(t, store.Pruned{Items: 1}, p)
	got, err = s.Sightings(t.Context(), items)
	require.NoError(t, err)
	require.Equal(t, []watcher.Sighting{watcher.Known, watcher.Unknown}, got)
}
