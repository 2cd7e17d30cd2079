package health

import (
	"fmt"
	"math"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Words says how a feed is, for a page: "silent for 3 d, usually an item every 2 h".
func (h Health) Words(st watcher.FeedState, now time.Time) string {
	switch h.Kind {
	case Gone:
		return "ended by its publisher (410)"
	case Failing:
		if h.Since.IsZero() {
			return fmt.Sprintf("has never answered: %s", h.Reason)
		}
		return fmt.Sprintf("fails for %s: %s", length(now.Sub(h.Since)), h.Reason)
	case Silent:
		return fmt.Sprintf("silent for %s, usually the next item comes within %s", length(now.Sub(h.Since)), length(h.Usual))
	}
	switch {
	case st.Failures == 1:
		return "the last poll failed: " + st.LastError
	case st.Failures > 0:
		return fmt.Sprintf("the last %d polls failed: %s", st.Failures, st.LastError)
	case st.LastSuccess.IsZero():
		return "not polled yet"
	case st.Adopted != "":
		return "well, moved to " + st.Adopted
	}
	return "well"
}

// Words says how often a feed publishes: "about 12 a day, mostly 06–18 UTC on weekdays".
func (r Rhythm) Words() string {
	if !r.Ready() {
		return "not known yet"
	}
	weekly := r.Weekly()
	days, on := r.days(weekly)
	var s string
	switch {
	case weekly >= days:
		s = fmt.Sprintf("about %.0f a day", weekly/days)
	case weekly >= 1:
		s = fmt.Sprintf("about %.0f a week", weekly)
	default:
		weekly -= .5 / r.weeks() // it is asked about when an item has just come
		s = fmt.Sprintf("about one in %s", length(time.Duration(float64(week)/weekly)))
	}
	if from, to, ok := r.window(); ok && weekly >= 1 {
		s += fmt.Sprintf(", mostly %02d–%02d UTC", from, to)
	}
	return s + on
}

// days says on how many days of the week items come, and on which.
func (r Rhythm) days(weekly float64) (n float64, on string) {
	if weekly < 0.9 {
		return 7, ""
	}
	var share [7]float64
	for h, v := range r.hours {
		share[h/24] += v * r.scale() / weekly
	}
	for d, s := range share {
		if s > .8 {
			return 1, " on " + time.Weekday(d).String() + "s"
		}
	}
	if share[time.Saturday]+share[time.Sunday] < .05 && weekly >= 3 {
		return 5, " on weekdays"
	}
	return 7, ""
}

// window is the shortest part of the day in which most items come, if it is not all of it.
func (r Rhythm) window() (from, to int, ok bool) {
	var day [24]float64
	sum := 0.0
	for h, v := range r.hours {
		day[h%24] += v
		sum += v
	}
	for n := 1; n <= 16; n++ {
		best, at := 0.0, 0
		for start := range 24 {
			in := 0.0
			for i := range n {
				in += day[(start+i)%24]
			}
			if in > best {
				best, at = in, start
			}
		}
		if best >= .9*sum {
			return at, (at + n) % 24, true
		}
	}
	return 0, 0, false
}

// length says how long something lasts.
func length(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", math.Round(d.Hours()/24))
}
