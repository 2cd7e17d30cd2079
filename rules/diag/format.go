package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

const (
	tabWidth   = 4   // columns a tab in a shown line takes
	shownWidth = 110 // columns of a source line that are shown
)

// The colours of a terminal.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[1;31m"
	cyan  = "\x1b[36m"
	reset = "\x1b[0m"
)

// Format writes the mistake as a compiler would:
//
//	rules/potash.yaml:3:1: unknown key "shedule"
//	  |
//	3 | shedule: daily
//	  | ^^^^^^^
//	  = help: did you mean "schedule"?
func (p Problem) Format(w io.Writer, color bool) {
	paint := func(code, s string) string {
		if !color || s == "" {
			return s
		}
		return code + s + reset
	}
	msg := p.Msg
	if p.Field != "" {
		msg = p.Field + ": " + msg
	}
	fmt.Fprintf(w, "%s %s\n", paint(bold, printable(p.place())+":"), paint(red, printable(msg)))
	number := fmt.Sprint(p.Line)
	margin := strings.Repeat(" ", len(number))
	if p.Line > 0 && strings.TrimSpace(p.Snippet) != "" {
		line, caret := p.excerpt()
		fmt.Fprintf(w, "%s\n", paint(cyan, margin+" |"))
		fmt.Fprintf(w, "%s %s\n", paint(cyan, number+" |"), line)
		fmt.Fprintf(w, "%s %s\n", paint(cyan, margin+" |"), paint(red, caret))
	}
	if p.Cure != "" {
		fmt.Fprintf(w, "%s %s\n", paint(cyan, margin+" = help:"), printable(p.Cure))
	}
}

// Format writes all mistakes with an empty line between them.
func (ps Problems) Format(w io.Writer, color bool) {
	for i, p := range ps {
		if i > 0 {
			fmt.Fprintln(w)
		}
		p.Format(w, color)
	}
}

// excerpt is the part of the source line around the mistake, and the line of carets that
// stands under it.
func (p Problem) excerpt() (line, caret string) {
	runes := []rune(p.Snippet)
	from := min(max(p.Col-1, 0), len(runes))
	to := min(from+max(p.Width, 1), len(runes))
	start, end := window(runes, from)
	var b strings.Builder
	if start > 0 {
		b.WriteString("...")
	}
	indent, length := b.Len(), 0
	for i := start; i < end; i++ {
		cell := shown(runes[i])
		b.WriteString(cell)
		switch n := columns(cell); {
		case i < from:
			indent += n
		case i < to:
			length += n
		}
	}
	if end < len(runes) {
		b.WriteString("...")
	}
	return strings.TrimRight(b.String(), " "),
		strings.Repeat(" ", indent) + strings.Repeat("^", max(length, 1))
}

// window chooses the characters to show: all, or those around the mistake where the line
// is too long for a terminal.
func window(runes []rune, from int) (start, end int) {
	if columnsOf(runes) <= shownWidth {
		return 0, len(runes)
	}
	// A third of the room stands before the mistake, for the reader to find it by.
	start = from
	for used := 0; start > 0 && used < shownWidth/3; start-- {
		used += columns(shown(runes[start-1]))
	}
	end = start
	for used := 0; end < len(runes) && used < shownWidth; end++ {
		used += columns(shown(runes[end]))
	}
	return start, end
}

// columnsOf is how many columns of a terminal runes take.
func columnsOf(runes []rune) int {
	n := 0
	for _, r := range runes {
		n += columns(shown(r))
	}
	return n
}

// shown is how a character of the source is printed: a tab as spaces, what would steer
// the terminal or turn the line around as a mark.
func shown(r rune) string {
	switch {
	case r == '\t':
		return strings.Repeat(" ", tabWidth)
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
		return "\ufffd"
	}
	return string(r)
}

// printable is s with each character as shown prints it.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(shown(r))
	}
	return b.String()
}

// columns is how many columns of a terminal s takes: two for Chinese and the like, none
// for marks that stand on the letter before.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
