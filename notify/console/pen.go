package console

import (
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A pen paints with ANSI escape sequences, or not at all.
type pen struct{ on bool }

// codes are the sequences of the styles, of 256 colours that read on black and white.
var codes = []struct {
	style style
	code  string
}{
	{bold, "1"}, {dim, "38;5;245"}, {red, "38;5;196"}, {orange, "38;5;208"}, {yellow, "38;5;178"}, {blue, "38;5;69"},
}

// tint is the colour of a severity.
func tint(s watcher.Severity) style {
	switch s {
	case watcher.Critical:
		return red
	case watcher.High:
		return orange
	case watcher.Medium:
		return yellow
	case watcher.Low:
		return blue
	}
	return dim
}

// paint returns s in a style.
func (p pen) paint(st style, s string) string {
	if !p.on || st == plain || s == "" {
		return s
	}
	var seq []string
	for _, c := range codes {
		if st&c.style != 0 {
			seq = append(seq, c.code)
		}
	}
	return "\x1b[" + strings.Join(seq, ";") + "m" + s + "\x1b[0m"
}

// text paints the runs of a line.
func (p pen) text(t text) string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(p.paint(r.style, r.s))
	}
	return b.String()
}
