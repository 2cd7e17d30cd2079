package schedule

import (
	"errors"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const (
	// settled is how long permanent redirects must lead to the same address before it is
	// asked instead: a publisher's mistake is mostly mended within days.
	settled = 7 * 24 * time.Hour
	// lostAfter is how many polls in a row an adopted address may fail.
	lostAfter = 3
)

// Moved implements [watcher.Timetable]: it follows a feed that its publisher has moved for
// good, and comes back to the operator's address when the new one does not answer as a feed.
func (t *Timetable) Moved(st watcher.FeedState, to string, err error, now time.Time) watcher.FeedState {
	switch {
	case st.Adopted != "" && err != nil:
		if st.Failures+1 >= lostAfter || errors.Is(err, watcher.ErrGone) {
			st.Adopted, st.Cursor = "", watcher.Cursor{}
			st.MovedTo, st.MovedSince = "", time.Time{} // it must be stable for a week again
		}
	case err != nil:
	case to == "":
		if st.Adopted == "" {
			st.MovedTo, st.MovedSince = "", time.Time{}
		}
	case to != st.MovedTo:
		st.MovedTo, st.MovedSince = to, now
	case now.Sub(st.MovedSince) >= settled:
		st.Adopted = to
	}
	return st
}
