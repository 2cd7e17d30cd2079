package diag

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Offset is the place in the file of byte offset of the text at a path. It follows block
// scalars (| and >), quotes with their escapes and folded lines; an offset past the end
// is just after the last character.
func (f *File) Offset(path string, offset int) (line, col int) {
	n := f.find(path)
	if n == nil || n.kind != scalar {
		return f.At(path)
	}
	places := f.trace(n)
	if len(places) == 0 {
		return f.At(path)
	}
	at := places[max(0, min(offset, len(places)-1))]
	return at.line, utf8.RuneCountInString(f.lines[at.line-1][:at.byte]) + 1
}

// a spot is a byte of the source.
type spot struct{ line, byte int }

// trace says for each byte of a scalar's value where in the source it comes from, and in
// one more element where it ends. It reads the scalar again by itself, as the library
// keeps no such map; nil where it comes to another text than the library did.
func (f *File) trace(n *node) []spot {
	start := spot{n.line, byteOf(f.lines[n.line-1], n.col)}
	if start.byte >= len(f.lines[n.line-1]) {
		return nil
	}
	t := &tracer{lines: f.lines, at: start, want: n.value}
	switch f.lines[start.line-1][start.byte] {
	case '"':
		t.double()
	case '\'':
		t.single()
	case '|', '>':
		t.block(n.indent)
	default:
		t.plain()
	}
	// The library keeps some line ends that ought to be spaces, and the other way round.
	same := func(s string) string {
		return strings.TrimRight(strings.ReplaceAll(s, "\n", " "), " ")
	}
	if same(string(t.out)) != same(n.value) {
		return nil
	}
	return append(t.from, t.at)
}

// byteOf is the byte offset of a column in a line.
func byteOf(line string, col int) int {
	for i := range line {
		if col--; col == 0 {
			return i
		}
	}
	return len(line)
}

// tracer reads one scalar and keeps the place of each byte of its value.
type tracer struct {
	lines []string
	at    spot
	want  string // the value that is expected: a plain scalar ends when it is reached
	out   []byte
	from  []spot
}

// emit adds the bytes s that come from a place.
func (t *tracer) emit(s string, from spot) {
	for i := range len(s) {
		t.out, t.from = append(t.out, s[i]), append(t.from, from)
	}
}

// take adds s, which stands in the source as it is.
func (t *tracer) take(s string) {
	for i := range len(s) {
		t.out = append(t.out, s[i])
		t.from = append(t.from, spot{t.at.line, t.at.byte + i})
	}
	t.at.byte += len(s)
}

// rest is what is left of the line.
func (t *tracer) rest() string { return t.lines[t.at.line-1][t.at.byte:] }

// next goes to the next line with text and counts the blank ones; false at the end of
// the file.
func (t *tracer) next() (blank int, ok bool) {
	for t.at.line < len(t.lines) {
		t.at = spot{line: t.at.line + 1}
		line := t.lines[t.at.line-1]
		if text := strings.TrimLeft(line, " \t"); text != "" {
			t.at.byte = len(line) - len(text)
			return blank, true
		}
		blank++
	}
	return blank, false
}

// fold goes to the next line: one line end is a space, each blank line more a line end.
func (t *tracer) fold(kept int) bool {
	for len(t.out) > kept && strings.ContainsRune(" \t", rune(t.out[len(t.out)-1])) {
		t.out, t.from = t.out[:len(t.out)-1], t.from[:len(t.from)-1]
	}
	end := t.at
	blank, ok := t.next()
	if ok && blank == 0 {
		t.emit(" ", end)
	}
	t.emit(strings.Repeat("\n", blank), end)
	return ok
}

// plain reads a scalar without quotes.
func (t *tracer) plain() {
	for {
		text := t.rest()
		if left := len(t.want) - len(t.out); len(text) > left {
			text = text[:left]
		}
		t.take(text)
		if len(t.out) >= len(t.want) || !t.fold(0) {
			return
		}
	}
}

// single reads a scalar in single quotes, where ” is one quote.
func (t *tracer) single() {
	t.at.byte++
	for {
		text := t.rest()
		i := strings.IndexByte(text, '\'')
		switch {
		case i < 0:
			t.take(text)
			if !t.fold(0) {
				return
			}
		case strings.HasPrefix(text[i:], "''"):
			t.take(text[:i+1])
			t.at.byte++
		default:
			t.take(text[:i])
			return
		}
	}
}

// double reads a scalar in double quotes.
func (t *tracer) double() {
	t.at.byte++
	kept := 0 // up to here an escape, which folding does not trim
	for {
		text := t.rest()
		i := strings.IndexAny(text, `"\`)
		switch {
		case i < 0:
			t.take(text)
			if !t.fold(kept) {
				return
			}
		case text[i] == '"':
			t.take(text[:i])
			return
		default:
			t.take(text[:i])
			if !t.escape(text[i+1:]) {
				return
			}
			kept = len(t.out)
		}
	}
}

// escape reads what stands after a backslash; false for what is no escape.
func (t *tracer) escape(text string) bool {
	if text == "" { // the text goes on in the next line without a space
		end := t.at
		blank, ok := t.next()
		t.emit(strings.Repeat("\n", blank), end)
		return ok
	}
	const letters, values = "0abt\tnvfre \"/\\N_LP", "\x00\a\b\t\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029"
	if i := strings.IndexByte(letters, text[0]); i >= 0 {
		t.emit(string([]rune(values)[i]), t.at)
		t.at.byte += 2
		return true
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[0]]
	if digits == 0 || len(text) <= digits {
		return false
	}
	r, err := strconv.ParseUint(text[1:1+digits], 16, 32)
	if err != nil {
		return false
	}
	t.emit(string(rune(r)), t.at)
	t.at.byte += 2 + digits
	return true
}

// block reads a | or > scalar of a value that belongs to a key or dash after parent
// columns.
func (t *tracer) block(parent int) {
	header := t.rest()
	indent := -1
	for _, c := range header[1:min(3, len(header))] {
		if c >= '1' && c <= '9' {
			indent = max(parent, 0) + int(c-'0')
		}
	}
	first := t.at.line // index of the line after the header
	if indent < 0 {
		indent = t.detect(first)
	}
	last := first
	for i := first; i < len(t.lines); i++ {
		line := t.lines[i]
		if strings.Trim(line, " ") == "" && len(line) <= indent {
			continue
		}
		if len(line)-len(strings.TrimLeft(line, " ")) < indent {
			break
		}
		last = i + 1
	}
	t.blockLines(first, last, indent, header[0] == '>')
}

// detect is the indentation of the first line with text.
func (t *tracer) detect(from int) int {
	for _, line := range t.lines[from:] {
		if s := strings.TrimLeft(line, " "); s != "" {
			return len(line) - len(s)
		}
	}
	return 0
}

// blockLines reads lines from (inclusive) to (exclusive), counted from 0.
func (t *tracer) blockLines(from, to, indent int, folded bool) {
	more := func(s string) bool { return s != "" && (s[0] == ' ' || s[0] == '\t') }
	before, blank := "", 0 // the last line with text, and the blank ones since
	for i := from; i < to; i++ {
		text := ""
		if len(t.lines[i]) > indent {
			text = t.lines[i][indent:]
		}
		if text == "" {
			blank++
			continue
		}
		switch {
		case len(t.out) == 0 || !folded || more(before) || more(text):
			if len(t.out) > 0 {
				blank++
			}
			t.emit(strings.Repeat("\n", blank), t.at)
		case blank == 0:
			t.emit(" ", t.at)
		default:
			t.emit(strings.Repeat("\n", blank), t.at)
		}
		t.at = spot{line: i + 1, byte: indent}
		t.take(text)
		before, blank = text, 0
	}
	t.emit("\n", t.at)
}
