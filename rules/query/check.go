package query

import (
	"fmt"
	"unicode/utf8"
)

// check refuses trees that the grammar allows but that mean nothing. It goes over the tree once.
func check(n Node, errs *mistakes) {
	c := checker{errs}
	c.node(n, around{})
}

type checker struct{ errs *mistakes }

// around is what a node stands in.
type around struct {
	field                string // the innermost field
	call                 string // the innermost call
	atLeast, cases, stem bool
}

func (c checker) fail(at Node, format string, args ...any) {
	c.errs.add(at.Pos(), at.End(), format, args...)
}

// node checks n and what is below it.
func (c checker) node(n Node, in around) {
	if call := callName(n); call != "" {
		c.call(n, call, in)
		in.call = call
	}
	switch n := n.(type) {
	case *And:
		c.and(n, in)
	case *Not:
		c.condition(n, in)
	case *Near:
		c.near(n, in)
		in.atLeast = false // what may stand below a NEAR is settled above
	case *AtLeast:
		in.atLeast = true
	case *Case:
		in.cases = true
	case *Stem:
		in.stem = true
	case *Word:
		c.stem(n, in, n.Text)
	case *Phrase:
		c.stem(n, in, n.Words...)
	case *Field:
		c.field(n, in)
		in.field = n.Name
	}
	for _, child := range children(n) {
		c.node(child, in)
	}
}

// callName is the name of the call that n is, or empty.
func callName(n Node) string {
	switch n.(type) {
	case *AtLeast:
		return "ATLEAST"
	case *First:
		return "FIRST"
	case *Case:
		return "CASE"
	case *Stem:
		return "STEM"
	}
	return ""
}

// isValue reports whether a field is compared as a whole. The author is text about a person: it is
// searched, though it is no part of the article.
func isValue(field string) bool { return field != "" && field != "author" && !IsText(field) }

func (c checker) call(n Node, name string, in around) {
	switch {
	case isValue(in.field):
		c.fail(n, "%s cannot stand under %s: a value is compared there, no text is searched", name, in.field)
	case name == "ATLEAST" && in.atLeast:
		c.fail(n, "ATLEAST cannot stand in ATLEAST: write one count")
	case name == "CASE" && in.stem, name == "STEM" && in.cases:
		c.fail(n, "CASE and STEM contradict each other: one compares as written, one finds other forms")
	}
}

func (c checker) and(n *And, in around) {
	if in.field == "lang" || in.field == "country" {
		c.fail(n, "%s: AND cannot hold, for there is one %s only; write OR", in.field, in.field)
		return
	}
	c.condition(n, in)
}

// condition refuses AND and NOT where places in the text are counted.
func (c checker) condition(n Node, in around) {
	if in.atLeast {
		c.fail(n, "AND or NOT cannot stand in ATLEAST: places in the text are counted, "+
			"write ATLEAST/n(a) AND ATLEAST/n(b)")
	}
}

func (c checker) stem(n Node, in around, words ...string) {
	if !in.stem {
		return
	}
	for _, w := range words {
		if hasWildcard(w) {
			c.fail(n, "%s: STEM and a wildcard cannot work on one word; drop one of them", clip(w))
			return
		}
	}
}

func (c checker) field(n *Field, in around) {
	at := span{pos: n.pos, end: n.pos + Pos(len(n.Name)+1)}
	report := func(format string, args ...any) { c.errs.add(at.pos, at.end, format, args...) }
	switch {
	case in.field == "" && isValue(n.Name) && in.call != "":
		report("%s: cannot stand under %s: its value is no place in the text; write it outside with AND",
			n.Name, in.call)
	case in.field == "" || IsText(in.field) && IsText(n.Name) && within(n.Name, in.field):
	case IsText(in.field) && IsText(n.Name):
		report("%s: cannot stand under %s: no place in the text is in both; join them with AND",
			n.Name, in.field)
	default:
		report("%s: cannot stand under %s: one item has both, so join them with AND", n.Name, in.field)
	}
}

// within reports whether the text field inner is a part of outer.
func within(inner, outer string) bool {
	return inner == outer || outer == "text" || outer == "hlead" && (inner == "title" || inner == "lead")
}

// near checks the sides of a NEAR: both must be places in the text.
func (c checker) near(n *Near, in around) {
	name := "NEAR"
	if n.Ordered {
		name = "ONEAR"
	}
	report := func(format string, args ...any) { c.errs.add(n.op.pos, n.op.end, format, args...) }
	if isValue(in.field) {
		report("%s cannot stand under %s: a value is compared there, no text is searched", name, in.field)
		return
	}
	side := obstacle(n.Left)
	if side == nil {
		side = obstacle(n.Right)
	}
	switch side := side.(type) {
	case *And, *Not:
		report("AND or NOT cannot stand beside %s: a place in the text is needed, not a condition", name)
	case *Field:
		report("a field cannot stand beside %s: %s", name, fieldCure(n, side))
	case *AtLeast:
		report("ATLEAST cannot stand beside %s: a place in the text is needed, not a count", name)
	case *First:
		report("FIRST cannot stand beside %s: write FIRST/%d(... %s ...)", name, side.N, n.operator())
	}
}

// obstacle is the first node in a side of a NEAR that is no place in the text, or nil.
func obstacle(n Node) Node {
	switch n := n.(type) {
	case *And, *Not, *Field, *AtLeast, *First:
		return n
	case *Case:
		return obstacle(n.Arg)
	case *Stem:
		return obstacle(n.Arg)
	case *Or:
		for _, arg := range n.Args {
			if o := obstacle(arg); o != nil {
				return o
			}
		}
	}
	return nil
}

// fieldCure says what to write instead of a NEAR with a field at its side.
func fieldCure(n *Near, field *Field) string {
	left, leftName := unfield(n.Left)
	right, rightName := unfield(n.Right)
	and := fmt.Sprintf("(write %s)", short(&And{Args: []Node{n.Left, n.Right}}, "the two sides with AND"))
	switch {
	case isValue(field.Name) || field.Name == "author":
		return "its value is no place in the text " + and
	case leftName != "" && rightName != "" && leftName != rightName:
		return "no two fields have places near one another " + and
	case leftName+rightName == "": // it stands in a group
		return fmt.Sprintf("it must hold for both sides (write %s:(... %s ...))", field.Name, n.operator())
	}
	inner := *n
	inner.Left, inner.Right = left, right
	return fmt.Sprintf("it must hold for both sides (write %s)", short(&Field{Name: field.Name, Arg: &inner},
		fmt.Sprintf("%s:(... %s ...)", field.Name, n.operator())))
}

// unfield is what a field stands before, and the field's name.
func unfield(n Node) (Node, string) {
	if f, ok := n.(*Field); ok {
		return f.Arg, f.Name
	}
	return n, ""
}

// short is the print of n, or otherwise where that is too long to read in a message.
func short(n Node, otherwise string) string {
	if s := n.String(); utf8.RuneCountInString(s) <= 80 {
		return s
	}
	return otherwise
}
