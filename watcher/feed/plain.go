package feed

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText returns what a reader sees of HTML: entities resolved, scripts and styles
// dropped, blocks on lines of their own, white space folded. Control characters that
// change how text is shown, bidirectional and zero-width ones, are dropped too. At most
// a megabyte of it is looked at.
func PlainText(s string) string {
	s = cutBytes(s, maxText)
	if !strings.ContainsAny(s, "<&") {
		return fold(s)
	}
	z := html.NewTokenizer(strings.NewReader(shown(s)))
	breaks := strings.NewReplacer("\r", " ", "\n", " ") // in HTML a line's end is a blank
	var b strings.Builder
	var hidden, held string // a raw text element, and its text until its end tag proves it
	for {
		kind := z.Next()
		if hidden != "" && kind != html.TextToken {
			if kind != html.EndTagToken {
				b.WriteString(held) // it was never closed: better read than lost
			}
			hidden, held = "", ""
		}
		switch kind {
		case html.ErrorToken:
			return fold(b.String())
		case html.TextToken:
			if hidden != "" {
				held = string(z.Text())
				continue
			}
			b.WriteString(breaks.Replace(string(z.Text())))
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if kind == html.StartTagToken && isHidden(a) {
				hidden = string(name)
			}
			b.WriteString(separator(a))
		}
	}
}

// plain returns the text of a value that is HTML only if it looks like it: in the title
// "if a <b then" nothing is markup.
func plain(s string) string {
	if looksLikeHTML(s) {
		return PlainText(s)
	}
	return fold(cutBytes(s, maxText))
}

// shown escapes a "<!" that starts neither comment, declaration nor section: readers of
// HTML take what follows for a comment.
func shown(s string) string {
	if !strings.Contains(s, "<!") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "<!")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if after != "" && (after[0] == '-' || after[0] == '[' || isAlphanumeric(after[0])) {
			b.WriteString("<!")
		} else {
			b.WriteString("&lt;!")
		}
		s = after
	}
}

// looksLikeHTML reports whether there is a tag of HTML or an entity in a text.
func looksLikeHTML(s string) bool {
	last := strings.LastIndexByte(s, '>')
	for i := range len(s) {
		switch s[i] {
		case '&':
			if entityEnd(s[i:]) > 0 {
				return true
			}
		case '<':
			name := strings.TrimPrefix(s[i+1:min(len(s), i+14)], "/")
			if strings.HasPrefix(name, "!--") {
				return true
			}
			n := strings.IndexAny(name, " \t\r\n/>")
			if n > 0 && inHTML(strings.ToLower(name[:n])) && i < last {
				return true
			}
		}
	}
	return false
}

// isHidden is for elements whose text the tokenizer hands over raw and no reader sees.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Iframe, atom.Noembed, atom.Noframes:
		return true
	}
	return false
}

// separator is what stands for a tag in text.
func separator(a atom.Atom) string {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Br, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer,
		atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hr, atom.Li,
		atom.Main, atom.Nav, atom.Ol, atom.Option, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table,
		atom.Tr, atom.Ul:
		return "\n"
	case atom.Td, atom.Th, atom.Img, atom.Iframe, atom.Video, atom.Object:
		return " "
	}
	return ""
}

// fold folds white space to one blank or one line break and drops controls.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var gap rune
	for _, r := range s {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			gap = '\n'
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
		case invisible(r):
		default:
			if gap != 0 && b.Len() > 0 {
				b.WriteRune(gap)
			}
			gap = 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

// line is a text on one line.
func line(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// invisible reports whether a character shows nothing itself and changes what is shown
// or compared around it.
func invisible(r rune) bool {
	switch {
	case r < 0x20, 0x7F <= r && r < 0xA0, r == 0xAD, r == 0x061C, r == 0x180E,
		0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		r == 0xFEFF, 0xFFF9 <= r && r <= 0xFFFC, 0xE0000 <= r && r <= 0xE007F, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}

// cutWords cuts a text to at most n bytes, at the end of a word where there is one.
func cutWords(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = cutBytes(s, n)
	if i := strings.LastIndexFunc(s, unicode.IsSpace); i > n/2 {
		s = s[:i]
	}
	return strings.TrimRightFunc(s, unicode.IsSpace)
}
