package websub

import (
	"crypto/rand"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The states of a Subscription.
const (
	Pending = "pending" // asked for, or to be asked for
	Active  = "active"  // verified by the hub
	Denied  = "denied"  // turned down by the hub
	Leaving = "leaving" // not wanted any more; the hub is asked to end it
	Ended   = "ended"   // over; whoever still pushes hears so
)

// A Subscription is what is agreed with the hub of a feed, or asked of it.
type Subscription struct {
	Token    string // of the callback's path: who knows it is the hub
	Feed     watcher.FeedID
	Hub      watcher.Hub
	Callback string // the whole address
	Secret   string // that the hub signs with
	State    string
	Asked    time.Time // when the hub was last asked for something
	Until    time.Time // the end of the lease
	Next     time.Time // when the hub is asked again
	Attempts int       // since the hub last agreed
	Pushed   time.Time // when it last sent something good
	Trouble  string    // what went wrong, in words
}

// create returns a new subscription of a feed, to be asked for now. Its token has 130
// random bits.
func (u *Subscriber) create(id watcher.FeedID, h watcher.Hub) Subscription {
	token := rand.Text()
	return Subscription{
		Token: token, Feed: id, Hub: h, Callback: u.callback(token), Secret: rand.Text() + rand.Text(),
		State: Pending, Next: time.Now(),
	}
}

// callback is where the hub of a subscription comes to.
func (u *Subscriber) callback(token string) string { return u.options.PublicURL + Path + token }

// isToken reports whether text can be a token, so that guesses do not reach the store.
func isToken(text string) bool {
	if len(text) != 26 {
		return false
	}
	for _, c := range []byte(text) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
