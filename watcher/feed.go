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
	Official bool     `json:"official,omitempty"`  // a government, regulator or court
	Encoding string   `json:"encoding,omitempty"`  // overrides what the document claims
	Private  bool     `json:"private,omitempty"`   // may live at a private address
	FullText bool     `json:"full_text,omitempty"` // the article behind a link is read for rules that look at the body
	NoPush   bool     `json:"no_push,omitempty"`   // polled only, even if a hub tells its news
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
	Cursor    Cursor   // to save once Items are recorded
	Unchanged bool     // 304, or a body with the hash of the last one
	Notes     []string // what had to be repaired or left out, in words
	Hints     Hints    // when the publisher wants to be asked again
	Hub       Hub      // where it announces news by itself
	MovedTo   string   // the new address after a permanent redirect
	Partial   bool     // the document was cut: the rest comes next time
}

// Hints are what a publisher says about when to come again, in its headers (Wait,
// Validators) and in the document (the rest).
type Hints struct {
	Wait       time.Duration `json:"wait,omitempty"`       // how long the answer stays fresh: max-age, Expires, Retry-After
	Every      time.Duration `json:"every,omitempty"`      // how often the document changes: ttl, updatePeriod
	Validators bool          `json:"validators,omitempty"` // it gives what a conditional request needs
	SkipHours  uint32        `json:"skip_hours,omitempty"` // bit n: not in hour n, UTC
	SkipDays   uint8         `json:"skip_days,omitempty"`  // bit n: not on time.Weekday(n), UTC
}

// A Hub is who tells subscribers of a feed's news at once (WebSub): where it is, and how
// it calls the feed.
type Hub struct {
	URL   string `json:"url,omitempty"`
	Topic string `json:"topic,omitempty"`
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

	Hints      Hints     // of the last document
	Hub        Hub       // of the last document; zero if it names none
	LastItem   time.Time // when the newest item was published
	MovedTo    string    // where permanent redirects lead, the same since MovedSince
	MovedSince time.Time
	Adopted    string // the address that is asked instead of URL
	Rhythm     string // how often it publishes, as the health check writes it
	Told       string // the trouble that people were told of, as the health check writes it
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

// A Timetable says when a feed is asked again, and where.
type Timetable interface {
	// Next returns when a feed is due after a poll at now that was the failures'th failure
	// in a row (0 for a success).
	Next(f Feed, failures int, h Hints, now time.Time) time.Time
	// Moved returns the state with what a poll at now told of the feed's address: to is
	// where permanent redirects led, or "", and err what went wrong.
	Moved(st FeedState, to string, err error, now time.Time) FeedState
}
