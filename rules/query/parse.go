package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxBytes is the length of the longest query that Parse reads.
const MaxBytes = 200 << 10

// maxNesting is how many parentheses may be open at once.
const maxNesting = 64

// Parse reads one query. All mistakes found are returned as Errors, which is never empty then.
func Parse(src string) (Node, error) {
	errs := &mistakes{src: src}
	if len(src) > MaxBytes {
		errs.src = "" // a reader of this mistake needs no place in it
		errs.add(0, Pos(len(src)), "the query is %d KB long: at most %d KB are read",
			(len(src)+1023)>>10, MaxBytes>>10)
		return nil, errs.sorted()
	}
	if !readable(src, errs) {
		return nil, errs.sorted()
	}
	tokens, torn := lex(src, errs)
	if torn { // where a phrase ends is unknown, so every further mistake would be a guess
		return nil, errs.sorted()
	}
	p := &parser{src: &source{text: src}, tokens: tokens, errs: errs}
	n := p.query()
	check(n, errs)
	if len(errs.list) > 0 {
		return nil, errs.sorted()
	}
	return n, nil
}

// readable refuses what a reader of the source could not see: bytes that are no text, control
// characters and invisible ones.
func readable(src string, errs *mistakes) bool {
	for i, r := range src {
		end := Pos(i + utf8.RuneLen(r))
		switch name := invisible(r); {
		case r == utf8.RuneError && !strings.HasPrefix(src[i:], "\uFFFD"):
			errs.add(Pos(i), Pos(i+1), "invalid UTF-8 (byte 0x%02x): save the text as UTF-8", src[i])
		case isControl(r):
			errs.add(Pos(i), end, "control character U+%04X: delete it", r)
		case name != "":
			errs.add(Pos(i), end, "invisible character U+%04X %s: delete it", r, name)
		}
		if len(errs.list) == maxErrors {
			break
		}
	}
	return len(errs.list) == 0
}

// parser builds the tree, one method per production of the grammar.
type parser struct {
	src     *source
	tokens  []token
	next    int // index of the next token
	errs    *mistakes
	nesting int  // open parentheses
	stopped bool // too many were open: nothing further is reported
	tainted bool // a mistake was reported in this level: do not guess at further ones
}

func (p *parser) peek() token { return p.tokens[p.next] }

// take consumes the next token; at the end it stays there.
func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != kindEOF {
		p.next++
	}
	p.tainted = p.tainted || t.unclear
	return t
}

// last is the token consumed last, or one of kindOpen at the beginning.
func (p *parser) last() token {
	if p.next == 0 {
		return token{kind: kindOpen}
	}
	return p.tokens[p.next-1]
}

// from is the place from start to the token consumed last.
func (p *parser) from(start Pos) span { return span{start, p.last().end, p.src} }

// fail reports a mistake that makes the level it stands in unclear.
func (p *parser) fail(t token, format string, args ...any) {
	p.tainted = true
	p.report(t, fmt.Sprintf(format, args...))
}

// report reports a mistake.
func (p *parser) report(t token, msg string) {
	if !p.stopped {
		p.errs.add(t.pos, t.end, "%s", msg)
	}
}

// query = expr .
func (p *parser) query() Node {
	if p.peek().kind == kindEOF {
		p.fail(p.peek(), "the query is empty: write what to search for")
		return &broken{}
	}
	n := p.expr()
	for p.peek().kind == kindClose {
		if t := p.take(); !t.bad {
			p.fail(t, ") closes nothing: no ( was opened before it")
		}
		if p.peek().operator() {
			p.take()
		}
		if p.peek().kind != kindEOF && p.peek().kind != kindClose {
			p.expr()
		}
	}
	return n
}

// expr = prox { "OR" prox } | prox { ( "AND" | "NOT" | "AND" "NOT" ) prox } .
func (p *parser) expr() Node {
	outer := p.tainted
	defer func() { p.tainted = outer }()
	p.tainted = false
	start := p.peek().pos
	n := p.prox()
	var joint, implied token // the first of their kind
	mixed := false
	for {
		op := p.peek()
		switch {
		case op.kind == kindEOF || op.kind == kindClose:
			if implied.kind != kindEOF && !p.tainted {
				p.implied(implied)
			}
			return n
		case op.kind == kindBad:
			p.take()
			p.tainted = true
			continue
		case op.kind == kindNear, op.kind == kindNot && p.tokens[p.next+1].kind == kindNear:
			p.secondNear()
			continue
		case op.begins():
			if implied.kind == kindEOF {
				implied = op
				implied.number = p.next
			}
			p.prox()
			continue
		}
		op = p.joint()
		if joint.kind == kindEOF {
			joint = op
		} else if (joint.kind == kindOr) != (op.kind == kindOr) && !mixed && !p.tainted {
			mixed = true
			p.report(op, mixture(joint, op))
		}
		n = join(op.kind, n, p.prox())
		place(n, p.from(start))
	}
}

// joint consumes AND, OR, NOT or AND NOT.
func (p *parser) joint() token {
	op := p.take()
	if op.kind == kindAnd && p.peek().kind == kindNot &&
		p.tokens[p.next+1].kind != kindNear {
		return p.take()
	}
	return op
}

// secondNear reports and skips a NEAR after a NEAR that no parentheses part.
func (p *parser) secondNear() {
	quiet := p.tainted
	if p.peek().kind == kindNot {
		p.take()
	}
	if op := p.take(); !op.bad && !quiet {
		p.fail(op, "two NEAR in one level: add parentheses, (a NEAR/3 b) NEAR/3 c")
	}
	p.operand()
}

// prox = operand [ [ "NOT" ] ( "NEAR" | "ONEAR" ) "/" distance operand ] .
func (p *parser) prox() Node {
	start := p.peek().pos
	left := p.operand()
	n := &Near{Left: left}
	switch {
	case p.peek().kind == kindNear:
	case p.peek().kind == kindNot && p.tokens[p.next+1].kind == kindNear:
		p.take()
		n.Negated = true
	default:
		return left
	}
	n.op = p.take()
	n.Ordered, n.Distance, n.Unit = n.op.ordered, n.op.number, n.op.unit
	n.Right = p.operand()
	n.span = p.from(start)
	return n
}

// operand = [ field ":" ] primary .
func (p *parser) operand() Node {
	p.misplaced()
	if p.peek().kind == kindField {
		return p.field()
	}
	return p.primary()
}

// misplaced reports and skips operators where an operand must stand.
func (p *parser) misplaced() {
	reported := false
	for p.peek().operator() || p.peek().kind == kindBad {
		before := p.last()
		op := p.take()
		if op.bad || reported {
			reported = true
			continue
		}
		reported = true
		name := p.written(op)
		switch {
		case op.kind == kindNot && before.kind == kindOr:
			p.fail(op, "NOT cannot stand after OR: almost everything lacks a word; "+
				"write (a OR b) NOT c")
		case before.operator():
			p.fail(op, "%s cannot follow %s: something to search for is missing between them",
				clip(name), clip(p.written(before)))
		case op.kind == kindNot:
			p.fail(op, "NOT needs something before it: a query that only excludes matches almost everything")
		default:
			p.fail(op, "%s needs something before it", clip(name))
		}
	}
}

// field is what stands under field ":".
func (p *parser) field() Node {
	t := p.take()
	switch next := p.peek(); {
	case next.kind == kindField:
		p.fail(next, "%s: cannot follow %s: one field holds for a word or a group; write one of them",
			next.text, t.text)
		return p.field()
	case next.bad && !next.begins():
		p.take()
		return &broken{}
	case !next.begins():
		if !t.bad {
			p.fail(t, "%s: needs something directly after it: write %s:word", clip(t.text), clip(t.text))
		}
		return &broken{}
	case next.pos != t.end && !t.bad:
		p.fail(t, "no space may follow %s: (write %s:%s)", t.text, t.text, clip(p.written(next)))
	}
	arg := p.primary()
	if t.bad {
		return &broken{p.from(t.pos)}
	}
	return &Field{p.from(t.pos), t.text, arg}
}

// primary = word | phrase | vocabulary | call | "(" expr ")" .
func (p *parser) primary() Node {
	if !p.peek().begins() {
		p.missing()
		return &broken{}
	}
	t := p.take()
	switch at := p.from(t.pos); {
	case t.bad && t.kind != kindOpen && t.kind != kindCall:
		return &broken{at}
	case t.kind == kindWord:
		return &Word{at, t.text}
	case t.kind == kindPhrase:
		return &Phrase{at, t.words}
	case t.kind == kindVocabulary:
		return &Vocabulary{at, t.text}
	case t.kind == kindCall:
		return p.call(t)
	}
	return p.group(t)
}

// missing reports that something to search for should stand before the next token.
func (p *parser) missing() {
	if p.tainted {
		return
	}
	switch before := p.last(); {
	case before.operator():
		p.fail(before, "%s needs something after it", clip(p.written(before)))
	case p.next == 0:
		p.fail(p.peek(), ") closes nothing: no ( was opened before it")
		p.take()
	}
}

// call = ( "ATLEAST" "/" number | "FIRST" "/" number | "CASE" | "STEM" ) "(" expr ")" .
func (p *parser) call(t token) Node {
	arg := p.group(t)
	at := p.from(t.pos)
	switch {
	case t.bad:
		return &broken{at}
	case t.text == "ATLEAST":
		return &AtLeast{at, t.number, arg}
	case t.text == "FIRST":
		return &First{at, t.number, arg}
	case t.text == "CASE":
		return &Case{at, arg}
	}
	return &Stem{at, arg}
}

// group is an expr and the parenthesis that closes it; open is the token that opened it.
func (p *parser) group(open token) Node {
	if p.nesting == maxNesting {
		p.fail(open, "more than %d parentheses are open at once: split the query", maxNesting)
		p.stopped, p.next = true, len(p.tokens)-1
		return &broken{}
	}
	p.nesting++
	defer func() { p.nesting-- }()
	if p.peek().kind == kindClose {
		p.take()
		p.fail(open, "the parentheses are empty: write something to search for between them")
		return &broken{}
	}
	n := p.expr()
	if p.peek().kind != kindClose {
		p.fail(open, "the parenthesis %s opened here is never closed", clip(p.written(open)))
		return n
	}
	p.take()
	return n
}
