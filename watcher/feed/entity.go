package feed

import (
	"html"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// longestEntity is longer than any named HTML entity, so that a distant ';' does not
// make the search long.
const longestEntity = 40

// unescape resolves the entities of XML and HTML once. An ampersand that starts none is
// text, and so is an HTML entity without its ';': in a link "&copy=3" is a parameter.
func unescape(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		n := entityEnd(s)
		if n == 0 {
			b.WriteByte('&')
			s = s[1:]
		} else {
			b.WriteString(html.UnescapeString(s[:n]))
			s = s[n:]
		}
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// entityEnd returns the length of the entity that s begins with, 0 if it begins with
// none that is known.
func entityEnd(s string) int {
	end := strings.IndexByte(s[:min(len(s), longestEntity)], ';')
	if end < 2 {
		return 0
	}
	for i, c := range []byte(s[1:end]) {
		if !isAlphanumeric(c) && (c != '#' || i > 0) {
			return 0
		}
	}
	whole := html.UnescapeString(s[:end+1])
	if whole == s[:end+1] || whole == html.UnescapeString(s[:end])+";" {
		return 0
	}
	return end + 1
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// sanitize drops what XML does not allow in a document: control characters and the
// non-characters at the end of the first plane. The second row of control characters is
// what is left of windows-1252 punctuation after a wrong conversion, and is read so.
// Bytes that are no UTF-8 become U+FFFD.
func sanitize(s string) string {
	if clean(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case forbidden(r):
			return -1
		case 0x80 <= r && r <= 0x9F:
			if c := charmap.Windows1252.DecodeByte(byte(r)); c != utf8.RuneError {
				return c
			}
		}
		return r
	}, s)
}

func clean(s string) bool {
	for _, r := range s {
		if forbidden(r) || r == utf8.RuneError || 0x80 <= r && r <= 0x9F {
			return false
		}
	}
	return true
}

func forbidden(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// writeCDATA writes text as CDATA, so that markup in it costs no escaping.
func writeCDATA(b *strings.Builder, s string) {
	b.WriteString("<![CDATA[")
	for {
		before, after, found := strings.Cut(s, "]]>")
		b.WriteString(before)
		if !found {
			break
		}
		b.WriteString("]]]]><![CDATA[>")
		s = after
	}
	b.WriteString("]]>")
}

// escape makes text safe inside an attribute.
func escape(s string) string { return html.EscapeString(sanitize(s)) }
