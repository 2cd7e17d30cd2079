package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxRedirects is how many redirects are followed.
const maxRedirects = 5

// accept is what we read, best first.
const accept = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, " +
	"application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"

// A Response is an answer to Get: 200, or 304 without a body.
type Response struct {
	Status  int
	URL     string // after redirects, without user info
	Header  http.Header
	Body    []byte // decoded
	Cut     bool   // the body ended before its announced end
	MovedTo string // the new address, when all redirects were permanent

	redirected bool
}

// A hop is one request of a fetch.
type hop struct {
	url     *url.URL // without user info
	user    *url.Userinfo
	private bool
	reach   *reach // nil for a feed that is reached like any other
	cursor  watcher.Cursor
	want    want
}

// A want is what a request is for.
type want struct {
	accept  string
	most    int64 // bytes of a body
	part    bool  // the beginning of a longer one will do
	html    bool  // nothing but a page
	guarded bool  // only the feed's own address may be private, not where it leads
}

// Get fetches a feed's bytes with the same care as Fetch. It returns an error that wraps
// [watcher.ErrGone] on 410 and a *[watcher.RetryError] on 429 and 503. No error text
// holds user info of an address.
func (c *Client) Get(ctx context.Context, f watcher.Feed, cur watcher.Cursor) (*Response, error) {
	res, s, err := c.get(ctx, f, cur)
	if err != nil {
		return nil, err
	}
	s.leave()
	return res, nil
}

// get is Get for one who keeps what it has of the desk. Without an error leave must be
// called on the seat.
func (c *Client) get(ctx context.Context, f watcher.Feed, cur watcher.Cursor) (*Response, *seat, error) {
	u, err := url.Parse(strings.TrimSpace(f.URL))
	if err != nil {
		return nil, nil, errors.New("get feed: the address cannot be read")
	}
	h := hop{
		url: u, user: u.User, private: f.Private || c.options.AllowPrivateAddresses, reach: c.reachOf(f.ID), cursor: cur,
		want: want{accept: accept, most: int64(c.options.MaxBody)},
	}
	u.User = nil
	if err := c.allowed(h); err != nil {
		return nil, nil, fmt.Errorf("get %s: %w", place(u.String()), err)
	}
	leave, err := c.gates.enter(ctx, u.Host, c.Patience)
	if err != nil {
		return nil, nil, fmt.Errorf("get %s: %w", place(u.String()), err)
	}
	// Waiting for a turn is not the publisher's fault: the time begins here.
	timed, s := c.desk.sit(ctx, c.options.Timeout)
	res, last, err := c.walk(timed, h, leave, s)
	if err == nil {
		s.stop()
		return res, s, nil
	}
	if why := context.Cause(timed); why != nil && ctx.Err() == nil {
		if err = why; errors.Is(why, context.DeadlineExceeded) {
			err = &worded{fmt.Sprintf("no whole answer within %v", c.options.Timeout), why}
		}
	}
	s.leave()
	return nil, nil, fmt.Errorf("get %s: %w", place(last.String()), err)
}

// walk makes the requests of a fetch, from redirect to redirect, and returns the address
// of the last one. leave ends the visit of the first host.
func (c *Client) walk(ctx context.Context, h hop, leave func(), s *seat) (*Response, *url.URL, error) {
	defer func() { leave() }()
	permanent := true
	for n := 0; ; n++ {
		res, next, err := c.do(ctx, h, s)
		switch {
		case err != nil:
			return nil, h.url, err
		case next == nil:
			res.redirected = n > 0
			if n > 0 && permanent {
				res.MovedTo = res.URL
			}
			return res, h.url, nil
		case n == maxRedirects:
			return nil, h.url, fmt.Errorf("more than %d redirects", maxRedirects)
		}
		permanent = permanent && (res.Status == http.StatusMovedPermanently || res.Status == http.StatusPermanentRedirect)
		from := h.url.Host
		h = h.follow(next)
		if err := c.allowed(h); err != nil {
			return nil, h.url, err
		}
		if h.url.Host == from {
			continue // the same visit
		}
		leave()
		if leave, err = c.gates.enter(ctx, h.url.Host, 0); err != nil {
			leave = func() {}
			return nil, h.url, err
		}
	}
}

// follow returns the hop to where a redirect leads. A password goes only to who had it.
func (h hop) follow(next *url.URL) hop {
	if origin(next) != origin(h.url) {
		h.user = nil
		h.private = h.private && !h.want.guarded
	}
	next.User = nil
	next.Fragment = ""
	h.url = next
	return h
}

// allowed refuses addresses that are never fetched. Where a proxy connects for us, an
// address that is written as figures can still be told.
func (c *Client) allowed(h hop) error {
	if h.url.Scheme != "http" && h.url.Scheme != "https" {
		return fmt.Errorf("scheme %q is not http or https", h.url.Scheme)
	}
	if h.url.Hostname() == "" {
		return errors.New("the address has no host")
	}
	if h.private {
		return nil
	}
	return refuseHost(h.url.Hostname())
}

// do makes one request. It returns the answer, or with a redirect where that leads.
func (c *Client) do(ctx context.Context, h hop, s *seat) (*Response, *url.URL, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url.String(), nil)
	if err != nil {
		return nil, nil, errors.New("the address cannot be read")
	}
	conditional, err := h.dress(req, c.options.UserAgent)
	if err != nil {
		return nil, nil, err
	}
	client, err := c.client(h)
	if err != nil {
		return nil, nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, inWords(bare(err), h.reach.certified(h.url), time.Now())
	}
	defer func() { _ = resp.Body.Close() }()
	r := &Response{Status: resp.StatusCode, URL: h.url.String(), Header: resp.Header}
	switch resp.StatusCode {
	case http.StatusOK:
		if h.want.html && !isPage(resp.Header) {
			return nil, nil, errNoPage
		}
		r.Body, err = readBody(resp, h.want.most, s)
		switch {
		case err != nil && ctx.Err() != nil: // our own end, not the publisher's
			return nil, nil, ctx.Err()
		case errors.Is(err, errCut), h.want.part && errors.Is(err, errTooLarge):
			r.Cut, err = true, nil
		}
		return r, nil, err
	case http.StatusNotModified:
		if !conditional {
			return nil, nil, errors.New("HTTP 304 Not Modified to a request without conditions")
		}
		return r, nil, nil
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := h.url.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, nil, fmt.Errorf("HTTP %d %s without a place to go", resp.StatusCode, http.StatusText(resp.StatusCode))
		}
		return r, next, nil
	}
	return nil, nil, h.refused(resp.StatusCode, statusError(resp, time.Now()))
}

// dress sets the headers of a request and reports whether it is conditional. Validators
// go only to the very address that gave them, and what the operator has for the
// publisher only to its own.
func (h hop) dress(req *http.Request, agent string) (bool, error) {
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", h.want.accept)
	req.Header.Set("Accept-Encoding", "gzip, br")
	if h.user != nil {
		password, _ := h.user.Password()
		req.SetBasicAuth(h.user.Username(), password)
	}
	if h.reach.home(h.url) {
		if err := h.reach.access.dress(req); err != nil {
			return false, err
		}
	}
	if h.cursor.URL != h.url.String() {
		return false, nil
	}
	if h.cursor.ETag != "" {
		req.Header.Set("If-None-Match", h.cursor.ETag)
	}
	if h.cursor.LastModified != "" {
		req.Header.Set("If-Modified-Since", h.cursor.LastModified)
	}
	return h.cursor.ETag != "" || h.cursor.LastModified != "", nil
}

// refused adds to an answer's error what to do where the publisher asks who we are.
func (h hop) refused(status int, err error) error {
	switch {
	case status == http.StatusProxyAuthRequired:
		return fmt.Errorf("%w: %s", err, proxyWords)
	case status != http.StatusUnauthorized:
		return err
	case h.reach == nil || !h.reach.access.secret():
		return fmt.Errorf("%w: the publisher asks who you are: give the feed auth", err)
	case !h.reach.home(h.url):
		return fmt.Errorf("%w: what you gave the feed goes only to %s: if it moved, change its url", err, h.reach.origin)
	}
	return fmt.Errorf("%w: the publisher does not take what the files of auth or header_files hold", err)
}

// statusError says what another status than 200 means.
func statusError(resp *http.Response, now time.Time) error {
	err := &StatusError{Code: resp.StatusCode}
	switch resp.StatusCode {
	case http.StatusGone:
		return fmt.Errorf("HTTP 410: %w", watcher.ErrGone)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return &watcher.RetryError{After: retryAfter(resp.Header, now), Err: err}
	}
	return err
}

// bare takes the address off an error of net/http: it may hold what is secret.
func bare(err error) error {
	if private, ok := errors.AsType[*privateError](err); ok {
		return private
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}

// place is an address for people: without user info and query, where secrets live.
func place(rawurl string) string {
	u, err := url.Parse(rawurl)
	if err != nil {
		return "feed"
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}
