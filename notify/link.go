package notify

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxURL is the longest address that is shown; a longer one would not open when cut.
const maxURL = 2048

// link returns an address that is safe to print in any markup, all ASCII, and its host
// for readers; both are empty unless it is http or https.
func link(raw string) (address, host string) {
	if len(raw) > maxURL {
		return "", ""
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return "", ""
	}
	name := strings.ToLower(u.Hostname())
	if !strings.Contains(name, ":") { // not an IPv6 address
		if name, err = idna.Lookup.ToASCII(name); err != nil {
			return "", ""
		}
		if p := u.Port(); p != "" {
			u.Host = name + ":" + p
		} else {
			u.Host = name
		}
	}
	u.User = nil // https://bank.example@evil.example shows the wrong host first
	address = escape(u.String())
	if len(address) > maxURL {
		return "", ""
	}
	return address, strings.TrimPrefix(readable(name), "www.")
}

// escape percent-encodes what url.URL leaves alone in queries and fragments.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"|\\^`{}'", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// readable returns a host in its own letters, unless they could pass for others: a
// label in a script that looks like Latin stays in its xn-- form where Latin stands
// beside it or the name ends in a Latin label.
func readable(host string) string {
	name, err := idna.Display.ToUnicode(host)
	if err != nil {
		return host
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	for label := range strings.SplitSeq(name, ".") {
		if has(label, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee) &&
			(has(label, unicode.Latin) || has(last, unicode.Latin)) {
			return host
		}
	}
	return Clean(name, 255)
}

func has(s string, scripts ...*unicode.RangeTable) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, scripts...) })
}
