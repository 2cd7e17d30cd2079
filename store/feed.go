package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Sync makes feeds the ones that Claim may return. A new feed is due now. A feed that is
// not among them is kept, with its state, and can come back. A feed whose address
// changed starts anew: no cursor, no failures, not gone, and its first poll is a
// baseline again; a poll of the old address that is under way is not saved.
func (s *Store) Sync(ctx context.Context, feeds []watcher.Feed) error {
	const read = `SELECT id, url, active FROM feeds`
	err := s.inOrder(ctx, func(tx *sql.Tx) error {
		rows, err := all(ctx, tx, func(scan scanner) (r syncRow, err error) {
			err = scan(&r.id, &r.url, &r.active)
			return r, err
		}, read)
		if err != nil {
			return err
		}
		return syncFeeds(ctx, tx, feeds, rows)
	})
	if err != nil {
		return fmt.Errorf("sync %d feeds: %w", len(feeds), err)
	}
	return nil
}

type syncRow struct {
	id, url string
	active  bool
}

func syncFeeds(ctx context.Context, tx *sql.Tx, feeds []watcher.Feed, rows []syncRow) error {
	const (
		insert = `INSERT INTO feeds (id, url, next_due) VALUES `
		move   = `UPDATE feeds SET url = $2, active = TRUE, next_due = $3, cursor_url = '',
			etag = '', last_modified = '', body_hash = '', failures = 0, last_error = '', baselined = FALSE, gone = FALSE,
			hints = '', hub = '', last_item = 0, moved_to = '', moved_since = 0, adopted = '', rhythm = ''
			WHERE id = $1`
		activate = `UPDATE feeds SET active = $2 WHERE id = $1`
		chunk    = 100
	)
	now := ms(time.Now())
	if err := mendClock(ctx, tx, now); err != nil {
		return err
	}
	have := make(map[string]syncRow, len(rows))
	for _, r := range rows {
		have[r.id] = r
	}
	var fresh []any
	wanted := make(map[string]bool, len(feeds))
	for _, f := range feeds {
		id, url := string(f.ID), clean(f.URL)
		if wanted[id] {
			continue
		}
		wanted[id] = true
		var err error
		switch r, ok := have[id]; {
		case !ok:
			fresh = append(fresh, id, url, now)
		case r.url != url:
			_, err = exec(ctx, tx, move, id, url, now)
		case !r.active:
			_, err = exec(ctx, tx, activate, id, true)
		}
		if err != nil {
			return err
		}
	}
	for part := range slices.Chunk(fresh, 3*chunk) {
		if _, err := exec(ctx, tx, insert+tuples(len(part)/3, 3), part...); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if r.active && !wanted[r.id] {
			if _, err := exec(ctx, tx, activate, r.id, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// mendClock takes back times that a clock which was ahead has left behind: else a feed
// would rest until they come.
func mendClock(ctx context.Context, tx *sql.Tx, now int64) error {
	const (
		due   = `UPDATE feeds SET next_due = $1, last_poll = $1 WHERE last_poll > $2`
		lease = `UPDATE feeds SET lease_owner = '', lease_until = 0 WHERE lease_until > $1`
		hour  = int64(time.Hour / time.Millisecond)
	)
	if _, err := exec(ctx, tx, due, now, now+hour/12); err != nil {
		return err
	}
	_, err := exec(ctx, tx, lease, now+hour)
	return err
}

const stateColumns = `id, url, lease_owner, cursor_url, etag, last_modified, body_hash, next_due, last_poll, last_success, last_new,
	failures, last_error, baselined, gone, hints, hub, last_item, moved_to, moved_since, adopted, rhythm, told`

func scanState(scan scanner) (st watcher.FeedState, err error) {
	err = scanStateAnd(scan, &st)
	return st, err
}

func scanStateAnd(scan scanner, st *watcher.FeedState, after ...any) error {
	var due, poll, success, news, item, moved int64
	var hints, hub string
	err := scan(append([]any{
		&st.ID, &st.URL, &st.Owner, &st.Cursor.URL, &st.Cursor.ETag, &st.Cursor.LastModified, &st.Cursor.BodyHash,
		&due, &poll, &success, &news, &st.Failures, &st.LastError, &st.Baselined, &st.Gone,
		&hints, &hub, &item, &st.MovedTo, &moved, &st.Adopted, &st.Rhythm, &st.Told,
	}, after...)...)
	if err == nil {
		err = errors.Join(fromJSON(hints, &st.Hints), fromJSON(hub, &st.Hub))
	}
	st.NextDue, st.LastPoll, st.LastSuccess, st.LastNew = at(due), at(poll), at(success), at(news)
	st.LastItem, st.MovedSince = at(item), at(moved)
	return err
}

// claim marks feeds as owner's until a time; what chooses them is put between.
const (
	claimHead = `WITH chosen AS MATERIALIZED (SELECT id FROM feeds WHERE active AND NOT gone AND lease_until <= $1`
	claimTail = ` FOR UPDATE SKIP LOCKED)
		UPDATE feeds SET lease_owner = $2, lease_until = $3 WHERE id IN (SELECT id FROM chosen)
		RETURNING ` + stateColumns
)

// Claim returns up to n feeds that are due, the longest due first, and keeps others from
// claiming them for the time of the lease. SavePoll and Release give a claim back; one
// whose owner is killed runs out with the lease.
func (s *Store) Claim(
	ctx context.Context, owner string, n int, lease time.Duration,
) ([]watcher.FeedState, error) {
	const query = claimHead + ` AND next_due <= $1 ORDER BY next_due, id LIMIT $4` + claimTail
	return s.claim(ctx, query, owner, lease, n)
}

// ClaimAll returns every feed that may be polled and that nobody holds, whether due or
// not, and claims it like Claim.
func (s *Store) ClaimAll(
	ctx context.Context, owner string, lease time.Duration,
) ([]watcher.FeedState, error) {
	const query = claimHead + claimTail
	return s.claim(ctx, query, owner, lease)
}

func (s *Store) claim(
	ctx context.Context, query, owner string, lease time.Duration, more ...any,
) ([]watcher.FeedState, error) {
	now := time.Now()
	args := append([]any{ms(now), owner, ms(now.Add(lease))}, more...)
	var states []watcher.FeedState
	err := s.inTx(ctx, func(tx *sql.Tx) (err error) {
		states, err = all(ctx, tx, scanState, s.sql(query), args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim feeds: %w", err)
	}
	slices.SortFunc(states, func(a, b watcher.FeedState) int {
		return cmp.Or(a.NextDue.Compare(b.NextDue), cmp.Compare(a.ID, b.ID))
	})
	return states, nil
}

// NextDue says when there may be something to claim next: when the first feed is due, or
// the claim on it runs out. It reports false if no feed may be polled.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	const query = `SELECT MIN(CASE WHEN lease_until > next_due THEN lease_until ELSE next_due END)
		FROM feeds WHERE active AND NOT gone`
	due, err := one(ctx, s.read, "next due feed", scalar[sql.NullInt64], query)
	if err != nil || !due.Valid {
		return time.Time{}, false, err
	}
	return time.UnixMilli(due.Int64).UTC(), true, nil
}

// Release gives back all claims of an owner, for a shutdown.
func (s *Store) Release(ctx context.Context, owner string) error {
	const query = `UPDATE feeds SET lease_owner = '', lease_until = 0 WHERE lease_owner = $1`
	if _, err := exec(ctx, s.db, query, owner); err != nil {
		return fmt.Errorf("release feeds: %w", err)
	}
	return nil
}

// SavePoll saves what is remembered of a feed and gives back its claim. If the feed's
// address changed since the claim, only the claim is given back: st tells of the old one.
// Nothing is saved once the claim is another owner's. A feed that was announced since the
// claim is due again when Announce said, if the poll succeeded.
func (s *Store) SavePoll(ctx context.Context, st watcher.FeedState) error {
	const (
		mine = ` WHERE id = $1 AND ($2 = '' OR lease_owner = $2)`
		save = `UPDATE feeds SET cursor_url = $4, etag = $5, last_modified = $6, body_hash = $7,
			next_due = CASE WHEN announced > 0 AND announced < $8 AND $12 = 0 THEN announced ELSE $8 END, announced = 0,
			last_poll = $9, last_success = $10, last_new = $11, failures = $12, last_error = $13, baselined = $14,
			gone = $15, hints = $16, hub = $17, last_item = $18, moved_to = $19, moved_since = $20, adopted = $21, rhythm = $22,
			lease_owner = '', lease_until = 0` + mine + ` AND ($3 = '' OR url = $3)`
		giveBack = `UPDATE feeds SET lease_owner = '', lease_until = 0` + mine
		look     = `SELECT id FROM feeds WHERE id = $1`
	)
	c, id := st.Cursor, string(st.ID)
	hints, err := asJSON(st.Hints)
	if err != nil {
		return fmt.Errorf("save poll of feed %s: %w", st.ID, err)
	}
	hub, err := asJSON(st.Hub)
	if err != nil {
		return fmt.Errorf("save poll of feed %s: %w", st.ID, err)
	}
	n, err := exec(ctx, s.db, save, id, st.Owner, clean(st.URL), clean(c.URL), clean(c.ETag), clean(c.LastModified),
		clean(c.BodyHash), ms(st.NextDue), ms(st.LastPoll), ms(st.LastSuccess), ms(st.LastNew), st.Failures,
		clean(st.LastError), st.Baselined, st.Gone, hints, hub, ms(st.LastItem), clean(st.MovedTo), ms(st.MovedSince),
		clean(st.Adopted), clean(st.Rhythm))
	if err == nil && n == 0 {
		if n, err = exec(ctx, s.db, giveBack, id, st.Owner); err == nil && n == 0 {
			_, err = one(ctx, s.db, "feed "+id, scalar[string], look, id)
		}
	}
	if err != nil {
		return fmt.Errorf("save poll of feed %s: %w", st.ID, err)
	}
	return nil
}

// A FeedRow is what is remembered of a feed, for people.
type FeedRow struct {
	watcher.FeedState           // its Owner is who polls it now, or ""
	Active            bool      // it is in the plan
	Until             time.Time // when the claim on it runs out
}

// Feed returns what is remembered of one feed.
func (s *Store) Feed(ctx context.Context, id watcher.FeedID) (watcher.FeedState, error) {
	const query = `SELECT ` + stateColumns + ` FROM feeds WHERE id = $1`
	return one(ctx, s.read, "feed "+string(id), scanState, query, string(id))
}

// Feeds returns every feed that was ever in a plan, by id.
func (s *Store) Feeds(ctx context.Context) ([]FeedRow, error) {
	const query = `SELECT ` + stateColumns + `, active, lease_until FROM feeds ORDER BY id`
	now := time.Now()
	rows, err := all(ctx, s.read, func(scan scanner) (r FeedRow, err error) {
		var until int64
		err = scanStateAnd(scan, &r.FeedState, &r.Active, &until)
		if r.Until = at(until); !r.Until.After(now) {
			r.Owner, r.Until = "", time.Time{}
		}
		return r, err
	}, query)
	if err != nil {
		return nil, fmt.Errorf("read feeds: %w", err)
	}
	return rows, nil
}
