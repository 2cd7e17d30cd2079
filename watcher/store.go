package watcher

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound is wrapped by a store's errors about what it does not have, or has no more.
var ErrNotFound = errors.New("not found")

// A Record is the fate of one matched item, written in one transaction with the jobs
// of its deliveries.
type Record struct {
	Item       Item
	Matches    []Match
	Story      Story // after the item joined
	Join       Join
	Alert      *Alert // nil when there is nothing to tell
	Deliveries []Delivery
}

// A Ledger is the store inside its one deployment-wide order: until the function that
// holds it returns, nobody else records.
type Ledger interface {
	// Sighting says again what is known of an item, now that nobody else can record, and
	// the id that it is recorded under: its own, or that of the same item before its link
	// changed.
	Sighting(it Item) (Sighting, ItemID, error)
	// Members returns the items recorded in stories after seq and seen since the time
	// given, in order of Seq.
	Members(seq int64, since time.Time) ([]Member, error)
	// Story returns a story.
	Story(id StoryID) (Story, error)
	// StoryOf returns the story that an item was recorded in, or the zero Story.
	StoryOf(id ItemID) (Story, error)
	// Told returns the channels that a story's Post went to or is on its way to.
	Told(id StoryID) ([]string, error)
	// Updating reports whether an Update of the story to the channel waits to be sent.
	Updating(id StoryID, channel string) (bool, error)
	// Write writes a record. An item or delivery that is there already is brought up to
	// date or left alone, never doubled.
	Write(r Record) error
}

// A Store remembers. All methods are safe for concurrent use.
type Store interface {
	// Sightings says for each item what is known of it.
	Sightings(ctx context.Context, items []Item) ([]Sighting, error)
	// Archive records items that no rule matched, in one transaction; wording that
	// changed is replaced.
	Archive(ctx context.Context, items []Item) error
	// Order runs fn inside the deployment-wide order and commits what it wrote, with
	// the jobs of its deliveries, if it returns nil.
	Order(ctx context.Context, fn func(Ledger) error) error
	// SavePoll saves what is remembered of a feed and gives back its claim. It saves
	// nothing for an owner whose claim has run out and was taken by another.
	SavePoll(ctx context.Context, st FeedState) error
	// Outgoing returns a delivery with what is needed to send it, as of one moment.
	Outgoing(ctx context.Context, id DeliveryID) (Outgoing, error)
	// Settle saves a delivery's state, attempts, times, receipt and error.
	Settle(ctx context.Context, d Delivery) error
	// Reserve books the next free moment of a channel, gap after the last one booked. If
	// that is later than patience from now it books nothing and returns when to ask again.
	Reserve(ctx context.Context, channel string, gap, patience time.Duration) (at time.Time, ok bool, err error)
	// Hold keeps a channel's next free moment from being before the time given.
	Hold(ctx context.Context, channel string, until time.Time) error
}
