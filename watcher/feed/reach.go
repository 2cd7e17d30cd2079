package feed

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A reach is the access of one feed in use.
type reach struct {
	access Access
	origin string // of the access's home
	own    *ways  // nil where the ways of all feeds will do
}

// Use puts how feeds are reached in use, at the start and at every reload. Feeds that are
// not named are reached like any other. Connections of a feed whose certificates are
// others than before are closed, those of the rest are kept.
func (c *Client) Use(access map[watcher.FeedID]Access) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := make(map[watcher.FeedID]*reach, len(access))
	for id, a := range access {
		if a.IsZero() {
			continue
		}
		was := c.reaches[id]
		next[id] = c.reach(a, was)
		if was == nil || !reflect.DeepEqual(was.access, a) {
			c.warn(id, a)
		}
	}
	for id, was := range c.reaches {
		if was.own != nil && (next[id] == nil || next[id].own != was.own) {
			was.own.close()
		}
	}
	c.reaches = next
}

// warn names the secret files that other users of the machine can read.
func (c *Client) warn(id watcher.FeedID, a Access) {
	for _, file := range a.secretFiles() {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o044 != 0 {
			c.log.Warn("others can read a secret file", "feed", id, "file", file,
				"mode", fmt.Sprintf("%04o", info.Mode().Perm()), "cure", "chmod 600")
		}
	}
}

// reach makes an access usable, with the connections that it had if they are the same.
func (c *Client) reach(a Access, was *reach) *reach {
	r := &reach{access: a}
	if u, err := url.Parse(a.Home); err == nil {
		r.origin = origin(u)
	}
	secured := func(a Access) any { return [...]string{a.CAFile, a.CertFile, a.KeyFile} }
	switch {
	case a.CAFile == "" && a.CertFile == "":
	case was != nil && was.own != nil && was.origin == r.origin && reflect.DeepEqual(secured(was.access), secured(a)):
		r.own = was.own
	default:
		r.own = new(c.ways(a))
	}
	return r
}

// ways makes the two ways of an access; of the zero one, those that all feeds share.
func (c *Client) ways(a Access) ways {
	var ca []string
	for _, file := range []string{c.options.CAFile, a.CAFile} {
		if file != "" {
			ca = append(ca, file)
		}
	}
	one := func(private bool) *way {
		return &way{
			options: c.options, ca: ca, certFile: a.CertFile, keyFile: a.KeyFile, log: c.log,
			dial: c.dialers(private),
		}
	}
	return ways{guarded: one(false), open: one(true)}
}

// reachOf returns how a feed is reached, nil for like any other.
func (c *Client) reachOf(id watcher.FeedID) *reach {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.reaches[id]
}

// home reports whether an address is the feed's own.
func (r *reach) home(u *url.URL) bool { return r != nil && origin(u) == r.origin }

// certified reports whether a certificate is shown at an address.
func (r *reach) certified(u *url.URL) bool { return r.home(u) && r.access.CertFile != "" }

// client returns what a request is made with.
func (c *Client) client(h hop) (*http.Client, error) {
	if h.reach.home(h.url) && h.reach.own != nil {
		return h.reach.own.pick(h.private).use()
	}
	return c.shared.pick(h.private).use()
}
