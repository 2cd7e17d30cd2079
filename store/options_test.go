package store_test

import (
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
)

func TestDurationReadsDays(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * 24 * time.Hour, "36h": 36 * time.Hour, "1d12h": 36 * time.Hour, "0d": 0, " 7d ": 168 * time.Hour,
	} {
		var d store.Duration
		require.NoError(t, d.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, time.Duration(d), text)
	}
}

func TestDurationRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{"", "d", "-1d", "1d-1h", "90", "ninety days", "1.5d", "99999999d", "-1h", "1d d"} {
		var d store.Duration
		require.ErrorContains(t, d.UnmarshalText([]byte(text)), "write days such as 90d", text)
	}
}

func TestDurationWritesWhatItReads(t *testing.T) {
	for _, text := range []string{"90d", "36h0m0s", "1d", "0s"} {
		var d store.Duration
		require.NoError(t, d.UnmarshalText([]byte(text)))
		got, err := d.MarshalText()
		require.NoError(t, err)
		require.Equal(t, text, string(got))
	}
}

func TestOptionsAreReadFromYAML(t *testing.T) {
	var o store.Options
	require.NoError(t, yaml.Unmarshal([]byte("dsn: sqlite:x.db\nkeep: 30d\nkeep_matched: 730d\n"), &o))
	require.Equal(t, store.Options{
		DSN: "sqlite:x.db", Keep: store.Duration(30 * 24 * time.Hour), KeepMatched: store.Duration(730 * 24 * time.Hour),
	}, o)
	require.NoError(t, o.Validate())
}

func TestValidateNamesEveryMistake(t *testing.T) {
	require.NoError(t, store.Options{}.Validate())
	require.NoError(t, store.Options{Keep: store.Duration(500 * 24 * time.Hour)}.Validate(), "keep_matched follows keep")
	err := store.Options{
		DSN: "mysql://u:s3cret@h/d", DSNFile: "dsn", Keep: store.Duration(time.Hour), KeepMatched: store.Duration(time.Minute),
	}.Validate()
	require.ErrorContains(t, err, "dsn and dsn_file are both set")
	require.ErrorContains(t, err, `dsn: unknown database: write "sqlite:PATH"`)
	require.ErrorContains(t, err, "keep: 1h0m0s is too short")
	require.ErrorContains(t, err, "keep_matched: 1m0s is shorter than keep")
	require.NotContains(t, err.Error(), "s3cret")
	require.ErrorContains(t, store.Options{DSN: "sqlite::memory:"}.Validate(), "needs a file")
	require.ErrorContains(t, store.Options{DSN: "sqlite:"}.Validate(), "needs a file")
	require.ErrorContains(t, store.Options{DSN: "data/x.db"}.Validate(), "unknown database")
}
