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

// columns is a table for people, aligned by the width that a terminal gives a text:
// a Chinese character takes two places, a mark over a letter none.
type columns struct{ rows [][]cell }

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

// print writes the table. Nothing stands behind the last field of a line.
func (c *columns) print(w io.Writer) error {
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
		line := ""
		for i, f := range row {
			gap := strings.Repeat(" ", widths[i]-displaywidth.String(f.text))
			s := f.text
			if coloured && f.colour != plain && s != "" {
				s = "\x1b[" + f.colour + "m" + s + "\x1b[0m"
			}
			if f.right {
				s, gap = gap+s, ""
			}
			line += s + gap + "  "
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
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
	return strings.TrimSpace(s)
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

// wrap breaks a text into lines of at most the width given, at blanks.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && displaywidth.String(line)+1+displaywidth.String(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
