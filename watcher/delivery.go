package watcher

import (
	"context"
	"time"
)

// A Kind says what a delivery does in its channel.
type Kind string

// The kinds.
const (
	Post   Kind = "post"   // the first message of a story
	Reply  Kind = "reply"  // news about a story already told; in a thread where the channel has threads
	Update Kind = "update" // the first message, brought up to date in place
)

// A State is where a delivery stands.
type State string

// The states. Pending and Unsure deliveries have a job; Sent, Dead and Dropped are final.
const (
	Pending State = "pending"
	Sending State = "sending" // an attempt began; after a crash the same as Unsure
	Unsure  State = "unsure"  // may have arrived
	Sent    State = "sent"
	Dead    State = "dead"    // given up; waits for a person
	Dropped State = "dropped" // an update whose message or channel is gone
)

// A Delivery is one message of an alert to one channel, and its ledger.
type Delivery struct {
	ID        DeliveryID `json:"id"`
	AlertID   AlertID    `json:"alert"`
	StoryID   StoryID    `json:"story"`
	Channel   string     `json:"channel"`
	Kind      Kind       `json:"kind"`
	State     State      `json:"state"`
	Attempts  int        `json:"attempts"`
	NotBefore time.Time  `json:"not_before,omitzero"`
	Tried     time.Time  `json:"tried,omitzero"` // when the last attempt began
	Receipt   Receipt    `json:"receipt,omitzero"`
	LastError string     `json:"last_error,omitempty"` // never holds a secret
	Created   time.Time  `json:"created"`
}

// A Receipt is what a channel answered: where its message can be found again.
type Receipt struct {
	Ref    string    `json:"ref"`              // Slack ts, mail Message-ID, HTTP status
	Target string    `json:"target,omitempty"` // Slack channel id
	At     time.Time `json:"at,omitzero"`
}

// An Outgoing is a delivery with all that is needed to send it.
type Outgoing struct {
	Delivery Delivery
	Alert    Alert   // as raised; for an Update that of the story's Post, with the story as it is now
	Parent   Receipt // of the story's Post in the channel; zero if there is none
	Waiting  bool    // the story's Post in the channel is still on its way
	Repeat   bool    // an earlier attempt may have arrived
}

// A Notifier sends one message. Its error is a *RetryError if the message certainly did
// not arrive and may later, an *UncertainError if it may have arrived, and any other
// error if it never will. Error texts are shown to operators and hold no secret.
type Notifier interface {
	Notify(ctx context.Context, o Outgoing) (Receipt, error)
}

// A Finder is a Notifier that can look up whether an unsure delivery arrived.
type Finder interface {
	Find(ctx context.Context, o Outgoing) (r Receipt, found bool, err error)
}

// A Channel is a place where people are told.
type Channel struct {
	Name     string
	Notifier Notifier
	Gap      time.Duration // least time between two messages
	Updates  bool          // a message can be changed in place
}

// RetryError says: not delivered or fetched, try again, not before After has passed.
// After is 0 where nobody said how long.
type RetryError struct {
	After time.Duration
	Err   error
}

// Error has the cause, and the wait that was asked for.
func (e *RetryError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RetryError) Unwrap() error { return e.Err }

// UncertainError says that a message may have been delivered.
type UncertainError struct{ Err error }

// Error has the cause.
func (e *UncertainError) Error() string { return "may have arrived: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *UncertainError) Unwrap() error { return e.Err }
