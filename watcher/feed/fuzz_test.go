package feed_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// FuzzParse holds what must be true of any bytes: no panic, bounded valid text, a
// document that can be printed, and identities that depend on nothing but the bytes.
func FuzzParse(f *testing.F) {
	f.Add([]byte(channel(numbered(2))))
	f.Add([]byte(channel(`<item><title><![CDATA[a]]>b</title><description><b><i>x</b></i></description><guid>1</guid></item><item>`)))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/x"><entry><link href="a"/><content type="xhtml"><div>a</div></content><author><name>b`))
	f.Add([]byte(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item rdf:about="a"><title>&#x41;&amp;</title></item></rdf:RDF>`))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"content_html":"<p>a"}]}`))
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00>\x00"))
	f.Add([]byte(`<?xml encoding="koi8-r"?><CHANNEL HREF="a"><ITEM HREF="b"><A HREF="c">d</A></ITEM></CHANNEL>`))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><rss><channel><item><author>a</author><media:group><media:title>x`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := feed.Parse(body, feed.Hints{URL: "https://post.example/feed"})
		if err != nil {
			require.Nil(t, d)
			return
		}
		_, err = json.Marshal(d)
		require.NoError(t, err)
		its := d.Convert(watcher.Feed{ID: "post"}, noon)
		require.Equal(t, its, d.Convert(watcher.Feed{ID: "post"}, noon))
		ids := map[watcher.ItemID]bool{}
		for _, it := range its {
			require.False(t, ids[it.ID], "identity given twice")
			ids[it.ID] = true
			require.Len(t, string(it.ID), 16)
			for _, s := range []string{it.Title, it.Lead, it.Body, it.Author} {
				require.True(t, utf8.ValidString(s))
				require.False(t, strings.ContainsAny(s, "\x00\x1b\u202e\u200b"))
			}
			require.LessOrEqual(t, len(it.Title), 500)
			require.LessOrEqual(t, len(it.Lead), 4_000)
			require.LessOrEqual(t, len(it.Body), 100_000)
			require.NotContains(t, it.Title, "\n")
		}
	})
}

func BenchmarkParseAndConvert(b *testing.B) {
	item := `<item><title>Cargo ships &amp;amp; ice</title><link>https://post.example/%</link><guid>%</guid>` +
		`<pubDate>Tue, 25 May 2021 14:05:00 MSK</pubDate><description>` +
		strings.Repeat(`&lt;p&gt;The ferry &lt;b&gt;waits&lt;/b&gt; at the quay.&lt;/p&gt; `, 20) + `</description></item>`
	var items strings.Builder
	for i := range 50 {
		items.WriteString(strings.ReplaceAll(item, "%", string(rune('a'+i%26))+strings.Repeat("x", i)))
	}
	body := []byte(channel(items.String()))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		d, err := feed.Parse(body, feed.Hints{URL: "https://post.example/feed"})
		require.NoError(b, err)
		require.Len(b, d.Convert(watcher.Feed{ID: "post"}, noon), 50)
	}
}
