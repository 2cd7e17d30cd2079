package health_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
)

// A publisher says whether an item comes in the hour that begins at t.
type publisher func(rnd *rand.Rand, t time.Time) int

// poisson is how many items come where rate are expected.
func poisson(rnd *rand.Rand, rate float64) int {
	n := 0
	for p := rnd.ExpFloat64(); p < rate; p += rnd.ExpFloat64() {
		n++
	}
	return n
}

// publishers are those that a watch meets, with how many items of each must be missing at
// most, in the longest waits that each makes itself, when a stop is noticed.
var publishers = []struct {
	name    string
	publish publisher
	usual   time.Duration // the longest that it is silent by itself
	within  time.Duration // a stop is noticed
}{
	{"hourly wire", func(*rand.Rand, time.Time) int { return 1 }, time.Hour, 12 * time.Hour},
	{"busy wire at random", func(rnd *rand.Rand, _ time.Time) int { return poisson(rnd, 5) }, 3 * time.Hour, 12 * time.Hour},
	{"quiet wire at random", func(rnd *rand.Rand, _ time.Time) int { return poisson(rnd, .3) }, 40 * time.Hour, 6 * 24 * time.Hour},
	{"weekday paper", func(rnd *rand.Rand, t time.Time) int {
		if t.Weekday() == time.Sunday || t.Weekday() == time.Saturday || t.Hour() < 6 || t.Hour() > 17 {
			return 0
		}
		return poisson(rnd, 1)
	}, 63 * time.Hour, 7 * 24 * time.Hour},
	{"morning edition", func(_ *rand.Rand, t time.Time) int {
		if t.Weekday() == time.Sunday || t.Hour() != 5 {
			return 0
		}
		return 20
	}, 48 * time.Hour, 8 * 24 * time.Hour},
	{"weekly", func(_ *rand.Rand, t time.Time) int {
		if t.Weekday() != time.Thursday || t.Hour() != 9 {
			return 0
		}
		return 1
	}, week, 5 * week},
	{"monthly gazette", func(_ *rand.Rand, t time.Time) int {
		if t.Day() != 1 || t.Hour() != 12 {
			return 0
		}
		return 1
	}, 31 * 24 * time.Hour, 7 * 31 * 24 * time.Hour},
	{"agency of a few items a week", func(rnd *rand.Rand, t time.Time) int {
		if t.Weekday() == time.Sunday || t.Weekday() == time.Saturday || t.Hour() < 8 || t.Hour() > 16 {
			return 0
		}
		return poisson(rnd, .08)
	}, 2 * week, 8 * week},
}

const week = 7 * 24 * time.Hour

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// A watch polls a simulated publisher every hour.
type watch struct {
	st     watcher.FeedState
	silent bool
	alarms int
}

func (w *watch) hour(now time.Time, items []watcher.Item) {
	w.st = health.Learn(w.st, items, len(items), now)
	w.st.LastSuccess = now
	if now.Hour()%6 != 0 { // looked at four times a day
		return
	}
	silent := health.Judge(w.st, time.Hour, now).Kind == health.Silent
	if silent && !w.silent {
		w.alarms++
	}
	w.silent = silent
}

// items are those of one hour, at random minutes.
func items(rnd *rand.Rand, p publisher, t time.Time) []watcher.Item {
	var out []watcher.Item
	for range p(rnd, t) {
		out = append(out, watcher.Item{Published: t.Add(time.Duration(rnd.IntN(3600)) * time.Second)})
	}
	return out
}

func TestAYearWithoutAStopRaisesNoAlarm(t *testing.T) {
	for _, row := range publishers {
		alarms := 0
		for seed := range uint64(2) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			var w watch
			for now := newYear; now.Before(newYear.AddDate(1, 6, 0)); now = now.Add(time.Hour) {
				w.hour(now.Add(time.Hour), items(rnd, row.publish, now))
			}
			alarms += w.alarms
		}
		require.Zero(t, alarms, "%s: false alarms in three years", row.name)
	}
}

func TestAStopIsNoticed(t *testing.T) {
	for _, row := range publishers {
		worst := time.Duration(0)
		for seed := range uint64(2) {
			rnd := rand.New(rand.NewPCG(seed, 2))
			var w watch
			stop := newYear.AddDate(1, 0, int(3*seed))
			now := newYear
			for ; now.Before(stop); now = now.Add(time.Hour) {
				w.hour(now.Add(time.Hour), items(rnd, row.publish, now))
			}
			for ; !w.silent && now.Before(stop.AddDate(2, 0, 0)); now = now.Add(time.Hour) {
				w.hour(now.Add(time.Hour), nil)
			}
			require.True(t, w.silent, row.name)
			worst = max(worst, now.Sub(stop))
		}
		t.Logf("%s: noticed after %v, %.1f times its longest silence", row.name, worst, float64(worst)/float64(row.usual))
		require.LessOrEqual(t, worst, row.within, row.name)
	}
}
