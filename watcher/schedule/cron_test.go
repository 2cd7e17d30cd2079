package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

func TestParseReadsWhatOperatorsWrite(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 7, 30, 0, time.UTC)
	for expr, want := range map[string]time.Time{
		"*/10 * * * *":                       time.Date(2026, 3, 2, 10, 10, 0, 0, time.UTC),
		"@every 10m":                         at.Add(10 * time.Minute),
		"@hourly":                            time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC),
		"CRON_TZ=Europe/Vilnius 0 8 * * 1-5": time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC),
	} {
		s, err := schedule.Parse(expr)
		require.NoError(t, err, expr)
		require.Equal(t, want, s.Next(at).UTC(), expr)
	}
}

func TestParseRefusesWithTheCure(t *testing.T) {
	for expr, want := range map[string]string{
		"every 10 minutes":            "3 fields instead of five",
		"":                            "0 fields instead of five",
		"0 */10 * * * *":              "6 fields instead of five",
		"@every ten":                  "not a duration",
		"@fortnightly":                "unknown word @fortnightly",
		"0 0 30 2 *":                  "this date never comes",
		"61 * * * *":                  "write five fields",
		"CRON_TZ=Mars/Olympus @daily": `unknown time zone "Mars/Olympus"`,
	} {
		_, err := schedule.Parse(expr)
		require.ErrorContains(t, err, want, expr)
	}
}
