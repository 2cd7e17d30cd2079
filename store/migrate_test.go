package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// childVariable makes the test program the process that is going to be killed.
const childVariable = "SANCTIONWATCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		fmt.Fprintln(os.Stderr, holdAndHang(context.Background(), path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

type hangArgs struct{}

func (hangArgs) Kind() string { return "hang" }

type hanger struct {
	river.WorkerDefaults[hangArgs]
	working chan struct{}
}

func (h *hanger) Work(ctx context.Context, _ *river.Job[hangArgs]) error {
	close(h.working)
	<-ctx.Done()
	return ctx.Err()
}

// holdAndHang claims a feed, works on a job, says so and waits to be killed.
func holdAndHang(ctx context.Context, path string) error {
	s, err := store.Open(ctx, sqliteOptions(path), quiet())
	if err != nil {
		return err
	}
	h := &hanger{working: make(chan struct{})}
	workers := river.NewWorkers()
	river.AddWorker(workers, h)
	if err := errors.Join(s.Migrate(ctx), s.Sync(ctx, []watcher.Feed{{ID: "belta", URL: "https://belta.example"}})); err != nil {
		return err
	}
	c, err := river.NewClient(s.Driver(), &river.Config{
		Logger: quiet(), Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
	})
	if err != nil {
		return err
	}
	if _, err := c.Insert(ctx, hangArgs{}, &river.InsertOpts{MaxAttempts: 1}); err != nil {
		return err
	}
	if _, err := s.Claim(ctx, "child", 1, time.Hour); err != nil {
		return err
	}
	if err := c.Start(ctx); err != nil {
		return err
	}
	<-h.working
	fmt.Println("working")
	select {}
}

func TestAKilledProcessLeavesNothingHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "working\n", line)
	require.Contains(t, refused(t, sqliteOptions(path)), fmt.Sprintf("in use by process %d", child.Process.Pid))
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	s, err := store.Open(t.Context(), sqliteOptions(path), quiet())
	require.NoError(t, err, "the lock went with the process")
	defer s.Close()
	require.Equal(t, rivertype.JobStateRunning, onlyJob(t, s).State)
	got, err := s.Claim(t.Context(), "a", 1, time.Minute)
	require.NoError(t, err)
	require.Empty(t, got)
	require.NoError(t, s.Migrate(t.Context()))
	j := onlyJob(t, s)
	require.Equal(t, rivertype.JobStateAvailable, j.State)
	require.Zero(t, j.Attempt, "its last attempt is given again")
	got, err = s.Claim(t.Context(), "a", 1, time.Minute)
	require.NoError(t, err)
	require.Len(t, got, 1)
}

func onlyJob(t *testing.T, s *store.Store) *rivertype.JobRow {
	c, err := river.NewClient(s.Driver(), &river.Config{})
	require.NoError(t, err)
	res, err := c.JobList(t.Context(), river.NewJobListParams())
	require.NoError(t, err)
	require.Len(t, res.Jobs, 1)
	return res.Jobs[0]
}

func TestMigrateMayRunAgain(t *testing.T) {
	s := openSQLite(t)
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{{ID: "a", Seen: time.Now()}}))
	require.NoError(t, s.Migrate(t.Context()))
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, c.Items)
}

func TestMigrateRefusesADatabaseOfANewerProgram(t *testing.T) {
	for name, c := range map[string]struct{ statement, want string }{
		"ours":  {"INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)", "schema version 999 is newer than this program"},
		"river": {"INSERT INTO river_migration (line, version) VALUES ('main', 998)", "job schema version 998 is newer than this program"},
	} {
		path := filepath.Join(t.TempDir(), name+".db")
		require.NoError(t, openMigrated(t, sqliteOptions(path)).Close())
		edit(t, path, c.statement)
		s, err := store.Open(t.Context(), sqliteOptions(path), quiet())
		require.NoError(t, err)
		require.ErrorContains(t, s.Migrate(t.Context()), c.want)
		require.NoError(t, s.Close())
	}
}

func TestAReaderRefusesAnotherSchema(t *testing.T) {
	o := sqliteOptions(filepath.Join(t.TempDir(), "x.db"))
	path := o.DSN[len("sqlite:"):]
	check := func() error {
		r := o
		r.ReadOnly = true
		s, err := store.Open(t.Context(), r, quiet())
		require.NoError(t, err)
		defer s.Close()
		return s.Migrate(t.Context())
	}
	require.NoError(t, openMigrated(t, o).Close())
	require.NoError(t, check())
	edit(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)")
	require.ErrorContains(t, check(), "is newer than this program")
	edit(t, path, "DELETE FROM goose_db_version WHERE version_id > 0")
	require.ErrorContains(t, check(), "run sanctionwatch migrate")
}

// migrateLock is the advisory lock that a migration holds. It must never change: a replica
// of another version takes the same one.
const migrateLock = 0x7377_0001

func TestReplicasMigrateOneAfterTheOther(t *testing.T) {
	o := postgresOptions(t)
	conn, err := pgx.Connect(t.Context(), o.DSN)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "SELECT pg_advisory_lock($1)", migrateLock)
	require.NoError(t, err)

	var wg sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		wg.Go(func() {
			s, err := store.Open(t.Context(), o, quiet())
			if err == nil {
				err = errors.Join(s.Migrate(t.Context()), s.Close())
			}
			errs[i] = err
		})
	}
	count := func(query string, args ...any) (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(&n))
		return n
	}
	const waiting = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
	require.Eventually(t, func() bool { return count(waiting, migrateLock) >= len(errs) }, 30*time.Second, 10*time.Millisecond)
	require.Zero(t, count("SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('goose_db_version')"), "nobody has begun")
	_, err = conn.Exec(t.Context(), "SELECT pg_advisory_unlock($1)", migrateLock)
	require.NoError(t, err)
	wg.Wait()
	require.NoError(t, errors.Join(errs...))

	_, err = conn.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)")
	require.NoError(t, err)
	s, err := store.Open(t.Context(), o, quiet())
	require.NoError(t, err)
	defer s.Close()
	require.ErrorContains(t, s.Migrate(t.Context()), "schema version 999 is newer")
}

func TestReplicasShareOneOrder(t *testing.T) {
	o := postgresOptions(t)
	replicas := []*store.Store{openMigrated(t, o), openMigrated(t, o)}
	var wg sync.WaitGroup
	errs := make([]error, len(replicas))
	for i, s := range replicas {
		wg.Go(func() {
			for n := range 25 {
				errs[i] = errors.Join(errs[i], s.Order(t.Context(), func(l watcher.Ledger) error {
					members, err := l.Members(0, time.Time{})
					if err != nil {
						return err
					}
					st := watcher.Story{ID: "story", Items: len(members) + 1}
					if len(members) > 0 {
						if st, err = l.Story("story"); err != nil {
							return err
						}
						st.Items++
					}
					it := watcher.Item{ID: watcher.ItemID(fmt.Sprint("item-", i, "-", n)), Seen: time.Now()}
					return l.Write(watcher.Record{Item: it, Story: st})
				}))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	st, err := replicas[0].Story(t.Context(), "story")
	require.NoError(t, err)
	require.Equal(t, 50, st.Items)
}

func TestRiverWorksJobsOfTheOutbox(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, s *store.Store) {
		h := &hanger{working: make(chan struct{})}
		workers := river.NewWorkers()
		river.AddWorker(workers, h)
		c, err := river.NewClient(s.Driver(), &river.Config{
			Logger: quiet(), Workers: workers, FetchCooldown: 20 * time.Millisecond, FetchPollInterval: time.Hour,
			Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
		})
		require.NoError(t, err)
		s.Enqueue(func(ctx context.Context, tx *sql.Tx, _ []watcher.Delivery) error {
			_, err := c.InsertTx(ctx, tx, hangArgs{}, nil)
			return err
		})
		require.NoError(t, c.Start(t.Context()))
		defer func() { require.NoError(t, c.StopAndCancel(context.Background())) }()
		st, a := watcher.Story{ID: "s"}, watcher.Alert{ID: "a", Story: watcher.Story{ID: "s"}}
		d := watcher.Delivery{ID: "d", AlertID: "a", StoryID: "s", Channel: "desk", Kind: watcher.Post, State: watcher.Pending}
		require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
			return l.Write(watcher.Record{Item: watcher.Item{ID: "i"}, Story: st, Alert: &a, Deliveries: []watcher.Delivery{d}})
		}))
		select {
		case <-h.working: // by its notice: the poll comes once an hour
		case <-time.After(30 * time.Second):
			require.Fail(t, "the job was not worked")
		}
	})
}
