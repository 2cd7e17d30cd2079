package schedule_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

func TestMovedFeedIsAdoptedAfterAStableWeek(t *testing.T) {
	tt, err := schedule.NewTimetable("", time.Minute, nil)
	require.NoError(t, err)
	const to, other = "https://new.example/rss", "https://odd.example/rss"
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	st := tt.Moved(watcher.FeedState{}, other, nil, now)
	st = tt.Moved(st, to, nil, now.Add(5*day))
	st = tt.Moved(st, to, errors.New("HTTP 500"), now.Add(8*day))
	st = tt.Moved(st, to, nil, now.Add(11*day))
	require.Empty(t, st.Adopted, "another address six days ago")
	st = tt.Moved(st, to, nil, now.Add(12*day))
	require.Equal(t, to, st.Adopted)
	require.Equal(t, to, tt.Moved(st, "", nil, now.Add(13*day)).Adopted, "asked itself, it redirects no more")

	back := tt.Moved(watcher.FeedState{MovedTo: to, MovedSince: now}, "", nil, now.Add(day))
	require.Empty(t, back.MovedTo, "the publisher took it back")
}

func TestAdoptedAddressThatFailsIsGivenUp(t *testing.T) {
	tt, err := schedule.NewTimetable("", time.Minute, nil)
	require.NoError(t, err)
	st := watcher.FeedState{Adopted: "https://new.example/rss", Cursor: watcher.Cursor{ETag: `"v1"`}, Failures: 1}
	require.NotEmpty(t, tt.Moved(st, "", errors.New("HTTP 500"), time.Now()).Adopted)
	st.Failures = 2
	lost := tt.Moved(st, "", errors.New("HTTP 500"), time.Now())
	require.Empty(t, lost.Adopted)
	require.Empty(t, lost.Cursor, "its validators are of no use elsewhere")
	require.Empty(t, tt.Moved(lost, "https://new.example/rss", nil, time.Now()).Adopted, "not at once again")
	st.Failures = 0
	require.Empty(t, tt.Moved(st, "", fmt.Errorf("get: %w", watcher.ErrGone), time.Now()).Adopted)
}
