package convert

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Error is one reason why a query cannot be converted, with its cure.
type Error struct {
	Pos, End int    // the bytes that are wrong
	Line     int    // of Pos, from 1
	Column   int    // of Pos, in characters from 1 within its line
	Msg      string // what has no equal or no known meaning, and what would be right

	multiline bool // the query has several lines: Error names the line
}

// Error is "9: message", the column first; in a query of several lines "line 2:9: message".
func (e *Error) Error() string {
	if e.multiline {
		return fmt.Sprintf("line %d:%d: %s", e.Line, e.Column, e.Msg)
	}
	return fmt.Sprintf("%d: %s", e.Column, e.Msg)
}

// Errors are the reasons in the order of their positions.
type Errors []*Error

// Error is all reasons, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// maxErrors bounds what one query reports.
const maxErrors = 20

// mistakes collects what is wrong with one query.
type mistakes struct {
	src  string
	list Errors
}

// fail notes a mistake at src[pos:end].
func (m *mistakes) fail(pos, end int, format string, args ...any) {
	m.list = append(m.list, &Error{Pos: pos, End: end, Msg: fmt.Sprintf(format, args...)})
}

// sorted is the mistakes by position, one a position, with their places.
func (m *mistakes) sorted() Errors {
	slices.SortStableFunc(m.list, func(a, b *Error) int { return cmp.Compare(a.Pos, b.Pos) })
	list := slices.CompactFunc(m.list, func(a, b *Error) bool { return a.Pos == b.Pos })
	if len(list) > maxErrors {
		list = list[:maxErrors]
	}
	multiline := strings.Contains(strings.TrimSpace(m.src), "\n")
	for _, e := range list {
		before := m.src[:e.Pos]
		start := strings.LastIndexByte(before, '\n') + 1
		e.Line, e.Column = strings.Count(before, "\n")+1, len([]rune(before[start:]))+1
		e.multiline = multiline
	}
	return list
}
