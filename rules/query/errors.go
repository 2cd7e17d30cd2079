package query

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Error is one mistake in a query, with its cure.
type Error struct {
	Pos, End   Pos    // the bytes that are wrong
	Column     int    // of Pos, in characters from 1 over the whole query
	Line       int    // of Pos, from 1
	LineColumn int    // of Pos, in characters from 1 within its line
	Msg        string // what is wrong and what would be right

	multiline bool // the query has several lines: Error names the line
}

// Error is "9: message", the column first; in a query of several lines "line 2:9: message".
func (e *Error) Error() string {
	if e.multiline {
		return fmt.Sprintf("line %d:%d: %s", e.Line, e.LineColumn, e.Msg)
	}
	return fmt.Sprintf("%d: %s", e.Column, e.Msg)
}

// Errors are the mistakes of one query in the order of their positions.
type Errors []*Error

// Error is all mistakes, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// NewError is a mistake in a node of a parsed query that a later reader found, shown like Parse's
// own. In a tree made by hand it stands at the beginning.
func NewError(n Node, msg string) *Error {
	m := mistakes{}
	if src := n.source(); src != nil {
		m.src = src.text
	}
	m.add(n.Pos(), n.End(), "%s", msg)
	return m.sorted()[0]
}

// maxErrors bounds what one query reports: a reader fixes a handful at a time.
const maxErrors = 20

// mistakes collects what is wrong with one query.
type mistakes struct {
	src  string
	list Errors
}

// add notes a mistake at src[pos:end].
func (m *mistakes) add(pos, end Pos, format string, args ...any) {
	m.list = append(m.list, &Error{Pos: pos, End: end, Msg: fmt.Sprintf(format, args...)})
}

// sorted is the mistakes by position, one a position, with lines and columns filled in.
func (m *mistakes) sorted() Errors {
	slices.SortStableFunc(m.list, func(a, b *Error) int { return cmp.Compare(a.Pos, b.Pos) })
	list := slices.CompactFunc(m.list, func(a, b *Error) bool { return a.Pos == b.Pos })
	if len(list) > maxErrors {
		list = list[:maxErrors]
	}
	multiline := strings.ContainsAny(strings.TrimSpace(m.src), "\n\r")
	column, line, lineColumn, next := 1, 1, 1, 0
	for i, r := range m.src {
		for next < len(list) && int(list[next].Pos) <= i {
			list[next].at(column, line, lineColumn, multiline)
			next++
		}
		column++
		lineColumn++
		if r == '\n' {
			line++
			lineColumn = 1
		}
	}
	for ; next < len(list); next++ {
		list[next].at(column, line, lineColumn, multiline)
	}
	return list
}

// at fills in where the mistake is shown.
func (e *Error) at(column, line, lineColumn int, multiline bool) {
	e.Column, e.Line, e.LineColumn, e.multiline = column, line, lineColumn, multiline
}
