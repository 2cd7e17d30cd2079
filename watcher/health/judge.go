package health

import (
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Kind is a way in which a feed is not well.
type Kind string

// The kinds of trouble, the gravest first; none is the empty Kind.
const (
	Gone    Kind = "gone"    // its publisher ended it
	Failing Kind = "failing" // it does not answer as a feed
	Silent  Kind = "silent"  // it answers and brings nothing new
)

// When silence is trouble.
const (
	// enoughTime and enoughItems are what must be known of a feed.
	enoughTime  = 14 * 24 * time.Hour
	enoughItems = 9
	// shortest is less than anybody wants to be told of.
	shortest = 6 * time.Hour
	// times is how often the longest gap known must have passed.
	times = 3
	// least is how many items must be missing from the most regular feed, and spread how
	// many more where they come at random: less than one false alarm in a thousand years
	// of items.
	least, spread = 3, 9
)

// failures is how many polls in a row must have failed: one is an accident.
const failures = 2

// newFailures is the same for a feed that never answered, of which nobody knows how
// long it has failed.
const newFailures = 3

// A Health is how a feed is.
type Health struct {
	Kind   Kind          // empty if it is well
	Since  time.Time     // zero where nobody knows
	Reason string        // of a failure, in the poll's words
	Usual  time.Duration // between items at the time of the last one; 0 where it is not known
}

// Judge says how a feed is at a time; failing is how long it may not answer.
func Judge(st watcher.FeedState, failing time.Duration, now time.Time) Health {
	var h Health
	r := Parse(st.Rhythm)
	if r.Ready() {
		h.Usual = max(r.After(st.LastItem, 1).Sub(st.LastItem), time.Minute)
	}
	switch {
	case st.Gone:
		h.Kind, h.Since, h.Reason = Gone, st.LastPoll, st.LastError
	case fails(st, failing, now):
		h.Kind, h.Since, h.Reason = Failing, st.LastSuccess, st.LastError
	case r.Silent(st.LastItem, st.LastSuccess):
		h.Kind, h.Since = Silent, st.LastItem
	}
	return h
}

func fails(st watcher.FeedState, failing time.Duration, now time.Time) bool {
	if st.LastSuccess.IsZero() {
		return st.Failures >= newFailures
	}
	return st.Failures >= failures && now.Sub(st.LastSuccess) >= failing
}

// Ready reports whether enough is known to call a feed silent.
func (r Rhythm) Ready() bool {
	return r.Items >= enoughItems && r.To.Sub(r.From) >= enoughTime
}

// Limit is how many items must be missing before a feed counts as silent: three times
// the longest gap of the last months, and more where little is known or where items
// come at random.
func (r Rhythm) Limit() float64 {
	uneven := 0.0
	if r.Mean > 0 {
		uneven = min(max(r.Square/(r.Mean*r.Mean)-1, 0), 1)
	}
	known := 1 + 4/float64(max(r.Items, 1))
	return max(times*r.Longest, least+spread*uneven) * known
}

// Silent reports whether a feed whose newest item is of last is silent at a time: the
// last successful poll, since nobody knows what came after it.
func (r Rhythm) Silent(last, at time.Time) bool {
	if !r.Ready() || at.Sub(last) < shortest {
		return false
	}
	return r.Expect(last, at) > r.Limit()
}
