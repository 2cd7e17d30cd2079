package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// formats are documents with three items each, with what ends an item.
func formats() map[string]struct{ body, end string } {
	item := func(form string) string {
		var b strings.Builder
		for i := range 3 {
			b.WriteString(strings.ReplaceAll(form, "%", fmt.Sprint(i)))
		}
		return b.String()
	}
	return map[string]struct{ body, end string }{
		"RSS": {channel(item(`<item><title>Cargo %</title><link>https://post.example/%</link><description><![CDATA[<p>a</p>]]></description></item>`)), "</item>"},
		"RDF": {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>H</title></channel>` +
			item(`<item rdf:about="urn:%"><title>Cargo %</title><link>https://post.example/%</link></item>`) + `</rdf:RDF>`, "</item>"},
		"Atom": {`<feed xmlns="http://www.w3.org/2005/Atom"><title>H</title>` +
			item(`<entry><id>urn:%</id><title type="html">Cargo %</title><link href="https://post.example/%"/><author><name>A</name></author></entry>`) + `</feed>`, "</entry>"},
		"JSON": {`{"version":"https://jsonfeed.org/version/1.1","title":"H","items":[` +
			strings.TrimSuffix(item(`{"id":"%","title":"Cargo %","url":"https://post.example/%"},`), ",") + `]}`, "}"},
	}
}

func TestDocumentCutAnywhereGivesTheItemsBeforeTheCut(t *testing.T) {
	for name, f := range formats() {
		t.Run(name, func(t *testing.T) {
			for n := range len(f.body) {
				whole := strings.Count(f.body[:n], f.end)
				d, err := feed.Parse([]byte(f.body[:n]), feed.Hints{})
				if err != nil {
					require.ErrorIs(t, err, feed.ErrNotFeed)
					require.Zero(t, whole, "at %d: %v", n, err)
					continue
				}
				require.Len(t, d.Items, whole, "at %d", n)
				require.True(t, d.Partial, "at %d", n)
				for i, e := range d.Items {
					require.Equal(t, fmt.Sprint("Cargo ", i), e.Title)
					require.Equal(t, fmt.Sprint("https://post.example/", i), e.Link)
				}
			}
			d, err := feed.Parse([]byte(f.body), feed.Hints{})
			require.NoError(t, err)
			require.Len(t, d.Items, 3)
			require.False(t, d.Partial)
		})
	}
}

func TestMarkupInOneTextNeverCostsAnotherItem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
			"<b>", "</b>", "<i>", "</i>", "<p>", "</p>", "<br>", "<br/>", "<img src=x", "<a href='y'>", "</a>", "&", "&amp;", "&#x41;", "&nbsp;",
			"<", ">", "]]>", "<x:y>", "</x:y>", "<title>", "</title>", "word ", "\u0001", "<!-- c -->", "<?pi?>", "<![CDATA[<b>]]>", "\"", "'", "=",
		}), 0, 12).Draw(t, "pieces")
		body := channel("<item><title>first</title><description>" + strings.Join(pieces, "") + "</description></item>" + numbered(3))
		d, err := feed.Parse([]byte(body), feed.Hints{})
		require.NoError(t, err)
		require.Len(t, d.Items, 4)
		require.Equal(t, "first", d.Items[0].Title)
		for i := range 3 {
			require.Equal(t, fmt.Sprint("Cargo ", i), d.Items[i+1].Title)
		}
	})
}

func TestHostileDocumentsAreReadWithinBounds(t *testing.T) {
	const size = 256 << 10
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	atom := func(s string) string { return `<feed xmlns="http://www.w3.org/2005/Atom">` + s + "</feed>" }
	list := func(s string) string { return `{"version":"https://jsonfeed.org/version/1","items":[` + s }
	for name, body := range map[string]string{
		"nested unknown":   channel("<item>" + fill("<x:e>")),
		"nested items":     channel(fill("<item>")),
		"nested channels":  "<rss>" + fill("<channel>"),
		"nested markup":    channel("<item><description>" + fill("<div>")),
		"nested xhtml":     atom("<entry><content type='xhtml'>" + fill("<div>") + "</content></entry>"),
		"flat extensions":  channel("<item>" + fill("<x:e/>") + "</item>"),
		"less-than signs":  channel("<item><title>" + fill("<") + "</title></item>"),
		"ampersands":       channel("<item><title>" + fill("&") + "</title></item>"),
		"entities":         channel("<item><title>" + fill("&lt;") + "</title></item>"),
		"empty items":      channel(fill("<item/>")),
		"stray markup":     channel("<item>" + fill("<b>")),
		"stray unknown":    channel("<item>" + fill("<x:a></x:b>")),
		"categories":       channel("<item>" + fill("<category>a</category>") + "</item>"),
		"authors":          atom(fill("<author><name>a</name></author>")),
		"links":            atom("<entry>" + fill("<link href='a'/>") + "</entry>"),
		"attributes":       "<rss " + fill("a='b' ") + "><channel><item " + fill("c=d "),
		"namespaces":       "<rss " + fill("xmlns:a='b' ") + ">",
		"many namespaces":  "<rss" + manyNamespaces(size) + "><channel>" + numbered(1),
		"open quotes":      channel(fill(`<item a="`)),
		"mixed quotes":     channel(fill(`<item a="'<`)),
		"CDATA":            channel("<item><title>" + fill("<![CDATA[a]]>") + "</title></item>"),
		"open CDATA":       channel(fill("<item><title><![CDATA[")),
		"open comments":    channel(fill("<!--")),
		"doctype":          "<!DOCTYPE rss [" + fill("] "),
		"doctypes":         fill("<!DOCTYPE rss ["),
		"instructions":     fill("<?"),
		"end tags":         channel("<item>" + fill("</a>")),
		"links in text":    channel("<item><description>" + fill("&lt;a href=x>") + "</description></item>"),
		"long dates":       channel(fill("<item><pubDate>" + strings.Repeat("9", 90) + "</pubDate></item>")),
		"month names":      channel(fill("<item><pubDate>" + strings.Repeat("мая ", 20) + "</pubDate></item>")),
		"JSON arrays":      `{"items":` + fill("["),
		"JSON objects":     list(fill(`{"a":`)),
		"JSON empty items": list(fill(`{},`)),
		"JSON members":     `{"version":"https://jsonfeed.org/version/1",` + fill(`"a":1,`),
		"JSON tags":        list(`{"id":"1","tags":[` + fill(`"a",`) + `"b"]}]}`),
		"high bytes":       fill("\xd0"),
		"wide":             "\xff\xfe" + fill("<\x00a\x00>\x00"),
		"zeros":            fill("\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			d, err := feed.Parse([]byte(body), feed.Hints{URL: "https://post.example/feed"})
			if err != nil {
				require.Regexp(t, "^not a feed|more than 100 deep", err.Error())
				return
			}
			require.LessOrEqual(t, len(d.Items), 5_000)
			for _, it := range d.Convert(watcher.Feed{ID: "post"}, noon) {
				require.LessOrEqual(t, len(it.Tags), 30)
				require.LessOrEqual(t, len(it.URL), 4_000)
			}
		})
	}
}

// manyNamespaces declares as many prefixes as there is room for.
func manyNamespaces(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, " xmlns:p%d='u%d'", i, i)
	}
	return b.String()
}

func TestTooManyPartsAreLeftOutAndTold(t *testing.T) {
	d := parse(t, channel("<item><title>A</title>"+strings.Repeat("<category>x</category>", 2_000)+"<link>https://post.example/a</link></item>"+numbered(1)))
	require.Len(t, d.Items, 2)
	require.Equal(t, "A", d.Items[0].Title)
	require.Contains(t, strings.Join(d.Notes, ""), "more than 1000 elements in one place")
}

func TestPageWithAFeedInItIsRead(t *testing.T) {
	f := formats()["Atom"].body
	d, err := feed.Parse([]byte("<html><body>"+f+"</body></html>"), feed.Hints{})
	require.NoError(t, err)
	require.Len(t, d.Items, 3)
	_, err = feed.Parse([]byte("<html><title>t</title><channel><item/></channel><feed><entry/></feed></html>"), feed.Hints{})
	require.ErrorIs(t, err, feed.ErrNotFeed)
}
