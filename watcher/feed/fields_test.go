package feed_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// spaces declares the prefixes that the tests of this file use.
const spaces = ` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"` +
	` xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/"` +
	` xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"`

func withSpaces(body string) string { return strings.Replace(body, "<rss", "<rss"+spaces, 1) }

func TestFeedIsDescribed(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want feed.Meta
	}{
		"RSS": {
			withSpaces(`<rss version="2.0"><channel><title>Harbour &amp;amp; Quay</title><link>/home</link><description>d</description>
			<language>en_GB</language><copyright>(c) Quay</copyright><managingEditor>ed@post.example (Ed)</managingEditor>
			<lastBuildDate>Tue, 25 May 2021 14:05:00 GMT</lastBuildDate><image><title>no</title><link>https://no.example</link></image>
			<textInput><title>no</title></textInput><atom:link rel="self" href="https://no.example"/><atom:id>urn:q</atom:id></channel></rss>`),
			feed.Meta{
				Title: "Harbour &amp; Quay", Link: "https://post.example/home", Description: "d", Language: "en-GB",
				Author: "Ed", Rights: "(c) Quay", ID: "urn:q", Updated: time.Date(2021, 5, 25, 14, 5, 0, 0, time.UTC),
			},
		},
		"Dublin Core": {
			withSpaces(`<rss><channel><dc:title>H</dc:title><dc:description>no</dc:description><dc:language>be</dc:language>
			<dc:creator>Ed</dc:creator><dc:rights>(c)</dc:rights><dc:date>2021-05-25</dc:date></channel></rss>`),
			feed.Meta{Title: "H", Link: documentURL, Language: "be", Author: "Ed", Rights: "(c)", Updated: time.Date(2021, 5, 25, 0, 0, 0, 0, time.UTC)},
		},
		"podcast": {
			withSpaces(`<rss><channel><title>H</title><itunes:author>Ed</itunes:author><itunes:subtitle>s</itunes:subtitle>
			<itunes:owner><itunes:name>no</itunes:name></itunes:owner></channel></rss>`),
			feed.Meta{Title: "H", Link: documentURL, Author: "Ed", Description: "s"},
		},
		"Atom": {
			`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="uk"><title type="text">H</title><subtitle>d</subtitle><id>urn:q</id>
			<rights>(c)</rights><updated>2021-05-25T14:05:00+03:00</updated><author><name>Ed</name><email>e@post.example</email></author>
			<author><email>f@post.example</email></author><link rel="self" href="/self"/><link type="text/html" href="/home"/></feed>`,
			feed.Meta{
				Title: "H", Link: "https://post.example/home", Description: "d", Language: "uk", ID: "urn:q", Rights: "(c)",
				Author: "Ed, f@post.example", Updated: time.Date(2021, 5, 25, 11, 5, 0, 0, time.UTC),
			},
		},
		"Atom 0.3": {
			`<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title mode="escaped">H</title><tagline>d</tagline><id>urn:q</id>
			<copyright>(c)</copyright><modified>2021-05-25T14:05:00Z</modified></feed>`,
			feed.Meta{Title: "H", Link: documentURL, Description: "d", ID: "urn:q", Rights: "(c)", Updated: time.Date(2021, 5, 25, 14, 5, 0, 0, time.UTC)},
		},
		"JSON": {
			`{"version":"https://jsonfeed.org/version/1.1","title":"H","home_page_url":"home","description":"d","language":"be",
			"authors":[{"name":"Ed"},{"name":"Ed"}],"items":[]}`,
			feed.Meta{Title: "H", Link: "https://post.example/feeds/home", Description: "d", Language: "be", Author: "Ed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.body)
			require.Equal(t, c.want, d.Feed)
			require.Empty(t, d.Items)
		})
	}
}

func TestContentLanguageIsTheLastResort(t *testing.T) {
	h := http.Header{"Content-Language": {"lt"}}
	d, err := feed.Parse([]byte(channel("")), feed.Hints{Header: h})
	require.NoError(t, err)
	require.Equal(t, "lt", d.Feed.Language)
	d, err = feed.Parse([]byte(channel("<language>pl</language>")), feed.Hints{Header: h})
	require.NoError(t, err)
	require.Equal(t, "pl", d.Feed.Language)
}

func TestItemFieldsHaveManyNames(t *testing.T) {
	may := time.Date(2021, 5, 25, 14, 5, 0, 0, time.UTC)
	june := time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		item string
		want feed.Entry
	}{
		"Dublin Core":       {`<dc:title>A</dc:title><dc:description>s</dc:description><dc:creator>Ann</dc:creator><dc:date>2021-05-25T14:05Z</dc:date>`, feed.Entry{Title: "A", Summary: "s", Author: "Ann", Published: may, Updated: may}},
		"DC terms":          {`<title>A</title><dcterms:issued>2021-05-25T14:05Z</dcterms:issued><dcterms:modified>2021-06-01</dcterms:modified>`, feed.Entry{Title: "A", Published: may, Updated: june}},
		"Atom in RSS":       {`<title>A</title><atom:id>urn:1</atom:id><atom:summary>s</atom:summary><atom:published>2021-05-25T14:05Z</atom:published><atom:updated>2021-06-01</atom:updated><atom:author><atom:name>Ann</atom:name></atom:author>`, feed.Entry{Title: "A", ID: "urn:1", Summary: "s", Author: "Ann", Published: may, Updated: june}},
		"podcast":           {`<title>A</title><itunes:summary>s</itunes:summary><itunes:author>Ann</itunes:author><enclosure url="/a.mp3" type="audio/mpeg"/>`, feed.Entry{Title: "A", Summary: "s", Author: "Ann", Link: "https://post.example/a.mp3", ID: "https://post.example/a.mp3"}},
		"media":             {`<media:group><media:title>A</media:title><media:description>s</media:description><media:content url="x"><media:title>no</media:title></media:content></media:group>`, feed.Entry{Title: "A", Summary: "s"}},
		"body":              {`<title>A</title><body xmlns="http://www.w3.org/1999/xhtml"><p>c</p></body>`, feed.Entry{Title: "A", Content: "<p>c</p>"}},
		"encoded":           {`<title>A</title><content:encoded>&lt;p&gt;c&lt;/p&gt;</content:encoded>`, feed.Entry{Title: "A", Content: "<p>c</p>"}},
		"summary":           {`<title>A</title><summary>s</summary>`, feed.Entry{Title: "A", Summary: "s"}},
		"capitals":          {`<TITLE>A</TITLE><PubDate>2021-06-01</PubDate><GUID ISPERMALINK="False">n</GUID>`, feed.Entry{Title: "A", ID: "n", Published: june}},
		"source apart":      {`<title>A</title><source url="https://no.example">No</source>`, feed.Entry{Title: "A"}},
		"author an address": {`<title>A</title><author>Ann Lee &lt;ann@post.example&gt;</author>`, feed.Entry{Title: "A", Author: "Ann Lee"}},
		"author marked up":  {`<title>A</title><dc:creator>&lt;a href="x"&gt;Ann&lt;/a&gt;</dc:creator>`, feed.Entry{Title: "A", Author: "Ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, withSpaces(channel("<item>"+c.item+"</item>")))
			require.Len(t, d.Items, 1)
			require.Equal(t, exported(c.want), exported(d.Items[0]))
		})
	}
}

// exported leaves only what other packages see of an entry.
func exported(e feed.Entry) feed.Entry {
	return feed.Entry{
		Title: e.Title, Link: e.Link, ID: e.ID, Summary: e.Summary, Content: e.Content,
		Published: e.Published.UTC(), Updated: e.Updated.UTC(), Author: e.Author,
	}
}

func TestAtomEntryIsNotItsSource(t *testing.T) {
	d := parse(t, `<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Ed</name></author><entry>
		<source><title>no</title><id>no</id><updated>1999-01-01</updated><link href="https://no.example"/><author><name>no</name></author></source>
		<id>urn:1</id><title>A</title><created>2021-06-01</created></entry></feed>`)
	require.Equal(t, feed.Entry{Title: "A", ID: "urn:1", Author: "Ed", Published: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)},
		exported(d.Items[0]))
}

func TestSingleAtomEntryIsAFeedOfOne(t *testing.T) {
	d := parse(t, `<entry xmlns="http://www.w3.org/2005/Atom"><title>A</title><link href="/a"/></entry>`)
	require.Len(t, d.Items, 1)
	require.Equal(t, "https://post.example/a", d.Items[0].Link)
	require.Empty(t, d.Notes)
}

func TestRSS11IsRead(t *testing.T) {
	d := parse(t, `<Channel xmlns="http://purl.org/net/rss1.1#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
		rdf:about="urn:q"><title>H</title><link>https://post.example/</link><items rdf:parseType="Collection">
		<item rdf:about="urn:1"><title>A</title><link>/a</link></item><item rdf:about="urn:2"><title>B</title><link>/b</link></item>
		</items></Channel>`)
	require.Equal(t, "urn:q", d.Feed.ID)
	require.Len(t, d.Items, 2)
	require.Equal(t, "urn:2", d.Items[1].ID)
	require.Equal(t, "https://post.example/b", d.Items[1].Link)
	require.False(t, d.Partial)
}

func TestJSONItemFallsBack(t *testing.T) {
	d := parse(t, `{"version":"https://jsonfeed.org/version/1","author":{"name":"Ed"},"items":[
		{"id":"https://post.example/1","content_text":"Fog\nand ice","tags":["x"],"language":"be"},
		{"id":2.0,"external_url":"https://other.example/2","content_html":"<p>Late</p>","author":{"name":"Ann"}}]}`)
	require.Len(t, d.Items, 2)
	require.Equal(t, "https://post.example/1", d.Items[0].Link)
	require.Equal(t, "Fog", d.Items[0].Title)
	require.Equal(t, "Ed", d.Items[0].Author)
	require.Equal(t, "https://other.example/2", d.Items[1].Link)
	require.Equal(t, "Late", d.Items[1].Title)
	require.Equal(t, "Ann", d.Items[1].Author)
}
