package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// repeated is a publisher that shows the snapshots of a feed again, with validators and
// gzip as good publishers do.
type repeated struct {
	shots  []snapshot
	now    atomic.Pointer[answer]
	server *httptest.Server

	requests, unchanged atomic.Int64
	bytes               atomic.Int64 // written to clients
}

// An answer is a snapshot as it is sent.
type answer struct {
	plain, packed []byte
	etag          string
	modified      time.Time
}

func newRepeated(shots []snapshot) *repeated {
	r := &repeated{shots: shots}
	r.server = httptest.NewUnstartedServer(r)
	r.server.Listener = &countedListener{r.server.Listener, &r.bytes}
	r.server.Start()
	return r
}

func (r *repeated) url() string { return r.server.URL + "/feed.xml" }

func (r *repeated) close() error {
	r.server.Close()
	return nil
}

// pass lets the time of the snapshots pass, and a client ask whenever it is due.
func (r *repeated) pass(p poller, shown *progress) error {
	defer shown.end()
	due := r.shots[0].at
	for i, s := range r.shots {
		r.show(s)
		shown.step(s.at.Format(time.DateOnly))
		end := due.Add(time.Nanosecond) // the last one is asked for once more
		if i+1 < len(r.shots) {
			end = r.shots[i+1].at
		}
		for due.Before(end) {
			var err error
			if due, err = p.poll(due); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *repeated) show(s snapshot) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(s.body) // to memory
	_ = z.Close()
	sum := sha256.Sum256(s.body)
	r.now.Store(&answer{s.body, packed.Bytes(), `"` + hex.EncodeToString(sum[:8]) + `"`, s.at})
}

// ServeHTTP implements http.Handler.
func (r *repeated) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.requests.Add(1)
	a := r.now.Load()
	h := w.Header()
	h.Set("ETag", a.etag)
	h.Set("Last-Modified", a.modified.Format(http.TimeFormat))
	h.Set("Content-Type", "application/rss+xml; charset=utf-8")
	h.Set("Vary", "Accept-Encoding")
	if req.Header.Get("If-None-Match") == a.etag {
		r.unchanged.Add(1)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if strings.Contains(req.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	_, _ = w.Write(body)
}

// A countedListener counts the bytes that its connections write.
type countedListener struct {
	net.Listener
	written *atomic.Int64
}

// Accept implements net.Listener.
func (l *countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &countedConn{c, l.written}, err
}

type countedConn struct {
	net.Conn
	written *atomic.Int64
}

// Write implements net.Conn.
func (c *countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

// articles are the pieces of news in all snapshots of a feed: entries that share a link or
// a guid are one. They are read by the plain parser, not by ours.
type articles struct {
	ids  map[string]int
	into []int // union-find
}

func knowArticles(shots []snapshot) *articles {
	k := &articles{ids: map[string]int{}}
	for _, s := range shots {
		doc, err := gofeed.NewParser().Parse(bytes.NewReader(s.body))
		if err != nil {
			continue // what the plain parser cannot read is no article
		}
		for _, it := range doc.Items {
			k.join(keys(it.Link, it.GUID))
		}
	}
	number := map[int]int{}
	for key, id := range k.ids {
		root := k.root(id)
		if _, ok := number[root]; !ok {
			number[root] = len(number)
		}
		k.ids[key] = root
	}
	for key, root := range k.ids {
		k.ids[key] = number[root]
	}
	k.into = k.into[:len(number)]
	return k
}

func keys(link, guid string) []string {
	var out []string
	if link != "" {
		out = append(out, "link "+feed.Clean(link))
	}
	if guid != "" {
		out = append(out, "guid "+guid)
	}
	return out
}

func (k *articles) join(keys []string) {
	first := -1
	for _, key := range keys {
		id, ok := k.ids[key]
		if !ok {
			id = len(k.into)
			k.into = append(k.into, id)
			k.ids[key] = id
		}
		if id = k.root(id); first < 0 {
			first = id
		} else {
			k.into[id] = k.root(first)
		}
	}
}

func (k *articles) root(id int) int {
	for k.into[id] != id {
		k.into[id] = k.into[k.into[id]]
		id = k.into[id]
	}
	return id
}

// count returns how many there are.
func (k *articles) count() int { return len(k.into) }

// of returns the number of the article that has a link or a guid, or -1.
func (k *articles) of(link, guid string) int {
	for _, key := range keys(link, guid) {
		if id, ok := k.ids[key]; ok {
			return id
		}
	}
	return -1
}
