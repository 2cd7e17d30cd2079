package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// mostTried bounds how many addresses one search asks.
const mostTried = 24

// usualPlaces are where programs that publish put a feed which the page does not name.
var usualPlaces = []string{"/feed", "/rss", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json"}

type feedsDiscoverCmd struct {
	URL     string `arg:"" help:"A page of the outlet, or a feed."`
	JSON    bool   `help:"As JSON lines."`
	Private bool   `help:"Allow an address inside your own network."`
}

// A foundFeed is what a search found.
type foundFeed struct {
	URL        string    `json:"url"`
	Title      string    `json:"title"`
	Kind       string    `json:"kind"`
	Items      int       `json:"items"`
	Newest     time.Time `json:"newest,omitzero"`
	PerDay     float64   `json:"per_day,omitzero"`
	Language   string    `json:"language,omitempty"`
	Validators bool      `json:"validators"`
	Hub        string    `json:"hub,omitempty"`
	Found      string    `json:"found"` // how, in words
}

// Run looks for the feeds of a page.
func (c *feedsDiscoverCmd) Run(a *app) error {
	address, err := c.address()
	if err != nil {
		return err
	}
	client := feed.New(feed.Options{}, a.log)
	defer client.Close()
	s := &search{client: client, private: c.Private, home: hostAndPort(address), asked: map[string]bool{}, progress: newProgress(a.err, "tried", 0)}
	s.run(context.Background(), address)
	s.progress.end()
	if len(s.found) == 0 {
		s.regrets(a, address)
		return errFound
	}
	if c.JSON {
		for _, f := range s.found {
			if err := printJSON(a.out, f); err != nil {
				return err
			}
		}
		return nil
	}
	return s.print(a)
}

// address is what was typed as an address; people leave out https://.
func (c *feedsDiscoverCmd) address() (string, error) {
	s := strings.TrimSpace(c.URL)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("%q is not an address; write one such as https://www.example.org/", c.URL)
	}
	return s, nil
}

func hostAndPort(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// A search asks one address after the other.
type search struct {
	client   *feed.Client
	private  bool
	home     string // host of the page: only there may an address be private
	asked    map[string]bool
	found    []foundFeed
	tried    []attempt
	progress *progress
}

// An attempt is an address that was asked in vain.
type attempt struct{ url, outcome string }

// run tries the address, then what the page there names, then the usual places.
func (s *search) run(ctx context.Context, address string) {
	page, err := s.try(ctx, address, "the address itself")
	if len(s.found) > 0 || hopeless(err) {
		return
	}
	at := address
	if page != nil {
		at = page.URL
		s.follow(ctx, page, 1)
	}
	if len(s.found) > 0 {
		return
	}
	root, err := url.Parse(at)
	if err != nil {
		return
	}
	for _, place := range usualPlaces {
		next := url.URL{Scheme: root.Scheme, Host: root.Host, Path: place}
		if _, err := s.try(ctx, next.String(), "a usual place"); len(s.found) > 0 || hopeless(err) {
			return
		}
	}
}

// follow tries the links of a page. A page of feeds that the first one names is looked at
// too, if the first page led to nothing else.
func (s *search) follow(ctx context.Context, page *feed.Response, deeper int) {
	var pages []*feed.Response
	for _, l := range feed.Links(page.Body, feed.Hints{URL: page.URL, Header: page.Header}) {
		how := "a link in the page"
		if l.Declared {
			how = "named by the page"
		}
		other, err := s.try(ctx, l.URL, how)
		if hopeless(err) && hostAndPort(l.URL) == hostAndPort(page.URL) {
			return
		}
		if other != nil && hostAndPort(other.URL) == hostAndPort(page.URL) {
			pages = append(pages, other)
		}
	}
	if deeper == 0 || len(s.found) > 0 {
		return
	}
	for _, p := range pages {
		s.follow(ctx, p, deeper-1)
	}
}

// hopeless reports whether an error tells to leave the host alone.
func hopeless(err error) bool {
	if err == nil || errors.Is(err, feed.ErrNotFeed) {
		return false
	}
	if status, ok := errors.AsType[*feed.StatusError](err); ok {
		return status.Code == http.StatusTooManyRequests || status.Code >= http.StatusInternalServerError
	}
	return !errors.Is(err, watcher.ErrGone)
}

// try asks an address. It returns the answer if that is a page and no feed.
func (s *search) try(ctx context.Context, address, how string) (*feed.Response, error) {
	key := strings.TrimSuffix(address, "/")
	if s.asked[key] || len(s.asked) >= mostTried {
		return nil, nil
	}
	s.asked[key] = true
	s.progress.step(address)
	private := s.private && hostAndPort(address) == s.home
	res, err := s.client.Get(ctx, watcher.Feed{ID: "discover", URL: address, Private: private}, watcher.Cursor{})
	if err != nil {
		s.tried = append(s.tried, attempt{address, reason(err)})
		return nil, err
	}
	doc, err := feed.Parse(res.Body, feed.Hints{URL: res.URL, Header: res.Header})
	if err != nil {
		s.tried = append(s.tried, attempt{address, reason(err)})
		return res, err
	}
	s.keep(address, how, res, doc)
	return nil, nil
}

// keep adds a feed that was found, once.
func (s *search) keep(address, how string, res *feed.Response, doc *feed.Document) {
	if res.MovedTo != "" {
		address = res.MovedTo
	}
	items := doc.Convert(watcher.Feed{ID: "discover", URL: address}, time.Now())
	newest, perDay := rate(items)
	f := foundFeed{
		URL: address, Title: doc.Feed.Title, Kind: doc.Kind, Items: len(items), Newest: newest, PerDay: perDay,
		Language: doc.Feed.Language, Hub: doc.Hub.URL, Found: how,
		Validators: res.Header.Get("ETag") != "" || res.Header.Get("Last-Modified") != "",
	}
	same := func(g foundFeed) bool { return feed.SameFeed(g.URL) == feed.SameFeed(f.URL) }
	if !slices.ContainsFunc(s.found, same) {
		s.found = append(s.found, f)
	}
}

// regrets says that nothing was found, and what was tried.
func (s *search) regrets(a *app, address string) {
	fmt.Fprintf(a.err, "no feed found at %s; tried:\n", safe(address))
	t := columns{indent: "  "}
	for _, at := range s.tried {
		t.add(left(at.url), left(at.outcome))
	}
	_ = t.print(a.err) // nothing to do about it
	if len(s.asked) >= mostTried {
		fmt.Fprintf(a.err, "  and no more than %d addresses are tried\n", mostTried)
	}
	fmt.Fprintln(a.err, "Name the page where the outlet lists its feeds, or ask the outlet whether it has one.")
}

// print shows what was found, and the lines that a feed file wants.
func (s *search) print(a *app) error {
	var t columns
	now := time.Now()
	t.heads("TITLE", "KIND", "ITEMS", "NEWEST", "HOW OFTEN", "LANGUAGE", "ASKING", "FOUND", "ADDRESS")
	for _, f := range s.found {
		t.add(left(short(f.Title, 40)), left(f.Kind), right(fmt.Sprint(f.Items)), right(age(f.Newest, now)), right(often(f.PerDay)),
			left(dash(f.Language)), left(f.asking()), left(f.Found), left(f.URL))
	}
	if err := t.print(a.out); err != nil {
		return err
	}
	fmt.Fprintln(a.out, "\nTo watch one, add its line to a feed file:")
	ids := map[string]bool{}
	for _, f := range s.found {
		fmt.Fprintln(a.out, "  - "+config.FeedLine(f.line(ids, s.private && hostAndPort(f.URL) == s.home)))
	}
	return nil
}

// asking is what makes it cheap to ask the feed often.
func (f foundFeed) asking() string {
	words := "no validators"
	if f.Validators {
		words = "validators"
	}
	if f.Hub != "" {
		words += ", hub"
	}
	return words
}

// line is the feed as an entry of a feed file.
func (f foundFeed) line(ids map[string]bool, private bool) watcher.Feed {
	w := watcher.Feed{Name: short(f.Title, 80), URL: f.URL, Language: f.Language, Private: private}
	w.Name = named(w)
	w.ID = watcher.FeedID(config.NewFeedID(w.Name, w.URL, func(id string) bool { return ids[id] }))
	ids[string(w.ID)] = true
	if config.CheckFeed(w) != nil { // a language that is none
		w.Language = ""
	}
	return w
}
