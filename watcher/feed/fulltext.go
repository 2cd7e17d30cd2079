package feed

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed/article"
)

// The bounds of reading articles. Together with Options.Timeout they must fit into the
// time that a feed is claimed for.
const (
	mostArticles = 20               // in a poll; the newest
	articlesTime = time.Minute      // for all of them
	articleTime  = 15 * time.Second // for one, redirects and robots.txt included
	mostTries    = 3                // at an article, if it may get better
	longBody     = 2_000            // bytes of a body that is the article itself
)

// What a client remembers of articles, and of robots.txt in bytes.
const (
	keptTries  = 20_000
	keptTexts  = 20_000
	keptRobots = 4 << 20
)

// pageAccept is what we read behind links.
const pageAccept = "text/html, application/xhtml+xml;q=0.9"

// An attempt is what was done about the article of an item in certain words.
type attempt struct {
	tries uint8
	read  bool
}

// spent is for articles that nothing is done about any more.
var spent = attempt{tries: mostTries}

// articles are what a client knows of articles. Its zero value with limits works.
type articles struct {
	seed   maphash.Seed
	tried  halves[uint64, attempt]
	texts  halves[uint64, watcher.ItemID] // whose article a text was, by host
	read   atomic.Int64
	unread atomic.Int64
}

// A Reading is how it went with the articles behind some items.
type Reading struct {
	Asked    int            // articles that were to be read
	Read     int            // that are in the items' bodies
	Troubles map[string]int // the others, by what was in the way, in words
	Away     map[string]int // articles that other hosts answered for, by host

	later int // articles that the next poll asks for again
}

// String says it for people: "3 of 5 articles read; 2 refused by robots.txt".
func (r Reading) String() string {
	if r.Asked == 0 {
		return "no article to read: the feed gives them itself, or no links"
	}
	noun := "articles"
	if r.Asked == 1 {
		noun = "article"
	}
	parts := []string{fmt.Sprintf("%d of %d %s read", r.Read, r.Asked, noun)}
	for _, words := range slices.Sorted(maps.Keys(r.Troubles)) {
		parts = append(parts, strconv.Itoa(r.Troubles[words])+" "+words)
	}
	for _, host := range slices.Sorted(maps.Keys(r.Away)) {
		parts = append(parts, fmt.Sprintf("%d led to another host, %s", r.Away[host], host))
	}
	return strings.Join(parts, "; ")
}

// Articles returns how many articles were read since the start, and how many could not be.
func (c *Client) Articles() (read, unread int64) {
	return c.articles.read.Load(), c.articles.unread.Load()
}

// fullText reads the articles behind the new items of a batch into their bodies, and notes
// what could not be read. On a feed's first poll nothing is left for later: what comes later
// is told as news.
func (c *Client) fullText(ctx context.Context, f watcher.Feed, first bool, b *watcher.Batch) {
	r := Reading{Troubles: map[string]int{}, Away: map[string]int{}}
	unread := c.unread(ctx, b.Items)
	for _, it := range unread[min(len(unread), mostArticles):] {
		c.tell(&r, it, first, errLeft)
	}
	c.readAll(ctx, f, first, unread[:min(len(unread), mostArticles)], &r)
	if r.later > 0 { // the document must be read again, though it may not have changed
		b.Cursor = watcher.Cursor{URL: b.Cursor.URL}
	}
	if r.Read < r.Asked || len(r.Away) > 0 {
		b.Notes = append(b.Notes, "full text: "+r.String())
	}
}

// ReadArticles reads the articles behind items into their bodies, the newest first, in the
// time that a poll has for them.
func (c *Client) ReadArticles(ctx context.Context, f watcher.Feed, items []watcher.Item) Reading {
	r := Reading{Troubles: map[string]int{}, Away: map[string]int{}}
	var all []*watcher.Item
	for i, it := range slices.Backward(items) {
		if wanting(it) {
			all = append(all, &items[i])
		}
	}
	c.readAll(ctx, f, false, all, &r)
	return r
}

// unread returns the items whose articles are to be read, the newest first: those that the
// store does not know in these words, and those of which it may go better than before.
func (c *Client) unread(ctx context.Context, items []watcher.Item) []*watcher.Item {
	var out []*watcher.Item
	var ask []watcher.Item
	var asked []int
	for i, it := range items {
		a, ok := c.articles.tried.get(c.wording(it))
		switch {
		case !wanting(it):
		case ok && !a.read && a.tries < mostTries:
			out = append(out, &items[i])
		case ok && !a.read:
		case c.Known != nil:
			ask, asked = append(ask, it), append(asked, i)
		case !ok:
			out = append(out, &items[i])
		}
	}
	if len(ask) > 0 {
		known, err := c.Known(ctx, ask)
		if err != nil {
			return nil // who records the items says it
		}
		for n, i := range asked {
			if known[n] == watcher.Unknown || known[n] == watcher.Edited {
				out = append(out, &items[i])
				continue
			}
			c.articles.tried.put(c.wording(ask[n]), spent, 1)
		}
	}
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b *watcher.Item) int { return b.When().Compare(a.When()) })
	return out
}

// wanting reports whether there is more to read behind an item than the feed gives.
func wanting(it watcher.Item) bool { return it.URL != "" && len(it.Body) < longBody }

// wording identifies an item in its words: an edited headline mostly has an edited article.
func (c *Client) wording(it watcher.Item) uint64 {
	return maphash.String(c.articles.seed, string(it.ID)+"\x00"+it.Title+"\x00"+it.Lead)
}

// readAll reads articles one by one, until their time is over.
func (c *Client) readAll(ctx context.Context, f watcher.Feed, first bool, items []*watcher.Item, r *Reading) {
	ctx, cancel := context.WithTimeout(ctx, articlesTime)
	defer cancel()
	busy := map[string]bool{} // hosts that asked for patience
	for _, it := range items {
		host := it.Host()
		if ctx.Err() != nil || busy[host] {
			c.tell(r, it, first, errLeft)
			continue
		}
		text, elsewhere, err := c.articleOf(ctx, f, *it)
		if _, patience := errors.AsType[*watcher.RetryError](err); patience {
			busy[host] = true
		}
		if elsewhere != "" {
			r.Away[elsewhere]++
		}
		if err == nil {
			it.Body = text
		}
		c.tell(r, it, first, err)
	}
}

// articleOf returns the text of an item's article, and the host that answered for it if
// that is not the link's.
func (c *Client) articleOf(ctx context.Context, f watcher.Feed, it watcher.Item) (text, elsewhere string, err error) {
	h, err := c.articleHop(f, it)
	if err != nil {
		return "", "", err
	}
	text, at, err := c.readArticle(ctx, h, first(it.Language, f.Language))
	if err != nil && ctx.Err() != nil {
		return "", "", errLeft // the time for all of them is over
	}
	host := it.Host()
	if at != nil {
		if host = strings.TrimPrefix(strings.ToLower(at.Hostname()), "www."); host != it.Host() {
			elsewhere = host
		}
	}
	if err != nil {
		return "", elsewhere, err
	}
	if len(text) <= max(len(it.Lead), len(it.Body)) {
		return "", elsewhere, article.ErrNone
	}
	key := maphash.String(c.articles.seed, host+"\x00"+text)
	if whose, ok := c.articles.texts.get(key); ok && whose != it.ID {
		return "", elsewhere, errSame
	}
	c.articles.texts.put(key, it.ID, 1)
	return text, elsewhere, nil
}

// articleHop is the request for an item's article. What the feed has for its publisher
// goes to its own scheme and host only, and so does leave to be at a private address: the
// links of a feed in the own network may be the words of anyone.
func (c *Client) articleHop(f watcher.Feed, it watcher.Item) (hop, error) {
	u, err := url.Parse(it.URL)
	if err != nil {
		return hop{}, err
	}
	u.User, u.Fragment = nil, ""
	h := hop{url: u, private: c.options.AllowPrivateAddresses, reach: c.reachOf(f.ID), want: want{
		accept: pageAccept, most: min(maxArticle, int64(c.options.MaxBody)), html: true, guarded: !c.options.AllowPrivateAddresses,
	}}
	if home, err := url.Parse(strings.TrimSpace(f.URL)); err == nil && origin(home) == origin(u) {
		h.user, h.private = home.User, h.private || f.Private
	}
	return h, nil
}
