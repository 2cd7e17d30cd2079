package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxReason is how much of an answer's text is read to say why something was refused.
const maxReason = 300

// Post sends a form to an address that feed f named, such as its hub, with the care of a
// fetch: no private address unless the feed may live there, one request at a time to a
// host, and bounded in time. Of redirects it follows 307 and 308, which keep a form a
// form. Any other answer than 2xx is an error in words, a *[watcher.RetryError] on 429
// and 503.
func (c *Client) Post(ctx context.Context, f watcher.Feed, address string, form url.Values) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("the address cannot be read")
	}
	u.User = nil
	// A hub is named by the feed, so it may be where the feed may be, but not lead there.
	h := hop{
		url: u, private: f.Private || c.options.AllowPrivateAddresses,
		want: want{guarded: !c.options.AllowPrivateAddresses},
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	for range maxRedirects + 1 {
		if err := c.allowed(h); err != nil {
			return fmt.Errorf("post to %s: %w", place(h.url.String()), err)
		}
		next, err := c.postOnce(ctx, h, form)
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer in time: %w", err)
		}
		if err != nil {
			return fmt.Errorf("post to %s: %w", place(h.url.String()), err)
		}
		if next == nil {
			return nil
		}
		h = h.follow(next)
	}
	return fmt.Errorf("post to %s: more than %d redirects", place(address), maxRedirects)
}

// postOnce makes one request and returns where it is to be repeated, or nil.
func (c *Client) postOnce(ctx context.Context, h hop, form url.Values) (*url.URL, error) {
	leave, err := c.gates.enter(ctx, h.url.Host, c.Patience)
	if err != nil {
		return nil, err
	}
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, errors.New("the address cannot be read")
	}
	req.Header.Set("User-Agent", c.options.UserAgent)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client, err := c.client(h) // what a feed's publisher asked us to show is not for its hub
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, bare(err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode/100 == 2:
		return nil, nil
	case resp.StatusCode == http.StatusTemporaryRedirect, resp.StatusCode == http.StatusPermanentRedirect:
		next, err := h.url.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, fmt.Errorf("HTTP %s without a place to go", resp.Status)
		}
		return next, nil
	case resp.StatusCode/100 == 3:
		return nil, fmt.Errorf("HTTP %d %s: only 307 and 308 lead a form on", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	return nil, refusal(resp, time.Now())
}

// refusal adds to an answer's status the reason that its text gives.
func refusal(resp *http.Response, now time.Time) error {
	err := fmt.Errorf("HTTP %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxReason)) // what came is enough
	if why := line(fold(string(text))); why != "" && !strings.HasPrefix(why, "<") {
		err = fmt.Errorf("%w: %s", err, why)
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
		return &watcher.RetryError{After: retryAfter(resp.Header, now), Err: err}
	}
	return err
}

// Read reads a document that was sent to us instead of fetched, as Fetch does one. The
// document is of the address given; of its headers only those that say how to read the
// body are believed. It waits for its place among the documents that are fetched.
func (c *Client) Read(ctx context.Context, f watcher.Feed, address string, h http.Header, body []byte) (watcher.Batch, error) {
	said := http.Header{}
	for _, name := range []string{"Content-Type", "Content-Encoding"} {
		if v, ok := h[name]; ok {
			said[name] = v
		}
	}
	resp := &http.Response{Header: said, Body: io.NopCloser(bytes.NewReader(body))}
	_, s := c.desk.sit(ctx, c.options.Timeout)
	defer s.leave()
	text, err := readBody(resp, int64(c.options.MaxBody), s)
	cut := errors.Is(err, errCut)
	if err != nil && !cut {
		return watcher.Batch{}, err
	}
	if len(s.places) == 0 {
		c.desk.parse <- struct{}{}
		s.places = append(s.places, c.desk.parse)
	}
	d, err := Parse(text, Hints{URL: address, Header: said, Encoding: f.Encoding, Language: f.Language, limit: int(c.options.MaxBody)})
	if err != nil {
		return watcher.Batch{}, err
	}
	return watcher.Batch{Items: d.Convert(f, time.Now()), Notes: d.Notes, Partial: cut || d.Partial}, nil
}
