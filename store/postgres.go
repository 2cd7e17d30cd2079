package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// postgresConns is how many connections a replica opens at most, unless the DSN says
// pool_max_conns. Fewer than four could make Order and River wait for each other.
const (
	postgresConns    = 16
	postgresMinConns = 4
)

// openTimeout is how long a PostgreSQL may take to answer for the first time.
const openTimeout = 15 * time.Second

func (s *Store) openPostgres(ctx context.Context, dsn string) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil { // its text may hold the password
		return errors.New(`store.dsn is not understood: write "postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require", with signs such as @ : / ? # % in the password as %40 and so on`)
	}
	c := cfg.ConnConfig
	s.name = fmt.Sprintf("postgres %s/%s", net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), c.Database)
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = postgresConns
	}
	if cfg.MaxConns < postgresMinConns {
		return fmt.Errorf("%s: pool_max_conns in store.dsn is %d: allow %d or more", s.name, cfg.MaxConns, postgresMinConns)
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "sanctionwatch"
	}
	bounded(c.RuntimeParams)
	// An order must see what was committed while it waited for its lock: a database, user or
	// DSN whose default is a snapshot, taken before the wait, would make two stories of one.
	c.RuntimeParams["default_transaction_isolation"] = "read committed"
	if s.readOnly {
		c.RuntimeParams["default_transaction_read_only"] = "on"
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return postgresCure(s.name, err)
	}
	s.onClose(func() error { pool.Close(); return nil })

	// LISTEN needs a connection of its own, which River takes out of this pool.
	listen := cfg.Copy()
	listen.MaxConns, listen.MinConns, listen.MinIdleConns = 1, 0, 0
	listener, err := pgxpool.NewWithConfig(ctx, listen)
	if err != nil {
		return postgresCure(s.name, err)
	}
	s.onClose(func() error { listener.Close(); return nil })

	db := stdlib.OpenDBFromPool(pool)
	s.onClose(db.Close)
	s.db, s.read, s.locker = db, db, c.Copy()
	delete(s.locker.RuntimeParams, "lock_timeout") // another replica's migration may take its time
	s.driver = riverdatabasesql.NewWithPgxListener(db, listener)
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	return s.probe(ctx)
}

// bounded keeps a replica that stopped or lost its network from holding up the others:
// the server ends its transaction, gives up a wait for its lock, and notices that it is
// gone. What store.dsn says stands.
func bounded(params map[string]string) {
	for name, value := range map[string]string{
		"idle_in_transaction_session_timeout": "15s",
		"lock_timeout":                        "20s",
		"tcp_keepalives_idle":                 "15",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
	} {
		if params[name] == "" {
			params[name] = value
		}
	}
}

// probe makes sure that the database answers, can be written, and is not too old.
func (s *Store) probe(ctx context.Context) error {
	const settings = `SELECT current_setting('server_version_num')::bigint,
		current_setting('server_version'),
		pg_is_in_recovery(),
		COALESCE(current_schema(), '') <> '' AND has_schema_privilege(current_schema(), 'CREATE')`
	var num int64
	var version string
	var standby, create bool
	if err := s.db.QueryRowContext(ctx, settings).Scan(&num, &version, &standby, &create); err != nil {
		return postgresCure(s.name, err)
	}
	switch {
	case num < 13_00_00:
		return fmt.Errorf("%s is version %s: 13 or newer is needed", s.name, version)
	case s.readOnly:
		return nil
	case standby:
		return fmt.Errorf("%s is a standby and cannot be written: let store.dsn name the primary", s.name)
	case !create:
		return fmt.Errorf("%s: this user may not create tables: GRANT CREATE ON SCHEMA public, or give it a schema and add search_path=SCHEMA to store.dsn", s.name)
	}
	return nil
}

// postgresCure turns an error of the first connection into one that says what to do.
// pgconn's own texts name user, host and database, never the password.
func postgresCure(name string, err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "28P01", "28000":
			return fmt.Errorf("%s refuses this user or password: correct store.dsn: %s", name, e.Message)
		case "3D000":
			return fmt.Errorf("%s: there is no such database: create it with createdb, or correct store.dsn", name)
		case "53300":
			return fmt.Errorf("%s has no connection left: raise max_connections or lower pool_max_conns in store.dsn", name)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	if c, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		why, _, _ := strings.Cut(c.Unwrap().Error(), "\n") // pgx repeats itself for each try
		return fmt.Errorf("%s does not answer: start it, or correct store.dsn: %s", name, why)
	}
	return fmt.Errorf("%s: %w", name, err)
}
