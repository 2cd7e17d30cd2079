package feed_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func links(page string) []feed.Link {
	return feed.Links([]byte(page), feed.Hints{URL: "https://press.example/news/today"})
}

func TestPagesNameTheirFeeds(t *testing.T) {
	got := links(`<!doctype html><html><head>
<link rel=stylesheet type="text/css" href="/feed.css">
<link rel="alternate" type="application/rss+xml" title="News" href="/rss.xml">
<LINK HREF="atom?a=1&amp;b=2" TYPE="Application/Atom+XML; charset=utf-8" REL="ALTERNATE home">
<link rel="alternate" type="application/feed+json" href="//cdn.example/feed.json"/>
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" hreflang="be" type="text/html" href="/be/">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
<link rel="alternate" type="application/rss+xml" href="/rss.xml#again">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="">
<script>document.write('<link rel="alternate" type="application/rss+xml" href="/no">')</script>
<!-- <link rel="alternate" type="application/rss+xml" href="/neither"> -->
</head><body><a href="/rss.xml">RSS</a><a href="/about">About</a></body></html>`)
	require.Equal(t, []feed.Link{
		{URL: "https://press.example/rss.xml", Title: "News", Declared: true},
		{URL: "https://press.example/news/atom?a=1&b=2", Declared: true},
		{URL: "https://cdn.example/feed.json", Declared: true},
		{URL: "https://press.example/comments/feed/", Title: "Comments", Declared: true},
	}, got)
}

func TestTheBaseOfAPageCounts(t *testing.T) {
	require.Equal(t, "https://other.example/x/rss", links(`<base href="https://other.example/x/y"><base href="https://third.example/"><link rel=alternate type=application/rss+xml href=rss>`)[0].URL)
	require.Equal(t, "https://press.example/x/rss", links(`<base href="/x/"><link rel=alternate type=application/rss+xml href=rss>`)[0].URL)
	require.Equal(t, "https://press.example/news/rss", links(`<base href="file:///etc/"><link rel=alternate type=application/rss+xml href=rss>`)[0].URL)
}

func TestLinksThatLookLikeFeedsAreFound(t *testing.T) {
	for _, href := range []string{
		"/rss", "/rss/", "/en/feed/", "/rss/all.rss", "/news.xml", "/index.rdf", "/?feed=rss2", "/list?format=rss", "/?rss",
		"/news?c=rss", "feed://press.example/x.atom", "/.feed", "/_rss", "/RSS/news.XML",
	} {
		require.Len(t, links(`<a href="`+href+`">x</a>`), 1, href)
	}
	require.Equal(t, "RSS", links(`<p><a href="/feeds/17" title=""><i class=icon></i> RSS </a></p>`)[0].Title)
	for _, href := range []string{
		"/", "/about", "/rss-feed-readers-compared.html", "/sitemap.xml", "/atomic-energy", "mailto:feed@press.example", "#rss", "/feedback",
	} {
		require.Empty(t, links(`<a href="`+href+`">x</a>`), href)
	}
}

func TestPagesInAnyCharsetAreRead(t *testing.T) {
	page := "<meta charset=windows-1251><link rel=alternate type=application/rss+xml href=/rss title='\xcd\xee\xe2\xee\xf1\xf2\xe8'>"
	require.Equal(t, "Новости", links(page)[0].Title)
	h := feed.Hints{URL: "https://press.example/", Header: http.Header{"Content-Type": {"text/html; charset=koi8-r"}}}
	require.Equal(t, "Новости", feed.Links([]byte("<link rel=alternate type=application/rss+xml href=/rss title='\xee\xcf\xd7\xcf\xd3\xd4\xc9'>"), h)[0].Title)
}

func TestPagesAreSearchedWithinBounds(t *testing.T) {
	var b strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&b, "<a href='/rss/%d'>x</a>", i)
	}
	b.WriteString("<link rel=alternate type=application/rss+xml href=/main>")
	got := links(b.String())
	require.Len(t, got, 50)
	require.Equal(t, "https://press.example/main", got[0].URL)
	require.Empty(t, links("<a href='/rss"+strings.Repeat("x", 3<<20)))
}

func TestKindsAreNamed(t *testing.T) {
	for doc, want := range map[string]string{
		"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>":                                                                 "RSS 2.0",
		"<rss version='0.91'><channel><item><title>x</title></item></channel></rss>":                                                                "RSS 0.91",
		"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><item><title>x</title></item></rdf:RDF>": "RSS 1.0 (RDF)",
		"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title></entry></feed>":                                                          "Atom",
		`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"x"}]}`:                                                           "JSON Feed",
	} {
		d, err := feed.Parse([]byte(doc), feed.Hints{})
		require.NoError(t, err)
		require.Equal(t, want, d.Kind)
	}
}

func FuzzFeedLinks(f *testing.F) {
	f.Add(`<base href=x><link rel=alternate type=application/rss+xml href=/a><a href=feed:/rss>RSS`)
	f.Fuzz(func(t *testing.T, page string) {
		for _, l := range links(page) {
			require.Regexp(t, `^https?://`, l.URL)
		}
	})
}
