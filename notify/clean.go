package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one letter keeps: enough for Vietnamese and
// Thai, too few to paint over the lines above.
const maxMarks = 4

// Clean returns s as one line of at most limit characters that shows what it says:
// white space becomes single spaces, and control, bidirectional, zero-width and other
// invisible characters go. A cut is marked with an ellipsis.
func Clean(s string, limit int) string {
	c := cleaner{limit: limit + 1}
	c.add(s)
	return cut(strings.TrimSpace(c.b.String()), limit)
}

// A cleaner cleans a text that comes in pieces. It stops at limit characters, so that
// its work is bounded however long the text is.
type cleaner struct {
	b     strings.Builder
	limit int
	n     int  // characters written
	marks int  // combining marks since the last letter
	space bool // white space is due before the next character
}

// add cleans a piece and returns what it became.
func (c *cleaner) add(s string) string {
	from := c.b.Len()
	for _, r := range s {
		if c.n >= c.limit {
			break
		}
		switch {
		case unicode.IsSpace(r) || unicode.In(r, unicode.Zl, unicode.Zp):
			c.space = true
			continue
		case invisible(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if c.marks++; c.marks > maxMarks || c.n == 0 {
				continue
			}
		default:
			c.marks = 0
		}
		if c.space && c.n > 0 {
			c.b.WriteByte(' ')
			c.n++
		}
		c.space = false
		c.b.WriteRune(r)
		c.n++
	}
	return c.b.String()[from:]
}

// invisible reports whether a reader cannot see r, or r moves what they see: controls,
// every format character (bidi, zero width, soft hyphen, tags), fillers and the
// supplementary variation selectors, which can carry hidden text.
func invisible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs):
		return true
	case r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0: // Hangul fillers
		return true
	case r == 0x034f || r == 0x17b4 || r == 0x17b5 || r == 0x2800: // joiner, Khmer vowels, blank Braille
		return true
	case r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return r&0xfffe == 0xfffe // noncharacters
}

// cut returns the first limit characters of s, the last of them an ellipsis if any
// are missing, never between a letter and its marks.
func cut(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	end, n := 0, 0
	for i, r := range s {
		if n == limit {
			break
		}
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			end = i // before the last letter that may not fit with its marks
		}
		n++
	}
	return strings.TrimRight(s[:end], " ") + "…"
}
