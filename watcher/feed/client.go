package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The time-outs inside a fetch; Options.Timeout bounds all of them together.
const (
	dialTimeout   = 10 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 20 * time.Second
	idleTimeout   = 30 * time.Second
)

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 64 << 10

// maxValidator bounds what is kept of an ETag or a date and sent back.
const maxValidator = 1 << 10

// A Client fetches feeds. It is made by New and safe for concurrent use.
type Client struct {
	// Patience is how long a fetch waits for its turn at a host before it answers that the
	// host is busy (watcher.ErrBusy); 0 for as long as it takes. Set it before the first use.
	Patience time.Duration
	// Holds is for callers that go on working with what was fetched: a large document keeps
	// its place, and other large ones wait, until Done is called. Set it before the first use.
	Holds bool
	// Known says what is known of items already, as a store does: articles are read of new
	// ones. Without it the client goes by its own memory. Set it before the first use.
	Known func(ctx context.Context, items []watcher.Item) ([]watcher.Sighting, error)

	options Options
	log     *slog.Logger
	gates   gates
	desk    *desk
	dialers func(private bool) func() *net.Dialer
	shared  ways // of the feeds without certificates of their own

	articles articles
	robots   halves[string, robotsFile]

	mu      sync.RWMutex
	reaches map[watcher.FeedID]*reach // guarded by mu
}

var _ watcher.Source = (*Client)(nil)

// New returns a client with checked options.
func New(o Options, log *slog.Logger) *Client {
	o = o.filled()
	c := &Client{
		options: o, log: log, desk: newDesk(),
		gates: gates{perHost: o.PerHost, gap: hostGap, hosts: map[string]*gate{}},
	}
	c.dialers = func(private bool) func() *net.Dialer { return func() *net.Dialer { return newDialer(o, private) } }
	c.shared = c.ways(Access{})
	c.articles.seed = maphash.MakeSeed()
	c.articles.tried.limit, c.articles.texts.limit, c.robots.limit = keptTries, keptTexts, keptRobots
	return c
}

// newDialer refuses private addresses for those who may not go there.
func newDialer(o Options, private bool) *net.Dialer {
	d := &net.Dialer{Timeout: dialTimeout}
	if !private && !o.proxied() { // a proxy is the only address that is dialled, and may be private
		d.Control = refusePrivate
	}
	return d
}

// Hurry takes away the gap between requests to one host, for a publisher that is our own.
// Call it before the first use.
func (c *Client) Hurry() { c.gates.gap = 0 }

// Close closes connections that are kept for later.
func (c *Client) Close() {
	c.Use(nil)
	c.shared.close()
}

// Fetch implements [watcher.Source]. A document that ends early gives the items that are
// whole and a cursor without validators, so that the rest is read next time.
func (c *Client) Fetch(ctx context.Context, f watcher.Feed, cur watcher.Cursor) (watcher.Batch, error) {
	b, large, err := c.fetch(ctx, f, cur)
	switch {
	case err != nil || !f.FullText:
	case large:
		b.Notes = append(b.Notes, "full text: the document is too large for its articles to be read")
	default: // without a place of the document, which others may wait for
		c.fullText(ctx, f, cur == watcher.Cursor{}, &b)
	}
	return b, err
}

// fetch is Fetch but for the articles behind items. A large document keeps its place.
func (c *Client) fetch(ctx context.Context, f watcher.Feed, cur watcher.Cursor) (_ watcher.Batch, large bool, _ error) {
	res, s, err := c.get(ctx, f, cur)
	if err != nil {
		return watcher.Batch{}, false, err
	}
	large = len(s.places) > 1
	switch {
	case len(s.places) == 0: // nobody waits for it, but what it becomes is larger
		c.desk.parse <- struct{}{}
		s.places = append(s.places, c.desk.parse)
		defer s.leave()
	case c.Holds && (!f.FullText || len(s.places) > 1):
		c.desk.keep(f.ID, s.leave)
	default:
		defer s.leave()
	}
	now := time.Now()
	b := watcher.Batch{Cursor: cur, Hints: hints(res.Header, now), MovedTo: res.MovedTo}
	if res.Status == http.StatusNotModified {
		b.Unchanged = true
		return b, large, nil
	}
	sum := sha256.Sum256(res.Body)
	hash := hex.EncodeToString(sum[:])
	if !res.Cut {
		b.Cursor = watcher.Cursor{
			URL: res.URL, BodyHash: hash,
			ETag: validator(res.Header, "ETag"), LastModified: validator(res.Header, "Last-Modified"),
		}
		if hash == cur.BodyHash {
			b.Unchanged = true
			return b, large, nil
		}
	}
	size, body := len(res.Body), res.Body
	res.Body = nil // free to go once it is text
	d, err := Parse(body, Hints{URL: res.URL, Header: res.Header, Encoding: f.Encoding, Language: f.Language, limit: int(c.options.MaxBody)})
	if err != nil {
		return watcher.Batch{}, false, res.explain(err)
	}
	items, lost := d.convert(f, now)
	b.Items, b.Notes, b.Hub = items, append(d.Notes, lost...), d.Hub
	b.Hints.Every, b.Hints.SkipHours, b.Hints.SkipDays = d.Hints.Every, d.Hints.SkipHours, d.Hints.SkipDays
	if res.Cut || d.Partial {
		if len(b.Items) == 0 {
			return watcher.Batch{}, false, fmt.Errorf("the answer ends early, after %d bytes and no whole item", size)
		}
		b.Cursor, b.Partial = watcher.Cursor{URL: res.URL}, true
	}
	if res.Cut {
		b.Notes = append(b.Notes, fmt.Sprintf("the connection ended early, after %d bytes", size))
	}
	c.log.DebugContext(ctx, "feed fetched", "feed", f.ID, "bytes", size, "items", len(b.Items))
	return b, large, nil
}

// Done says that the batch of a feed's last Fetch is not in use any more.
func (c *Client) Done(id watcher.FeedID) { c.desk.keep(id, nil) }

// hints are what the headers of an answer say.
func hints(h http.Header, now time.Time) watcher.Hints {
	return watcher.Hints{
		Wait:       cacheWait(h, now),
		Validators: validator(h, "ETag") != "" || validator(h, "Last-Modified") != "",
	}
}

// validator returns a header that is sent back byte for byte next time.
func validator(h http.Header, name string) string {
	if v := h.Get(name); len(v) <= maxValidator {
		return v
	}
	return ""
}

// explain adds to an error where a redirect led, since login and error pages are mostly
// reached by one.
func (r *Response) explain(err error) error {
	if r.redirected && errors.Is(err, ErrNotFeed) {
		return fmt.Errorf("%w (redirected to %s)", err, place(r.URL))
	}
	return err
}
