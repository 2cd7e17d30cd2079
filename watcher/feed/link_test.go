package feed_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestSamePageHasOneCanonicalLink(t *testing.T) {
	const want = "https://post.example/news/1?id=7&page=2"
	for _, link := range []string{
		"https://post.example/news/1?id=7&page=2",
		"http://post.example/news/1?page=2&id=7",
		"https://www.post.example/news/1?id=7&page=2",
		"HTTPS://WWW.Post.Example:443/news/1/?id=7&page=2#comments",
		"http://post.example:80/news/1?id=7&page=2",
		"http://post.example./news/1?id=7&page=2",
		"https://post.example/news/1?id=7&page=2&utm_source=rss&utm_medium=feed",
		"https://post.example/news/1?fbclid=x&id=7&gclid=y&page=2&yclid=z",
		"https://post.example/news/1?ns_mchannel=rss&at_medium=x&id=7&page=2&cmpid=a&ocid=b&ito=c&smid=d",
		"https://post.example/news/1?id=7&page=2&ref=rss&source=newsletter&from=telegram",
		"https://post.example/news/1?id=7&page=2&amp=1",
		"https://post.example/news/1?id=7&page=2&amp",
		"https://post.example/news/1/amp?id=7&page=2",
		"https://post.example/news/1/amp/?id=7&page=2",
		"https://post.example/news/1.amp?id=7&page=2",
		"https://post.example/amp/news/1?id=7&page=2",
		"https://amp.post.example/news/1?id=7&page=2",
		"https://www.google.com/amp/s/post.example/news/1?id=7&page=2",
		"https://post-example.cdn.ampproject.org/c/s/post.example/news/1?id=7&page=2",
		"https://user:secret@post.example/news/1?id=7&page=2",
		"  https://post.example/news/1?id=7&page=2\n",
	} {
		t.Run(link, func(t *testing.T) { require.Equal(t, want, feed.Canonical(link)) })
	}
}

func TestOtherPagesHaveOtherCanonicalLinks(t *testing.T) {
	links := []string{
		"https://post.example/news/1", "https://post.example/news/2", "https://post.example/News/1",
		"https://post.example/news/1?id=7", "https://post.example/news/1?ref=7", "https://post.example/news/1?source=court",
		"https://post.example:8443/news/1", "https://m.post.example/news/1", "https://post.example/#!/news/1",
		"https://post.example/", "https://post.example/amplify", "https://post.example/news%2F1", "https://amp.dev/news/1",
		"https://post.example/news/1.html", "https://post.example/news/1?a=1&a=2", "https://post.example/news/1?a=2",
	}
	seen := map[string]string{}
	for _, l := range links {
		c := feed.Canonical(l)
		require.NotEmpty(t, c)
		require.Empty(t, seen[c], "%s and %s", l, seen[c])
		seen[c] = l
	}
}

func TestCanonicalFoldsEscapesAndScripts(t *testing.T) {
	require.Equal(t, feed.Canonical("https://post.example/порт/а"), feed.Canonical("https://post.example/%d0%BF%d0%be%d1%80%d1%82/%D0%B0"))
	require.Equal(t, "https://xn--e1afmkfd.example/a", feed.Canonical("http://пример.example/a"))
	require.Equal(t, "https://[2001:db8::1]/a", feed.Canonical("http://[2001:DB8::1]/a"))
}

func TestWhatIsNoLinkHasNoCanonicalOne(t *testing.T) {
	for _, s := range []string{
		"", "n1", "/news/1", "post.example/news/1", "mailto:a@post.example", "ftp://post.example/1", "tag:post.example,2021:1",
		"urn:uuid:1", "javascript:alert(1)", "https://", "https:///x", "http://%zz/", "https://:80/x",
	} {
		t.Run(s, func(t *testing.T) { require.Empty(t, feed.Canonical(s)) })
	}
}

func TestCleanKeepsTheAddress(t *testing.T) {
	for link, want := range map[string]string{
		"http://www.Post.example/News/1/?b=2&utm_source=x&a=1#top": "http://www.Post.example/News/1/?b=2&a=1#top",
		"https://post.example/1?utm_source=x":                      "https://post.example/1",
		"https://post.example/1#xtor=RSS-1":                        "https://post.example/1",
		"https://post.example/1/amp":                               "https://post.example/1/amp",
		"https://u:p@post.example/1":                               "https://post.example/1",
		"https://post.example/a b":                                 "https://post.example/a%20b",
		"urn:x":                                                    "urn:x",
		" n1 ":                                                     "n1",
	} {
		t.Run(link, func(t *testing.T) { require.Equal(t, want, feed.Clean(link)) })
	}
}

func TestCanonicalIsItsOwnCanonicalLink(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		link := rapid.StringMatching(`https?://(www\.)?(amp\.)?[a-z]{1,4}\.[a-z]{2,3}(:80|:443|:81)?(/[a-z%.]{0,4}){0,3}(/amp)?/?(\?([a-z_]{1,6}=[a-z0-9%]{0,3}&?){0,3})?(#.{0,3})?`).Draw(t, "link")
		c := feed.Canonical(link)
		if c == "" {
			return
		}
		require.Equal(t, c, feed.Canonical(c))
		require.Equal(t, c, feed.Canonical(feed.Clean(link)))
		_, err := url.Parse(c)
		require.NoError(t, err)
	})
}
