package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A box is a part of a query that may be printed on one line or on several.
type box struct {
	open  string // what stands before its parts: "(", "CASE(", "title:("; empty for none
	text  string // of a word
	parts []part // of a group, or the two sides of a NEAR
	width int    // of its print on one line
	first int    // index of its first token
	last  int    // and of its last
}

// A part is a box and the operator before it, empty for the first.
type part struct {
	operator string
	at       int // index of the operator's token
	box      *box
}

// builder makes boxes of a tree and numbers the tokens they print.
type builder struct{ kinds []kind }

func (b *builder) token(k kind) int {
	b.kinds = append(b.kinds, k)
	return len(b.kinds) - 1
}

// chain is the parts that the printer writes for n without parentheses.
func (b *builder) chain(n Node) []part {
	switch n := n.(type) {
	case *And:
		return b.and(n)
	case *Or:
		parts := []part{{box: b.operand(n.Args[0], isJoint(n.Args[0]))}}
		for _, arg := range n.Args[1:] {
			parts = b.join(parts, "OR", arg, isJoint(arg))
		}
		return parts
	case *Not:
		return b.nots(n)
	case *Near:
		beside := func(n Node) bool { return isJoint(n) || isNear(n) }
		parts := []part{{box: b.operand(n.Left, beside(n.Left))}}
		return b.join(parts, n.operator(), n.Right, beside(n.Right))
	}
	return []part{{box: b.operand(n, false)}}
}

// join adds an operator and a part.
func (b *builder) join(parts []part, operator string, n Node, parentheses bool) []part {
	at := b.token(kindAnd)
	return append(parts, part{operator, at, b.operand(n, parentheses)})
}

func (b *builder) and(n *And) []part {
	var parts []part
	if not, ok := n.Args[0].(*Not); ok { // read from the left as it is
		parts = b.nots(not)
	} else {
		parts = []part{{box: b.operand(n.Args[0], isJoint(n.Args[0]))}}
	}
	for _, arg := range n.Args[1:] {
		parts = b.join(parts, "AND", arg, isJoint(arg))
	}
	return parts
}

// nots is the parts of a NOT and of those that begin its left side, of which a query may have
// thousands.
func (b *builder) nots(n *Not) []part {
	rights := []Node{n.Right}
	left := n.Left
	for {
		more, ok := left.(*Not)
		if !ok {
			break
		}
		rights, left = append(rights, more.Right), more.Left
	}
	var parts []part
	if isAnd(left) {
		parts = b.chain(left)
	} else {
		parts = []part{{box: b.operand(left, isOr(left))}}
	}
	for _, r := range slices.Backward(rights) {
		parts = b.join(parts, "NOT", r, isJoint(r))
	}
	return parts
}

// operand is the box of one part.
func (b *builder) operand(n Node, parentheses bool) *box {
	if parentheses {
		return b.group("(", n)
	}
	switch n := n.(type) {
	case *Field:
		_, field := n.Arg.(*Field)
		inner := b.operand(n.Arg, isJoint(n.Arg) || isNear(n.Arg) || field)
		prefix := n.Name + ":"
		if inner.open != "" {
			inner.open = prefix + inner.open
		} else {
			inner.text = prefix + inner.text
		}
		inner.width += len(prefix)
		return inner
	case *AtLeast, *First, *Case, *Stem:
		return b.group(opening(n), children(n)[0])
	case *Near:
		first := len(b.kinds)
		return measure(&box{parts: b.chain(n), first: first, last: len(b.kinds) - 1})
	}
	at := b.token(kindWord)
	text := n.String()
	return &box{text: text, width: utf8.RuneCountInString(text), first: at, last: at}
}

// opening is what stands before the argument of a call.
func opening(n Node) string {
	switch n := n.(type) {
	case *AtLeast:
		return "ATLEAST/" + strconv.Itoa(n.N) + "("
	case *First:
		return "FIRST/" + strconv.Itoa(n.N) + "("
	}
	return callName(n) + "("
}

func (b *builder) group(open string, n Node) *box {
	first := b.token(kindOpen)
	parts := b.chain(n)
	return measure(&box{open: open, parts: parts, first: first, last: b.token(kindClose)})
}

// measure fills in the width of a box with parts.
func measure(b *box) *box {
	for _, p := range b.parts {
		b.width += len(p.operator) + p.box.width
	}
	b.width += 2 * (len(b.parts) - 1)
	if b.open != "" {
		b.width += len(b.open) + 1
	}
	return b
}

// layout prints boxes and the comments between their tokens.
type layout struct {
	out    strings.Builder
	notes  map[int][]note // by the index of the token after them
	before []int          // for each token, how many have notes before it, itself included
	column int
	broken bool // the next token begins a line
}

// count prepares commented for n tokens.
func (p *layout) count(n int) {
	p.before = make([]int, n+1)
	for i := range p.before {
		if i > 0 {
			p.before[i] = p.before[i-1]
		}
		if len(p.notes[i]) > 0 {
			p.before[i]++
		}
	}
}

// commented reports whether a comment stands within a box.
func (p *layout) commented(first, last int) bool { return p.before[last] > p.before[first] }

// query prints a whole query of so many tokens.
func (p *layout) query(parts []part, tokens int) {
	all := measure(&box{parts: parts, last: tokens - 1})
	switch {
	case len(parts) == 1:
		p.box(parts[0].box, 0)
	case all.width <= Width && !p.commented(0, tokens-1):
		p.begin(0, 0)
		p.flat(all)
	default:
		p.chain(parts, 0, false)
	}
	p.comments(tokens, 0)
}

// chain prints parts, each on a line of its own; if filled, words that are joined with OR share
// lines.
func (p *layout) chain(parts []part, indent int, filled bool) {
	for i, part := range parts {
		if i == 0 {
			p.box(part.box, indent)
			continue
		}
		share := filled && part.operator == "OR" && part.box.text != "" && parts[i-1].box.text != "" &&
			p.column+len(part.operator)+part.box.width+2 <= Width
		if !share {
			p.broken = true
		}
		p.token(part.operator, part.at, indent)
		p.box(part.box, indent)
	}
}

// box prints a box after what stands on the line, its further lines at the indent.
func (p *layout) box(b *box, indent int) {
	column := p.column + 1
	if p.broken || p.column == 0 {
		column = indent
	}
	switch {
	case b.text != "" || column+b.width <= Width && !p.commented(b.first, b.last):
		p.begin(b.first, indent)
		p.flat(b)
	case b.open == "":
		p.near(b, indent)
	default:
		p.token(b.open, b.first, indent)
		p.broken = true
		p.chain(b.parts, indent+2, true)
		p.comments(b.last, indent+2)
		p.broken = true
		p.token(")", b.last, indent)
	}
}

// near prints a NEAR that does not fit on the line and is one of several parts: its operator stays
// on the line of the parentheses left and right of it if there are such.
func (p *layout) near(b *box, indent int) {
	right := b.parts[1]
	p.box(b.parts[0].box, indent)
	need := right.box.width
	if right.box.open != "" {
		need = len(right.box.open)
	}
	if p.column+len(right.operator)+need+2 > Width || len(p.notes[right.at]) > 0 {
		indent += 2
		p.broken = true
	}
	p.token(right.operator, right.at, indent)
	p.box(right.box, indent)
}

// flat prints a box on the line; the place before its first token is prepared.
func (p *layout) flat(b *box) {
	p.write(b.open)
	p.write(b.text)
	for i, part := range b.parts {
		if i > 0 {
			p.write(" " + part.operator + " ")
		}
		p.flat(part.box)
	}
	if b.open != "" {
		p.write(")")
	}
}

// token prints one token after what stands on the line.
func (p *layout) token(text string, at, indent int) {
	p.begin(at, indent)
	p.write(text)
}

// begin prints the comments before a token and the white space after them.
func (p *layout) begin(at, indent int) {
	p.comments(at, indent)
	switch {
	case p.out.Len() == 0:
	case p.broken:
		p.line(indent)
	default:
		p.write(" ")
	}
}

// comments prints what stands before a token; the token then begins a line.
func (p *layout) comments(at, indent int) {
	for _, n := range p.notes[at] {
		switch {
		case n.trailing:
			p.write("  ")
		case p.out.Len() > 0:
			p.line(indent)
		}
		p.write(n.text)
		p.broken = true
	}
	delete(p.notes, at)
}

func (p *layout) line(indent int) {
	p.out.WriteByte('\n')
	p.column, p.broken = 0, false
	p.write(strings.Repeat(" ", indent))
}

func (p *layout) write(text string) {
	p.out.WriteString(text)
	p.column += utf8.RuneCountInString(text)
}
