package feed_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

const found = "https://news.example/feeds/all.xml"

func TestHubIsFoundInHeadersAndDocuments(t *testing.T) {
	const (
		item     = "<item><title>One</title><link>https://news.example/1</link><atom:link rel='hub' href='https://item.example/'/></item>"
		entry    = "<entry><title>One</title><id>urn:1</id><link rel='self' href='https://item.example/self'/></entry>"
		rssHub   = "<atom:link rel='hub' href='https://hub.example/'/><atom:link rel='self' href='https://news.example/self'/>"
		plainRSS = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>T</title>" + item + "</channel></rss>"
	)
	rss := func(links string) string {
		return "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>T</title>" + links + item + "</channel></rss>"
	}
	atom := func(links string) string {
		return "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>" + links + entry + "</feed>"
	}
	for name, tt := range map[string]struct {
		links []string
		body  string
		want  watcher.Hub
	}{
		"none": {nil, plainRSS, watcher.Hub{}},
		"RSS":  {nil, rss(rssHub), watcher.Hub{URL: "https://hub.example/", Topic: "https://news.example/self"}},
		"RSS, a plain link": {
			nil, rss("<link>https://news.example/</link><link rel='hub' href='https://hub.example/'/>"),
			watcher.Hub{URL: "https://hub.example/", Topic: found},
		},
		"Atom": {
			nil, atom("<link rel='hub' href='https://hub.example/?a=1&amp;b=2'/><link rel='self' href='self.xml'/>"),
			watcher.Hub{URL: "https://hub.example/?a=1&b=2", Topic: "https://news.example/feeds/self.xml"},
		},
		"Atom with its own base": {
			nil, atom("<link xml:base='https://other.example/x/' rel='HUB' href='../hub'/>"),
			watcher.Hub{URL: "https://other.example/hub", Topic: found},
		},
		"JSON Feed": {
			nil, `{"version": "https://jsonfeed.org/version/1.1", "feed_url": "/feed.json", "hubs":
				[{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": "//hub.example/"}],
				"items": [{"id": "1", "title": "One", "url": "https://news.example/1"}]}`,
			watcher.Hub{URL: "https://hub.example/", Topic: "https://news.example/feed.json"},
		},
		"JSON Feed with odd hubs": {
			nil, `{"version": "https://jsonfeed.org/version/1.1", "hubs": {"type": 3}, "items": []}`, watcher.Hub{},
		},
		"headers win": {
			[]string{`<https://head.example/>; rel="hub"`, `<https://news.example/head>; rel="self"`},
			rss(rssHub),
			watcher.Hub{URL: "https://head.example/", Topic: "https://news.example/head"},
		},
		"one header, relative, with commas": {
			[]string{`</hub,1>; title="a, <b>; \"c\""; REL=hub, <self>;rel="alternate SELF";type="x", <last>`},
			plainRSS,
			watcher.Hub{URL: "https://news.example/hub,1", Topic: "https://news.example/feeds/self"},
		},
		"self only in the document": {
			[]string{`<https://head.example/>; rel=hub`},
			rss(rssHub),
			watcher.Hub{URL: "https://head.example/", Topic: "https://news.example/self"},
		},
		"self without a hub is not a hub": {[]string{`<https://news.example/head>; rel="self"`}, plainRSS, watcher.Hub{}},
		"the first https one": {
			nil, rss("<atom:link rel='hub' href='http://a.example/'/><atom:link rel='hub' href='https://b.example/'/>" +
				"<atom:link rel='hub' href='https://c.example/'/>"),
			watcher.Hub{URL: "https://b.example/", Topic: found},
		},
		"http if there is no other": {
			nil, rss("<atom:link rel='hub' href='ftp://a.example/'/><atom:link rel='hub' href='http://b.example/'/>"),
			watcher.Hub{URL: "http://b.example/", Topic: found},
		},
		"none that can be asked": {
			[]string{`<javascript:alert(1)>; rel=hub, <mailto:a@b.example>; rel=hub, <https://u:p@c.example/>; rel=hub, <; rel=hub`},
			plainRSS,
			watcher.Hub{},
		},
		"the first rel counts": {[]string{`<https://a.example/>; rel=self; rel=hub`}, plainRSS, watcher.Hub{}},
		"a self that is no address": {
			nil, atom("<link rel='hub' href='https://hub.example/'/><link rel='self' href='urn:x'/>"),
			watcher.Hub{URL: "https://hub.example/", Topic: found},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := feed.Parse([]byte(tt.body), feed.Hints{URL: found, Header: http.Header{"Link": tt.links}})
			require.NoError(t, err)
			require.Equal(t, tt.want, d.Hub)
		})
	}
}

func TestFetchTellsTheHubOfTheLastAddress(t *testing.T) {
	url := redirects(t, map[string]int{"/a": http.StatusFound}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", `<hub>; rel="hub"`)
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	b, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(url+"/a"), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, watcher.Hub{URL: url + "/hub", Topic: url + "/ax"}, b.Hub)
}

func FuzzHub(f *testing.F) {
	f.Add(`<https://hub.example/>; rel="hub", </self>;rel=self;title="a, \"b\""`, "https://hub.example/", "hub self")
	f.Add(`<<>>;;,=;rel="`, "//x", "")
	f.Fuzz(func(t *testing.T, header, href, rel string) {
		body := "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><link rel='" + rel + "' href='" + href + "'/></feed>"
		d, err := feed.Parse([]byte(body), feed.Hints{URL: found, Header: http.Header{"Link": {header}}})
		if err != nil || d.Hub == (watcher.Hub{}) {
			return
		}
		for _, address := range []string{d.Hub.URL, d.Hub.Topic} {
			u, err := url.Parse(address)
			require.NoError(t, err)
			require.Contains(t, []string{"http", "https"}, u.Scheme)
			require.NotEmpty(t, u.Host)
		}
	})
}
