package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Replace is data, which f was read from, with other texts at some paths; all else stays byte for
// byte. A text keeps its style where that can hold it. One of several lines becomes a block (|), or
// stands in double quotes between braces and brackets, where no block can.
//
// The result is read again: a text that would come out as another, or a change to anything else in
// the file, is a Problem, and nothing is returned.
func (f *File) Replace(data []byte, texts map[string]string) ([]byte, Problems) {
	r := &replacer{f: f, data: data, starts: starts(data), texts: map[*node]string{}}
	var ps Problems
	seen := map[spot]bool{} // an alias is written once
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		n, rest := f.root.descend(split(path))
		if n == nil || len(rest) > 0 || n.kind != scalar {
			ps = append(ps, f.Problem(path, "there is no text to replace", ""))
			continue
		}
		r.texts[n] = texts[path]
		if at := (spot{n.line, n.col}); !seen[at] {
			seen[at] = true
			ps = append(ps, r.replace(n, path, texts[path])...)
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	out := r.apply()
	if again, ps := Read(f.Name, out); len(ps) > 0 || !r.same(f.root, again.root) {
		return nil, Problems{f.Problem(firstKey(texts), "the text cannot be replaced in this form of YAML",
			cureBlock)}
	}
	return out, nil
}

// InFlow reports whether the value at a path stands between braces or brackets, where a text cannot
// be a block.
func (f *File) InFlow(path string) bool {
	n, rest := f.root.descend(split(path))
	return n != nil && len(rest) == 0 && n.flow
}

const cureBlock = "write it as a block: the key, then |, then the text in the lines below"

func firstKey(texts map[string]string) string {
	keys := slices.Sorted(maps.Keys(texts))
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}

// starts are the offsets in data of its lines, which Read counts.
func starts(data []byte) []int {
	at := []int{0}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		at[0] = len("\ufeff")
	}
	for i, c := range data {
		if c == '\n' || c == '\r' && !bytes.HasPrefix(data[i+1:], []byte("\n")) {
			at = append(at, i+1)
		}
	}
	return at
}

// an edit puts a text in the place of some bytes.
type edit struct {
	start, end int
	text       string
}

// replacer collects the edits of one file.
type replacer struct {
	f      *File
	data   []byte
	starts []int
	edits  []edit
	texts  map[*node]string
}

// offset is a place in the data.
func (r *replacer) offset(at spot) int { return r.starts[at.line-1] + at.byte }

// lineEnd is the place after the last character of a line.
func (r *replacer) lineEnd(line int) int { return r.starts[line-1] + len(r.f.lines[line-1]) }

// newline is what ends the lines of the file.
func (r *replacer) newline() string {
	if i := bytes.IndexAny(r.data, "\r\n"); i >= 0 && r.data[i] == '\r' {
		if bytes.HasPrefix(r.data[i+1:], []byte("\n")) {
			return "\r\n"
		}
		return "\r"
	}
	return "\n"
}

// replace adds the edits for one value.
func (r *replacer) replace(n *node, path, text string) Problems {
	places := r.f.trace(n)
	if len(places) == 0 {
		return Problems{r.f.Problem(path, "the text cannot be replaced where it stands", cureBlock)}
	}
	start := spot{n.line, byteOf(r.f.lines[n.line-1], n.col)}
	end := places[len(places)-1]
	style := r.f.lines[n.line-1][start.byte]
	if style == '|' || style == '>' {
		r.block(start, end, places, text)
		return nil
	}
	if style == '"' || style == '\'' {
		end.byte++
	}
	if strings.Contains(text, "\n") && fitsBlock(text) && !n.flow {
		tail := r.f.lines[end.line-1][end.byte:]
		r.edits = append(r.edits, edit{
			r.offset(start), r.lineEnd(end.line),
			"|" + tail + r.newline() + r.indented(text, max(n.indent, 0)+2),
		})
		return nil
	}
	r.edits = append(r.edits, edit{r.offset(start), r.offset(end), inLine(style, text, n.flow)})
	return nil
}

// block replaces the lines of a block and keeps its header; only | keeps lines as they are.
func (r *replacer) block(start, end spot, places []spot, text string) {
	i := slices.IndexFunc(places, func(s spot) bool { return s.line > start.line })
	if i < 0 || !fitsBlock(text) {
		to := max(r.lineEnd(start.line), r.lineEnd(end.line))
		r.edits = append(r.edits, edit{r.offset(start), to, inLine('"', text, false)})
		return
	}
	at := r.offset(start)
	if strings.Contains(text, "\n") && r.data[at] == '>' {
		r.edits = append(r.edits, edit{at, at + 1, "|"})
	}
	r.edits = append(r.edits, edit{
		r.starts[start.line], r.lineEnd(end.line), r.indented(text, places[i].byte),
	})
}

// indented is the lines of a text with an indent.
func (r *replacer) indented(text string, indent int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", indent) + line
		}
	}
	return strings.Join(lines, r.newline())
}

// fitsBlock reports whether a text can stand in a block without an indicator of its indent.
func fitsBlock(text string) bool {
	return text != "" && !strings.HasPrefix(text, " ") && !strings.HasPrefix(text, "\n") &&
		!strings.HasSuffix(text, "\n") && !strings.ContainsFunc(text, unprintable)
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

// inLine is a text on one line, in the style that the value began with where that can hold it.
func inLine(style byte, text string, flow bool) string {
	switch {
	case style == '"' || strings.Contains(text, "\n") || strings.ContainsFunc(text, unprintable):
		return quoted(text)
	case style != '\'' && fitsPlain(text, flow):
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// quoted is a text in double quotes.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case unprintable(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// fitsPlain reports whether a text of one line is read as itself without quotes.
func fitsPlain(text string, flow bool) bool {
	switch {
	case text == "" || strings.TrimSpace(text) != text,
		strings.ContainsRune("-?:,[]{}#&*!|>'\"%@`~=<", rune(text[0])),
		strings.Contains(text, ": ") || strings.HasSuffix(text, ":") || strings.Contains(text, " #"),
		flow && strings.ContainsAny(text, ",[]{}"), isNumber(text):
		return false
	}
	return !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off"}, strings.ToLower(text))
}

// apply is the data with all edits.
func (r *replacer) apply() []byte {
	slices.SortFunc(r.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out []byte
	done := 0
	for _, e := range r.edits {
		if e.start < done { // values within values, which YAML does not have
			continue
		}
		out = append(append(out, r.data[done:e.start]...), e.text...)
		done = e.end
	}
	return append(out, r.data[done:]...)
}

// same reports whether two trees differ only in the replaced texts.
func (r *replacer) same(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if text, ok := r.texts[a]; ok {
		return b.kind == scalar && strings.TrimRight(b.value, "\n") == strings.TrimRight(text, "\n")
	}
	return a.kind == b.kind && a.value == b.value &&
		slices.EqualFunc(a.keys, b.keys, r.same) && slices.EqualFunc(a.vals, b.vals, r.same)
}
