package feed

import (
	"strings"
	"unicode/utf8"
)

// A pieceKind says what a piece of a document is.
type pieceKind int

const (
	pieceText  pieceKind = iota // character data, entities unresolved
	pieceCDATA                  // the inside of a CDATA section
	pieceOpen                   // a start tag, or an empty element
	pieceClose                  // an end tag
	pieceOther                  // a comment, instruction or directive
	pieceCut                    // the document ends in the middle of something
)

// A piece is one part of a document.
type piece struct {
	kind       pieceKind
	name       string // of a tag, with its prefix, as written
	attrs      string // the raw attributes of a start tag
	text       string // of text, a CDATA section or a directive
	empty      bool   // the tag closes itself
	start, end int    // where it is in the document
}

// A scanner splits a document into pieces. Unlike encoding/xml it never gives up: what
// is no markup is text. Its work is linear in the document.
type scanner struct {
	src  string
	pos  int
	ends [2]int // where the next end of a section and of a comment was found
}

// next returns the next piece, or false at the end.
func (s *scanner) next() (piece, bool) {
	if s.pos >= len(s.src) {
		return piece{}, false
	}
	p := s.scan()
	p.start, s.pos = s.pos, p.end
	return p, true
}

func (s *scanner) scan() piece {
	rest := s.src[s.pos:]
	switch {
	case rest[0] != '<':
		return s.textTo(strings.IndexByte(rest, '<'))
	case strings.HasPrefix(rest, "<![CDATA["):
		return s.cdata()
	case strings.HasPrefix(rest, "<!--"):
		return s.comment()
	case strings.HasPrefix(rest, "<?"):
		return s.until(pieceOther, ">", 2)
	case strings.HasPrefix(rest, "<!"):
		return s.directive()
	case len(rest) == 1 || rest == "</":
		return piece{kind: pieceCut, end: len(s.src)}
	case rest[1] == '/' && nameStart(rest[2:]):
		return s.closeTag()
	case nameStart(rest[1:]):
		return s.openTag()
	}
	if i := strings.IndexByte(rest[1:], '<'); i >= 0 {
		return s.textTo(i + 1)
	}
	return s.textTo(-1)
}

// textTo returns the text up to offset n of what remains, all of it if n is negative.
func (s *scanner) textTo(n int) piece {
	end := len(s.src)
	if n >= 0 {
		end = s.pos + n
	}
	return piece{kind: pieceText, text: s.src[s.pos:end], end: end}
}

func (s *scanner) cdata() piece {
	start := s.pos + len(cdataMark)
	end := s.find(&s.ends[0], "]]>", start)
	if end < 0 {
		return piece{kind: pieceCut, text: s.src[start:], end: len(s.src)}
	}
	return piece{kind: pieceCDATA, text: s.src[start:end], end: end + len("]]>")}
}

// comment returns a comment. Of one that has no end only the mark is left out.
func (s *scanner) comment() piece {
	start := s.pos + len("<!--")
	end := s.find(&s.ends[1], "-->", start)
	if end < 0 {
		return piece{kind: pieceOther, text: "<!--", end: start}
	}
	end += len("-->")
	return piece{kind: pieceOther, text: s.src[s.pos:end], end: end}
}

// find returns where a mark is at or behind start, -1 if nowhere. It remembers the place:
// sections that have no end of their own are looked at again and again.
func (s *scanner) find(known *int, mark string, start int) int {
	if *known >= 0 && *known < start {
		*known = -1
		if i := strings.Index(s.src[start:], mark); i >= 0 {
			*known = start + i
		} else {
			*known = len(s.src)
		}
	}
	if *known >= len(s.src) {
		return -1
	}
	return *known
}

// until returns what ends with a mark that is looked for after skip bytes.
func (s *scanner) until(k pieceKind, mark string, skip int) piece {
	i := strings.Index(s.src[s.pos+skip:], mark)
	if i < 0 {
		return piece{kind: pieceCut, end: len(s.src)}
	}
	end := s.pos + skip + i + len(mark)
	return piece{kind: k, text: s.src[s.pos:end], end: end}
}

// directive returns a <!DOCTYPE> with its internal subset, which is never looked at:
// entities that a document defines itself are not expanded.
func (s *scanner) directive() piece {
	rest := s.src[s.pos:]
	end := strings.IndexAny(rest[1:], "<>") + 1
	if end == 0 {
		return piece{kind: pieceCut, end: len(s.src)}
	}
	subset := strings.IndexByte(rest[:end], '[')
	if rest[end] == '>' {
		end++
	}
	short := piece{kind: pieceOther, text: rest[:end], end: s.pos + end}
	if subset < 0 || len(rest) < len("<!doctype") || !strings.EqualFold(rest[:len("<!doctype")], "<!doctype") {
		return short
	}
	for i := subset; i < len(rest); i++ {
		if rest[i] != ']' {
			continue
		}
		after := strings.TrimLeft(rest[i+1:], " \t\r\n")
		if strings.HasPrefix(after, ">") {
			if itemMark(rest[:i]) >= 0 {
				return short // a subset without an end would take the feed with it
			}
			return piece{kind: pieceOther, text: rest[:subset], end: len(s.src) - len(after) + 1}
		}
		i = len(rest) - len(after) - 1
	}
	return short
}

func (s *scanner) closeTag() piece {
	rest := s.src[s.pos+2:]
	n := nameEnd(rest)
	i := strings.IndexAny(rest[n:], "<>")
	if i < 0 {
		return piece{kind: pieceCut, name: rest[:n], end: len(s.src)}
	}
	end := s.pos + 2 + n + i
	if s.src[end] == '>' {
		end++
	}
	return piece{kind: pieceClose, name: rest[:n], end: end}
}

func (s *scanner) openTag() piece {
	rest := s.src[s.pos+1:]
	n := nameEnd(rest)
	end, closed := tagEnd(rest[n:])
	if !closed && n+end == len(rest) {
		return piece{kind: pieceCut, name: rest[:n], end: len(s.src)}
	}
	p := piece{kind: pieceOpen, name: rest[:n], attrs: rest[n : n+end], end: s.pos + 1 + n + end}
	if !closed {
		return p
	}
	p.end++
	if a, ok := strings.CutSuffix(strings.TrimRight(p.attrs, " \t\r\n"), "/"); ok {
		p.attrs, p.empty = a, true
	}
	return p
}

// strayQuote is the length from which a quoted value with markup in it is taken for a
// forgotten quote.
const strayQuote = 1000

// tagEnd returns where the attributes end: at a '>' outside quotes, or without one at
// the next '<' or the end of the document.
func tagEnd(s string) (end int, closed bool) {
	afterEquals := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '>':
			return i, true
		case c == '<':
			return i, false
		case (c == '"' || c == '\'') && afterEquals:
			n := strings.IndexByte(s[i+1:], c)
			if n >= 0 {
				if k := itemMark(s[i+1 : i+1+n]); k >= 0 { // a forgotten quote
					return i + 1 + k, false
				}
			}
			if n < 0 || n > strayQuote && strings.ContainsAny(s[i+1:i+1+n], "<>") {
				gt := strings.IndexByte(s[i+1:], '>')
				if gt < 0 {
					return len(s), false
				}
				if k := itemMark(s[i+1 : i+1+gt]); k >= 0 {
					return i + 1 + k, false
				}
				return i + 1 + gt, true
			}
			i += n + 1
			afterEquals = false
		case c == '=':
			afterEquals = true
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			afterEquals = false
		}
	}
	return len(s), false
}

// attributes calls yield with each attribute of a start tag, its value unescaped.
func attributes(raw string, yield func(name, value string)) {
	for {
		raw = strings.TrimLeft(raw, " \t\r\n/\"'")
		i := strings.IndexAny(raw, "= \t\r\n")
		if i < 0 {
			return
		}
		name := raw[:i]
		raw = strings.TrimLeft(raw[i:], " \t\r\n")
		if !strings.HasPrefix(raw, "=") {
			continue
		}
		raw = strings.TrimLeft(raw[1:], " \t\r\n")
		var value string
		if raw != "" && (raw[0] == '"' || raw[0] == '\'') {
			value, raw, _ = strings.Cut(raw[1:], raw[:1])
		} else if i := strings.IndexAny(raw, " \t\r\n"); i >= 0 {
			value, raw = raw[:i], raw[i:]
		} else {
			value, raw = raw, ""
		}
		yield(name, unescape(value))
	}
}

// attribute returns the value of the first attribute with a name, whatever its case.
func (p piece) attribute(name string) string {
	var found string
	attributes(p.attrs, func(n, v string) {
		if found == "" && strings.EqualFold(n, name) {
			found = strings.TrimSpace(v)
		}
	})
	return found
}

// prefix and local split the name of a tag; local is in lower case.
func (p piece) prefix() string {
	prefix, _, ok := strings.Cut(p.name, ":")
	if !ok {
		return ""
	}
	return prefix
}

func (p piece) local() string {
	name := p.name
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(name)
}

func nameStart(s string) bool {
	return s != "" && (s[0] == '_' || s[0] >= utf8.RuneSelf || 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z')
}

// nameEnd returns the length of the name that s begins with.
func nameEnd(s string) int {
	i := strings.IndexAny(s, " \t\r\n/<>")
	if i < 0 {
		return len(s)
	}
	return i
}
