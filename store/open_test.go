package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// refused opens a store that cannot be opened and returns what the operator reads.
func refused(t *testing.T, o store.Options) string {
	t.Helper()
	s, err := store.Open(t.Context(), o, quiet())
	require.Error(t, err)
	require.Nil(t, s)
	return err.Error()
}

func TestOpenMakesTheFileForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	path := filepath.Join(dir, "odd name %41 #1?.db")
	s := openMigrated(t, sqliteOptions(path))
	require.Equal(t, "sqlite "+path, s.Name())
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{{ID: "a", Seen: time.Now()}}))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, names, 4, "the file, its log and shared memory, the lock")
	for _, n := range append(names, dir) {
		st, err := os.Stat(n)
		require.NoError(t, err)
		if runtime.GOOS != "windows" {
			require.Zero(t, st.Mode().Perm()&0o077, n)
		}
	}
}

func TestOpenReadsTheAddressFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dsn")
	require.NoError(t, os.WriteFile(file, []byte("sqlite:"+filepath.Join(t.TempDir(), "x.db")+"\n"), 0o600))
	openMigrated(t, store.Options{DSNFile: file})
	require.Contains(t, refused(t, store.Options{DSNFile: file + "x"}), "read dsn_file")
	require.NoError(t, os.WriteFile(file, []byte(" \n"), 0o600))
	require.Contains(t, refused(t, store.Options{DSNFile: file}), "is empty")
}

func TestOpenSaysWhatIsWrongWithTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("no database at all ", 500)), 0o600))
	foreign := filepath.Join(dir, "foreign.db")
	edit(t, foreign, "PRAGMA application_id = 1", "CREATE TABLE t (a)")
	for path, want := range map[string]string{
		dir:                         "is a folder: let store.dsn name a file in it",
		file:                        "is damaged or no SQLite database: restore it from a backup",
		filepath.Join(file, "x.db"): "make " + file + " a folder that this user may write",
		foreign:                     "was made by another program: let store.dsn name a file of its own",
	} {
		require.Contains(t, refused(t, sqliteOptions(path)), want)
	}
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(b, []byte("no database")), "the file is left as it was")
}

func TestOpenSaysThatAFolderIsNotWritable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere: the refusal of a folder cannot be made")
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	require.Contains(t, refused(t, sqliteOptions(filepath.Join(dir, "x.db"))), "let this user write the file and the folder "+dir)
	require.Contains(t, refused(t, sqliteOptions(filepath.Join(dir, "sub", "x.db"))), "a folder that this user may write")
}

func TestOpenNamesTheProcessThatHasTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(t.Context(), sqliteOptions(path), quiet())
	require.NoError(t, err)
	link := filepath.Join(t.TempDir(), "link.db")
	require.NoError(t, os.Symlink(path, link))
	for _, name := range []string{path, link} {
		require.Contains(t, refused(t, sqliteOptions(name)), "in use by process "+strconv.Itoa(os.Getpid()))
	}
	require.NoError(t, s.Close())
	s, err = store.Open(t.Context(), sqliteOptions(path), quiet())
	require.NoError(t, err, "after Close it can be opened again")
	require.NoError(t, s.Close())
}

func TestOpenSaysThatAnotherProgramLocksTheDatabase(t *testing.T) {
	t.Parallel() // it waits for the busy timeout
	path := filepath.Join(t.TempDir(), "x.db")
	openMigrated(t, sqliteOptions(path)).Close()
	db, err := sql.Open("sqlite", path+"?_txlock=immediate")
	require.NoError(t, err)
	defer db.Close()
	tx, err := db.Begin()
	require.NoError(t, err)
	require.Contains(t, refused(t, sqliteOptions(path)), "is locked by another program, such as a backup")
	require.NoError(t, tx.Rollback())
	openMigrated(t, sqliteOptions(path))
}

func TestAReaderWorksBesideTheWriter(t *testing.T) {
	o := sqliteOptions(filepath.Join(t.TempDir(), "x.db"))
	if os.Getenv(postgresVariable) != "" {
		t.Run("postgres", func(t *testing.T) { readBeside(t, postgresOptions(t)) })
	}
	reader := o
	reader.ReadOnly = true
	require.Contains(t, refused(t, reader), "there is no database")
	readBeside(t, o)
}

func readBeside(t *testing.T, o store.Options) {
	s := openMigrated(t, o)
	it := watcher.Item{ID: "a", FeedID: "f", Title: "A title", Seen: time.UnixMilli(1).UTC()}
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	o.ReadOnly = true
	r := openMigrated(t, o)
	got, err := r.Item(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, it, got)
	require.Error(t, r.Archive(t.Context(), []watcher.Item{it}))
	it.Title = "Another"
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	got, err = r.Item(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, it, got)
}

func TestAChangeBesideTheDaemonTakesNothingFromIt(t *testing.T) {
	o := sqliteOptions(filepath.Join(t.TempDir(), "x.db"))
	if os.Getenv(postgresVariable) != "" {
		t.Run("postgres", func(t *testing.T) { changeBeside(t, postgresOptions(t)) })
	}
	beside := o
	beside.Beside = true
	require.Contains(t, refused(t, beside), "there is no database")
	changeBeside(t, o)
	edit(t, o.DSN[len("sqlite:"):], "DELETE FROM goose_db_version WHERE version_id > 0")
	s, err := store.Open(t.Context(), beside, quiet())
	require.NoError(t, err)
	defer s.Close()
	require.ErrorContains(t, s.Migrate(t.Context()), "is older than this program's", "the daemon migrates, not a verb beside it")
}

func changeBeside(t *testing.T, o store.Options) {
	daemon, err := store.Open(t.Context(), o, quiet())
	require.NoError(t, err)
	defer daemon.Close()
	require.NoError(t, daemon.Migrate(t.Context()))
	require.NoError(t, daemon.Sync(t.Context(), []watcher.Feed{{ID: "belta", URL: "https://belta.example"}}))
	got, err := daemon.Claim(t.Context(), "daemon", 1, time.Hour)
	require.NoError(t, err)
	require.Len(t, got, 1)
	o.Beside = true
	verb := openMigrated(t, o)
	record := func(s *store.Store, id watcher.ItemID, story watcher.StoryID) error {
		return s.Order(t.Context(), func(l watcher.Ledger) error {
			return l.Write(watcher.Record{Item: watcher.Item{ID: id, Seen: time.Now()}, Story: watcher.Story{ID: story, Items: 1}})
		})
	}
	var wg sync.WaitGroup
	var errs [2]error
	for i, s := range []*store.Store{daemon, verb} {
		wg.Go(func() {
			for n := range 50 {
				id := fmt.Sprint(i, "-", n)
				errs[i] = errors.Join(errs[i], record(s, watcher.ItemID(id), watcher.StoryID(id)))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs[:]...), "they wait for each other")
	c, err := daemon.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 100, c.Stories)
	_, err = verb.Merge(t.Context(), "0-0", "1-0")
	require.NoError(t, err)
	got, err = daemon.Claim(t.Context(), "other", 1, time.Hour)
	require.NoError(t, err)
	require.Empty(t, got, "its claim is still its own")
}

func TestNoErrorHoldsThePassword(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, dsn := range []string{
		"postgres://u:s3cret@127.0.0.1:1/d",
		"postgres://u:s3cret%zz@127.0.0.1:1/d",
		"postgres://u:s3cret@host:port/d",
		"postgres://u:s3cret@[::1/d",
		"postgres://u:%s3cret@h/d",
		"postgres://u@h/d?password=s3cret&sslmode=odd",
		"postgres://u:s3cret@127.0.0.1:1/d?pool_max_conns=1",
		"postgresql:u:s3cret@h",
		"mysql://u:s3cret@h/d",
	} {
		var log bytes.Buffer
		_, err := store.Open(ctx, store.Options{DSN: dsn}, slog.New(slog.NewTextHandler(&log, nil)))
		require.Error(t, err, dsn)
		require.NotContains(t, err.Error(), "s3cret")
		require.NotContains(t, log.String(), "s3cret")
		require.Contains(t, err.Error(), "dsn")
	}
}

func TestOpenSaysWhatIsWrongWithPostgreSQL(t *testing.T) {
	require.Contains(t, refused(t, store.Options{DSN: "postgres://u@127.0.0.1:1/d"}), "postgres 127.0.0.1:1/d does not answer: start it")
	u, err := url.Parse(needPostgres(t))
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", "there_is_no_such_schema")
	u.RawQuery = q.Encode()
	require.Contains(t, refused(t, store.Options{DSN: u.String()}), "may not create tables")
	u.Path = "/there_is_no_such_database"
	require.Contains(t, refused(t, store.Options{DSN: u.String()}), "there is no such database: create it with createdb")
}

// edit runs statements on a SQLite file that no store has open.
func edit(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	for _, s := range statements {
		_, err := db.Exec(s)
		require.NoError(t, err)
	}
}
