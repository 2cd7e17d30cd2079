package feed_test

import (
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestOptionsAreReadFromYAML(t *testing.T) {
	var o feed.Options
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(`
schedule: "@every 20m"
floor: 2m
timeout: 10s
per_host: 2
max_body: 512KiB
allow_private_addresses: true
user_agent: quay/1
proxy: http://proxy.example:3128
`), &o, yaml.Strict()))
	require.Equal(t, feed.Options{
		Schedule: "@every 20m", Floor: 2 * time.Minute, Timeout: 10 * time.Second, PerHost: 2, MaxBody: 512 << 10,
		AllowPrivateAddresses: true, UserAgent: "quay/1", Proxy: "http://proxy.example:3128",
	}, o)
	require.NoError(t, o.Validate())
	out, err := yaml.Marshal(o)
	require.NoError(t, err)
	require.Contains(t, string(out), "max_body: 512KiB")
}

func TestZeroOptionsStandForTheDefaults(t *testing.T) {
	require.NoError(t, feed.Options{}.Validate())
	d := feed.DefaultOptions()
	require.Empty(t, d.Schedule, "as each publisher allows")
	require.Equal(t, 5*time.Minute, d.Floor)
	require.Equal(t, 30*time.Second, d.Timeout)
	require.Equal(t, 1, d.PerHost)
	require.Equal(t, "10MiB", d.MaxBody.String())
	require.False(t, d.AllowPrivateAddresses)
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	err := feed.Options{
		Floor: -1, Timeout: time.Hour, PerHost: 99, MaxBody: 5, UserAgent: "a\r\nX: y", Proxy: "http://ann:s3cret@",
	}.Validate()
	for _, field := range []string{"floor:", "timeout:", "per_host:", "max_body:", "user_agent:", "proxy:"} {
		require.ErrorContains(t, err, field)
	}
	require.NotContains(t, err.Error(), "s3cret")
	require.ErrorContains(t, feed.Options{Proxy: "ftp://proxy.example"}.Validate(), `scheme "ftp"`)
}

func TestSizesAreReadAndWritten(t *testing.T) {
	for text, c := range map[string]struct {
		bytes feed.Size
		again string
	}{
		"10MiB": {10 << 20, "10MiB"}, "512 KiB": {512 << 10, "512KiB"}, "1gib": {1 << 30, "1GiB"}, "2MB": {2e6, "2000000B"},
		"1.5MiB": {3 << 19, "1536KiB"}, "700": {700, "700B"}, "0": {0, "0B"}, "64k": {64 << 10, "64KiB"},
	} {
		t.Run(text, func(t *testing.T) {
			var s feed.Size
			require.NoError(t, s.UnmarshalText([]byte(text)))
			require.Equal(t, c.bytes, s)
			out, err := s.MarshalText()
			require.NoError(t, err)
			require.Equal(t, c.again, string(out))
		})
	}
	for _, text := range []string{"", "MiB", "10 parsecs", "-1", "1e9", "99999999999GiB"} {
		require.ErrorContains(t, new(feed.Size).UnmarshalText([]byte(text)), "write a number and", text)
	}
}
