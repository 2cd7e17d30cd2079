package article

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The bounds of what a page is made a tree of. What is deeper loses its tags and keeps its
// text; what is longer is cut.
const (
	maxDepth = 100
	maxTags  = 30_000
	maxText  = 1 << 20
	maxAttr  = 200 // bytes of a value
)

// A shrinker writes a page again with what finding its article needs, in bounds.
type shrinker struct {
	out   strings.Builder
	open  []atom.Atom
	extra int // open tags that were left out because they were too deep
	tags  int
	text  int
	title bool // the first one was there
}

// shrink writes a page as a small one: without scripts, styles and comments, with few
// attributes, and in bounds of depth and number whatever the page is.
func shrink(page string) string {
	s := &shrinker{}
	z := html.NewTokenizer(strings.NewReader(page))
	var hidden bool // the text that follows is of no reader
	for s.tags < maxTags && s.text < maxText {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return s.out.String()
		case html.TextToken:
			if !hidden {
				raw := z.Raw()
				raw = raw[:min(len(raw), maxText-s.text)]
				s.text += len(raw)
				s.out.Write(raw)
			}
			continue // a hidden element goes on until its end
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			hidden = kind == html.StartTagToken && isHidden(a) || a == atom.Title && s.title
			s.title = s.title || a == atom.Title
			if !hidden && !isForeign(a) {
				s.start(z, a, string(name), more)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if !hidden && !isForeign(a) {
				s.end(a, string(name))
			}
			hidden = false
		}
	}
	return s.out.String()
}

// start writes a start tag. One without a known name is left out: it says nothing of
// where an article is.
func (s *shrinker) start(z *html.Tokenizer, a atom.Atom, name string, more bool) {
	if a == 0 {
		return
	}
	s.tags++
	if !isVoid(a) {
		if n := len(s.open); n > 0 && s.open[n-1] == a && endsItself(a) {
			s.open = s.open[:n-1]
		}
		if len(s.open) >= maxDepth {
			s.extra++
			s.out.WriteByte(' ')
			return
		}
		s.open = append(s.open, a)
	}
	s.out.WriteString("<" + name)
	for more && !isInline(a) {
		var key, value []byte
		key, value, more = z.TagAttr()
		if keeps(string(key)) {
			s.out.WriteString(" " + string(key) + `="` + html.EscapeString(string(value[:min(len(value), maxAttr)])) + `"`)
		}
	}
	s.out.WriteByte('>')
}

// end writes an end tag, if what it ends is open.
func (s *shrinker) end(a atom.Atom, name string) {
	if a == 0 || isVoid(a) {
		return
	}
	if s.extra > 0 {
		s.extra--
		s.out.WriteByte(' ')
		return
	}
	for i, open := range slices.Backward(s.open) {
		if open == a {
			s.open = s.open[:i]
			s.tags++
			s.out.WriteString("</" + name + ">")
			return
		}
	}
}

// keeps reports whether an attribute tells what an element is for, or that nobody sees it.
func keeps(key string) bool {
	switch key {
	case "class", "id", "role", "itemprop", "rel", "style", "hidden", "aria-hidden", "aria-modal":
		return true
	}
	return false
}

// isHidden is for elements whose text the tokenizer hands over raw and that have no article
// in them.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes, atom.Textarea, atom.Xmp:
		return true
	}
	return false
}

// isForeign is for elements that change how what is inside them is read.
func isForeign(a atom.Atom) bool {
	switch a {
	case atom.Svg, atom.Math, atom.Template, atom.Frameset, atom.Plaintext, atom.Object, atom.Applet, atom.Marquee:
		return true
	}
	return false
}

// isVoid is for elements that never have an end.
func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link,
		atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// endsItself is for elements whose end is mostly left out before the next one.
func endsItself(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Li, atom.Dt, atom.Dd, atom.Option, atom.Tr, atom.Td, atom.Th:
		return true
	}
	return false
}

// isInline is for elements of running text, which a parser opens anew in each block as
// long as they are not ended: without attributes it does so three times at most.
func isInline(a atom.Atom) bool {
	switch a {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Img, atom.Nobr, atom.S, atom.Small,
		atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}
