package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations
var migrations embed.FS

// migrateLock and orderLock are our keys among a database's advisory locks.
const (
	migrateLock = 0x7377_0001
	orderLock   = 0x7377_0002
)

// Migrate brings our tables and River's to the newest version. On PostgreSQL both steps
// run under one lock, so that replicas may start together. A database of a newer
// program is refused and left as it is. On SQLite, where the file lock proves that no
// other process is at work, it then gives back what a killed one held: its jobs run
// again at once and its feeds can be claimed.
//
// Of a store that was opened for reading, or beside another process, it only checks that the
// version is right.
func (s *Store) Migrate(ctx context.Context) error {
	if s.readOnly || s.beside {
		return s.requireCurrent(ctx)
	}
	unlock, err := s.lockMigrations(ctx)
	if err != nil {
		return fmt.Errorf("migrate %s: lock: %w", s.name, err)
	}
	defer unlock()
	ours, err := s.ourMigrations()
	if err != nil {
		return fmt.Errorf("migrate %s: %w", s.name, err)
	}
	river, err := rivermigrate.New(s.driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("migrate %s: job engine: %w", s.name, err)
	}
	if err := s.refuseNewer(ctx, ours, river); err != nil {
		return fmt.Errorf("migrate %s: %w", s.name, err)
	}
	done, err := ours.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", s.name, err)
	}
	more, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("migrate %s: job engine: %w", s.name, err)
	}
	if len(done)+len(more.Versions) > 0 {
		s.log.Info("database migrated", "database", s.name, "steps", len(done), "job_steps", len(more.Versions))
	}
	if s.dialect == postgresDialect {
		return nil
	}
	if err := s.sweep(ctx); err != nil {
		return fmt.Errorf("sweep %s: %w", s.name, err)
	}
	return nil
}

func (s *Store) ourMigrations() (*goose.Provider, error) {
	d, dir := goose.DialectSQLite3, "migrations/sqlite"
	if s.dialect == postgresDialect {
		d, dir = goose.DialectPostgres, "migrations/postgres"
	}
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(d, s.db, files, goose.WithDisableGlobalRegistry(true))
}

// lockMigrations takes the session lock on a connection outside the pools, which goose
// and River need while it is held; to close the connection gives the lock back.
func (s *Store) lockMigrations(ctx context.Context) (unlock func(), err error) {
	if s.locker == nil {
		return func() {}, nil
	}
	conn, err := pgx.ConnectConfig(ctx, s.locker)
	if err != nil {
		return nil, postgresCure(s.name, err)
	}
	unlock = func() { _ = conn.Close(context.WithoutCancel(ctx)) }
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrateLock); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// refuseNewer compares the database's versions with those this program knows.
func (s *Store) refuseNewer(
	ctx context.Context, ours *goose.Provider, river *rivermigrate.Migrator[*sql.Tx],
) error {
	have, know, err := ours.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > know {
		return newerError("schema", have, know)
	}
	all := river.AllVersions()
	newest := int64(all[len(all)-1].Version)
	if have, err = s.riverVersion(ctx); err != nil {
		return fmt.Errorf("job engine: %w", err)
	}
	if have > newest {
		return newerError("job schema", have, newest)
	}
	return nil
}

// riverVersion is the version of River's tables, 0 if there are none. River's own look-up
// fails on a version it does not know.
func (s *Store) riverVersion(ctx context.Context) (int64, error) {
	const (
		lite = `SELECT COUNT(*) FROM sqlite_master WHERE name = 'river_migration'`
		post = `SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('river_migration')`
		last = `SELECT COALESCE(MAX(version), 0) FROM river_migration`
	)
	there := lite
	if s.dialect == postgresDialect {
		there = post
	}
	n, err := one(ctx, s.db, "look for river_migration", scalar[int], there)
	if err != nil || n == 0 {
		return 0, err
	}
	return one(ctx, s.db, "read river_migration", scalar[int64], last)
}

// requireCurrent refuses a database that a reader of this version would misread.
func (s *Store) requireCurrent(ctx context.Context) error {
	ours, err := s.ourMigrations()
	if err != nil {
		return fmt.Errorf("check %s: %w", s.name, err)
	}
	have, know, err := ours.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("check %s: %w", s.name, err)
	case have > know:
		return fmt.Errorf("check %s: %w", s.name, newerError("schema", have, know))
	case have < know:
		return fmt.Errorf("check %s: schema version %d is older than this program's %d: run sanctionwatch migrate", s.name, have, know)
	}
	return nil
}

func newerError(what string, have, know int64) error {
	return fmt.Errorf("%s version %d is newer than this program, which knows %d: run the newer sanctionwatch, or restore the backup made before it ran", what, have, know)
}

// sweep gives back what a process held that was killed on this SQLite file. A job that
// was in its last attempt gets one more: the kill was not its fault.
func (s *Store) sweep(ctx context.Context) error {
	const (
		freeJobs = `UPDATE river_job SET state = 'available', attempt = MIN(attempt, max_attempts - 1)
			WHERE state = 'running'`
		dropLeader = `DELETE FROM river_leader`
		freeFeeds  = `UPDATE feeds SET lease_owner = '', lease_until = 0 WHERE lease_owner <> ''`
	)
	var jobs, feeds int64
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var errs [3]error
		jobs, errs[0] = exec(ctx, tx, freeJobs)
		_, errs[1] = exec(ctx, tx, dropLeader)
		feeds, errs[2] = exec(ctx, tx, freeFeeds)
		return errors.Join(errs[:]...)
	})
	if jobs+feeds > 0 && err == nil {
		s.log.Info("took back the work of a process that was killed", "jobs", jobs, "feeds", feeds)
	}
	return err
}
