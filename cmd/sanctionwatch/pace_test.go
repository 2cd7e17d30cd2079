package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestAgesAreToldInOneUnit(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	require.Equal(t, "-", age(time.Time{}, now))
	for d, want := range map[time.Duration]string{
		-3 * time.Hour: "in the future", -time.Minute: "now", 0: "now", 59 * time.Second: "now", 61 * time.Second: "1 min",
		119 * time.Minute: "119 min", 2 * time.Hour: "2 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 days",
		400 * day: "400 days", 1100 * day: "3 years",
	} {
		require.Equal(t, want, age(now.Add(-d), now), d)
	}
}

func TestRatesAreToldInWords(t *testing.T) {
	for perDay, want := range map[float64]string{
		0: "-", 240: "240 a day", 1: "1 a day", 0.6: "1 a day", 0.4: "3 a week", 0.1: "1 a week", 0.05: "2 a month", 0.004: "1 a year", 0.0001: "-",
	} {
		require.Equal(t, want, often(perDay), perDay)
	}
}

func TestRatesComeFromDates(t *testing.T) {
	at := func(hours ...int) (items []watcher.Item) {
		for _, h := range hours {
			items = append(items, watcher.Item{Published: time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC)})
		}
		return append(items, watcher.Item{}) // one without a date
	}
	newest, perDay := rate(at(4, 8, 0, 12))
	require.Equal(t, 12, newest.Hour())
	require.InDelta(t, 6, perDay, 1e-9)
	_, perDay = rate(at(4))
	require.Zero(t, perDay, "one date tells no rate")
	_, perDay = rate(at(4, 4, 4))
	require.Zero(t, perDay, "items stamped when the feed was made tell none either")
	newest, _ = rate(nil)
	require.True(t, newest.IsZero())
}
