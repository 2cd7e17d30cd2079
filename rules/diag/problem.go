package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Source is the content of one file under the name it is reported by.
type Source struct {
	Name string
	Data []byte
}

// A Problem is one mistake in a file of the operator's.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`  // from 1; 0 when the mistake has no place in the file
	Col     int    `json:"col,omitempty"`   // in characters, from 1
	Field   string `json:"field,omitempty"` // path of the value, such as rules[0].query
	Msg     string `json:"msg"`
	Cure    string `json:"cure,omitempty"`    // what would be right
	Snippet string `json:"snippet,omitempty"` // the source line, secrets masked
	Width   int    `json:"width,omitempty"`   // length of the caret in characters
}

// Error is "file:line:col: field: msg; cure" without the parts that are missing.
func (p Problem) Error() string {
	s := p.place() + ": "
	if p.Field != "" {
		s += p.Field + ": "
	}
	s += p.Msg
	if p.Cure != "" {
		s += "; " + p.Cure
	}
	return s
}

// place is "file:line:col".
func (p Problem) place() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Problems are mistakes of one or several files.
type Problems []Problem

// Error is the mistakes, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is ps as an error, nil where there is no mistake: a nil Problems in an error
// variable would not be nil.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Sort orders ps by file, line and column and drops what is said twice.
func (ps Problems) Sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool {
		return a.File == b.File && a.Line == b.Line && a.Col == b.Col && a.Msg == b.Msg
	})
}

// A FieldError is a mistake in one field of a value, as a Validate method reports it:
// File.Check gives it its place. Field is a path from the value that was validated, in
// the names of its yaml tags ("hours[1].from"); empty for the value as a whole.
type FieldError struct {
	Field string
	Msg   string
	Cure  string
}

// Error is "field: msg; cure".
func (e *FieldError) Error() string {
	s := e.Msg
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Cure != "" {
		s += "; " + e.Cure
	}
	return s
}
