package feed

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed/article"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed/robots"
)

// maxArticle bounds the page of an article, in bytes.
const maxArticle = 5 << 20

// How long a publisher's robots.txt is believed, when one that cannot be read is asked for
// again, and how long that may take.
const (
	robotsKept = 24 * time.Hour
	robotsAway = 10 * time.Minute
	robotsTime = 10 * time.Second
)

var (
	errNoPage    = errors.New("not a page of HTML")
	errRedirects = fmt.Errorf("more than %d redirects", maxRedirects)
	errForbidden = errors.New("refused by robots.txt")
	errAway      = errors.New("put off, since robots.txt could not be read")
)

// A robotsFile is what a publisher's robots.txt says.
type robotsFile struct {
	rules *robots.Rules // nil for one that could not be read
	until time.Time
}

// readArticle returns the text of the article that a hop leads to, and where it was.
func (c *Client) readArticle(ctx context.Context, h hop, language string) (text string, at *url.URL, err error) {
	timed, s := c.desk.sit(ctx, articleTime)
	defer s.leave()
	res, err := c.page(timed, h, s, c.welcome)
	if why := context.Cause(timed); err != nil && why != nil && ctx.Err() == nil {
		err = why
	}
	if err != nil {
		return "", nil, err
	}
	s.stop()
	if len(s.places) == 0 {
		c.desk.parse <- struct{}{}
		s.places = append(s.places, c.desk.parse)
	}
	if at, err = url.Parse(res.URL); err != nil {
		return "", nil, err
	}
	if res.Cut {
		return "", at, errCut
	}
	page, _, err := decode(res.Body, Hints{URL: res.URL, Header: labelled(res), Language: language, limit: maxArticle})
	if err != nil {
		return "", at, err
	}
	found, err := article.Text(page)
	if err != nil {
		return "", at, err
	}
	return cutWords(PlainText(found), maxBody), at, nil
}

// page asks for what a link leads to, from redirect to redirect, each of which check may
// forbid. Unlike a fetch it leaves a host after each request: a check may have to ask it.
func (c *Client) page(ctx context.Context, h hop, s *seat, check func(context.Context, hop) error) (*Response, error) {
	for n := 0; ; n++ {
		if err := c.allowed(h); err != nil {
			return nil, err
		}
		if err := check(ctx, h); err != nil {
			return nil, err
		}
		res, next, err := c.visit(ctx, h, s)
		switch {
		case err != nil:
			return nil, err
		case next == nil:
			return res, nil
		case n == maxRedirects:
			return nil, errRedirects
		}
		h = h.follow(next)
	}
}

// visit makes one request when it is its turn.
func (c *Client) visit(ctx context.Context, h hop, s *seat) (*Response, *url.URL, error) {
	leave, err := c.gates.enter(ctx, h.url.Host, 0)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	return c.do(ctx, h, s)
}

// welcome refuses what the publisher's robots.txt does not want us to read.
func (c *Client) welcome(ctx context.Context, h hop) error {
	key := h.robotsKey()
	file, ok := c.robots.get(key)
	if !ok || time.Now().After(file.until) {
		file = c.askRobots(ctx, h)
		if err := ctx.Err(); err != nil {
			return err
		}
		weight := 100
		if file.rules != nil {
			weight += file.rules.Size()
		}
		c.robots.put(key, file, weight)
	}
	switch {
	case file.rules == nil:
		return errAway
	case !file.rules.Allow(h.url):
		return errForbidden
	}
	return nil
}

// robotsKey tells the files of robots.txt apart: by publisher, and by how it is reached.
func (h hop) robotsKey() string {
	key := fmt.Sprint(origin(h.url), h.private)
	if h.reach.home(h.url) {
		key += fmt.Sprintf("%p", h.reach)
	}
	return key
}

// askRobots reads the robots.txt that a hop's address is under. A publisher without one
// allows all, one that does not answer nothing for now (RFC 9309, 2.3.1).
func (c *Client) askRobots(ctx context.Context, h hop) robotsFile {
	ctx, s := c.desk.sit(ctx, robotsTime)
	defer s.leave()
	h.url = &url.URL{Scheme: h.url.Scheme, Host: h.url.Host, Path: "/robots.txt"}
	h.want = want{accept: "text/plain, */*;q=0.1", most: robots.MaxBytes, part: true, guarded: h.want.guarded}
	res, err := c.page(ctx, h, s, func(context.Context, hop) error { return nil })
	now := time.Now()
	answer, answered := errors.AsType[*StatusError](err)
	_, private := errors.AsType[*privateError](err)
	switch {
	case private: // said of the article too, in words that tell why
		return robotsFile{&robots.Rules{}, now}
	case err == nil:
		return robotsFile{robots.Parse(string(res.Body), h.agent(c.options.UserAgent)), now.Add(robotsKept)}
	case answered && answer.Code/100 == 4 && answer.Code != http.StatusTooManyRequests,
		errors.Is(err, watcher.ErrGone), errors.Is(err, errRedirects):
		return robotsFile{&robots.Rules{}, now.Add(robotsKept)}
	}
	return robotsFile{nil, now.Add(robotsAway)}
}

// agent is the name that a hop's publisher knows us by: ours, or one agreed with it.
func (h hop) agent(ours string) string {
	if !h.reach.home(h.url) {
		return ours
	}
	for name, value := range h.reach.access.Headers {
		if http.CanonicalHeaderKey(name) == "User-Agent" {
			return value
		}
	}
	return ours
}

// isPage reports whether an answer says that it is HTML.
func isPage(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "text/html" || kind == "application/xhtml+xml"
}

var metaCharsetRE = regexp.MustCompile(`(?i)<meta\s[^>]*?charset\s*=\s*["']?\s*([a-z0-9._:\-]+)`)

// labelled is the header of a page with the charset that the page itself names, where the
// header names none.
func labelled(res *Response) http.Header {
	if headerLabel(Hints{Header: res.Header}) != "" {
		return res.Header
	}
	m := metaCharsetRE.FindSubmatch(res.Body[:min(len(res.Body), prologWindow)])
	if m == nil {
		return res.Header
	}
	h := res.Header.Clone()
	h.Set("Content-Type", "text/html; charset="+string(m[1]))
	return h
}
