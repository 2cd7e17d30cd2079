package diag

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// MaxSize is how many bytes a file may have.
const MaxSize = 1 << 20

// A File is a parsed YAML file that knows where each value stands. Read is the only door.
// It is immutable and safe for concurrent use.
type File struct {
	Name string

	lines []string // of the source, without line ends
	root  *node    // nil for a file without a value
}

// Read parses one document. A mistake in the YAML itself comes back as Problems, and the
// File then holds no values but can still place problems.
func Read(name string, data []byte) (*File, Problems) {
	f := &File{Name: name}
	if len(data) > MaxSize {
		return f, Problems{{
			File: name,
			Msg:  fmt.Sprintf("the file has %d bytes, more than the %d that are read", len(data), MaxSize),
			Cure: "split it into several files",
		}}
	}
	src := normal(string(data))
	f.lines = strings.Split(src, "\n")
	if ps := f.unreadable(); len(ps) > 0 {
		return f, ps
	}
	root, p := f.parse(src)
	if p != nil {
		return f, Problems{*p}
	}
	f.root = root
	return f, nil
}

// Empty reports whether the file holds no value.
func (f *File) Empty() bool { return f.root == nil }

// normal is src without a byte order mark and with \n as the line end, which moves
// nothing to another line or column.
func normal(src string) string {
	src = strings.TrimPrefix(src, "\ufeff")
	src = strings.ReplaceAll(src, "\r\n", "\n")
	return strings.ReplaceAll(src, "\r", "\n")
}

// unreadable finds bytes that are no text. At most ten are reported: a binary file has
// thousands.
func (f *File) unreadable() Problems {
	var ps Problems
	for i, line := range f.lines {
		at, msg, cure := strange(line)
		if at < 0 {
			continue
		}
		col := utf8.RuneCountInString(line[:at]) + 1
		if ps = append(ps, f.problem(i+1, col, 1, "", msg, cure)); len(ps) == 10 {
			break
		}
	}
	return ps
}

// strange is the first byte of a line that no text file has, -1 where there is none.
func strange(line string) (at int, msg, cure string) {
	if len(line) > maxLine {
		return maxLine, fmt.Sprintf("the line has more than %d bytes", maxLine), "break it into several"
	}
	for i, r := range line {
		if r == utf8.RuneError && !strings.HasPrefix(line[i:], "\ufffd") {
			return i, "the file is not UTF-8 here", "save it as UTF-8"
		}
		if unicode.IsControl(r) && r != '\t' && r != '\u0085' {
			return i, fmt.Sprintf("control character %U", r), "delete it"
		}
	}
	return -1, "", ""
}

// parse reads the document. The YAML library has been seen to panic on broken input;
// what it cannot read is a mistake in the file like any other.
func (f *File) parse(src string) (root *node, p *Problem) {
	defer func() {
		if recover() != nil {
			p = new(f.problem(1, 1, 1, "", "the file cannot be read as YAML", cureUnknown))
		}
	}()
	if p := f.blankRun(); p != nil {
		return nil, p
	}
	tokens := lexer.Tokenize(src)
	if p := f.tooMuch(tokens); p != nil {
		return nil, p
	}
	doc, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, new(f.syntax(err))
	}
	return f.build(doc)
}

// At is the place of the value at a path, such as "channels.desk.slack.token_file" or
// "rules[2].query"; that of the nearest value above it where there is none.
func (f *File) At(path string) (line, col int) {
	line, col, _ = f.find(path).place()
	return line, col
}

// Has reports whether the file has a value, null included, at a path.
func (f *File) Has(path string) bool {
	n, rest := f.root.descend(split(path))
	return n != nil && len(rest) == 0
}

// Problem is a mistake in the value at a path.
func (f *File) Problem(path, msg, cure string) Problem {
	line, col, width := f.find(path).place()
	return f.problem(line, col, width, path, msg, cure)
}

// ProblemAt is a mistake in the bytes start to end of the text at a path: it points into
// block and quoted texts, too.
func (f *File) ProblemAt(path string, start, end int, msg, cure string) Problem {
	line, col := f.Offset(path, start)
	width := 1
	if l, c := f.Offset(path, end); l == line && c > col {
		width = c - col
	}
	return f.problem(line, col, width, path, msg, cure)
}

// find is the node at a path or the nearest above it.
func (f *File) find(path string) *node {
	n, _ := f.root.descend(split(path))
	return n
}

// problem is a mistake at a place; the caret ends with the line.
func (f *File) problem(line, col, width int, field, msg, cure string) Problem {
	p := Problem{File: f.Name, Line: line, Col: col, Field: field, Msg: msg, Cure: cure}
	if line >= 1 && line <= len(f.lines) {
		p.Snippet = masked(f.lines[line-1])
		p.Width = max(1, min(width, utf8.RuneCountInString(p.Snippet)-col+1))
	}
	return p
}

// secretValue finds values that a log should not hold. Keys that end in _file name a
// file and are shown.
var secretValue = regexp.MustCompile(
	`(?i)((?:^|[\s{,"'])[a-z0-9_-]*(?:password|passwd|token|secret|dsn|webhook|api_key)["']?\s*:\s+)` +
		`("[^"]*"?|'[^']*'?|[^\s,{}][^,{}]*)`)

// userInfo finds a name and password in an address.
var userInfo = regexp.MustCompile(`://[^/\s"'@]+@`)

// masked is a source line without the secrets in it.
func masked(line string) string {
	if strings.Contains(line, "@") {
		line = userInfo.ReplaceAllString(line, "://<secret>@")
	}
	lower := strings.ToLower(line)
	has := func(word string) bool { return strings.Contains(lower, word) }
	if !slices.ContainsFunc([]string{"passw", "token", "secret", "dsn", "webhook", "api_key"}, has) {
		return line // most lines, without the cost of the search below
	}
	return secretValue.ReplaceAllStringFunc(line, func(s string) string {
		m := secretValue.FindStringSubmatch(s)
		if slices.Contains([]string{"|", ">", "{", "["}, m[2][:1]) {
			return s
		}
		return m[1] + "<secret>"
	})
}
