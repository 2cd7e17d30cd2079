package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// unsettled are the states of deliveries that still have to be sent.
const unsettled = `('pending', 'sending', 'unsure')`

const deliveryColumns = `d.seq, d.id, d.alert_id, d.story_id, d.channel, d.kind, d.state, d.attempts, d.not_before,
	d.tried, d.receipt_ref, d.receipt_target, d.receipt_at, d.last_error, d.created`

type deliveryRow struct {
	watcher.Delivery
	seq int64
}

func scanDelivery(scan scanner) (r deliveryRow, err error) {
	err = scanDeliveryAnd(scan, &r)
	return r, err
}

func scanDeliveryAnd(scan scanner, r *deliveryRow, after ...any) error {
	var notBefore, tried, receiptAt, created int64
	d := &r.Delivery
	err := scan(append([]any{
		&r.seq, &d.ID, &d.AlertID, &d.StoryID, &d.Channel, &d.Kind, &d.State, &d.Attempts, &notBefore, &tried,
		&d.Receipt.Ref, &d.Receipt.Target, &receiptAt, &d.LastError, &created,
	}, after...)...)
	d.NotBefore, d.Tried, d.Receipt.At, d.Created = at(notBefore), at(tried), at(receiptAt), at(created)
	return err
}

// Outgoing returns a delivery with what is needed to send it, as of one moment: the
// alert as it was raised, for an Update that of the Post which it changes, with the story
// as it is now, and for Updates and Replies where the story's Post in the channel is.
func (s *Store) Outgoing(ctx context.Context, id watcher.DeliveryID) (watcher.Outgoing, error) {
	const query = `SELECT ` + deliveryColumns + `,
			CASE WHEN d.kind = 'update' THEN COALESCE(pa.alert, a.alert) ELSE a.alert END, s.story,
			COALESCE(p.receipt_ref, ''), COALESCE(p.receipt_target, ''), COALESCE(p.receipt_at, 0), COALESCE(p.state, '')
		FROM deliveries d JOIN alerts a ON a.id = d.alert_id JOIN stories s ON s.id = a.story_id
		LEFT JOIN deliveries p ON d.kind <> 'post' AND p.seq = (
			SELECT b.seq FROM deliveries b WHERE b.story_id = d.story_id AND b.channel = d.channel AND b.kind = 'post'
				AND b.state IN ('sent', 'pending', 'sending', 'unsure')
			ORDER BY CASE WHEN b.state = 'sent' THEN 0 ELSE 1 END, b.seq LIMIT 1)
		LEFT JOIN alerts pa ON pa.id = p.alert_id
		WHERE d.id = $1`
	return one(ctx, s.read, "delivery "+string(id), scanOutgoing, query, string(id))
}

func scanOutgoing(scan scanner) (o watcher.Outgoing, err error) {
	var r deliveryRow
	var alert, story, state string
	var parent watcher.Receipt
	var parentAt int64
	err = scanDeliveryAnd(scan, &r, &alert, &story, &parent.Ref, &parent.Target, &parentAt, &state)
	if err != nil {
		return o, err
	}
	o.Delivery = r.Delivery
	if err := fromJSON(alert, &o.Alert); err != nil {
		return o, err
	}
	if o.Delivery.Kind == watcher.Update {
		o.Alert.Story = watcher.Story{}
		if err := fromJSON(story, &o.Alert.Story); err != nil {
			return o, err
		}
	}
	switch watcher.State(state) {
	case watcher.Sent:
		parent.At = at(parentAt)
		o.Parent = parent
	case watcher.Pending, watcher.Sending, watcher.Unsure:
		o.Waiting = true
	}
	return o, nil
}

// Settle saves a delivery's state, attempts, times, receipt and error. What was Sent
// stays Sent: the late word of a second attempt is refused, so that it is not made.
func (s *Store) Settle(ctx context.Context, d watcher.Delivery) error {
	const query = `UPDATE deliveries SET state = $2, attempts = $3, not_before = $4, tried = $5, receipt_ref = $6,
			receipt_target = $7, receipt_at = $8, last_error = $9
		WHERE id = $1 AND (state <> 'sent' OR $2 = 'sent')`
	n, err := exec(ctx, s.db, query, string(d.ID), string(d.State), d.Attempts, ms(d.NotBefore), ms(d.Tried),
		clean(d.Receipt.Ref), clean(d.Receipt.Target), ms(d.Receipt.At), clean(d.LastError))
	if err != nil {
		return fmt.Errorf("settle delivery %s: %w", d.ID, err)
	}
	if n > 0 {
		return nil
	}
	if _, err := s.delivery(ctx, s.read, d.ID); err != nil {
		return err
	}
	return fmt.Errorf("settle delivery %s as %s: it was sent already", d.ID, d.State)
}

func (s *Store) delivery(ctx context.Context, q querier, id watcher.DeliveryID) (watcher.Delivery, error) {
	const query = `SELECT ` + deliveryColumns + ` FROM deliveries d WHERE d.id = $1`
	r, err := one(ctx, q, "delivery "+string(id), scanDelivery, query, string(id))
	return r.Delivery, err
}

// A DeliveryFilter chooses deliveries. The zero value means all.
type DeliveryFilter struct {
	State   watcher.State
	Channel string
	Story   watcher.StoryID
	Before  int64 // what the page before returned; 0 for the first
	Limit   int   // rows a page, 50 if 0, 1000 at most
}

// Deliveries returns a page of deliveries, latest first, and what Before must be for the
// next page, 0 if this is the last.
func (s *Store) Deliveries(ctx context.Context, f DeliveryFilter) ([]watcher.Delivery, int64, error) {
	const query = `SELECT ` + deliveryColumns + ` FROM deliveries d
		WHERE d.seq < $1 AND ($2 = '' OR d.state = $2) AND ($3 = '' OR d.channel = $3)
		AND ($4 = '' OR d.story_id = $4) ORDER BY d.seq DESC LIMIT $5`
	n := pageSize(f.Limit)
	rows, err := all(ctx, s.read, scanDelivery, query, below(f.Before), string(f.State), f.Channel,
		string(f.Story), n+1)
	if err != nil {
		return nil, 0, fmt.Errorf("read deliveries: %w", err)
	}
	rows, next := page(rows, n, func(r deliveryRow) int64 { return r.seq })
	return deliveries(rows), next, nil
}

func deliveries(rows []deliveryRow) []watcher.Delivery {
	ds := make([]watcher.Delivery, len(rows))
	for i, r := range rows {
		ds[i] = r.Delivery
	}
	return ds
}

// RetryDelivery makes a dead letter Pending again and inserts its job, in one
// transaction. Its time to be given up starts anew.
func (s *Store) RetryDelivery(ctx context.Context, id watcher.DeliveryID) error {
	const query = `UPDATE deliveries SET state = 'pending', not_before = 0, created = $2 WHERE id = $1 AND state = 'dead'`
	if s.enqueue == nil {
		return errors.New("retry delivery: no job engine to send it")
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, query, string(id), ms(time.Now()))
		if err != nil {
			return fmt.Errorf("retry delivery %s: %w", id, err)
		}
		d, err := s.delivery(ctx, tx, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("delivery %s is %s: only a dead one can be retried", id, d.State)
		}
		return s.enqueue(ctx, tx, []watcher.Delivery{d})
	})
}

// Requeue inserts the jobs of all deliveries that still have to be sent, for a start
// after a backup was restored or jobs were deleted, and says how many there are. Jobs
// that exist are doubled unless the function given to Enqueue inserts unique ones.
func (s *Store) Requeue(ctx context.Context) (int, error) {
	const query = `SELECT ` + deliveryColumns + ` FROM deliveries d
		WHERE d.state IN ` + unsettled + ` AND d.seq > $1 ORDER BY d.seq LIMIT $2`
	if s.enqueue == nil {
		return 0, errors.New("requeue deliveries: no job engine to send them")
	}
	total, after := 0, int64(0)
	for {
		var n int
		err := s.inTx(ctx, func(tx *sql.Tx) error {
			rows, err := all(ctx, tx, scanDelivery, query, after, atMost)
			if n = len(rows); n == 0 || err != nil {
				return err
			}
			after = rows[n-1].seq
			return s.enqueue(ctx, tx, deliveries(rows))
		})
		if err != nil {
			return total, fmt.Errorf("requeue deliveries: %w", err)
		}
		if total += n; n < atMost {
			return total, nil
		}
	}
}

// Unsettled counts the deliveries that still have to be sent.
func (s *Store) Unsettled(ctx context.Context) (int, error) {
	const query = `SELECT COUNT(*) FROM deliveries WHERE state IN ` + unsettled
	return one(ctx, s.read, "count deliveries", scalar[int], query)
}

// WaitingChannels returns the names of the channels that deliveries still wait for,
// whether or not the plan has them.
func (s *Store) WaitingChannels(ctx context.Context) ([]string, error) {
	const query = `SELECT DISTINCT channel FROM deliveries WHERE state IN ` + unsettled + ` ORDER BY channel`
	names, err := all(ctx, s.read, scalar[string], query)
	if err != nil {
		return nil, fmt.Errorf("read waiting channels: %w", err)
	}
	return names, nil
}

// Revive makes the dead letters of alerts that were raised after since Pending again, for
// the channels named, and inserts their jobs: what was refused for good may be taken after
// an operator mended the channel. It says how many there are.
func (s *Store) Revive(ctx context.Context, since time.Time, channels []string) (int, error) {
	const (
		chosen = ` WHERE state = 'dead' AND channel IN LIST($1)
			AND EXISTS (SELECT 1 FROM alerts a WHERE a.id = alert_id AND a.raised >= $2)`
		look   = `SELECT ` + deliveryColumns + ` FROM deliveries d` + chosen + ` ORDER BY d.seq`
		revive = `UPDATE deliveries SET state = 'pending', not_before = 0, created = $3` + chosen
	)
	if s.enqueue == nil {
		return 0, errors.New("revive deliveries: no job engine to send them")
	}
	var n int
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		rows, err := all(ctx, tx, scanDelivery, s.sql(look), list(channels), ms(since))
		if n = len(rows); n == 0 || err != nil {
			return err
		}
		if _, err := exec(ctx, tx, s.sql(revive), list(channels), ms(since), ms(time.Now())); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, deliveries(rows))
	})
	if err != nil {
		return 0, fmt.Errorf("revive deliveries: %w", err)
	}
	return n, nil
}
