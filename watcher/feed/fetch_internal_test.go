package feed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// An answering transport gives the same bytes to every request, as a publisher wrote them
// on the wire.
type answering []byte

// RoundTrip implements http.RoundTripper.
func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	return http.ReadResponse(bufio.NewReader(bytes.NewReader(a)), req)
}

// FuzzFetch holds what must be true of any answer, from the bytes on the wire to the items.
func FuzzFetch(f *testing.F) {
	for _, s := range wireSeeds() {
		f.Add([]byte(s))
	}
	post := watcher.Feed{ID: "post", URL: "https://post.example/feed"}
	fetch := func(t *testing.T, raw []byte, cur watcher.Cursor) (watcher.Batch, error) {
		c := New(Options{MaxBody: 256 << 10}, slog.New(slog.DiscardHandler))
		for _, w := range []*way{c.shared.guarded, c.shared.open} {
			client, err := w.use()
			require.NoError(t, err)
			client.Transport = answering(raw)
		}
		b, err := c.Fetch(t.Context(), post, cur)
		require.Empty(t, c.desk.parse, "a place was not given back")
		require.Empty(t, c.desk.medium, "a place was not given back")
		return b, err
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := fetch(t, raw, watcher.Cursor{})
		again, errAgain := fetch(t, raw, watcher.Cursor{})
		if err != nil {
			require.EqualError(t, errAgain, err.Error())
			require.Equal(t, watcher.Batch{}, b)
			requireWords(t, err.Error())
			return
		}
		require.NoError(t, errAgain)
		require.Len(t, again.Items, len(b.Items))
		require.LessOrEqual(t, len(b.Items), maxItems)
		ids := map[watcher.ItemID]bool{}
		for i, it := range b.Items {
			again.Items[i].Seen = it.Seen // the clock's, not the answer's
			require.Equal(t, it, again.Items[i], "the same bytes are the same items")
			require.Len(t, string(it.ID), 16)
			require.False(t, ids[it.ID], "identity given twice")
			ids[it.ID] = true
			requireItem(t, it)
		}
		for _, n := range b.Notes {
			requireWords(t, n)
		}
		if b.Partial {
			require.Equal(t, watcher.Cursor{URL: b.Cursor.URL}, b.Cursor, "nothing is kept of what was not read whole")
		}
		if b.Cursor.BodyHash != "" {
			next, err := fetch(t, raw, b.Cursor)
			require.NoError(t, err)
			require.True(t, next.Unchanged)
			require.Empty(t, next.Items)
		}
	})
}

// requireItem holds the bounds of an item and that it cannot hurt who shows it.
func requireItem(t *testing.T, it watcher.Item) {
	t.Helper()
	texts := map[string]int{it.Title: maxTitle, it.Lead: maxLead, it.Body: maxBody, it.Author: maxAuthor, it.URL: 3 * maxURL, it.GUID: maxURL}
	for s, most := range texts {
		require.True(t, utf8.ValidString(s), "%q", s)
		require.LessOrEqual(t, len(s), most)
	}
	require.LessOrEqual(t, len(it.Tags), maxTags)
	for _, s := range append([]string{it.Title, it.Author, it.URL}, it.Tags...) {
		require.False(t, strings.ContainsFunc(s, unicode.IsControl), "%q", s)
	}
	require.NotEmpty(t, it.Title+it.URL)
	if it.URL == "" {
		return
	}
	u, err := url.Parse(it.URL)
	require.NoError(t, err)
	require.Contains(t, []string{"http", "https"}, u.Scheme, it.URL)
	require.NotEmpty(t, u.Host, it.URL)
}

// requireWords holds that a text can be logged and shown.
func requireWords(t *testing.T, s string) {
	t.Helper()
	require.True(t, utf8.ValidString(s), "%q", s)
	require.False(t, strings.ContainsFunc(s, unicode.IsControl), "%q", s)
	require.Less(t, len(s), 2_000)
}

// wireSeeds are answers with each kind of bomb, small, and with what publishers get wrong.
func wireSeeds() []string {
	const ok = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n"
	item := `<item><title>Ferry waits</title><link>/ferry?utm_source=x</link><guid>7</guid><pubDate>Tue, 25 May 2021 14:05:00 MSK</pubDate></item>`
	channel := func(s string) string {
		return `<rss version="2.0" xmlns:x="urn:x"><channel><title>Post</title>` + s + `</channel></rss>`
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte(channel(item) + strings.Repeat(" ", 300_000)))
	_ = w.Close()
	return []string{
		ok + "\r\n" + channel(item+item),
		ok + "Content-Length: 5000\r\n\r\n" + channel(item),
		ok + "Content-Length: 90\r\n\r\n" + channel(item),
		ok + "Transfer-Encoding: chunked\r\n\r\n10\r\n<rss><channel><i\r\nffffff\r\ntem>",
		ok + "Content-Encoding: gzip\r\n\r\n" + z.String(),
		ok + "Content-Encoding: gzip, gzip\r\n\r\n" + z.String(),
		ok + "Content-Type: application/gzip\r\n\r\n" + z.String(),
		ok + "Content-Encoding: br\r\n\r\n\x1b\x0f\x00\xf8",
		ok + "Content-Encoding: zstd\r\n\r\n\x28\xb5\x2f\xfd",
		ok + "Content-Type: text/xml; charset=windows-1251\r\n\r\n" + channel("<item><title>\xcc\xe8\xed\xf1\xea</title></item>"),
		ok + "Content-Type: text/xml; charset=utf-16\r\n\r\n<\x00r\x00s\x00s\x00>\x00",
		ok + "Content-Location: //\\/a\r\nContent-Language: \x1b[1m\r\n\r\n" + channel(item),
		ok + "Cache-Control: max-age=99999999999999999999\r\nExpires: 0\r\nAge: -1\r\n\r\n" + channel("<ttl>99999999999</ttl><skipHours><hour>25</hour></skipHours>"+item),
		ok + "\r\n" + channel(strings.Repeat("<x:e>", 200)),
		ok + "\r\n" + channel(strings.Repeat("<item>", 200)),
		ok + "\r\n" + channel(`<item><title `+strings.Repeat(`a="b" `, 200)+`>a</title></item>`),
		ok + "\r\n" + channel(`<item xml:base="https://a.example/`+strings.Repeat("b/", 300)+`"><link>c</link><description>`+strings.Repeat("&lt;a href=d&gt;", 50)+`</description></item>`),
		ok + "\r\n<!DOCTYPE rss [<!ENTITY a \"&b;&b;\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>" + channel("<item><title>&a;</title></item>"),
		ok + "\r\n" + channel(`<item><title>]]&gt;&#x202e;&#0;&#xD800;</title><link>javascript:alert(1)</link></item>`),
		ok + "\r\n<!--" + strings.Repeat("-", 500) + "-->" + channel(item),
		ok + "\r\n" + `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="//other.example"><entry><link href="a b"/><content type="image/png">AAAA</content></entry></feed>`,
		ok + "\r\n" + `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item rdf:about="http://[::1"><title>a</title></item></rdf:RDF>`,
		ok + "\r\n" + `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"url":"http://a.example/%zz","content_html":"<p>a"},` + strings.Repeat("[", 300),
		ok + "\r\n" + `{"error":{"message":"\u001b[2J"}}`,
		ok + "\r\n<html><title>\x1b[2J\nSign in</title><input type=\"password\">",
		ok + "\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /\x7f\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://other.example:99999/feed\r\n\r\n",
		"HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\n\r\n",
		"HTTP/1.1 410 \x1b[2J\r\n\r\n",
		"HTTP/1.1 429 Slow\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n",
		"HTTP/1.0 999 \xff\r\n\r\n", "220 mail.example ESMTP\r\n",
	}
}
