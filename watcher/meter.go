package watcher

import "time"

// A Meter counts what passes along the line.
type Meter interface {
	Polled(p Poll, st FeedState)
	Matched(ms []Match)
	Took(t Tally)
	// Tried counts an attempt at a delivery: ok, found, retry, unsure, refused or dead. seen
	// is when its item was first read.
	Tried(d Delivery, outcome string, seen time.Time)
}
