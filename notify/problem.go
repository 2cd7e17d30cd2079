package notify

import (
	"strconv"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// A Problem is an operator's mistake in one field of the configuration.
type Problem struct {
	Path string // of the field, such as "route.routes[1].channel"
	Msg  string // what is wrong
	Cure string // what would be right; may be empty
}

// Error says where the mistake is, what is wrong and what would be right.
func (p Problem) Error() string {
	return (&diag.FieldError{Field: p.Path, Msg: p.Msg, Cure: p.Cure}).Error()
}

// Problems are all mistakes found in one place. Every Validate of this package and of
// the channels returns them; package diag can say where in a file each is.
type Problems []Problem

// Error has one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each problem as a *diag.FieldError.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = &diag.FieldError{Field: p.Path, Msg: p.Msg, Cure: p.Cure}
	}
	return errs
}

// Err returns the problems as an error, nil if there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Add adds a problem.
func (ps *Problems) Add(path, msg, cure string) {
	*ps = append(*ps, Problem{Path: path, Msg: msg, Cure: cure})
}

// Guess returns a cure for an unknown word: the one that was probably meant, or all
// known ones where none is near and they are few.
func Guess(word string, known []string) string {
	if near := diag.Closest(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	if len(known) > 0 && len(known) <= 12 {
		return "write one of " + strings.Join(known, ", ")
	}
	return ""
}
