package feed_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// documentURL is where the documents of the tests are found.
const documentURL = "https://post.example/feeds/all.xml"

// channel is an RSS document with the items given.
func channel(items string) string {
	return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour Post</title>` +
		`<link>https://post.example/</link><description>News of the quay</description>` + items + `</channel></rss>`
}

// numbered is n whole items.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<item><title>Cargo %d</title><link>https://post.example/%d</link></item>\n", i, i)
	}
	return b.String()
}

func parse(t testing.TB, body string) *feed.Document {
	t.Helper()
	d, err := feed.Parse([]byte(body), feed.Hints{URL: documentURL})
	require.NoError(t, err)
	return d
}

func TestEveryFormatIsRead(t *testing.T) {
	for name, body := range map[string]string{
		"RSS 2.0": channel(`<item><title>Ferry late</title><link>https://post.example/1</link>` +
			`<guid isPermaLink="false">urn:n1</guid><description>Fog &amp;amp; ice</description>` +
			`<pubDate>Tue, 25 May 2021 14:05:00 +0300</pubDate><author>ann@post.example (Ann)</author></item>`),
		"RDF": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
			xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://post.example/"><title>Harbour Post</title>
			<link>https://post.example/</link><items><rdf:Seq><rdf:li resource="urn:n1"/></rdf:Seq></items></channel>
			<item rdf:about="urn:n1"><title>Ferry late</title><link>https://post.example/1</link>
			<description>Fog &amp;amp; ice</description><dc:date>2021-05-25T11:05:00Z</dc:date><dc:creator>Ann</dc:creator></item></rdf:RDF>`,
		"Atom 1.0": `<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Post</title><id>urn:post</id>
			<link rel="self" href="https://post.example/a"/><link href="https://post.example/"/>
			<entry><id>urn:n1</id><title>Ferry late</title><link rel="enclosure" href="https://post.example/x.mp3"/>
			<link rel="alternate" href="https://post.example/1"/><published>2021-05-25T11:05:00Z</published>
			<updated>2021-05-26T11:05:00Z</updated><summary type="html">Fog &amp;amp; ice</summary><author><name>Ann</name></author></entry></feed>`,
		"Atom with a prefix": `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Harbour Post</a:title><a:link href="https://post.example/"/>
			<a:entry><a:id>urn:n1</a:id><a:title>Ferry late</a:title><a:link href="https://post.example/1"/>
			<a:published>2021-05-25T11:05:00Z</a:published><a:summary type="html">Fog &amp;amp; ice</a:summary>
			<a:author><a:name>Ann</a:name></a:author></a:entry></a:feed>`,
		"JSON Feed": `{"version":"https://jsonfeed.org/version/1.1","title":"Harbour Post","home_page_url":"https://post.example/",
			"items":[{"id":"urn:n1","url":"/1","title":"Ferry late","summary":"Fog &amp; ice",
			"date_published":"2021-05-25T14:05:00+03:00","authors":[{"name":"Ann"}]}]}`,
		"CDF": `<CHANNEL HREF="https://post.example/"><TITLE>Harbour Post</TITLE><ITEM HREF="/1" LASTMOD="2021-05-25T11:05Z">
			<TITLE>Ferry late</TITLE><ABSTRACT>Fog &amp;amp; ice</ABSTRACT></ITEM></CHANNEL>`,
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, body)
			require.Equal(t, "Harbour Post", d.Feed.Title)
			require.Equal(t, "https://post.example/", d.Feed.Link)
			require.Len(t, d.Items, 1)
			e := d.Items[0]
			require.Equal(t, "Ferry late", e.Title)
			require.Equal(t, "https://post.example/1", e.Link)
			require.Equal(t, "Fog & ice", feed.PlainText(e.Summary))
			require.Equal(t, "2021-05-25T11:05:00Z", e.Published.Format(time.RFC3339))
			if name != "CDF" {
				require.Equal(t, "urn:n1", e.ID)
				require.Equal(t, "Ann", e.Author)
			}
			require.Empty(t, d.Notes)
			require.False(t, d.Partial)
		})
	}
}

func TestDamageCostsNoWholeItem(t *testing.T) {
	whole := channel(numbered(10))
	for name, c := range map[string]struct {
		body  string
		items int
		note  string
	}{
		"last byte missing":     {strings.TrimSuffix(whole, ">"), 10, "ends early"},
		"cut after an item":     {whole[:strings.Index(whole, "<item><title>Cargo 9")], 9, "ends early"},
		"cut inside an item":    {whole[:strings.Index(whole, "Cargo 9")+3], 9, "cuts off was left out"},
		"cut inside a tag":      {whole[:strings.Index(whole, "k>https://post.example/9")], 9, "cuts off"},
		"mis-nested tags":       {channel("<item><title>A</title><description><b><i>x</b></i></description></item>" + numbered(9)), 10, ""},
		"bare ampersands":       {channel("<item><title>Oil & gas: A&B; &c</title></item>" + numbered(9)), 10, ""},
		"unclosed break":        {channel("<item><title>A</title><description>one<br>two</description></item>" + numbered(9)), 10, ""},
		"item never closed":     {channel("<item><title>A</title>" + numbered(9)), 10, "item without an end"},
		"title never closed":    {channel("<item><title>A<link>https://post.example/a</link></item>" + numbered(9)), 10, "element without an end"},
		"text never closed":     {channel("<item><title>A</title><description>one</item>" + numbered(9)), 10, "element without an end"},
		"words before":          {"Warning: <b>x</b> in <i>y</i> on line 3\n" + whole, 10, ""},
		"comment before":        {"<!-- " + strings.Repeat("x", 9000) + " -->" + whole, 10, ""},
		"words behind":          {whole + "<script>var a = '<item>'</script>", 10, ""},
		"XML 1.1":               {strings.Replace(whole, `version="1.0"`, `version="1.1"`, 1), 10, ""},
		"doctype with entities": {strings.Replace(whole, "<rss", `<!DOCTYPE rss [<!ENTITY a "]>"> <!ENTITY b "&a;&a;">]><rss`, 1), 10, ""},
		"control characters":    {strings.ReplaceAll(whole, "Cargo", "Ca\x01r\x1fgo"), 10, ""},
		"forgotten quote":       {channel(`<item><title>A</title><enclosure url="x/></item>` + numbered(9)), 10, ""},
		"bogus namespace":       {strings.Replace(whole, "<rss", `<rss xmlns="http://example.net/none"`, 1), 10, ""},
		"items beside channel":  {strings.Replace(strings.Replace(whole, "</channel>", "", 1), "<item>", "</channel><item>", 1), 10, ""},
		"no end of the channel": {strings.Replace(whole, "</channel>", "", 1), 10, ""},
		"empty item in an item": {channel("<item><title>A</title><item/></item>" + numbered(9)), 10, ""},
		"two channels":          {strings.Replace(channel("<item><title>A</title></item>"), "</rss>", "<channel><title>no</title>"+numbered(9)+"</channel></rss>", 1), 10, ""},
		"channel in a channel":  {channel("<channel><item><title>A</title></item>" + numbered(9) + "</channel>"), 10, ""},
		"stray HTML":            {channel("<item><br><p><b>x</b><title>A</title></item>" + numbered(9)), 10, ""},
		"unknown, never closed": {channel("<item><x:y><title>A</title><link>https://post.example/a</link></item>" + numbered(9)), 10, "element without an end"},
		"author never closed":   {channel("<item><title>A</title><a:author xmlns:a='http://www.w3.org/2005/Atom'><a:name>B</item>" + numbered(9)), 10, ""},
		"attribute with a mark": {channel("<item><title>A</title><enclosure url='&#1;&#xFFFE;'/></item>" + numbered(9)), 10, ""},
		"unknown elements":      {channel("<x:y xmlns:x='urn:x'><title>no</title></x:y><item><title>A</title><x:z><link>no</link></x:z></item>" + numbered(9)), 10, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.body)
			require.Len(t, d.Items, c.items)
			require.Equal(t, "Harbour Post", d.Feed.Title)
			last := d.Items[len(d.Items)-1]
			require.Regexp(t, `^Cargo \d$`, last.Title)
			require.Contains(t, strings.Join(d.Notes, "; "), c.note)
			require.Equal(t, c.note == "ends early" || strings.Contains(c.note, "cuts off"), d.Partial)
		})
	}
}

func TestCutJSONGivesItsWholeItems(t *testing.T) {
	d := parse(t, `{"version":"https://jsonfeed.org/version/1","title":"Q","items":[
		{"id":1,"title":"a"},{"id":"2","title":"b"},{"id":"3","tit`)
	require.Len(t, d.Items, 2)
	require.Equal(t, "1", d.Items[0].ID)
	require.True(t, d.Partial)
	require.Contains(t, d.Notes, "the document ends early")
}

func TestBadJSONItemIsToldAndLeftOut(t *testing.T) {
	d := parse(t, `{"version":"https://jsonfeed.org/version/1","items":[7,{"id":"2","title":"b"},{"id":"3","attachments":5}]}`)
	require.Len(t, d.Items, 2, "a member of the wrong kind costs only itself")
	require.Equal(t, []string{"members of the wrong kind were left out", "an item that could not be read was left out"}, d.Notes)
	require.Equal(t, 1, d.Lost)
}

func TestLinksAreAbsolute(t *testing.T) {
	hints := feed.Hints{URL: "https://post.example/feeds/all.xml"}
	located := feed.Hints{URL: hints.URL, Header: http.Header{"Content-Location": {"/en/index.xml"}}}
	atom := func(attrs, entry string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"` + attrs + `><entry>` + entry + `</entry></feed>`
	}
	for name, c := range map[string]struct {
		body  string
		hints feed.Hints
		want  string
	}{
		"address of the document": {channel("<item><link>../a?x=1&amp;y=2</link></item>"), hints, "https://post.example/a?x=1&y=2"},
		"Content-Location":        {channel("<item><link>a</link></item>"), located, "https://post.example/en/a"},
		"xml:base":                {atom(` xml:base="https://cdn.example/x/y"`, `<link href="z"/>`), hints, "https://cdn.example/x/z"},
		"nested xml:base":         {atom(` xml:base="/x/"`, `<link xml:base="y/" href="z"/>`), hints, "https://post.example/x/y/z"},
		"blanks":                  {channel("<item><link> \n https://post.example/a \n</link></item>"), hints, "https://post.example/a"},
		"guid is a permalink":     {channel("<item><guid>https://post.example/g</guid></item>"), hints, "https://post.example/g"},
		"link before guid":        {channel(`<item><guid isPermaLink="false">https://post.example/g</guid><link>https://post.example/l</link></item>`), hints, "https://post.example/l"},
		"Atom id is an address":   {atom("", "<id>https://post.example/i</id><title>t</title>"), hints, "https://post.example/i"},
		"content elsewhere":       {atom("", `<content src="full.html"/>`), hints, "https://post.example/feeds/full.html"},
		"href in RSS":             {channel(`<item><link href="/h"/></item>`), hints, "https://post.example/h"},
		"Atom link in RSS":        {channel(`<item><a:link xmlns:a="http://www.w3.org/2005/Atom" href="/al"/></item>`), hints, "https://post.example/al"},
		"before the redirector":   {channel(`<item><link>https://r.example/1</link><feedburner:origLink xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">https://post.example/o</feedburner:origLink></item>`), hints, "https://post.example/o"},
		"a script is no address":  {channel("<item><title>t</title><link>javascript:alert(1)</link></item>"), hints, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := feed.Parse([]byte(c.body), c.hints)
			require.NoError(t, err)
			require.Equal(t, c.want, d.Items[0].Link)
		})
	}
}

func TestLinksInHTMLAreAbsolute(t *testing.T) {
	d := parse(t, channel(`<item><description>&lt;a href="q?a=1"&gt;go&lt;/a&gt; 1 &lt; 2</description></item>`))
	require.Equal(t, `<a href="https://post.example/feeds/q?a=1">go</a> 1 < 2`, d.Items[0].Summary)
}

func TestAtomTextTypes(t *testing.T) {
	for name, c := range map[string]struct{ element, want string }{
		"text":                 {`<content>a &lt; b</content>`, "a < b"},
		"html":                 {`<content type="html">&lt;p&gt;a &amp;amp; b&lt;/p&gt;</content>`, "<p>a &amp; b</p>"},
		"html in CDATA":        {`<content type="html"><![CDATA[<p>a &amp; b</p>]]></content>`, "<p>a &amp; b</p>"},
		"xhtml":                {`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div></content>`, "<p>a</p>"},
		"xhtml with a prefix":  {`<content type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>a</h:p></h:div></content>`, "<p>a</p>"},
		"base64":               {`<content type="application/octet-stream">cXVheQ==</content>`, "quay"},
		"base64 that is none":  {`<content mode="base64">???</content>`, "???"},
		"two divs":             {`<content type="xhtml"><div>a</div><div>b</div></content>`, "<div>a</div><div>b</div>"},
		"escaped inside a div": {`<content type="html"><div>&lt;b&gt;a&lt;/b&gt;</div></content>`, "<b>a</b>"},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>`+c.element+`</entry></feed>`)
			require.Equal(t, c.want, d.Items[0].Content)
		})
	}
}

func TestBoundsHold(t *testing.T) {
	d := parse(t, channel(numbered(5_001)))
	require.Len(t, d.Items, 5_000)
	require.Equal(t, "Cargo 0", d.Items[0].Title)
	require.Contains(t, strings.Join(d.Notes, ""), "an item beyond the number that is read")
	require.False(t, d.Partial)

	d = parse(t, channel("<item><title>A</title><description>"+strings.Repeat("wave ", 1<<18)+"</description></item>"+numbered(1)))
	require.Len(t, d.Items, 2)
	require.LessOrEqual(t, len(d.Items[0].Summary), 1<<20)
	require.Contains(t, strings.Join(d.Notes, ""), "was cut off")

	deep := strings.Repeat("<x:e>", 101) + strings.Repeat("</x:e>", 101)
	_, err := feed.Parse([]byte(channel("<item>"+deep+"</item>")), feed.Hints{})
	require.ErrorContains(t, err, "more than 100 deep")
}

func TestNestingInsideTextCostsNothing(t *testing.T) {
	d := parse(t, channel("<item><title>A</title><description>"+strings.Repeat("<p>", 20_000)+"z</description></item>"+numbered(1)))
	require.Len(t, d.Items, 2)
	require.Equal(t, "z", feed.PlainText(d.Items[0].Summary))
}

func TestEntitiesOfTheDocumentAreNotExpanded(t *testing.T) {
	d := parse(t, `<!DOCTYPE rss [<!ENTITY a "boom"><!ENTITY x SYSTEM "file:///etc/passwd">]>`+
		channel("<item><title>&a;&x; &mdash; &#8364;</title></item>"))
	require.Equal(t, "&a;&x; \u2014 \u20ac", d.Items[0].Title)
}

func TestWhatIsNoFeedIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"page":          {"<!DOCTYPE html><html><head><title>Harbour\n &amp; quay</title></head></html>", `not a feed: an HTML page titled "Harbour & quay"`},
		"login page":    {`<html><title>Sign in</title><input type="password"></html>`, `not a feed: a login page titled "Sign in"`},
		"untitled page": {"<html><body>x</body></html>", "not a feed: an HTML page without a title"},
		"empty":         {" \n", "not a feed: the body is empty"},
		"JSON error":    {`{"error":{"code":7},"x":1}`, `not a feed: a JSON answer with the error "{\"code\":7}"`},
		"JSON message":  {`{"message":"quota used up"}`, `not a feed: a JSON answer with the message "quota used up"`},
		"JSON":          {`{"a":1}`, "not a feed: a JSON document without items"},
		"JSON list":     {`[1]`, "not a feed: a JSON document without items"},
		"sitemap":       {`<?xml version="1.0"?><urlset><url/></urlset>`, `not a feed: an XML document with the root "urlset"`},
		"words":         {"Too many\nrequests", `not a feed: text that begins with "Too many requests"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := feed.Parse([]byte(c.body), feed.Hints{})
			require.EqualError(t, err, c.want)
			require.ErrorIs(t, err, feed.ErrNotFeed)
		})
	}
}

func TestDocumentHasTheAgreedShape(t *testing.T) {
	out, err := json.Marshal(feed.Document{Error: "gone"})
	require.NoError(t, err)
	require.JSONEq(t, `{"error":"gone","feed":{"title":"","link":"","description":"","language":"","author":"",
		"updated":"","id":"","rights":""},"items":[]}`, string(out))

	out, err = json.Marshal(parse(t, channel(`<item><title>A</title><pubDate>25 May 2021 14:05 +0300</pubDate></item>`)))
	require.NoError(t, err)
	require.JSONEq(t, `{"error":"","feed":{"title":"Harbour Post","link":"https://post.example/","description":"News of the quay",
		"language":"","author":"","updated":"","id":"","rights":""},"items":[{"title":"A","link":"","id":"","summary":"",
		"content":"","published":"2021-05-25T11:05:00Z","updated":"","author":""}]}`, string(out))
}

func TestPublisherMayAskForPatience(t *testing.T) {
	for name, c := range map[string]struct {
		extra string
		want  time.Duration
	}{
		"ttl":         {"<ttl>45</ttl>", 45 * time.Minute},
		"silly ttl":   {"<ttl>99999999</ttl>", 24 * time.Hour},
		"no ttl":      {"<ttl>soon</ttl>", 0},
		"syndication": {`<s:updatePeriod xmlns:s="http://purl.org/rss/1.0/modules/syndication/">hourly</s:updatePeriod><s:updateFrequency>4</s:updateFrequency>`, 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, parse(t, channel(c.extra)).Hints.Every) })
	}
}
