package feed

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// Canonical returns the identity of a link: two links with the same one lead to the same
// page. It folds scheme, "www." and the case of the host, drops default ports, fragments,
// tracking parameters, AMP forms and a trailing slash, and sorts the query. It is no
// address to open. For something that is no http or https link it is "".
func Canonical(rawurl string) string {
	u := parseLink(rawurl)
	if u == nil {
		return ""
	}
	u = unAMP(u)
	q := query(u.RawQuery)
	slices.Sort(q)
	fragment := ""
	if strings.HasPrefix(u.Fragment, "!") { // an old way to address a page
		fragment = "#" + u.Fragment
	}
	link := "https://" + canonicalHost(u) + canonicalPath(u)
	if len(q) > 0 {
		link += "?" + strings.Join(q, "&")
	}
	return link + fragment
}

// Clean returns the link that a reader gets: the same address without tracking
// parameters. What is no http or https link stays as it is.
func Clean(rawurl string) string {
	u := parseLink(rawurl)
	if u == nil {
		return strings.TrimSpace(rawurl)
	}
	u.User = nil
	u.RawQuery = strings.Join(query(u.RawQuery), "&")
	u.ForceQuery = false
	if name, _, _ := strings.Cut(u.Fragment, "="); tracking(name, "") {
		u.Fragment, u.RawFragment = "", ""
	}
	return u.String()
}

func parseLink(rawurl string) *url.URL {
	u, err := parseRef(rawurl)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return nil
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}

func canonicalHost(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	for _, p := range []string{"www.", "amp."} {
		if h, ok := strings.CutPrefix(host, p); ok && strings.Contains(h, ".") {
			host = h
		}
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch u.Port() {
	case "", "80", "443":
		return host
	}
	return host + ":" + u.Port()
}

// canonicalPath writes the path with one kind of escaping and without AMP and slash.
func canonicalPath(u *url.URL) string {
	p := u.EscapedPath()
	if !strings.Contains(strings.ToUpper(p), "%2F") {
		p = (&url.URL{Path: u.Path}).EscapedPath()
	}
	p = strings.TrimRight(p, "/")
	if rest, ok := strings.CutPrefix(p, "/amp/"); ok {
		p = "/" + rest
	}
	for _, s := range []string{"/amp", ".amp", ".amp.html"} {
		if rest, ok := strings.CutSuffix(p, s); ok {
			p = rest
			if s == ".amp.html" {
				p += ".html"
			}
			break
		}
	}
	return strings.TrimRight(p, "/")
}

// unAMP returns the publisher's address of a page in an AMP cache.
func unAMP(u *url.URL) *url.URL {
	host, path := strings.ToLower(u.Hostname()), u.EscapedPath()
	var rest string
	var ok bool
	switch {
	case strings.HasSuffix(host, ".cdn.ampproject.org"):
		for _, p := range []string{"/c/", "/v/", "/a/"} {
			if rest, ok = strings.CutPrefix(path, p); ok {
				break
			}
		}
	case host == "www.google.com" || host == "google.com":
		rest, ok = strings.CutPrefix(path, "/amp/")
	}
	if !ok {
		return u
	}
	scheme := "http://"
	if secure, found := strings.CutPrefix(rest, "s/"); found {
		scheme, rest = "https://", secure
	}
	if inner := parseLink(scheme + rest); inner != nil && strings.Contains(inner.Hostname(), ".") {
		inner.RawQuery = u.RawQuery
		return inner
	}
	return u
}

// query returns the parameters of a query that are not for tracking, in their order.
func query(raw string) []string {
	var kept []string
	for p := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(p, "=")
		if n, err := url.QueryUnescape(name); err == nil {
			name = n
		}
		if p != "" && !tracking(name, value) {
			kept = append(kept, p)
		}
	}
	return kept
}

// tracking reports whether a parameter only says how the reader came to the page. Names
// that some site may use for its pages count only with a telling value: two items that
// are wrongly told apart are joined as a story later, two that are wrongly one are lost.
func tracking(name, value string) bool {
	name = strings.ToLower(name)
	for _, p := range []string{"utm_", "ns_", "at_", "pk_", "mtm_", "_hs", "oly_", "vero_", "hsa_", "guce_", "itm_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "yclid", "ymclid", "ysclid", "msclkid",
		"twclid", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "cmpid", "cmp", "ocid", "ito", "smid",
		"smtyp", "xtor", "ncid", "ref_src", "ref_url", "referrer", "referer", "wt_mc", "wt.mc_id", "wtmc",
		"guccounter", "sr_share", "soc_src", "soc_trk", "tpcc", "mbid", "sref", "traffic_source", "emc",
		"_openstat", "rb_clickid", "trk", "icid", "intcmp", "cvid", "share_source", "outputtype":
		return true
	case "amp":
		return value == "" || value == "1" || value == "true"
	case "ref", "source", "src", "from", "feed", "partner", "via", "rss", "format", "mod":
		return telling(strings.ToLower(value))
	}
	return false
}

func telling(value string) bool {
	for _, v := range []string{"rss", "feed", "atom", "newsletter", "twitter", "facebook", "telegram", "social"} {
		if strings.Contains(value, v) {
			return true
		}
	}
	return value == "amp" || value == "tg" || value == "fb" || value == "tw"
}
