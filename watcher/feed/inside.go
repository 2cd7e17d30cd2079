package feed

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// ErrPrivate is wrapped by the errors of addresses that are refused because they lie in the
// own network.
var ErrPrivate = errors.New("the address is private")

// Is makes the error one of ErrPrivate.
func (e *privateError) Is(target error) bool { return target == ErrPrivate }

// Inside reports whether an address is plainly one of the own network: figures of a
// private range, or a name that the open Internet has not. It asks no name server; what a
// name leads to is judged when it is connected to.
func Inside(rawurl string) bool {
	u, err := url.Parse(rawurl)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		return isPrivate(a)
	}
	if host != "" && !strings.Contains(host, ".") {
		return true
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}

// SameFeed returns the identity of a feed's address: two addresses with the same one are
// one feed. It folds what [Canonical] folds in host and path, and keeps the whole query but
// for the marks of campaigns: there many sites say which feed is meant.
func SameFeed(rawurl string) string {
	u := parseLink(rawurl)
	if u == nil {
		return rawurl
	}
	raw := u.RawQuery
	u.RawQuery, u.Fragment, u.User = "", "", nil
	id := Canonical(u.String())
	if kept := feedQuery(raw); kept != "" {
		id += "?" + kept
	}
	return id
}

// feedQuery is a query in one order, without the marks of campaigns.
func feedQuery(raw string) string {
	var kept []string
	for p := range strings.SplitSeq(raw, "&") {
		if p != "" && !strings.HasPrefix(strings.ToLower(p), "utm_") {
			kept = append(kept, p)
		}
	}
	slices.Sort(kept)
	return strings.Join(kept, "&")
}

// Place is an address for people: without user info and query, where secrets live.
func Place(rawurl string) string { return place(rawurl) }
