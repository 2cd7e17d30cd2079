package main

import (
	"fmt"
	"math"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// day is the day of rates and ages.
const day = 24 * time.Hour

// rate is when the newest of a feed's items was published, and how many come a day as far
// as they reach back; 0 where the dates do not tell.
func rate(items []watcher.Item) (newest time.Time, perDay float64) {
	var oldest time.Time
	dated := 0
	for _, it := range items {
		if it.Published.IsZero() {
			continue
		}
		dated++
		if newest.IsZero() || it.Published.After(newest) {
			newest = it.Published
		}
		if oldest.IsZero() || it.Published.Before(oldest) {
			oldest = it.Published
		}
	}
	if span := newest.Sub(oldest); dated > 1 && span > time.Minute {
		perDay = float64(dated-1) / (float64(span) / float64(day))
	}
	return newest, perDay
}

// often is a rate in words.
func often(perDay float64) string {
	for _, u := range []struct {
		name string
		days float64
	}{{"day", 1}, {"week", 7}, {"month", 30}, {"year", 365}} {
		if n := math.Round(perDay * u.days); n >= 1 {
			return fmt.Sprintf("%.0f a %s", n, u.name)
		}
	}
	return "-"
}

// age is how long ago something was, in the largest unit that tells enough.
func age(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return "-"
	case d < -time.Hour:
		return "in the future"
	case d < time.Minute:
		return "now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d < 1000*day:
		return count(int(d/day), "day")
	}
	return fmt.Sprintf("%d years", int(d/(365*day)))
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
