package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// reason is an error of a feed without the address that the table has already.
func reason(err error) string {
	s := err.Error()
	if rest, ok := strings.CutPrefix(s, "get "); ok {
		if _, after, ok := strings.Cut(rest, ": "); ok {
			s = after
		}
	}
	return s
}

// cure says in words what an operator can do about a feed that cannot be read.
func cure(err error, address string) string {
	if status, ok := errors.AsType[*feed.StatusError](err); ok {
		return statusCure(status.Code, address)
	}
	host := hostOf(address)
	switch {
	case errors.Is(err, watcher.ErrGone):
		return "the publisher has ended this feed: take it out of the file, or look for its heir: " + discover(address)
	case errors.Is(err, feed.ErrNotFeed) && strings.Contains(err.Error(), "login page"):
		return "the publisher wants to know who reads: ask it for access, or for an open address"
	case errors.Is(err, feed.ErrNotFeed):
		return "there is no feed at this address; try: " + discover(address)
	case errors.Is(err, feed.ErrPrivate):
		return "do so only for a feed of your own network"
	case errors.Is(err, watcher.ErrBusy):
		return "other feeds of this host took too long; check this one by its name"
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return "the publisher is slow or drops what we send: try again later, or raise fetch.timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + " answers, but nothing listens there: is the port right?"
	case errors.Is(err, syscall.ECONNRESET):
		return host + " hangs up: it may refuse programs or your network; try again later, or set fetch.user_agent"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "no name server knows " + host + ": is the name right, and does this machine reach a name server?"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate of " + host + " does not hold: tell the publisher, and check this machine's clock and ca-certificates"
	}
	switch s := err.Error(); {
	case strings.Contains(s, "certificate"):
		return "tell the publisher of " + host + ", and check this machine's clock and ca-certificates"
	case strings.Contains(s, "redirects"):
		return "the publisher sends in a circle; try: " + discover(address)
	case strings.Contains(s, "ends early"):
		return "the publisher sent only a part: try again later"
	case strings.Contains(s, "larger") || strings.Contains(s, "more than"):
		return "the document is larger than fetch.max_body, or than a feed may be; ask the publisher for a shorter one"
	}
	return "look at it with: sanctionwatch feeds parse " + quoteArg(feed.Place(address))
}

func statusCure(code int, address string) string {
	switch code {
	case http.StatusNotFound:
		return "the address is wrong or the feed has moved; try: " + discover(address)
	case http.StatusGone:
		return "the publisher has ended this feed; try: " + discover(address)
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		return "the publisher wants to know who reads: see docs/feeds.md, Feeds that ask who you are"
	case http.StatusForbidden, http.StatusNotAcceptable, http.StatusUnavailableForLegalReasons:
		return "the publisher refuses us: it may block programs or your country; ask it, or set fetch.user_agent to a name with your address"
	case http.StatusTooManyRequests:
		return "the publisher has had enough for now: wait, and give the feed a slower schedule"
	}
	if code >= http.StatusInternalServerError {
		return "the publisher has trouble of its own: it is asked again, ever less often, until it answers"
	}
	return "the publisher does not take our request; try: " + discover(address)
}

// discover is the command that looks for feeds at the host of an address.
func discover(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "sanctionwatch feeds discover ADDRESS"
	}
	return fmt.Sprintf("sanctionwatch feeds discover %s://%s/", u.Scheme, u.Host)
}

func timedOut(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

// quoteArg makes an address safe to copy into a shell.
func quoteArg(s string) string {
	if strings.ContainsAny(s, "'&?;|<>()$`\\\"* ") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
