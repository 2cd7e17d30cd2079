package watcher

import (
	"cmp"
	"time"
)

// A Plan is everything an operator may edit, built without side effects and never
// changed: a reload makes a new one and swaps it in.
type Plan struct {
	Hash      string // of the operator's files
	Feeds     map[FeedID]Feed
	Matcher   Matcher
	Router    Router
	Timetable Timetable
	Channels  map[string]Channel

	Window  time.Duration // how long a story takes new items; 0 for DefaultWindow
	MaxAge  time.Duration // older items are recorded and never told; 0 for DefaultMaxAge, negative for no limit
	CatchUp time.Duration // items of a feed's first poll younger than this are told; 0 for none
	GiveUp  time.Duration // how long a delivery is tried; 0 for DefaultGiveUp

	// Learn returns st with what items, fresh of them new, tell of how often the feed publishes.
	Learn func(st FeedState, items []Item, fresh int, now time.Time) FeedState
}

// The defaults of a Plan.
const (
	DefaultWindow = 14 * 24 * time.Hour
	DefaultMaxAge = 3 * 24 * time.Hour
	DefaultGiveUp = 24 * time.Hour
)

func (p *Plan) window() time.Duration { return cmp.Or(p.Window, DefaultWindow) }
func (p *Plan) giveUp() time.Duration { return cmp.Or(p.GiveUp, DefaultGiveUp) }

// tellable says whether an item may raise an alert, and if not, why.
func (p *Plan) tellable(it Item, baseline bool) (ok bool, why string) {
	age := it.Seen.Sub(it.When())
	if limit := cmp.Or(p.MaxAge, DefaultMaxAge); limit > 0 && age > limit {
		return false, "older than max_age"
	}
	if baseline && (it.Published.IsZero() || age > p.CatchUp || p.CatchUp == 0) {
		return false, "first poll of the feed is a baseline"
	}
	return true, ""
}
