package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The bounds of a Timetable.
const (
	// LongestBackoff is how long a failing feed is left alone at most.
	LongestBackoff = 24 * time.Hour
	// LongestHint is how far a publisher's max-age or ttl can push back a poll that
	// succeeded and has a schedule: news must not wait for a careless header.
	LongestHint = time.Hour
	// LongestPace is how far it can where the operator leaves the pace to the publisher.
	LongestPace = 24 * time.Hour
	// Unasked is how often a publisher that states no pace is asked, if it can answer that
	// nothing changed.
	Unasked = time.Hour
	// Unvalidated is how often it is asked if it cannot.
	Unvalidated = 24 * time.Hour
	// longestJitter bounds the spread that keeps feeds from firing on the same second.
	longestJitter = 30 * time.Second
)

// A Timetable says when feeds are due. It is immutable.
type Timetable struct {
	def   cron.Schedule // nil: as each publisher allows
	floor time.Duration
	feeds map[string]cron.Schedule // by expression
}

var _ watcher.Timetable = (*Timetable)(nil)

// NewTimetable returns the timetable of feeds that follow their own schedule or, where
// they have none, def; with an empty def as often as each publisher allows. No feed is
// due sooner than floor after its last poll.
func NewTimetable(def string, floor time.Duration, feeds []watcher.Feed) (*Timetable, error) {
	t := &Timetable{floor: floor, feeds: make(map[string]cron.Schedule)}
	var err error
	if def != "" {
		if t.def, err = Parse(def); err != nil {
			return nil, err
		}
	}
	for _, f := range feeds {
		if f.Schedule == "" || t.feeds[f.Schedule] != nil {
			continue
		}
		if t.feeds[f.Schedule], err = Parse(f.Schedule); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Next returns when a feed is due after a poll at now.
func (t *Timetable) Next(f watcher.Feed, failures int, h watcher.Hints, now time.Time) time.Time {
	s := t.feeds[f.Schedule]
	if s == nil {
		s = t.def
	}
	due, interval, longest := now, time.Duration(0), LongestPace
	if s != nil {
		due = s.Next(now)
		interval = max(s.Next(due).Sub(due), time.Second)
		longest = LongestHint
	} else {
		interval = pace(h)
		if failures > 0 { // what went wrong says nothing of its pace
			interval = min(interval, Unasked)
		}
		due = now.Add(interval)
	}
	earliest := now.Add(t.floor)
	if failures > 0 {
		back := max(min(interval, LongestBackoff), t.floor) << min(failures-1, 10)
		earliest = later(earliest, now.Add(min(back, LongestBackoff)))
		earliest = later(earliest, now.Add(min(h.Wait, LongestBackoff)))
	} else {
		earliest = later(earliest, now.Add(min(max(h.Wait, h.Every), longest)))
	}
	due = later(due, earliest)
	return awake(due.Add(jitter(f.ID, due.Sub(now))), h)
}

// pace is how often a publisher allows to be asked.
func pace(h watcher.Hints) time.Duration {
	switch stated := max(h.Wait, h.Every); {
	case stated > 0:
		return min(stated, LongestPace)
	case h.Validators:
		return Unasked
	}
	return Unvalidated
}

// awake returns the first moment from t on at which the publisher wants to be asked.
func awake(t time.Time, h watcher.Hints) time.Time {
	if h.SkipHours == 0 && h.SkipDays == 0 {
		return t
	}
	t = t.UTC()
	within := t.Sub(t.Truncate(time.Hour)) // feeds that rest together do not wake together
	for range 7*24 + 1 {
		if h.SkipHours&(1<<t.Hour()) == 0 && h.SkipDays&(1<<t.Weekday()) == 0 {
			return t
		}
		t = t.Truncate(time.Hour).Add(time.Hour + within)
	}
	return t
}

// jitter is a feed's own share of a tenth of a wait, always the same.
func jitter(id watcher.FeedID, wait time.Duration) time.Duration {
	h := sha256.Sum256([]byte(id)) // ids that are much alike must not fall together
	room := min(wait/10, longestJitter).Milliseconds()
	return time.Duration(uint64(binary.BigEndian.Uint32(h[:]))*uint64(room)>>32) * time.Millisecond
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
