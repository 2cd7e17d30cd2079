package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// ErrNotFound is wrapped by every read of one row that is not there.
var ErrNotFound = watcher.ErrNotFound

// A Store is an open database. Open is the only door. All methods are safe for
// concurrent use, Migrate and Enqueue excepted.
type Store struct {
	name    string // for people, never with a password
	dialect dialect
	db      *sql.DB // writes; for SQLite its one connection is the single writer
	read    *sql.DB // reads; the same as db on PostgreSQL
	driver  riverdriver.Driver[*sql.Tx]
	log     *slog.Logger
	closers []func() error // run last to first

	keep, keepMatched time.Duration
	readOnly, beside  bool
	locker            *pgx.ConnConfig // what Migrate locks with; nil for SQLite
	enqueue           func(context.Context, *sql.Tx, []watcher.Delivery) error

	mu      sync.Mutex
	written time.Time // when Ping last made sure that the store can be written; guarded by mu
}

var _ watcher.Store = (*Store)(nil)

// Open opens the store that the options name and makes sure that it can be used: that it
// answers, that it can be written and, for SQLite, that no other process has it. It
// creates a SQLite file and its folder, for the owner alone. Errors say what to do and
// never hold a password.
func Open(ctx context.Context, o Options, log *slog.Logger) (*Store, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	o = o.withDefaults()
	dsn, err := o.dsn()
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	d, path, err := splitDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("store: dsn: %w", err)
	}
	s := &Store{
		dialect: d, log: log, readOnly: o.ReadOnly, beside: o.Beside,
		keep: time.Duration(o.Keep), keepMatched: time.Duration(o.KeepMatched),
	}
	if d == postgresDialect {
		err = s.openPostgres(ctx, dsn)
	} else {
		err = s.openSQLite(ctx, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	return s, nil
}

// Name says which database this is, for people.
func (s *Store) Name() string { return s.name }

// Driver is what a River client runs on. Its jobs live in the same database and may be
// inserted in the store's transactions.
func (s *Store) Driver() riverdriver.Driver[*sql.Tx] { return s.driver }

// Enqueue sets how the jobs of deliveries are inserted; set it once, before the first
// write. fn is called inside the transaction that wrote the deliveries, with those that
// were not there before and are Pending; if it fails, nothing is written. It must use
// only tx: on SQLite anything else waits for the connection that tx holds, for ever.
func (s *Store) Enqueue(fn func(ctx context.Context, tx *sql.Tx, ds []watcher.Delivery) error) {
	s.enqueue = fn
}

// pingEvery is how often Ping writes: often enough for a probe, seldom enough for a disk.
const pingEvery = 10 * time.Second

// Ping reports whether the database answers and, seen within the last 10 s, takes what
// is written: a full or read-only disk must show.
func (s *Store) Ping(ctx context.Context) error {
	const (
		read  = `SELECT COUNT(*) FROM channels`
		write = `INSERT INTO heartbeats (name, at) VALUES ('ping', $1) ON CONFLICT (name) DO UPDATE SET at = excluded.at`
	)
	if _, err := one(ctx, s.read, "ping "+s.name, scalar[int], read); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readOnly || time.Since(s.written) < pingEvery {
		return nil
	}
	if _, err := exec(ctx, s.db, write, ms(time.Now())); err != nil {
		return fmt.Errorf("write to %s: %w", s.name, err)
	}
	s.written = time.Now()
	return nil
}

// Close ends all connections and gives back the lock of a SQLite file. River clients on
// the Driver must have stopped.
func (s *Store) Close() error {
	var errs []error
	for _, closer := range slices.Backward(s.closers) {
		errs = append(errs, closer())
	}
	s.closers = nil
	return errors.Join(errs...)
}

func (s *Store) onClose(fn func() error) { s.closers = append(s.closers, fn) }
