package diag

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

const cureUnknown = "check the indentation and the quotes here and in the line above"

// A reading is what a complaint of the YAML library means to an operator.
type reading struct{ has, msg, cure string }

// readings are tried in order; has is a part of the library's message.
func readings() []reading {
	return []reading{
		{"found character '\t'", "a tab stands where YAML wants spaces", "indent with spaces"},
		{"tab character", "a tab stands where YAML wants spaces", "indent with spaces"},
		{"double-quoted text", "a text in double quotes is not closed", "write the closing \""},
		{
			"single-quoted text", "a text in single quotes is not closed",
			"write the closing ' (and '' for one inside the text)",
		},
		{
			"',' or ']'", "a list in [ ] is not closed, or a comma is missing before this",
			"write , between entries and ] at the end",
		},
		{
			"',' or '}'", "a mapping in { } is not closed, or a comma is missing before this",
			"write , between keys and } at the end",
		},
		{"sequence end token ']'", "a list in [ ] is not closed", "write the closing ]"},
		{"flow mapping end token '}'", "a mapping in { } is not closed", "write the closing }"},
		{"corresponding to", "a bracket is closed that was not opened", "delete it or quote the text"},
		{
			"is a reserved character", "a value cannot begin with this character",
			"put the value in quotes, or write key: | and the text in the next line",
		},
		{"unexpected directive value", "a value cannot begin with %", "put the value in quotes"},
		{
			"unknown escape character", "an unknown escape in double quotes",
			`write \\ for one backslash, or use single quotes`,
		},
		{
			"escape", "an escape in double quotes is not complete",
			`write \\ for one backslash, or use single quotes`,
		},
		{
			"invalid number of indent", "the lines of the text are not indented alike",
			"indent them with the same number of spaces",
		},
		{
			"non-map value", "a key is expected here, as in the lines above",
			"write key: value, or indent the line to the value that it belongs to",
		},
		{"anchor", "an & here begins an anchor that is not complete", "put the value in quotes"},
		{"alias", "a * here begins an alias that is not complete", "put the value in quotes"},
		{"implicit line break", "a key goes over the end of its line", "write the key in one line"},
		{
			"block sequence entries", "a list cannot begin in the line of its key",
			"begin it in the next line, or write it in [ ]",
		},
		{"expected sequence element", "an entry is missing between two commas", "delete one comma"},
		{"document separator", "a value stands beside ---", "begin it in the next line"},
		{"invalid key", "this cannot be a key", "write key: value"},
		{"unexpected key name", "a key without a colon", "write key: value"},
		{"undefined map key", "a colon without a key before it", "put the value in quotes"},
		{"map value", "a value is missing", "write key: value"},
		{"multi-line header", "after | or > only +, - or a digit may stand", "begin the text in the next line"},
	}
}

// syntax says a mistake in the YAML in our own words.
func (f *File) syntax(err error) Problem {
	var lib yaml.Error
	if !errors.As(err, &lib) || lib.GetToken() == nil || lib.GetToken().Position == nil {
		return f.problem(1, 1, 1, "", "the file cannot be read as YAML", cureUnknown)
	}
	tk, raw := lib.GetToken(), lib.GetMessage()
	line := max(1, min(tk.Position.Line, len(f.lines)))
	col := max(1, tk.Position.Column)
	width := max(1, utf8.RuneCountInString(strings.TrimSpace(tk.Value)))
	switch {
	case strings.Contains(raw, "already defined"):
		return f.duplicate(tk, raw)
	case strings.HasPrefix(raw, "mapping value is not allowed"):
		return f.colon(line, col)
	case strings.HasPrefix(raw, "value is not allowed"), strings.Contains(raw, "unexpected scalar value"):
		return f.misplaced(line, col, width)
	}
	for _, r := range readings() {
		if strings.Contains(raw, r.has) {
			line, col = f.nearest(line, col)
			return f.problem(line, col, 1, "", r.msg, r.cure)
		}
	}
	return f.problem(line, col, 1, "", "this cannot be read as YAML", cureUnknown)
}

// nearest moves a place past the end of its line back to the last character of text: the
// library reports what is missing at the end of a file beyond it.
func (f *File) nearest(line, col int) (int, int) {
	for line > 1 && strings.TrimSpace(f.lines[line-1]) == "" {
		line--
		col = 1 << 30
	}
	return line, min(col, max(1, utf8.RuneCountInString(f.lines[line-1])))
}

// duplicate is a key that is given twice.
func (f *File) duplicate(tk *token.Token, raw string) Problem {
	msg := fmt.Sprintf("the key %q is given twice", tk.Value)
	if _, at, ok := strings.Cut(raw, "already defined at ["); ok {
		line, _, _ := strings.Cut(at, ":")
		msg += ", first in line " + line
	}
	return f.problem(tk.Position.Line, tk.Position.Column, utf8.RuneCountInString(tk.Value), "",
		msg, "keep one of them")
}

// colon is a second colon in a line, or a line that is indented deeper than its
// neighbours so that it reads on the one above.
func (f *File) colon(line, col int) Problem {
	text := f.lines[line-1]
	from := byteOf(text, col)
	if i := strings.Index(text[from:], ": "); i >= 0 || strings.HasSuffix(text, ":") {
		width := 1
		if i >= 0 {
			width = utf8.RuneCountInString(text[from:from+i]) + 1
		}
		return f.problem(line, col, width, "", "a colon inside a value that has no quotes",
			"put the value in quotes, or write key: | and the text in the next line")
	}
	for next := line; next < len(f.lines); next++ {
		if t := strings.TrimLeft(f.lines[next], " "); t != "" {
			return f.problem(next+1, utf8.RuneCountInString(f.lines[next])-utf8.RuneCountInString(t)+1,
				1, "", "this line is indented deeper than the one it should stand under",
				"line it up with the key above")
		}
	}
	return f.problem(line, col, 1, "", "this cannot be read as YAML", cureUnknown)
}

// misplaced is text where no value may stand.
func (f *File) misplaced(line, col, width int) Problem {
	line, col = f.nearest(line, col)
	text := f.lines[line-1]
	at := byteOf(text, col)
	before, after := strings.TrimRight(text[:at], " "), text[at:]
	switch {
	case strings.HasPrefix(after, "]"), strings.HasPrefix(after, "}"):
		return f.problem(line, col, 1, "", "a bracket is closed that was not opened",
			"delete it or quote the text")
	case strings.HasSuffix(before, `"`), strings.HasSuffix(before, "'"):
		return f.problem(line, col, width, "", "text after the closing quote of a value",
			"put the whole value in single quotes, or write key: | and the text in the next line")
	case before == "":
		return f.problem(line, col, width, "", "the indentation of this line fits none of those above",
			"line it up with the keys above, or indent it deeper than the key it belongs to")
	}
	return f.problem(line, col, width, "", "no value may stand here", cureUnknown)
}
