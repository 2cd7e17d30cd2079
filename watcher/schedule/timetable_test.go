package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func table(t *testing.T, def string, floor time.Duration, feeds ...watcher.Feed) *schedule.Timetable {
	t.Helper()
	tt, err := schedule.NewTimetable(def, floor, feeds)
	require.NoError(t, err)
	return tt
}

func TestFeedFollowsItsOwnScheduleOrTheDefault(t *testing.T) {
	own := watcher.Feed{ID: "own", Schedule: "@every 1h"}
	tt := table(t, "@every 10m", 0, own)
	require.WithinRange(t, tt.Next(watcher.Feed{ID: "plain"}, 0, watcher.Hints{}, noon), noon.Add(10*time.Minute), noon.Add(11*time.Minute))
	require.WithinRange(t, tt.Next(own, 0, watcher.Hints{}, noon), noon.Add(time.Hour), noon.Add(time.Hour+30*time.Second))
}

func TestJitterSpreadsFeedsAndStaysTheSame(t *testing.T) {
	tt := table(t, "@every 5m", 0)
	seen := map[time.Time]bool{}
	for i := range 200 {
		f := watcher.Feed{ID: watcher.FeedID(fmt.Sprintf("feed-%d", i))}
		due := tt.Next(f, 0, watcher.Hints{}, noon)
		require.Equal(t, due, tt.Next(f, 0, watcher.Hints{}, noon))
		require.WithinRange(t, due, noon.Add(5*time.Minute), noon.Add(5*time.Minute+30*time.Second))
		seen[due] = true
	}
	require.Greater(t, len(seen), 190)
	first, last := noon.Add(time.Hour), noon
	for due := range seen {
		if due.Before(first) {
			first = due
		}
		if due.After(last) {
			last = due
		}
	}
	require.Greater(t, last.Sub(first), 25*time.Second, "over the whole half minute")
}

func TestFloorHoldsAgainstTheOperator(t *testing.T) {
	tt := table(t, "@every 1m", 15*time.Minute)
	require.WithinRange(t, tt.Next(watcher.Feed{ID: "a"}, 0, watcher.Hints{}, noon), noon.Add(15*time.Minute), noon.Add(16*time.Minute))
}

func TestFailuresBackOffToADayAndNeverGiveUp(t *testing.T) {
	tt := table(t, "@every 10m", 0)
	last := time.Duration(0)
	for n := 1; n <= 200; n++ {
		wait := tt.Next(watcher.Feed{ID: "a"}, n, watcher.Hints{}, noon).Sub(noon)
		require.GreaterOrEqual(t, wait, last)
		require.LessOrEqual(t, wait, 24*time.Hour+time.Minute)
		last = wait
	}
	require.GreaterOrEqual(t, last, 24*time.Hour)
}

func TestPublishersWishIsHonouredWithinReason(t *testing.T) {
	tt := table(t, "@every 10m", 0)
	f := watcher.Feed{ID: "a"}
	require.WithinRange(t, tt.Next(f, 0, watcher.Hints{Wait: 40 * time.Minute}, noon), noon.Add(40*time.Minute), noon.Add(40*time.Minute+time.Minute), "max-age")
	require.WithinRange(t, tt.Next(f, 0, watcher.Hints{Wait: 30 * 24 * time.Hour}, noon), noon.Add(time.Hour), noon.Add(time.Hour+time.Minute), "a careless max-age is capped")
	require.WithinRange(t, tt.Next(f, 1, watcher.Hints{Wait: 6 * time.Hour}, noon), noon.Add(6*time.Hour), noon.Add(6*time.Hour+time.Minute), "Retry-After")
	require.WithinRange(t, tt.Next(f, 1, watcher.Hints{Wait: 90 * 24 * time.Hour}, noon), noon.Add(24*time.Hour), noon.Add(24*time.Hour+time.Minute), "a silly Retry-After is capped")
}

func TestTimetableNamesABadSchedule(t *testing.T) {
	_, err := schedule.NewTimetable("@every 10m", 0, []watcher.Feed{{ID: "x", Schedule: "soon"}})
	require.ErrorContains(t, err, `schedule "soon"`)
	_, err = schedule.NewTimetable("soon", 0, nil)
	require.Error(t, err)
}

func TestWithoutAScheduleThePublisherSetsThePace(t *testing.T) {
	tt := table(t, "", 5*time.Minute)
	f := watcher.Feed{ID: "a"}
	for name, c := range map[string]struct {
		hints watcher.Hints
		want  time.Duration
	}{
		"it says nothing, and cannot say that nothing changed": {watcher.Hints{}, 24 * time.Hour},
		"it says nothing":           {watcher.Hints{Validators: true}, time.Hour},
		"max-age":                   {watcher.Hints{Wait: 10 * time.Minute, Validators: true}, 10 * time.Minute},
		"ttl":                       {watcher.Hints{Every: 3 * time.Hour, Validators: true}, 3 * time.Hour},
		"the longer of two":         {watcher.Hints{Wait: time.Hour, Every: 2 * time.Hour}, 2 * time.Hour},
		"more often than the floor": {watcher.Hints{Wait: time.Second}, 5 * time.Minute},
		"a month":                   {watcher.Hints{Wait: 30 * 24 * time.Hour}, 24 * time.Hour},
	} {
		due := tt.Next(f, 0, c.hints, noon)
		require.WithinRange(t, due, noon.Add(c.want), noon.Add(c.want+30*time.Second), name)
	}
	first := tt.Next(f, 1, watcher.Hints{}, noon)
	require.WithinRange(t, first, noon.Add(time.Hour), noon.Add(time.Hour+30*time.Second), "a first failure is tried again within the hour")
	require.Greater(t, tt.Next(f, 2, watcher.Hints{}, noon), first)
}

func TestHoursAndDaysOfRestAreKept(t *testing.T) {
	night := watcher.Hints{Validators: true, SkipHours: 1<<12 | 1<<13 | 1<<23}
	for _, def := range []string{"@every 10m", ""} {
		tt := table(t, def, 0)
		due := tt.Next(watcher.Feed{ID: "a"}, 0, night, noon)
		require.WithinRange(t, due, noon.Add(2*time.Hour), noon.Add(3*time.Hour), "hours 12 and 13 are over")
		require.NotContains(t, []int{12, 13, 23}, due.UTC().Hour())
	}
	tt := table(t, "@every 10m", 0) // noon is of a Monday
	due := tt.Next(watcher.Feed{ID: "a"}, 0, watcher.Hints{SkipDays: 1<<time.Monday | 1<<time.Tuesday}, noon)
	require.Equal(t, time.Wednesday, due.UTC().Weekday())
	require.Equal(t, 0, due.UTC().Hour())
	require.Equal(t, noon.Add(10*time.Minute), tt.Next(watcher.Feed{ID: "zzz"}, 0, watcher.Hints{SkipHours: 1 << 3}, noon).Truncate(time.Minute))
	due = tt.Next(watcher.Feed{ID: "a"}, 3, night, noon)
	require.NotContains(t, []int{12, 13, 23}, due.UTC().Hour(), "failures rest too")
}
