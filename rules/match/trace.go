package match

import (
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Trace shows how a query was judged: one of each node, in the shape of the query.
type Trace struct {
	Node     string         `json:"node"` // as the query prints it
	Pass     bool           `json:"pass"`
	Reason   string         `json:"reason,omitempty"` // what was missing or found, in words
	Spans    []watcher.Span `json:"spans,omitempty"`  // where, at most 20
	Found    []string       `json:"found,omitempty"`  // the words at Spans, as the item has them
	Children []*Trace       `json:"children,omitempty"`
}

// The bounds of a Trace: the spans of one node, and the bytes of all nodes as they print. A chain of
// thousands of NOTs would else be printed thousands of times.
const (
	maxTraced  = 20
	maxPrinted = 8 << 20
)

// print is a node of a trace as the query prints it.
func (e *evaluator) print(n *node) string {
	if e.printed > maxPrinted {
		return "a part of a query too long to show"
	}
	s := n.String()
	e.printed += len(s)
	return s
}

// Explain judges an item as Eval does and shows why.
func (q *Query) Explain(d *Doc) *Trace {
	e := evaluator{doc: d, trace: true}
	_, t := e.eval(q.root, everywhere())
	return t
}

// explain is the trace of a node, if one is kept; reason is worked out if empty.
func (e *evaluator) explain(n *node, in scope, v verdict, kids []*Trace, reason string) *Trace {
	if !e.trace {
		return nil
	}
	if reason == "" {
		reason = e.reason(n, in, v, kids)
	}
	t := &Trace{
		Node: e.print(n), Pass: v.ok, Reason: reason,
		Spans: e.doc.spans(v.places, maxTraced), Children: kids,
	}
	for _, s := range t.Spans {
		// A long text without spaces is one word; whoever reads a trace needs its beginning.
		t.Found = append(t.Found, clip(e.doc.item.Text(s.Field)[s.Start:s.End]))
	}
	return t
}

func (e *evaluator) reason(n *node, in scope, v verdict, kids []*Trace) string {
	switch n.Node.(type) {
	case *query.And:
		if !v.ok {
			return "missing: " + failing(kids)
		}
		return ""
	case *query.Or:
		if !v.ok {
			return fmt.Sprintf("none of the %d holds", len(kids))
		}
		return ""
	case *query.Not:
		switch {
		case !kids[0].Pass:
			return "missing: " + clip(kids[0].Node)
		case kids[1].Pass:
			return "excluded by " + clip(kids[1].Node)
		}
		return clip(kids[1].Node) + " is not found"
	case *query.First, *query.Case, *query.Stem, *query.Field:
		return ""
	}
	if n.field != "" {
		return valueReason(n.field, e.doc.valuesOf(n.field))
	}
	if v.ok {
		return plural(len(v.places), "place")
	}
	what := "not"
	if n.vocabulary != nil {
		what = fmt.Sprintf("none of its %s is", plural(len(n.terms.terms), "term"))
	}
	return fmt.Sprintf("%s in %s", what, in)
}

// failing lists the nodes that do not hold.
func failing(kids []*Trace) string {
	var list []string
	for _, k := range kids {
		if !k.Pass {
			list = append(list, clip(k.Node))
		}
	}
	return strings.Join(list, "; ")
}

// valueReason says what the item has for a field.
func valueReason(field string, values []string) string {
	if len(values) == 0 {
		return fmt.Sprintf("the item has no %s", field)
	}
	if field == "url" || field == "site" { // the other values are forms of the first
		values = values[:1]
	}
	return fmt.Sprintf("the %s is %s", field, clip(strings.Join(values, ", ")))
}

// String is the scope in words.
func (s scope) String() string {
	var names []string
	for t, in := range s.texts {
		if name := string(fieldOf(t)); in && name != "" {
			names = append(names, name)
		} else if in {
			names = append(names, "author")
		}
	}
	where := "the " + strings.Join(names, ", ")
	if s.first > 0 {
		return fmt.Sprintf("the first %s of %s", plural(s.first, "word"), where)
	}
	return where
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// clip shortens text for a reason.
func clip(text string) string {
	const most = 80
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i] + "…"
		}
	}
	return text
}
