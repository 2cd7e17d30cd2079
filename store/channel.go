package store

import (
	"context"
	"fmt"
	"time"
)

// longestHold bounds how far away a channel's free moment is believed to be. No channel
// asks for more than an hour; what lies farther off is from a clock that was ahead.
const longestHold = 6 * time.Hour

// Reserve books the next free moment of a channel, gap after the last one booked by any
// replica, and returns it. If it is later than patience from now Reserve books nothing
// and returns the earliest moment at which the same call could book.
func (s *Store) Reserve(
	ctx context.Context, channel string, gap, patience time.Duration,
) (time.Time, bool, error) {
	const (
		book = `INSERT INTO channels AS c (name, free) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET free = CASE WHEN c.free > $3 AND c.free <= $6 THEN c.free ELSE $3 END + $4
			WHERE c.free <= $5 OR c.free > $6 RETURNING free`
		look = `SELECT free FROM channels WHERE name = $1`
	)
	now, step := ms(time.Now()), (gap + time.Millisecond - 1).Milliseconds()
	wait := patience.Milliseconds()
	what := "reserve a turn in channel " + channel
	rows, err := all(ctx, s.db, scalar[int64], book, channel, now+step, now, step, now+wait, now+longestHold.Milliseconds())
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%s: %w", what, err)
	}
	if len(rows) > 0 {
		return at(rows[0] - step), true, nil
	}
	free, err := one(ctx, s.read, what, scalar[int64], look, channel)
	return at(free - wait), false, err
}

// Hold keeps a channel's next free moment from being before the time given.
func (s *Store) Hold(ctx context.Context, channel string, until time.Time) error {
	const query = `INSERT INTO channels AS c (name, free) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET free = CASE WHEN c.free > excluded.free THEN c.free ELSE excluded.free END`
	if _, err := exec(ctx, s.db, query, channel, ms(until)); err != nil {
		return fmt.Errorf("hold channel %s: %w", channel, err)
	}
	return nil
}
