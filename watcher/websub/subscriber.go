package websub

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Path is where a Subscriber is mounted; the token of a subscription follows it.
const Path = "/websub/"

// A Store remembers subscriptions, and what hubs need to know of feeds.
type Store interface {
	// Subscriptions returns all, ended ones included.
	Subscriptions(ctx context.Context) ([]Subscription, error)
	// Subscription returns the one with a token, or an error that wraps watcher.ErrNotFound.
	Subscription(ctx context.Context, token string) (Subscription, error)
	// Add saves a new one.
	Add(ctx context.Context, s Subscription) error
	// Change changes the one with a token as fn says, while nobody else changes it. If fn
	// fails nothing is changed, and its error is returned.
	Change(ctx context.Context, token string, fn func(*Subscription) error) error
	// Forget forgets the ended ones that were asked for, and whose lease ended, before a time.
	Forget(ctx context.Context, before time.Time) error
	// Hubs returns the hubs that feeds name.
	Hubs(ctx context.Context) (map[watcher.FeedID]watcher.Hub, error)
	// Baselined reports whether a feed's first poll is over.
	Baselined(ctx context.Context, id watcher.FeedID) (bool, error)
	// Announce makes a feed due at once, as far as its floor allows.
	Announce(ctx context.Context, id watcher.FeedID) error
}

// A Client speaks to hubs, and reads what they send.
type Client interface {
	// Post sends a form to an address that a feed names; any answer but 2xx is an error.
	Post(ctx context.Context, f watcher.Feed, address string, form url.Values) error
	// Read reads a document that was sent to us; address is whose it is.
	Read(ctx context.Context, f watcher.Feed, address string, h http.Header, body []byte) (watcher.Batch, error)
}

// A Line takes items. It is the watcher.Watcher.
type Line interface {
	Plan() *watcher.Plan
	Take(ctx context.Context, f watcher.Feed, items []watcher.Item, baseline bool) (watcher.Tally, error)
}

// Options are what a Subscriber needs to know of its place.
type Options struct {
	// PublicURL is where the Internet reaches our web server; without one nothing is
	// subscribed to.
	PublicURL string
	// MaxBody bounds what a hub may send at once, in bytes.
	MaxBody int64
}

// A Subscriber keeps the subscriptions of all feeds. New is the only door.
type Subscriber struct {
	options Options
	store   Store
	client  Client
	line    Line
	pushes  *prometheus.CounterVec
	room    chan struct{} // a place for each push that is read at once
	log     *slog.Logger
}

// atOnce is how many pushes are read at once: each may hold a whole document in memory.
const atOnce = 2

// New returns a subscriber whose metrics are registered with r.
func New(o Options, s Store, c Client, l Line, r prometheus.Registerer, log *slog.Logger) *Subscriber {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	u := &Subscriber{options: o, store: s, client: c, line: l, room: make(chan struct{}, atOnce), log: log}
	u.pushes = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "sanctionwatch_websub_pushes_total",
		Help: "What hubs sent, by outcome: taken, polled, bad_signature, unwanted, too_large, cut, busy, failed, ended.",
	}, []string{"outcome"})
	r.MustRegister(u.pushes)
	return u
}
