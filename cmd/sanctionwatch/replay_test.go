package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDatesOfItemsAreRead(t *testing.T) {
	day := time.Date(2023, 3, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2023-03-01":                day,
		"20230301":                  day,
		"2023-03-01T08:30:00":       day.Add(8*time.Hour + 30*time.Minute),
		"2023-03-01 08:30:00":       day.Add(8*time.Hour + 30*time.Minute),
		"2023-03-01T11:30:00+03:00": day.Add(8*time.Hour + 30*time.Minute),
	} {
		require.True(t, want.Equal(itemTime(text)), "%s is read as %s", text, itemTime(text))
	}
	require.WithinDuration(t, time.Now(), itemTime("of late"), time.Hour, "no date is now")
}
