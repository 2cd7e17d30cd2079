package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The settings of SQLite's connections. FULL makes a commit outlive a power cut; a log
// over 64 MiB is cut down when it is written back; FULL and the write lock at BEGIN cost
// the reader nothing, which cannot write at all.
const (
	sqliteBoth = "_busy_timeout=5000&_foreign_keys=1&_defensive=1&_pragma=temp_store(memory)&_pragma=cache_size(-16000)"

	sqliteWriter = "?mode=rwc&_txlock=immediate&_journal_mode=WAL&_synchronous=FULL" +
		"&_pragma=journal_size_limit(67108864)&" + sqliteBoth
	sqliteReader = "?mode=rw&_txlock=deferred&_query_only=1&" + sqliteBoth
)

// sqliteReaders is how many reads may run beside the writer.
const sqliteReaders = 4

func (s *Store) openSQLite(ctx context.Context, path string) error {
	s.name = "sqlite " + path
	if s.readOnly || s.beside {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database %s yet: start sanctionwatch once, or correct store.dsn", path)
		}
	}
	if s.readOnly {
		if err := s.openSQLiteReader(ctx, path); err != nil {
			return sqliteCure(path, err)
		}
		s.db, s.driver = s.read, riversqlite.New(s.read)
		return nil
	}
	if !s.beside {
		if err := s.takeFile(path); err != nil {
			return err
		}
	}
	if err := s.openSQLiteWriter(ctx, path); err != nil {
		return sqliteCure(path, err)
	}
	if err := s.openSQLiteReader(ctx, path); err != nil {
		return sqliteCure(path, err)
	}
	s.driver = riversqlite.New(s.db)
	return nil
}

// takeFile makes the file, if there is none, and keeps other daemons from it.
func (s *Store) takeFile(path string) error {
	if err := createFile(path); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(path) // one lock, by whatever name the file is opened
	if err != nil {
		return fmt.Errorf("database %s: %w", path, err)
	}
	unlock, err := lockFile(real + ".lock")
	if err != nil {
		return fmt.Errorf("database %s: %w", path, err)
	}
	s.onClose(unlock)
	return nil
}

// createFile makes the database's file and folder, for the owner alone, before SQLite
// would make the file for everybody.
func createFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create the folder of database %s: %w: make %s a folder that this user may write, or correct store.dsn", path, err, dir)
	}
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return fmt.Errorf("database %s is a folder: let store.dsn name a file in it, such as sqlite:%s", path, filepath.Join(path, "sanctionwatch.db"))
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("database %s cannot be written: %w: let this user write the file and the folder %s, or correct store.dsn", path, err, dir)
	}
	return f.Close()
}

func (s *Store) openSQLiteWriter(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", sqliteURI(path)+sqliteWriter)
	if err != nil {
		return err
	}
	s.onClose(db.Close)
	s.db = db
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	db.SetConnMaxLifetime(0)
	// To set a header field to what it is makes SQLite write a page of the file.
	return s.inTx(ctx, func(tx *sql.Tx) error {
		var app int64
		if err := tx.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&app); err != nil {
			return err
		}
		if app != 0 && app != sqliteApplication {
			return errOtherProgram
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, sqliteApplication))
		return err
	})
}

// sqliteApplication marks our files: "swdb" in ASCII.
const sqliteApplication = 0x73776462

var errOtherProgram = errors.New("it was made by another program")

func (s *Store) openSQLiteReader(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", sqliteURI(path)+sqliteReader)
	if err != nil {
		return err
	}
	s.onClose(db.Close)
	s.read = db
	db.SetMaxOpenConns(sqliteReaders)
	db.SetMaxIdleConns(sqliteReaders)
	var n int
	return db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master`).Scan(&n)
}

func sqliteURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
}

// sqliteCure adds to an error of SQLite what an operator can do.
func sqliteCure(path string, err error) error {
	if errors.Is(err, errOtherProgram) {
		return fmt.Errorf("database %s: %w: let store.dsn name a file of its own", path, err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("database %s: %w", path, err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("database %s is damaged or no SQLite database: restore it from a backup, or move it away to start anew: %w", path, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("database %s is locked by another program, such as a backup or the sqlite3 shell: end it and start again: %w", path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("database %s cannot be written: let this user write the file and the folder %s: %w", path, filepath.Dir(path), err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("database %s: the disk is full: make room and start again: %w", path, err)
	}
	return fmt.Errorf("database %s: %w", path, err)
}
