package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Subscription is what is agreed with the hub of a feed, or asked of it. What its fields
// mean is package websub's matter, whose type this is field for field.
type Subscription struct {
	Token    string // of the callback's path: who knows it is the hub
	Feed     watcher.FeedID
	Hub      watcher.Hub
	Callback string
	Secret   string
	State    string
	Asked    time.Time
	Until    time.Time
	Next     time.Time
	Attempts int
	Pushed   time.Time
	Trouble  string
}

const subscriptionColumns = `token, feed, hub, topic, callback, secret, state, asked, until, next_try, attempts, pushed, trouble`

func scanSubscription(scan scanner) (u Subscription, err error) {
	var asked, until, next, pushed int64
	err = scan(&u.Token, &u.Feed, &u.Hub.URL, &u.Hub.Topic, &u.Callback, &u.Secret, &u.State,
		&asked, &until, &next, &u.Attempts, &pushed, &u.Trouble)
	u.Asked, u.Until, u.Next, u.Pushed = at(asked), at(until), at(next), at(pushed)
	return u, err
}

// Subscriptions returns all subscriptions, by feed and token.
func (s *Store) Subscriptions(ctx context.Context) ([]Subscription, error) {
	const query = `SELECT ` + subscriptionColumns + ` FROM subscriptions ORDER BY feed, token`
	us, err := all(ctx, s.read, scanSubscription, query)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	return us, nil
}

// Subscription returns the subscription with a token.
func (s *Store) Subscription(ctx context.Context, token string) (Subscription, error) {
	const query = `SELECT ` + subscriptionColumns + ` FROM subscriptions WHERE token = $1`
	return one(ctx, s.read, "subscription", scanSubscription, query, token) // a token is a secret: not named
}

// AddSubscription saves a new subscription.
func (s *Store) AddSubscription(ctx context.Context, u Subscription) error {
	const query = `INSERT INTO subscriptions (` + subscriptionColumns + `) VALUES `
	if _, err := exec(ctx, s.db, query+tuples(1, 13), u.Token, string(u.Feed), clean(u.Hub.URL), clean(u.Hub.Topic),
		clean(u.Callback), u.Secret, u.State, ms(u.Asked), ms(u.Until), ms(u.Next), u.Attempts, ms(u.Pushed),
		clean(u.Trouble)); err != nil {
		return fmt.Errorf("add subscription of feed %s: %w", u.Feed, err)
	}
	return nil
}

// ChangeSubscription changes the subscription with a token as fn says, which sees it as it
// is and keeps others from changing it meanwhile. If fn fails, nothing is changed. Only
// what comes about in time can be changed: State and the fields after it.
func (s *Store) ChangeSubscription(ctx context.Context, token string, fn func(*Subscription) error) error {
	const (
		read = `SELECT ` + subscriptionColumns + ` FROM subscriptions WHERE token = $1 FOR UPDATE`
		save = `UPDATE subscriptions SET state = $2, asked = $3, until = $4, next_try = $5, attempts = $6, pushed = $7,
			trouble = $8 WHERE token = $1`
	)
	return s.inTx(ctx, func(tx *sql.Tx) error {
		u, err := one(ctx, tx, "subscription", scanSubscription, s.sql(read), token)
		if err != nil {
			return err
		}
		if err := fn(&u); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, save, token, u.State, ms(u.Asked), ms(u.Until), ms(u.Next), u.Attempts, ms(u.Pushed),
			clean(u.Trouble)); err != nil {
			return fmt.Errorf("save subscription of feed %s: %w", u.Feed, err)
		}
		return nil
	})
}

// ForgetSubscriptions forgets the subscriptions in a state that were asked for, or whose
// lease ended, last before a time.
func (s *Store) ForgetSubscriptions(ctx context.Context, state string, before time.Time) error {
	const query = `DELETE FROM subscriptions WHERE state = $1 AND asked < $2 AND until < $2`
	if _, err := exec(ctx, s.db, query, state, ms(before)); err != nil {
		return fmt.Errorf("forget subscriptions: %w", err)
	}
	return nil
}

// Hubs returns the hubs that the feeds in the plan name.
func (s *Store) Hubs(ctx context.Context) (map[watcher.FeedID]watcher.Hub, error) {
	const query = `SELECT id, hub FROM feeds WHERE active AND NOT gone AND hub NOT IN ('', '{}')`
	hubs := map[watcher.FeedID]watcher.Hub{}
	_, err := all(ctx, s.read, func(scan scanner) (_ struct{}, err error) {
		var id watcher.FeedID
		var text string
		var h watcher.Hub
		if err = scan(&id, &text); err == nil {
			err = fromJSON(text, &h)
		}
		hubs[id] = h
		return struct{}{}, err
	}, query)
	if err != nil {
		return nil, fmt.Errorf("read hubs of feeds: %w", err)
	}
	return hubs, nil
}

// Announce makes a feed due now, since its publisher said that there is news, but not
// sooner than floor after its last poll. One that is being polled is due again floor from
// now: the poll may have come too early. A feed that fails keeps its time, and so does one
// that is due sooner.
func (s *Store) Announce(ctx context.Context, id watcher.FeedID, floor time.Duration) error {
	const query = `UPDATE feeds SET
			announced = CASE WHEN lease_until > $2 THEN $2 + $3 ELSE 0 END,
			next_due = CASE WHEN lease_until > $2 OR next_due <= $2 OR next_due <= last_poll + $3 THEN next_due
				WHEN last_poll + $3 > $2 THEN last_poll + $3 ELSE $2 END
			WHERE id = $1 AND active AND NOT gone AND failures = 0`
	if _, err := exec(ctx, s.db, query, string(id), ms(time.Now()), floor.Milliseconds()); err != nil {
		return fmt.Errorf("announce feed %s: %w", id, err)
	}
	return nil
}
