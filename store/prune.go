package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Pruned says how many rows Prune removed.
type Pruned struct {
	Items   int // that no rule matched
	Stories int // with their items, alerts and deliveries
}

// The most that one transaction of Prune removes, so that nobody waits long for it.
const (
	pruneItems   = 1000
	pruneStories = 100
)

// Prune forgets what is old at now: unmatched items after Options.Keep, stories with all
// they hold after Options.KeepMatched. Age counts from when a feed was last noted to show
// the item, and what a feed showed when its document last changed is kept however old it
// is, lest it come back as news. A story with a delivery that still has to be sent stays.
// It works in small transactions; what an error leaves is for the next call.
func (s *Store) Prune(ctx context.Context, now time.Time) (Pruned, error) {
	var p Pruned
	var err error
	if p.Items, err = s.prune(ctx, pruneItems, func(tx *sql.Tx) (int64, error) {
		return s.forgetItems(ctx, tx, now)
	}); err != nil {
		return p, fmt.Errorf("prune items: %w", err)
	}
	if p.Stories, err = s.prune(ctx, pruneStories, func(tx *sql.Tx) (int64, error) {
		return s.forgetStories(ctx, tx, now)
	}); err != nil {
		return p, fmt.Errorf("prune stories: %w", err)
	}
	return p, nil
}

// prune repeats one bounded step until it removes less than it might.
func (s *Store) prune(
	ctx context.Context, most int64, step func(*sql.Tx) (int64, error),
) (total int, err error) {
	for {
		var n int64
		err := s.inOrder(ctx, func(tx *sql.Tx) (err error) {
			n, err = step(tx)
			return err
		})
		if err != nil {
			return total, err
		}
		if total += int(n); n < most {
			return total, nil
		}
	}
}

// shownStill holds for an item i that its feed showed when its document last changed.
// Such a document was looked up then, which noted every item of it not noted for $2.
const shownStill = `EXISTS (SELECT 1 FROM feeds f WHERE f.id = i.feed_id AND f.active AND i.shown >= f.last_new - $2)`

func (s *Store) forgetItems(ctx context.Context, tx *sql.Tx, now time.Time) (int64, error) {
	const query = `DELETE FROM items WHERE seq IN (SELECT i.seq FROM items i
		WHERE i.shown < $1 AND NOT ` + shownStill + `
		AND NOT EXISTS (SELECT 1 FROM members m WHERE m.item_id = i.id) ORDER BY i.shown LIMIT $3)`
	return exec(ctx, tx, query, ms(now.Add(-s.keep)), s.noteEvery().Milliseconds(), pruneItems)
}

func (s *Store) forgetStories(ctx context.Context, tx *sql.Tx, now time.Time) (int64, error) {
	const (
		choose = `SELECT s.id FROM stories s WHERE s.written < $1
			AND NOT EXISTS (SELECT 1 FROM members m JOIN items i ON i.id = m.item_id
				WHERE m.story_id = s.id AND (i.shown >= $1 OR ` + shownStill + `))
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.story_id = s.id AND d.state IN ` + unsettled + `)
			ORDER BY s.written LIMIT $3`
		items   = `DELETE FROM items WHERE id IN (SELECT item_id FROM members WHERE story_id IN LIST($1))`
		stories = `DELETE FROM stories WHERE id IN LIST($1)`
	)
	ids, err := all(ctx, tx, scalar[string], choose, ms(now.Add(-s.keepMatched)), s.noteEvery().Milliseconds(), pruneStories)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := exec(ctx, tx, s.sql(items), list(ids)); err != nil {
		return 0, err
	}
	return exec(ctx, tx, s.sql(stories), list(ids))
}
