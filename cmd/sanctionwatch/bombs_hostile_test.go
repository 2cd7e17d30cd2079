package main

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"
)

// A bomb is an answer that is made to hurt who reads it.
type bomb struct {
	name   string
	want   string // in the log, among the words on its feed; "" where it must be read without harm
	answer http.HandlerFunc
	tls    *tls.Config // it speaks TLS
}

// bombTag is the validator of every bomb: it must not be kept for what was not read whole.
const bombTag = `"bomb"`

const (
	opening = `<?xml version="1.0"?><rss version="2.0" xmlns:x="urn:x"><channel><title>Bomb</title>`
	bottom  = `<item><title>Last item of the bomb</title><link>https://bomb.example/last</link></item></channel></rss>`
)

// poured is a document of a unit repeated, which nobody holds whole.
func poured(before, unit string, n int, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { pour(w, before, unit, n, after) }
}

func pour(w io.Writer, before, unit string, n int, after string) {
	block := max(1, (64<<10)/len(unit))
	chunk := []byte(strings.Repeat(unit, block))
	_, err := io.WriteString(w, before)
	for ; n > 0 && err == nil; n -= block {
		_, err = w.Write(chunk[:len(unit)*min(n, block)])
	}
	if err == nil {
		_, _ = io.WriteString(w, after)
	}
}

// documents are bombs by what is in the document. Those larger than max_body show its
// cap, those that just fit show what holds inside it.
func (h *hostile) documents(secret string) []bomb {
	const tooLarge, tooDeep = "larger than 10MiB (max_body)", "nested more than 100 deep"
	item := `<item><title>%s</title><link>https://bomb.example/1</link><description>`
	return []bomb{
		{name: "nested-1000000", want: tooLarge, answer: func(w http.ResponseWriter, _ *http.Request) {
			pour(w, opening, "<x:e>", 1_000_000, "")
			pour(w, "", "</x:e>", 1_000_000, bottom)
		}},
		{name: "nested-900000", want: tooDeep, answer: func(w http.ResponseWriter, _ *http.Request) {
			pour(w, opening, "<x:e>", 900_000, "")
			pour(w, "", "</x:e>", 900_000, bottom)
		}},
		{name: "nested-html", answer: func(w http.ResponseWriter, _ *http.Request) {
			pour(w, opening, "<x:a>", 900_000, "")
			pour(w, "", "</x:a>", 900_000, bottom)
		}},
		{name: "open-tags-15mb", want: tooLarge, answer: poured(opening, "<a>", 5_000_000, bottom)},
		{name: "open-tags-10mb", want: tooDeep, answer: poured(opening, "<x:e>", 2_000_000, "")},
		{name: "items-500000", want: tooLarge, answer: poured(opening, "<item><title>a</title><link>b</link></item>", 500_000, bottom)},
		{name: "items-230000", want: "beyond the number that is read", answer: poured(opening, "<item><title>a</title><link>b</link></item>", 230_000, bottom)},
		{name: "items-open-1500000", want: "beyond the number that is read", answer: poured(opening, "<item>", 1_500_000, "")},
		{name: "title-50mb", want: tooLarge, answer: poured(opening+"<item><title>", "word ", 10_000_000, "</title></item>"+bottom)},
		{name: "title-10mb", want: "a text longer than 1048576 bytes", answer: poured(opening+"<item><title>", "word ", 2_000_000, "</title></item>"+bottom)},
		{name: "attributes-1000000", answer: poured(opening+"<item><x:a ", `a="b" `, 1_000_000, "/><title>a</title><link>https://bomb.example/a</link></item>"+bottom)},
		{name: "attributes-of-root", answer: poured("<rss ", `a="b" `, 1_000_000, "><channel>"+bottom)},
		{name: "attribute-10mb", answer: poured(opening+`<item><title a="`, "word ", 2_000_000, `">a</title><link>https://bomb.example/a</link></item>`+bottom)},
		{name: "comment-10mb", answer: poured("<!--", " long ", 1_500_000, "-->"+opening+bottom)},
		{name: "comments-endless", want: tooLarge, answer: poured("", "<!-- long -->", 5_000_000, opening+bottom)},
		{name: "cdata-50mb", want: tooLarge, answer: poured(opening+fmt.Sprintf(item, "a")+"<![CDATA[", "<b>word</b> ", 4_000_000, "]]></description></item>"+bottom)},
		{name: "cdata-10mb", want: "a text longer than 1048576 bytes", answer: poured(opening+fmt.Sprintf(item, "a")+"<![CDATA[", "<b>word</b> ", 800_000, "]]></description></item>"+bottom)},
		{name: "laughs", answer: serves(`<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">` + laughs() + `]><rss version="2.0"><channel><item><title>&lol9;</title><link>https://bomb.example/lol</link></item></channel></rss>`)},
		{name: "xxe-file", answer: serves(`<!DOCTYPE rss [<!ENTITY x SYSTEM "file://` + secret + `">]><rss version="2.0"><channel><item><title>a &x;</title><link>https://bomb.example/xxe</link></item></channel></rss>`)},
		{name: "xxe-url", answer: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `<!DOCTYPE rss SYSTEM "http://%[1]s/dtd" [<!ENTITY %% x SYSTEM "http://%[1]s/dtd"> %%x;]><rss version="2.0"><channel><item><title>a &x;</title><link>https://bomb.example/xxe</link></item></channel></rss>`, r.Host)
		}},
		{name: "namespaces-500000", answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<rss ")
			for i := range 500_000 {
				if _, err := fmt.Fprintf(w, `xmlns:n%d="u"`+"\n", i); err != nil {
					return
				}
			}
			_, _ = io.WriteString(w, "><channel>"+bottom)
		}},
		{name: "namespaces-quadratic", answer: poured(opening, `<item xmlns:a="`+strings.Repeat("u", 1000)+`" xmlns="v"><a:b xmlns:b="w"/><title>a</title></item>`, 4_900, bottom)},
		{name: "json-nested-1000000", want: "ends early", answer: poured(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","_x":`, "[", 1_000_000, "")},
		{name: "json-string-50mb", want: tooLarge, answer: poured(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_text":"`, "word ", 10_000_000, `"}]}`)},
		{name: "json-string-10mb", want: "could not be read", answer: poured(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_text":"`, "word ", 2_000_000, `"}]}`)},
		{name: "json-full", answer: poured(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a"`, `},{"id":"1","url":"https://bomb.example/1","content_html":"`+strings.Repeat("<p>word ", 250)+`"`, 4_900, "}]}")},
		{name: "json-members", want: "ends early", answer: poured(`{"version":"https://jsonfeed.org/version/1.1","a":1`, `,"b":"`+strings.Repeat("word ", 2000)+`"`, 1_040, `,"items":[]}`)},
		{name: "full", answer: poured(opening, fmt.Sprintf(item, "a")+strings.Repeat("&lt;p&gt;word ", 140)+"</description></item>", 4_700, bottom)},
		{name: "json-items-3000000", want: "beyond the number that is read", answer: poured(`{"version":"https://jsonfeed.org/version/1.1","items":[{}`, ",{}", 3_000_000, "]}")},
		{name: "json-authors", want: "beyond the number that is read", answer: poured(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1"`, `},{"id":"1","url":"https://bomb.example/1","authors":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}],"tags":["","","","","","","","","","","","","",""]`, 60_000, "}]}")},
		{name: "rdf-triples", want: "more than 1000 elements", answer: poured(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="a"><title>a</title>`, "<dc:title/>", 800_000, "</item></rdf:RDF>")},
		{name: "categories", want: "more than 100000 elements", answer: poured(opening, "<item><title>a</title>"+strings.Repeat("<category/>", 170)+"</item>", 4_990, bottom)},
		{name: "entities", want: "a text longer than 1048576 bytes", answer: poured(opening+fmt.Sprintf(item, "a"), "&amp;lt;&nGt;", 800_000, "</description></item>"+bottom)},
		{name: "entities-everywhere", answer: poured(opening, fmt.Sprintf(item, "&amp;&lt;b&gt;")+strings.Repeat("&amp;lt;&amp;nGt;", 100)+"</description></item>", 4_900, bottom)},
		{name: "brackets", want: "many times longer", answer: poured(opening, fmt.Sprintf(item, "]]&gt;")+strings.Repeat("]]&gt;", 300)+"</description></item>", 4_900, bottom)},
		{name: "bases", want: "many times longer", answer: poured(`<rss version="2.0" xml:base="https://bomb.example/`+strings.Repeat("long/", 200_000)+`"><channel>`,
			`<item><link>a</link><description>`+strings.Repeat("&lt;a href=b&gt;", 100)+`</description></item>`, 4_900, bottom)},
		{name: "links", want: "many times longer", answer: poured(`<rss version="2.0" xml:base="https://bomb.example/`+strings.Repeat("long/", 700)+`"><channel>`,
			`<item><link>a</link><description>`+strings.Repeat("&lt;a href=b&gt;", 100)+`</description></item>`, 4_900, bottom)},
		{name: "windows-1251", want: "larger than 10MiB (max_body) once it is UTF-8", answer: poured(`<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel>`,
			"<item><title>"+strings.Repeat("\xAB\xBB\x80\xB9", 500)+"</title></item>", 4_900, bottom)},
		{name: "windows-1251-half", answer: poured(`<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel>`,
			"<item><title>"+strings.Repeat("\xAB\xBB\x80\xB9", 200)+"</title></item>", 4_900, bottom)},
		{name: "zero-bytes", want: "not a feed", answer: poured("", "\x00", 10_000_000, "")},
		{name: "angles", want: "not a feed", answer: poured("", "<", 10_000_000, "")},
	}
}

// laughs are entities that would be a thousand million words.
func laughs() string {
	var b strings.Builder
	for i := 1; i <= 9; i++ {
		prev := "lol"
		if i > 1 {
			prev = fmt.Sprint("lol", i-1)
		}
		fmt.Fprintf(&b, `<!ENTITY lol%d "%s">`, i, strings.Repeat("&"+prev+";", 10))
	}
	return b.String()
}

// compressions are bombs by how they are packed: 300 MB from little.
func compressions(t *testing.T) []bomb {
	const tooLarge, size = "larger than 10MiB (max_body)", 300 << 20
	packed := func(w io.WriteCloser, b *bytes.Buffer) []byte {
		pour(w, opening+"<!--", "                ", size/16, "-->"+bottom)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	var z, br, twice bytes.Buffer
	zw, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
	require.NoError(t, err)
	once := packed(zw, &z)
	brotlied := packed(brotli.NewWriterLevel(&br, 1), &br)
	w := gzip.NewWriter(&twice)
	_, _ = w.Write(once)
	require.NoError(t, w.Close())
	as := func(body []byte, coding string) http.HandlerFunc {
		return serves(string(body), "Content-Encoding", coding)
	}
	return []bomb{
		{name: "gzip", want: tooLarge, answer: as(once, "gzip")},
		{name: "gzip-file", want: tooLarge, answer: serves(string(once), "Content-Type", "application/gzip")},
		{name: "br", want: tooLarge, answer: as(brotlied, "br")},
		{name: "gzip-twice", want: tooLarge, answer: as(twice.Bytes(), "gzip, gzip")},
		{name: "gzip-many", want: "5 content encodings over one another", answer: as(once, "gzip, gzip, gzip, gzip, gzip")},
		{name: "deflate", want: `content encoding "deflate" was not asked for`, answer: as(once, "deflate")},
		{name: "zstd", want: `content encoding "zstd" was not asked for`, answer: as(zstdFrame(size), "zstd")},
	}
}

// zstdFrame is a frame of Zstandard (RFC 8878) of n bytes in blocks of one repeated byte.
func zstdFrame(n int) []byte {
	const block = 128 << 10
	b := []byte{0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38} // no size told, a window of 128 KiB
	for left := n / block; left > 0; left-- {
		last := uint32(0)
		if left == 1 {
			last = 1
		}
		b = append(binary.LittleEndian.AppendUint32(b, block<<3|1<<1|last)[:len(b)+3], ' ')
	}
	return b
}

// answers are bombs by how the server behaves.
func (h *hostile) answers(t *testing.T) []bomb {
	page := "<!DOCTYPE html><html><head><title>Breaking news</title></head><body>" + strings.Repeat("<p>a", 1000)
	login := `<html><head><title>Sign in</title></head><form><input type="password"></form></html>`
	whole := `<item><title>Whole item</title><link>https://bomb.example/whole</link></item>`
	flush := func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
	endless := func(w http.ResponseWriter, unit string) {
		var err error
		for err == nil {
			_, err = io.WriteString(w, strings.Repeat(unit, 1000))
		}
	}
	return []bomb{
		{name: "byte-a-second", want: "no whole answer within", answer: func(w http.ResponseWriter, r *http.Request) {
			for _, c := range []byte(opening + strings.Repeat(" ", 1000)) {
				if _, err := w.Write([]byte{c}); err != nil {
					return
				}
				flush(w)
				select {
				case <-r.Context().Done():
					return
				case <-h.over:
					return
				case <-time.After(time.Second):
				}
			}
		}},
		{name: "large-then-slow", want: "too slowly", answer: func(w http.ResponseWriter, r *http.Request) {
			pour(w, opening, "<!-- long -->", 100_000, "")
			flush(w)
			h.hang(r)
		}},
		{name: "page", want: `not a feed: an HTML page titled \"Breaking news\"`, answer: serves(page)},
		{name: "login", want: `a login page titled \"Sign in\" (redirected to `, answer: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/login" {
				http.Redirect(w, r, "/login?next=feed", http.StatusFound)
				return
			}
			_, _ = io.WriteString(w, login)
		}},
		{name: "empty", want: "the body is empty", answer: serves("")},
		{name: "json-error", want: `a JSON answer with the error`, answer: serves(`{"error":"rate limit"}`)},
		{name: "truncated-no-item", want: "the answer ends early", answer: serves(opening + "<item><title>Half an it")},
		{name: "truncated", want: "the document ends early", answer: serves(opening + whole + "<item><title>Half an it")},
		{name: "length-too-long", want: "the connection ended early", answer: raw(func(body string) string {
			return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body)+1000, body)
		}, opening+whole+whole+bottom)},
		{name: "length-too-short", want: "the document ends early", answer: raw(func(body string) string {
			return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body)-40, body)
		}, opening+whole+bottom)},
		{name: "length-negative", want: "Content-Length", answer: raw(func(body string) string { return "Content-Length: -5\r\n\r\n" + body }, opening+bottom)},
		{name: "status-none", want: "malformed HTTP", answer: func(w http.ResponseWriter, _ *http.Request) { hijack(w, "220 mail.example ESMTP\r\n") }},
		{name: "status-500", want: "HTTP 500", answer: says(http.StatusInternalServerError)},
		{name: "redirects", want: "redirects", answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}},
		{name: "headers", want: "headers", answer: func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer c.Close()
			pour(c, "HTTP/1.1 200 OK\r\n", "X-Long: long long long\r\n", 10_000_000, "")
		}},
		{name: "chunks", want: "larger than 10MiB (max_body)", answer: func(w http.ResponseWriter, _ *http.Request) { endless(w, "<!-- more -->") }},
		{name: "interim", want: "headers", answer: func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer c.Close()
			pour(c, "", "HTTP/1.1 103 Early Hints\r\n\r\n", 1_000_000, "")
		}},
		{name: "tls-expired", want: "the certificate expired on", answer: serves(opening + bottom), tls: certificate(t, "127.0.0.1", -time.Hour)},
		{name: "tls-other-name", want: "the certificate is that of 127.9.9.9 and not that of 127.0.0.1", answer: serves(opening + bottom), tls: certificate(t, "127.9.9.9", time.Hour)},
		{name: "tls-unknown", want: "not by a trusted authority", answer: serves(opening + bottom), tls: certificate(t, "127.0.0.1", time.Hour)},
	}
}

// raw is an answer whose last headers and body are written as they are.
func raw(rest func(body string) string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		hijack(w, "HTTP/1.1 200 OK\r\nETag: "+bombTag+"\r\nConnection: close\r\n"+rest(body))
	}
}

func hijack(w http.ResponseWriter, text string) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(c, text)
	_ = c.Close()
}

// certificate is a self-signed one for an address, until a time from now.
func certificate(t *testing.T, addr string, left time.Duration) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.ParseIP(addr)},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(left),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	require.NoError(t, err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// A hostile publisher has an address for each bomb, as if each were a host of its own.
type hostile struct {
	t    *testing.T
	over chan struct{} // closed at the end: ends what hangs

	mu      sync.Mutex
	asked   map[string]int // requests by bomb; guarded by mu
	dtd     int            // requests for what an entity names; guarded by mu
	hanging int            // requests held without an end; guarded by mu
	let     int            // of them that their reader left; guarded by mu
}

func newHostile(t *testing.T) *hostile {
	h := &hostile{t: t, over: make(chan struct{}), asked: map[string]int{}}
	t.Cleanup(func() { close(h.over) })
	return h
}

// host serves a bomb and returns its address.
func (h *hostile) host(b bomb) string {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked[b.name]++
		if r.URL.Path == "/dtd" {
			h.dtd++
		}
		h.mu.Unlock()
		w.Header().Set("ETag", bombTag)
		b.answer(w, r)
	}))
	srv.Config.ErrorLog = silent
	if b.tls != nil {
		srv.TLS = b.tls
		srv.StartTLS()
	} else {
		srv.Start()
	}
	h.t.Cleanup(func() { srv.CloseClientConnections() })
	return srv.URL + "/feed"
}

// hang holds a request until its reader leaves.
func (h *hostile) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-h.over:
	}
}

// hangs are n feeds that never end: a third says nothing, a third only headers, a third
// the beginning of a document.
func (h *hostile) hangs(n int) []bomb {
	var out []bomb
	for i := range n {
		out = append(out, bomb{name: fmt.Sprintf("hangs-%02d", i), want: "no whole answer within", answer: func(w http.ResponseWriter, r *http.Request) {
			if i%3 == 2 {
				_, _ = io.WriteString(w, opening)
			}
			if i%3 > 0 {
				_ = http.NewResponseController(w).Flush()
			}
			h.count(1, 0)
			h.hang(r)
			h.count(-1, 1)
		}})
	}
	return out
}

func (h *hostile) count(hanging, let int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hanging += hanging
	h.let += let
}

// held is how many requests hang, and how many readers have left one.
func (h *hostile) held() (hanging, let int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hanging, h.let
}
