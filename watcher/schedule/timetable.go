package schedule

import (
	"hash/fnv"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The bounds of a Timetable.
const (
	// LongestBackoff is how long a failing feed is left alone at most.
	LongestBackoff = 24 * time.Hour
	// LongestHint is how far a publisher's max-age or ttl can push back a poll that
	// succeeded: news must not wait for a careless header.
	LongestHint = time.Hour
	// longestJitter bounds the spread that keeps feeds from firing on the same second.
	longestJitter = 30 * time.Second
)

// A Timetable says when feeds are due. It is immutable.
type Timetable struct {
	def   cron.Schedule
	floor time.Duration
	feeds map[string]cron.Schedule // by expression
}

var _ watcher.Timetable = (*Timetable)(nil)

// NewTimetable returns the timetable of feeds that follow their own schedule or, where
// they have none, def; no feed is due sooner than floor after its last poll.
func NewTimetable(def string, floor time.Duration, feeds []watcher.Feed) (*Timetable, error) {
	t := &Timetable{floor: floor, feeds: make(map[string]cron.Schedule)}
	var err error
	if t.def, err = Parse(def); err != nil {
		return nil, err
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
	due := s.Next(now)
	interval := max(s.Next(due).Sub(due), time.Second)
	due = due.Add(jitter(f.ID, interval))
	earliest := now.Add(t.floor)
	if failures > 0 {
		back := max(min(interval, LongestBackoff), t.floor) << min(failures-1, 10)
		earliest = later(earliest, now.Add(min(back, LongestBackoff)))
		earliest = later(earliest, now.Add(min(h.Wait, LongestBackoff)))
	} else {
		earliest = later(earliest, now.Add(min(h.Wait, LongestHint)))
	}
	return later(due, earliest)
}

// jitter is a feed's own share of a tenth of its interval, always the same.
func jitter(id watcher.FeedID, interval time.Duration) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(id))
	room := min(interval/10, longestJitter)
	return time.Duration(uint64(h.Sum32()) * uint64(room) >> 32)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
