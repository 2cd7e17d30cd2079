// Package robots reads robots.txt (RFC 9309). Read the file that a publisher has with
// [Parse], for the product that we are, then ask the [Rules] with [Rules.Allow] for each
// address. It owns nothing and asks nobody.
package robots

import (
	"net/url"
	"strings"
)

// MaxBytes is how much of a file counts: what RFC 9309, 2.5 asks for at least.
const MaxBytes = 500 << 10

// maxPath bounds the path and query that are compared, in bytes.
const maxPath = 8 << 10

// Rules are what one file says to one product. The zero value allows everything.
type Rules struct{ rules []rule }

// A rule allows or disallows the paths that its pattern is the beginning of.
type rule struct {
	pattern string // normal, with * for anything
	whole   bool   // nothing may follow: the pattern ended in $
	allow   bool
}

// Parse reads a file for a product, such as "sanctionwatch". All groups that name the
// product count together; those that name nobody (*) count where none does. What is no
// line of the format is passed over: a page in place of the file says nothing.
func Parse(text, product string) *Rules {
	text = strings.TrimPrefix(text[:min(len(text), MaxBytes)], "\uFEFF")
	product = strings.ToLower(Product(product))
	var mine, others []rule
	var named, forMe, forAny, open bool // open while a group's user-agent lines go on
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		key, value, ok := field(line)
		if !ok {
			continue
		}
		switch key {
		case "user-agent":
			if !open {
				forMe, forAny, open = false, false, true
			}
			if value == "*" {
				forAny = true
			} else if product != "" && strings.ToLower(Product(value)) == product {
				forMe, named = true, true
			}
		case "allow", "disallow":
			open = false
			r, ok := newRule(value, key == "allow")
			if ok && forMe {
				mine = append(mine, r)
			}
			if ok && forAny {
				others = append(others, r)
			}
		}
	}
	if named {
		return &Rules{mine}
	}
	return &Rules{others}
}

// Product returns the name that a user agent begins with, such as "sanctionwatch" of
// "sanctionwatch/1.2 (+https://example.org)", or "".
func Product(agent string) string {
	agent = strings.TrimSpace(agent)
	end := strings.IndexFunc(agent, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && r != '-' && r != '_'
	})
	if end < 0 {
		return agent
	}
	return agent[:end]
}

// field splits a line into its key, in lower case, and its value, without the comment.
func field(line string) (key, value string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	key, value, ok = strings.Cut(line, ":")
	return strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value), ok
}

// newRule returns the rule of a line; an empty one says nothing.
func newRule(value string, allow bool) (rule, bool) {
	if value == "" || (value[0] != '/' && value[0] != '*') {
		return rule{}, false
	}
	pattern, whole := strings.CutSuffix(value, "$")
	return rule{pattern: normal(pattern), whole: whole, allow: allow}, true
}

// Allow reports whether an address may be asked for: as the longest rule that fits says,
// and of two with one length the one that allows.
func (r *Rules) Allow(u *url.URL) bool {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if path == "/robots.txt" {
		return true
	}
	path = normal(path[:min(len(path), maxPath)])
	longest, allow := -1, true
	for _, x := range r.rules {
		if n := len(x.pattern); n < longest || n == longest && !x.allow || !x.fits(path) {
			continue
		}
		longest, allow = len(x.pattern), x.allow
	}
	return allow
}

// Size is about how many bytes the rules take in memory.
func (r *Rules) Size() int {
	n := 0
	for _, x := range r.rules {
		n += len(x.pattern) + 32
	}
	return n
}

// fits reports whether a path begins as the pattern says. Each part between two * is
// looked for once, from where the one before ended: the first place is as good as any.
func (r rule) fits(path string) bool {
	parts := strings.Split(r.pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return !r.whole || rest == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	if r.whole {
		return strings.HasSuffix(rest, last)
	}
	return strings.Contains(rest, last)
}

const hex = "0123456789ABCDEF"

// normal writes a path so that two spellings of one are equal: what needs no escape is
// unescaped, all else that is not ASCII is escaped, with capital letters (RFC 9309, 2.2.2).
func normal(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			hi, lo := strings.IndexByte(hex, upper(path[i+1])), strings.IndexByte(hex, upper(path[i+2]))
			if hi >= 0 && lo >= 0 {
				i += 2
				if c = byte(hi<<4 | lo); plain(c) {
					b.WriteByte(c)
					continue
				}
				b.WriteString("%" + hex[hi:hi+1] + hex[lo:lo+1])
				continue
			}
		}
		if c <= ' ' || c >= 0x7F {
			b.WriteString("%" + hex[c>>4:c>>4+1] + hex[c&15:c&15+1])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 0x20
	}
	return c
}

// plain reports whether a byte stands for itself everywhere in an address (RFC 3986, 2.3).
func plain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '-' || c == '.' || c == '_' || c == '~'
}
