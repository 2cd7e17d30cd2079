package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Counts says how much is in the store.
type Counts struct {
	Feeds      int // in the plan
	Items      int // archived, matched or not
	Matched    int // of them, those in a story
	Stories    int
	Alerts     int
	Deliveries map[watcher.State]int
	// OldestUnsettled is when the oldest delivery was addressed that still has to be
	// sent; zero if there is none.
	OldestUnsettled time.Time
}

// Counts counts. It reads an index of every table from end to end: for pages, not for
// every second.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	const (
		tables = `SELECT (SELECT COUNT(*) FROM feeds WHERE active), (SELECT COUNT(*) FROM items),
			(SELECT COUNT(*) FROM members), (SELECT COUNT(*) FROM stories), (SELECT COUNT(*) FROM alerts),
			(SELECT MIN(created) FROM deliveries WHERE state IN ` + unsettled + `)`
		states = `SELECT state, COUNT(*) FROM deliveries GROUP BY state`
	)
	c, err := one(ctx, s.read, "count rows", func(scan scanner) (c Counts, err error) {
		var oldest sql.NullInt64
		err = scan(&c.Feeds, &c.Items, &c.Matched, &c.Stories, &c.Alerts, &oldest)
		c.OldestUnsettled = at(oldest.Int64)
		return c, err
	}, tables)
	if err != nil {
		return c, err
	}
	c.Deliveries = map[watcher.State]int{}
	_, err = all(ctx, s.read, func(scan scanner) (n int, err error) {
		var st watcher.State
		err = scan(&st, &n)
		c.Deliveries[st] = n
		return n, err
	}, states)
	if err != nil {
		return c, fmt.Errorf("count deliveries: %w", err)
	}
	return c, nil
}

// Size returns how many bytes the database takes, without SQLite's log.
func (s *Store) Size(ctx context.Context) (int64, error) {
	const (
		lite = `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`
		post = `SELECT pg_database_size(current_database())`
	)
	query := lite
	if s.dialect == postgresDialect {
		query = post
	}
	return one(ctx, s.read, "size of "+s.name, scalar[int64], query)
}
