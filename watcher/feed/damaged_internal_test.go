package feed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// spokenTitles are titles in the languages that are read.
var spokenTitles = []string{
	"Порт закрыт на ремонт", "Порт зачынены на рамонт", "Порт зачинено на ремонт", "Port zamknięty: żegluga stoi",
	"Uostas uždarytas šiąnakt", "Osta slēgta līdz rītam", "Häfen schließen früh", "Le port est fermé à l'aube",
	"The port is closed", "港口今天关闭",
}

// A sheet is a document that is written, with the places where its items end.
type sheet struct {
	text  string
	ends  []int // of the items in text
	first int   // the first place that is damaged; len(text) if none is
	json  bool
}

// drawSheet writes a whole document of n items in one of the formats.
func drawSheet(t *rapid.T) sheet {
	kind := rapid.SampledFrom([]string{"0.91", "2.0", "rdf", "atom", "json"}).Draw(t, "kind")
	n := rapid.IntRange(0, 8).Draw(t, "items")
	var head, tail string
	switch kind {
	case "rdf":
		head = `<?xml version="1.0" encoding="utf-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ` +
			`xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://post.example/"><title>Post</title></channel>`
		tail = "</rdf:RDF>"
	case "atom":
		head = `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title><id>urn:post</id>`
		tail = "</feed>"
	case "json":
		head, tail = `{"version":"https://jsonfeed.org/version/1.1","title":"Post","items":[`, "]}"
	default:
		head = `<?xml version="1.0" encoding="utf-8"?><rss version="` + kind + `"><channel><title>Post</title>`
		tail = "</channel></rss>"
	}
	d := sheet{text: head}
	for i := range n {
		title := rapid.SampledFrom(spokenTitles).Draw(t, "title")
		text := rapid.SampledFrom([]string{
			"fog", "&lt;p&gt;fog &amp;amp; ice&lt;/p&gt;", "<![CDATA[<p>fog</p> & ice]]>", "<!-- fog --> ice",
		}).Draw(t, "text")
		d.text += drawnItem(kind, i, title, text)
		d.ends = append(d.ends, len(d.text))
		if kind == "json" && i < n-1 {
			d.text += ", "
		}
	}
	d.text += tail
	d.first, d.json = len(d.text), kind == "json"
	return d
}

func drawnItem(kind string, i int, title, text string) string {
	link := drawnLink(i)
	switch kind {
	case "atom":
		return fmt.Sprintf(`<entry><title>%s %d</title><link rel="alternate" href="%s"/><id>urn:n%d</id><summary type="html">%s</summary></entry>`,
			title, i, link, i, text)
	case "json":
		b, err := json.Marshal(map[string]any{"id": fmt.Sprintf("urn:n%d", i), "url": link, "title": title, "content_html": text})
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	return fmt.Sprintf(`<item><title>%s %d</title><link>%s</link><guid isPermaLink="false">urn:n%d</guid><description>%s</description></item>`,
		title, i, link, i, text)
}

func drawnLink(i int) string { return fmt.Sprintf("https://post.example/%d", i) }

var (
	endTagRE = regexp.MustCompile(`</[a-zA-Z:]+>`)
	markRE   = regexp.MustCompile(`(?i)<(item|entry)`)
	lostRE   = regexp.MustCompile(`items? .*(was|were) left out`)
)

// insert puts something into the text at a place that is drawn.
func (d *sheet) insert(t *rapid.T, what string) {
	at := rapid.IntRange(0, len(d.text)).Draw(t, "at")
	d.text = d.text[:at] + what + d.text[at:]
	d.first = min(d.first, at)
}

// take leaves out one of the places that a pattern finds.
func (d *sheet) take(t *rapid.T, places [][]int) {
	if len(places) == 0 {
		return
	}
	p := rapid.SampledFrom(places).Draw(t, "place")
	d.text = d.text[:p[0]] + d.text[p[1]:]
	d.first = min(d.first, p[0])
}

// damage does one kind of harm to a document.
func (d *sheet) damage(t *rapid.T) {
	stray := func(what ...string) { d.insert(t, rapid.SampledFrom(what).Draw(t, "what")) }
	switch kind := rapid.IntRange(0, 9).Draw(t, "damage"); kind {
	case 0:
		at := rapid.IntRange(0, len(d.text)).Draw(t, "cut")
		d.text, d.first = d.text[:at], min(d.first, at)
	case 1: // swaps two end tags
		tags := endTagRE.FindAllStringIndex(d.text, -1)
		if len(tags) < 2 {
			return
		}
		i := rapid.IntRange(0, len(tags)-2).Draw(t, "tag")
		a, b := tags[i], tags[rapid.IntRange(i+1, len(tags)-1).Draw(t, "with")]
		s := d.text
		d.text = s[:a[0]] + s[b[0]:b[1]] + s[a[1]:b[0]] + s[a[0]:a[1]] + s[b[1]:]
		d.first = min(d.first, a[0])
	case 2:
		stray("&", "&amp", "& b; ", "<", ">", "\"", "'", "]]>", "-->", "<<", "</", "<!", "<?", "<br>", "<b><i>x</b></i>")
	case 3:
		stray("\x01", "\x00", "\x0b", "\xff", "\xc3", "\xef\xbf\xbe")
	case 4:
		stray("<![CDATA[", "<!--", "<!-- <!-- ", "<!DOCTYPE rss [", "<!DOCTYPE x>")
	case 5:
		if d.json { // elements are nothing to it, and would start another feed
			return
		}
		stray("<item>", "<entry>", "<item/>", "<item><title>in</title></item>", "<entry></entry>", "<channel>")
	case 6:
		stray("</item>", "</entry>", "</channel>", "</rss>", "</feed>", "</title>", "</rdf:RDF>")
	case 7:
		d.take(t, endTagRE.FindAllStringIndex(d.text, -1))
	case 8:
		d.take(t, regexp.MustCompile(`\]\]>|-->|"`).FindAllStringIndex(d.text, -1))
	case 9: // ids that are all the same
		d.text = regexp.MustCompile(`urn:n\d`).ReplaceAllString(d.text, "urn:n0")
	}
}

// written is the document in bytes, perhaps in another charset than it declares.
func (d *sheet) written(t *rapid.T) []byte {
	e := rapid.SampledFrom([]encoding.Encoding{
		unicode.UTF8, unicode.UTF8, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), charmap.Windows1251, charmap.Windows1250,
	}).Draw(t, "charset")
	declared := rapid.SampledFrom([]string{"utf-8", "windows-1251", "gbk", "utf-16", "none"}).Draw(t, "declared")
	text := strings.Replace(d.text, `"utf-8"`, `"`+declared+`"`, 1)
	b, err := encoding.ReplaceUnsupported(e.NewEncoder()).Bytes([]byte(text))
	if err != nil || e == unicode.UTF8 {
		return []byte(text)
	}
	return b
}

func TestDamageLosesNoItemSilently(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSheet(t)
		for range rapid.IntRange(0, 3).Draw(t, "damages") {
			s.damage(t)
		}
		junk := rapid.SampledFrom([]string{"", "\n", "Warning: <b>x</b> on line 3\n", "<!-- a -->"}).Draw(t, "junk")
		body := append([]byte(junk), s.written(t)...)
		if junk != "" {
			body = []byte(junk + s.text)
		}
		whole := 0 // items that end before the damage
		for _, end := range s.ends {
			if end <= s.first {
				whole++
			}
		}
		d, err := Parse(body, Hints{URL: "https://post.example/feed"})
		if err != nil {
			require.Zero(t, whole, "%v: %s", err, body)
			return
		}
		for i := range whole {
			require.Greater(t, len(d.Items), i, "%q in %s", d.Notes, body)
			require.Equal(t, drawnLink(i), d.Items[i].Link, "%s", body)
		}
		text, _, _ := decode(body, Hints{})
		if s.json {
			text = text[max(0, strings.Index(text, "{")):]
		}
		told := len(d.Items) + d.Lost
		require.GreaterOrEqual(t, told, begun(text), "%q in %s", d.Notes, text)
		if !s.json {
			require.LessOrEqual(t, told, len(markRE.FindAllString(text, -1)), "%q in %s", d.Notes, text)
		}
		require.Equal(t, d.Lost > 0, lostRE.MatchString(strings.Join(d.Notes, "\n")), "%q", d.Notes)
		kept, lost := d.convert(watcher.Feed{ID: "post"}, time.Time{})
		require.Equal(t, len(kept) < len(d.Items), len(lost) > 0, "%q", lost)
	})
}
