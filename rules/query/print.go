package query

import (
	"slices"
	"strconv"
	"strings"
)

// printer writes the canonical form: one line, operators in capitals, one space, straight double
// quotation marks, parentheses only where they are needed.
type printer struct{ strings.Builder }

func canonical(n Node) string {
	var w printer
	n.write(&w)
	return w.String()
}

// String is the word as Parse reads it; the same holds for the exported nodes below.
func (n *Word) String() string       { return canonical(n) }
func (n *Phrase) String() string     { return canonical(n) }
func (n *Vocabulary) String() string { return canonical(n) }
func (n *And) String() string        { return canonical(n) }
func (n *Or) String() string         { return canonical(n) }
func (n *Not) String() string        { return canonical(n) }
func (n *Near) String() string       { return canonical(n) }
func (n *AtLeast) String() string    { return canonical(n) }
func (n *First) String() string      { return canonical(n) }
func (n *Case) String() string       { return canonical(n) }
func (n *Stem) String() string       { return canonical(n) }
func (n *Field) String() string      { return canonical(n) }
func (n *broken) String() string     { return "..." }

func (n *broken) write(w *printer) { w.WriteString("...") }

func (n *Word) write(w *printer) {
	if isPlain(n.Text) {
		w.WriteString(n.Text)
		return
	}
	w.quote(n.Text)
}

func (n *Phrase) write(w *printer) { w.quote(strings.Join(n.Words, " ")) }

func (n *Vocabulary) write(w *printer) {
	w.WriteByte('@')
	w.WriteString(n.Name)
}

func (n *And) write(w *printer) {
	for i, arg := range n.Args {
		if i > 0 {
			w.WriteString(" AND ")
		}
		_, not := arg.(*Not) // first in a chain it is read from the left as it is
		w.operand(arg, isOr(arg) || isAnd(arg) || not && i > 0)
	}
}

func (n *Or) write(w *printer) {
	for i, arg := range n.Args {
		if i > 0 {
			w.WriteString(" OR ")
		}
		w.operand(arg, isJoint(arg))
	}
}

func (n *Not) write(w *printer) {
	w.operand(n.Left, isOr(n.Left))
	w.WriteString(" NOT ")
	w.operand(n.Right, isJoint(n.Right))
}

func (n *Near) write(w *printer) {
	w.operand(n.Left, isJoint(n.Left) || isNear(n.Left))
	w.WriteByte(' ')
	w.WriteString(n.operator())
	w.WriteByte(' ')
	w.operand(n.Right, isJoint(n.Right) || isNear(n.Right))
}

// operator is the operator as it is written: NEAR/5, NOT ONEAR/S.
func (n *Near) operator() string {
	op := "NEAR/"
	if n.Ordered {
		op = "ONEAR/"
	}
	if n.Negated {
		op = "NOT " + op
	}
	switch n.Unit {
	case Sentence:
		return op + "S"
	case Paragraph:
		return op + "P"
	}
	return op + strconv.Itoa(n.Distance)
}

func (n *AtLeast) write(w *printer) {
	w.WriteString("ATLEAST/")
	w.WriteString(strconv.Itoa(n.N))
	w.operand(n.Arg, true)
}

func (n *First) write(w *printer) {
	w.WriteString("FIRST/")
	w.WriteString(strconv.Itoa(n.N))
	w.operand(n.Arg, true)
}

func (n *Case) write(w *printer) {
	w.WriteString("CASE")
	w.operand(n.Arg, true)
}

func (n *Stem) write(w *printer) {
	w.WriteString("STEM")
	w.operand(n.Arg, true)
}

func (n *Field) write(w *printer) {
	w.WriteString(n.Name)
	w.WriteByte(':')
	_, field := n.Arg.(*Field)
	w.operand(n.Arg, isJoint(n.Arg) || isNear(n.Arg) || field)
}

func (w *printer) operand(n Node, parentheses bool) {
	if parentheses {
		w.WriteByte('(')
	}
	n.write(w)
	if parentheses {
		w.WriteByte(')')
	}
}

func (w *printer) quote(words string) {
	w.WriteByte('"')
	w.WriteString(words)
	w.WriteByte('"')
}

func isAnd(n Node) bool {
	_, ok := n.(*And)
	return ok
}

func isOr(n Node) bool {
	_, ok := n.(*Or)
	return ok
}

func isNear(n Node) bool {
	_, ok := n.(*Near)
	return ok
}

// isJoint reports whether n is an AND, OR or NOT.
func isJoint(n Node) bool {
	_, not := n.(*Not)
	return not || isAnd(n) || isOr(n)
}

// isPlain reports whether a word needs no quotation marks.
func isPlain(word string) bool {
	runes := []rune(word)
	if len(runes) == 0 || !isWordStart(runes[0]) ||
		slices.ContainsFunc(runes, func(r rune) bool { return !isWordRune(r) }) {
		return false
	}
	_, _, isOperator := operator(word)
	return !isOperator && reservedMistake(word) == ""
}
