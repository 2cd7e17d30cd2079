package feed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamespaceCountsAndNotItsPrefix(t *testing.T) {
	item := `<item><title>A</title><PP:creator xmlns:PP="http://purl.org/dc/elements/1.1/">Ann</PP:creator></item>`
	for _, prefix := range []string{"dc", "q", "media", "Z9", "itunes"} {
		d := parse(t, channel(strings.ReplaceAll(item, "PP", prefix)))
		require.Equal(t, "Ann", d.Items[0].Author, prefix)
	}
	d := parse(t, channel(`<item><title>A</title><dc:creator xmlns:dc="http://example.net/other">no</dc:creator></item>`))
	require.Empty(t, d.Items[0].Author)
}

func TestUndeclaredPrefixIsTakenForTheUsualOne(t *testing.T) {
	d := parse(t, channel(`<item><title>A</title><dc:creator>Ann</dc:creator><content:encoded>c</content:encoded>`+
		`<atom:link href="/a"/><feedburner:origLink>https://post.example/o</feedburner:origLink></item>`))
	require.Equal(t, "Ann", d.Items[0].Author)
	require.Equal(t, "c", d.Items[0].Content)
	require.Equal(t, "https://post.example/o", d.Items[0].Link)
}

func TestForeignElementsWithNativeNamesAreLeftOut(t *testing.T) {
	d := parse(t, channel(`<x:title xmlns:x="urn:x">no</x:title><item><title>A</title><x:title>no</x:title><x:link>no</x:link>`+
		`<x:pubDate>2021-01-01</x:pubDate><x:author><x:name>no</x:name></x:author><media:thumbnail><media:title>no</media:title></media:thumbnail></item>`))
	require.Equal(t, "Harbour Post", d.Feed.Title)
	require.Equal(t, "A", d.Items[0].Title)
	require.Empty(t, d.Items[0].Link)
	require.Empty(t, d.Items[0].Author)
	require.True(t, d.Items[0].Published.IsZero())
}

func TestDefaultNamespaceOfOneElementEndsWithIt(t *testing.T) {
	d := parse(t, channel(`<item><link xmlns="http://www.w3.org/2005/Atom" rel="alternate" href="/a"/><title>A</title></item>`))
	require.Equal(t, "https://post.example/a", d.Items[0].Link)
	require.Equal(t, "A", d.Items[0].Title)
}

func TestEveryKnownRootIsRead(t *testing.T) {
	for _, root := range []string{
		`<rss version="0.91">`, `<rss xmlns="http://backend.userland.com/rss2">`, `<RSS VERSION="2.0">`, `<r:rss xmlns:r="http://purl.org/rss/1.0/">`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">`,
		`<rss xmlns="http://www.w3.org/2005/Atom">`,
	} {
		d := parse(t, root+"<channel><title>H</title><item><title>A</title></item></channel>")
		require.Equal(t, "H", d.Feed.Title, root)
		require.Len(t, d.Items, 1, root)
		require.Equal(t, "A", d.Items[0].Title)
	}
}
