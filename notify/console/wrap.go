package console

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"
)

// A style is how a text looks on a terminal.
type style int

const (
	plain style = 0
	bold  style = 1 << iota
	dim
	red
	orange
	yellow
	blue
)

// A run is a text in one style, a text is runs in order.
type (
	run struct {
		s     string
		style style
	}
	text []run
)

// A cell is what a reader takes for one character.
type cell struct {
	s     string
	cols  int // 0, 1 or 2
	style style
}

// wrap breaks a text into lines of at most cols columns: at spaces, between ideographs,
// and inside words only where one is longer than a line.
func wrap(t text, cols int) []text {
	cells := t.cells()
	var lines []text
	for start := 0; start < len(cells); {
		end, next := fit(cells[start:], max(cols, 2))
		lines = append(lines, join(cells[start:start+end]))
		start += next
	}
	return lines
}

// fit returns how many cells make the first line and where the second begins.
func fit(cells []cell, cols int) (end, next int) {
	used, last, skip := 0, 0, 0
	for i, c := range cells {
		if i > 0 && c.s == " " {
			last, skip = i, i+1
		} else if i > 0 && cells[i-1].s != " " && between(cells[i-1].s, c.s) {
			last, skip = i, i
		}
		if used += c.cols; used <= cols {
			continue
		}
		if last > 0 {
			return last, skip
		}
		return max(i, 1), max(i, 1)
	}
	return len(cells), len(cells)
}

// Punctuation that may not begin or end a line of Chinese or Japanese.
const (
	noStart = "，。、！？：；」』）】》〉〕”’…·ー々,.;:!?)]}»%"
	noEnd   = "「『（【《〈〔“‘([{«"
)

// between reports whether a line may be broken between two neighbours without a space.
func between(a, b string) bool {
	if strings.Contains(noStart, b) || strings.Contains(noEnd, a) {
		return false
	}
	return ideograph(a) || ideograph(b)
}

func ideograph(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || strings.ContainsRune(noStart[:strings.IndexByte(noStart, ',')], r)
}

// cells splits a text into what a reader takes for characters.
func (t text) cells() []cell {
	var out []cell
	for _, r := range t {
		for g := graphemes.FromString(r.s); g.Next(); {
			out = append(out, cell{g.Value(), cellWidth(g.Value()), r.style})
		}
	}
	return out
}

func join(cells []cell) text {
	var t text
	for _, c := range cells {
		if n := len(t); n > 0 && t[n-1].style == c.style {
			t[n-1].s += c.s
			continue
		}
		t = append(t, run{c.s, c.style})
	}
	return t
}

// columnsOf returns how many columns a string takes.
func columnsOf(s string) int {
	n := 0
	for g := graphemes.FromString(s); g.Next(); {
		n += cellWidth(g.Value())
	}
	return n
}

// cellWidth is the width of the widest of a cell's characters; a variation selector 16
// asks for the wide, coloured form.
func cellWidth(s string) int {
	w := 0
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case r == 0xfe0f, k == width.EastAsianWide, k == width.EastAsianFullwidth:
			return 2
		case !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
			w = 1
		}
	}
	return w
}

// shorten cuts s to cols columns, the last one an ellipsis if anything is missing.
func shorten(s string, cols int) string {
	if columnsOf(s) <= cols {
		return s
	}
	var b strings.Builder
	used := 1
	for g := graphemes.FromString(s); g.Next(); {
		if used += cellWidth(g.Value()); used > cols {
			break
		}
		b.WriteString(g.Value())
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// pad fills s with spaces up to cols columns.
func pad(s string, cols int) string {
	return s + strings.Repeat(" ", max(cols-columnsOf(s), 0))
}
