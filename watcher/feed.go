package watcher

import (
	"context"
	"errors"
	"time"
)

// A Feed is one address that publishes items, as the operator described it.
type Feed struct {
	ID       FeedID   `json:"id"`
	Name     string   `json:"name"`
	URL      string   `json:"url"`
	Language string   `json:"language,omitempty"` // BCP 47, such as "be" or "zh-Hant"
	Country  string   `json:"country,omitempty"`  // ISO 3166-1 alpha-2, lower case
	Schedule string   `json:"schedule,omitempty"` // cron expression; empty for the default
	Tags     []string `json:"tags,omitempty"`
	Official bool     `json:"official,omitempty"` // a government, regulator or court
	Encoding string   `json:"encoding,omitempty"` // overrides what the document claims
	Private  bool     `json:"private,omitempty"`  // may live at a private address
}

// A Cursor is what a feed's next conditional request sends back, byte for byte.
type Cursor struct {
	URL          string `json:"url,omitempty"` // the address that the validators belong to
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	BodyHash     string `json:"body_hash,omitempty"` // of the decoded body, to see a 200 that did not change
}

// A Batch is what one poll of a feed brought.
type Batch struct {
	Items     []Item
	Cursor    Cursor        // to save once Items are recorded
	Unchanged bool          // 304, or a body with the hash of the last one
	Notes     []string      // what had to be repaired or left out, in words
	Wait      time.Duration // how long the publisher asks us to stay away; 0 if it does not
	MovedTo   string        // the new address after a permanent redirect
	Partial   bool          // the document was cut: the rest comes next time
}

// A FeedState is what is remembered of a feed between polls.
type FeedState struct {
	ID          FeedID
	URL         string // that the state is of; empty if nobody said
	Owner       string // who holds the claim on it
	Cursor      Cursor
	NextDue     time.Time
	LastPoll    time.Time
	LastSuccess time.Time
	LastNew     time.Time // when a poll last brought an item that was not known
	Failures    int       // polls failed in a row
	LastError   string
	Baselined   bool // the first successful poll is over
	Gone        bool // the publisher answered 410
}

// ErrGone is what a Source returns, wrapped, for a feed that its publisher has ended.
var ErrGone = errors.New("gone for good (410)")

// ErrBusy is what a Source returns, wrapped, for a feed whose host has its hands full
// with other feeds of ours: nothing was asked, and nobody is to blame.
var ErrBusy = errors.New("its host is busy with other feeds")

// A Source fetches a feed. Fetch returns the items oldest first, their ids set. It
// returns a *RetryError when the publisher asks for patience and an error that wraps
// ErrGone on 410 or ErrBusy. The cursor it returns is valid only for a document read in full.
type Source interface {
	Fetch(ctx context.Context, f Feed, c Cursor) (Batch, error)
}

// A Timetable says when a feed is due again after a poll at now that was the
// failures'th failure in a row (0 for a success); wait is the publisher's own wish.
type Timetable interface {
	Next(f Feed, failures int, wait time.Duration, now time.Time) time.Time
}
