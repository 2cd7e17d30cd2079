package convert

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// A Vendor is a product whose queries can be read.
type Vendor string

// The vendors.
const (
	Factiva    Vendor = "factiva"
	Lexis      Vendor = "lexis"
	Brandwatch Vendor = "brandwatch"
	Meltwater  Vendor = "meltwater"
)

// Vendors lists all vendors.
func Vendors() []Vendor { return []Vendor{Factiva, Lexis, Brandwatch, Meltwater} }

// A Result is a converted query.
type Result struct {
	Query string   // in the layout of query.Format
	Notes []string // what reads differently and how it was decided, each once
}

// Convert reads a query in the syntax of a vendor. What cannot be converted is returned as Errors,
// which is never empty then; an unknown vendor is another error.
func Convert(from Vendor, src string) (Result, error) {
	d, ok := dialectOf(from)
	if !ok {
		return Result{}, fmt.Errorf("unknown vendor %q: choose one of %v", from, Vendors())
	}
	p := &parser{dialect: d, mistakes: mistakes{src: src}}
	if len(src) > query.MaxBytes {
		p.src = "" // a reader of this mistake needs no place in it
		p.fail(0, 0, "the query is %d KB long: at most %d KB are read", (len(src)+1023)>>10, query.MaxBytes>>10)
		return Result{}, p.sorted()
	}
	n := p.query()
	if len(p.list) > 0 {
		return Result{}, p.sorted()
	}
	out, err := query.Format(n.String())
	if err != nil {
		p.fail(0, len(src), "what this becomes is refused: %s", first(err))
		return Result{}, p.sorted()
	}
	return Result{Query: out, Notes: p.notes}, nil
}

// first is the first complaint of package query, without its place, which is not one in the
// vendor's text.
func first(err error) string {
	if errs, ok := errors.AsType[query.Errors](err); ok {
		return errs[0].Msg
	}
	return err.Error()
}

// note keeps what a reader of the result should know.
func (p *parser) note(format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	if len(p.notes) < maxNotes && !slices.Contains(p.notes, n) {
		p.notes = append(p.notes, n)
	}
}

// maxNotes bounds what one query says.
const maxNotes = 30

func dialectOf(v Vendor) (dialect, bool) {
	switch v {
	case Factiva:
		return factiva(), true
	case Lexis:
		return lexis(), true
	case Brandwatch:
		return brandwatch(), true
	case Meltwater:
		return meltwater(), true
	}
	return dialect{}, false
}

// clip shortens text for a message.
func clip(text string) string {
	const most = 60
	if runes := []rune(text[:min(len(text), 4*most)]); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
