package feed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestAddressesInsideAreToldWithoutANameServer(t *testing.T) {
	for _, s := range []string{
		"http://127.0.0.1/rss", "http://[::1]:8080/", "https://10.1.2.3/", "http://[::ffff:192.168.0.1]/", "http://169.254.169.254/",
		"http://localhost:80/", "http://LOCALHOST./", "http://press/rss", "http://press.local/", "http://a.b.internal/",
	} {
		require.True(t, feed.Inside(s), s)
	}
	for _, s := range []string{"https://www.belta.by/rss", "https://8.8.8.8/", "https://local.example/", "not an address", ""} {
		require.False(t, feed.Inside(s), s)
	}
}

func TestOneFeedUnderSeveralAddresses(t *testing.T) {
	for _, same := range [][2]string{
		{"https://www.belta.by/rss", "http://belta.by/rss/"},
		{"https://a.example/feed?b=2&a=1", "https://A.example:443/feed/?a=1&b=2&utm_source=x#top"},
		{"https://user:secret@a.example/feed", "https://a.example/feed"},
	} {
		require.Equal(t, feed.SameFeed(same[0]), feed.SameFeed(same[1]))
	}
	for _, other := range [][2]string{
		{"https://a.example/?feed=rss2", "https://a.example/?feed=comments-rss2"},
		{"https://a.example/?rss", "https://a.example/"},
		{"https://a.example/en/rss", "https://a.example/ru/rss"},
		{"https://ru.a.example/rss", "https://a.example/rss"},
		{"https://a.example:8443/rss", "https://a.example/rss"},
	} {
		require.NotEqual(t, feed.SameFeed(other[0]), feed.SameFeed(other[1]))
	}
}
