package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// errOther says that another was first; Tell turns it into false.
var errOther = errors.New("another was first")

// Tell sets what people were told of feeds' health, from was to now, and writes the alert
// that says so with its deliveries and their jobs: all of it, or nothing and false if one
// feed's Told is not what it was, since another replica told it.
func (s *Store) Tell(ctx context.Context, was, now map[watcher.FeedID]string, r watcher.Record) (bool, error) {
	const set = `UPDATE feeds SET told = $3 WHERE id = $1 AND told = $2`
	err := s.inOrder(ctx, func(tx *sql.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(now)) {
			n, err := exec(ctx, tx, set, string(id), was[id], now[id])
			if err != nil {
				return err
			}
			if n == 0 {
				return errOther
			}
		}
		if r.Alert == nil {
			return nil
		}
		l := &ledger{ctx: ctx, s: s, tx: tx}
		return l.writeNotice(r)
	})
	if errors.Is(err, errOther) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("tell of feeds: %w", err)
	}
	return true, nil
}

// writeNotice writes an alert that no item raised. A story that is there stays as it is.
func (l *ledger) writeNotice(r watcher.Record) error {
	const story = `INSERT INTO stories (id, story, written) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET written = excluded.written`
	text, err := asJSON(r.Story)
	if err != nil {
		return err
	}
	if _, err := exec(l.ctx, l.tx, story, string(r.Story.ID), text, ms(r.Alert.Raised)); err != nil {
		return err
	}
	if err := l.writeAlert(*r.Alert); err != nil {
		return err
	}
	return l.writeDeliveries(r.Deliveries)
}
