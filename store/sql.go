package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A querier is a pool or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// A scanner is the Scan method of a row.
type scanner = func(...any) error

var (
	sqliteWords   = strings.NewReplacer("LIST($1)", "(SELECT value FROM json_each($1))", "FOR UPDATE SKIP LOCKED", "", "FOR UPDATE", "")
	postgresWords = strings.NewReplacer("LIST($1)", "(SELECT json_array_elements_text(CAST($1 AS json)))")
)

// sql puts the two words of our statements that the databases write differently:
// LIST($1), the members of a JSON array of strings, and FOR UPDATE, with SKIP LOCKED or
// without, which SQLite's single writer does not need.
func (s *Store) sql(query string) string {
	if s.dialect == postgresDialect {
		return postgresWords.Replace(query)
	}
	return sqliteWords.Replace(query)
}

// inTx runs fn in one transaction. On SQLite fn must not use s.db, whose only
// connection tx holds.
func (s *Store) inTx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer stop(tx)
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// inOrder runs fn in one transaction that no other ordered one overlaps, in this
// process or any other. The lock outlives the commit, so who gets it next sees all.
func (s *Store) inOrder(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if s.dialect == postgresDialect {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, orderLock); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// stop ends a transaction that was not committed; after a commit it does nothing.
func stop(tx *sql.Tx) { _ = tx.Rollback() }

// exec runs a statement and says how many rows it changed.
func exec(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// all runs a query and reads every row.
func all[T any](
	ctx context.Context, q querier, read func(scanner) (T, error), query string, args ...any,
) (_ []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var out []T
	for rows.Next() {
		v, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// one runs a query for one row; what says which, for the error if there is none.
func one[T any](
	ctx context.Context, q querier, what string, read func(scanner) (T, error), query string, args ...any,
) (T, error) {
	v, err := read(q.QueryRowContext(ctx, query, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return v, fmt.Errorf("%s: %w", what, err)
	}
	return v, nil
}

// scalar reads a row of one column.
func scalar[T any](scan scanner) (v T, err error) {
	err = scan(&v)
	return v, err
}

// scanJSON reads a row of one JSON column.
func scanJSON[T any](scan scanner) (v T, err error) {
	var text string
	if err := scan(&text); err != nil {
		return v, err
	}
	err = fromJSON(text, &v)
	return v, err
}

// tuples writes n rows of placeholders: "($1, $2), ($3, $4)".
func tuples(n, columns int) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// ms is how a time is kept: milliseconds, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at reads what ms wrote.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// atMost is how many rows a page may have.
const atMost = 1000

// pageSize is a filter's limit: 50 rows unless it says otherwise, never over atMost.
func pageSize(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, atMost)
}

// below is the upper end of a page that ends before a cursor, which 0 does not bound.
func below(before int64) int64 {
	if before == 0 {
		return math.MaxInt64
	}
	return before
}

// page cuts rows that were read with a limit one higher than asked to that limit, and
// returns the cursor of the last row if there were more, else 0.
func page[T any](rows []T, limit int, cursor func(T) int64) ([]T, int64) {
	if len(rows) <= limit {
		return rows, 0
	}
	return rows[:limit], cursor(rows[limit-1])
}

// clean makes text storable: PostgreSQL takes neither NUL nor broken UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// asJSON writes v as JSON text, which has neither NUL nor broken UTF-8.
func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// fromJSON reads what asJSON wrote.
func fromJSON(text string, v any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), v)
}

// list is a JSON array for LIST($1).
func list[T ~string](v []T) string {
	b, _ := json.Marshal(v) // strings always marshal
	return string(b)
}
