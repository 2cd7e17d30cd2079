package main

import (
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// The colours of a terminal; none says what its text does not say.
const (
	plain  = ""
	green  = "32"
	yellow = "33"
	red    = "31"
	bold   = "1"
)

// A cell is one field of a table.
type cell struct {
	text   string
	colour string
	right  bool // figures stand at the right
}

func left(s string) cell  { return cell{text: s} }
func right(s string) cell { return cell{text: s, right: true} }
func head(s string) cell  { return cell{text: s, colour: bold} }

// columns is a table for people, each row with as many cells, aligned by the width that a terminal gives a text:
// a Chinese character takes two places, a mark over a letter none.
type columns struct {
	indent string // before each line
	rows   [][]cell
}

func (c *columns) add(cells ...cell) {
	for i := range cells {
		cells[i].text = safe(cells[i].text)
	}
	c.rows = append(c.rows, cells)
}

// heads adds the line over the table.
func (c *columns) heads(names ...string) {
	cells := make([]cell, len(names))
	for i, n := range names {
		cells[i] = head(n)
	}
	c.add(cells...)
}

// print writes the table. Nothing stands behind the last field of a line, which is cut
// where a terminal would break it.
func (c *columns) print(w io.Writer) error {
	c.fit(w)
	var widths []int
	for _, row := range c.rows {
		for i, f := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displaywidth.String(f.text))
		}
	}
	var b strings.Builder
	coloured := colours(w)
	for _, row := range c.rows {
		line := []string{c.indent}
		for i, f := range row {
			gap := strings.Repeat(" ", widths[i]-displaywidth.String(f.text))
			s := f.text
			if coloured && f.colour != plain && s != "" {
				s = "\x1b[" + f.colour + "m" + s + "\x1b[0m"
			}
			if f.right {
				s, gap = gap+s, ""
			}
			line = append(line, s, gap, "  ")
		}
		b.WriteString(strings.TrimRight(strings.Join(line, ""), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fit cuts the last column to what a terminal has room for.
func (c *columns) fit(w io.Writer) {
	const least = 30
	if !isTerminal(w) || len(c.rows) == 0 {
		return
	}
	last := len(c.rows[0]) - 1
	taken := make([]int, last)
	for _, row := range c.rows {
		for i := range taken {
			taken[i] = max(taken[i], displaywidth.String(row[i].text)+2)
		}
	}
	room := widthOf(w) - len(c.indent)
	for _, n := range taken {
		room -= n
	}
	for _, row := range c.rows {
		row[last].text = short(row[last].text, max(room, least))
	}
}

// safe is a text of a stranger's as a terminal may get it: on one line, without
// characters that steer it or turn the direction of reading.
func safe(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// short cuts a text to the width given.
func short(s string, width int) string {
	return displaywidth.TruncateString(safe(s), width, "…")
}

// isTerminal reports whether a person looks at w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours reports whether w is to be coloured (https://no-color.org).
func colours(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// widthOf is how many columns a terminal has, or a width that pages and mails can take.
func widthOf(w io.Writer) int {
	const usual = 140
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return max(n, 60)
		}
	}
	return usual
}
