package convert

import (
	"slices"
	"strings"
	"unicode"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// maxNesting is how many parentheses may be open at once, and how many operators of proximity one
// level may have: each makes a pair of parentheses.
const maxNesting = 60

// A dialect is how one vendor's queries are read.
type dialect struct {
	name string
	// lexClump says what the first n bytes of a run without spaces are, or what is wrong with them.
	// glued is set where the run follows a parenthesis or quotation mark directly.
	lexClump func(p *parser, clump string, glued bool) (t token, n int, msg string)
	// word is a word with the vendor's wildcards.
	word func(p *parser, t token, word string) (string, []query.Node)
	// reduce joins the operands of one level in the vendor's order.
	reduce func(p *parser, l level) operand
	// late is set where a prefix holds for all that proximity joins to its operand.
	late bool
}

// An operand is a part of a query and where it stands.
type operand struct {
	node     query.Node // never nil
	pos, end int
	bad      bool     // something in it was reported: say no more
	words    []string // of a word or phrase, which can be part of a longer phrase
	prefixes []token  // that are not applied yet, the outermost first
}

// A level is what stands between two parentheses: operands and, between them, operators.
type level struct {
	operands  []operand
	operators []token // one less than operands
}

// has reports whether an operator of one of the kinds stands in the level.
func (l level) has(kinds ...kind) bool {
	return slices.ContainsFunc(l.operators, func(t token) bool { return slices.Contains(kinds, t.kind) })
}

// join replaces the operands left and right of operator i by one.
func (l *level) join(i int, o operand) {
	l.operands[i] = o
	l.operands = slices.Delete(l.operands, i+1, i+2)
	l.operators = slices.Delete(l.operators, i, i+1)
}

// parser reads one query.
type parser struct {
	dialect
	mistakes
	notes   []string
	at      int // of the next byte
	token   token
	peeked  bool
	nesting int
}

// placeholder stands where a mistake was reported.
func placeholder(pos, end int) operand {
	return operand{node: &query.Word{Text: "x"}, pos: pos, end: end, bad: true}
}

// query reads the whole source.
func (p *parser) query() query.Node {
	if strings.TrimSpace(p.src) == "" {
		p.fail(0, 0, "the query is empty: write what to search for")
		return nil
	}
	o := p.level()
	for p.peek().kind == kindClose {
		t := p.take()
		p.fail(t.pos, t.end, ") closes nothing: no ( was opened before it")
		if p.peek().begins() || p.peek().joins() {
			p.level()
		}
	}
	return o.node
}

// level reads up to a closing parenthesis or the end.
func (p *parser) level() operand {
	var l level
	start := p.peek().pos
	bad := false
	for {
		l.operands = append(l.operands, p.operand())
		for {
			t := p.peek()
			if t.kind != kindBad && t.kind != kindPostfix {
				break
			}
			p.take()
			if t.kind == kindBad {
				bad = true
				continue
			}
			last := &l.operands[len(l.operands)-1]
			if n := len(l.operators); n > 0 && l.operators[n-1].kind == kindImplied && p.late {
				p.fail(t.pos, t.end, "%s: quote the phrase that it holds for", t.text)
				last.bad = true
			}
			*last = t.apply(p, t, *last)
		}
		t := p.peek()
		switch {
		case t.kind == kindEnd || t.kind == kindClose:
			if bad || slices.ContainsFunc(l.operands, func(o operand) bool { return o.bad }) {
				return placeholder(start, t.pos)
			}
			return p.reduce(p, l)
		case t.joins():
			l.operators = append(l.operators, p.operator())
		default:
			l.operators = append(l.operators, token{kind: kindImplied, pos: t.pos, end: t.end, text: t.text})
		}
	}
}

// operator consumes an operator; AND NOT and NOT NEAR are one.
func (p *parser) operator() token {
	t := p.take()
	next := p.peek()
	switch {
	case t.kind == kindAnd && next.kind == kindNot:
		p.take()
		next.pos, next.text = t.pos, t.text+" "+next.text
		if p.peek().kind == kindNear {
			near := p.take()
			p.fail(near.pos, near.end, "%s cannot follow %s: something to search for is missing between them",
				near.text, next.text)
		}
		return next
	case t.kind == kindNot && next.kind == kindNear:
		p.take()
		next.pos, next.text, next.negated = t.pos, t.text+" "+next.text, true
		return next
	case t.kind == kindOr && next.kind == kindNot:
		p.take()
		p.fail(next.pos, next.end, "%s after %s has no equal: almost everything lacks a word; write (a OR b) NOT c",
			strings.ToUpper(next.text), strings.ToUpper(t.text))
	}
	return t
}

// operand reads prefixes and what they hold for.
func (p *parser) operand() operand {
	t := p.peek()
	for t.joins() || t.kind == kindBad || t.kind == kindPostfix { // where an operand must stand
		p.take()
		switch t.kind {
		case kindBad:
			return placeholder(t.pos, t.end)
		case kindNot:
			p.fail(t.pos, t.end, "%s needs something before it: a query that only excludes matches almost everything", t.text)
		default:
			p.fail(t.pos, t.end, "%s needs something before it", t.text)
		}
		t = p.peek()
	}
	switch t.kind {
	case kindPrefix:
		return p.prefixed(p.take())
	case kindWord:
		p.take()
		return p.wordOperand(t)
	case kindPhrase:
		p.take()
		return p.phraseOperand(t)
	case kindOpen:
		return p.group(p.take())
	}
	p.fail(t.pos, t.end, "something to search for is missing here")
	return placeholder(t.pos, t.end)
}

// prefixed reads what a prefix holds for.
func (p *parser) prefixed(t token) operand {
	if p.nesting == maxNesting {
		return p.tooDeep(t)
	}
	p.nesting++
	defer func() { p.nesting-- }()
	if rest := p.src[t.end:]; rest != "" && strings.ContainsAny(t.text, ":=") && unicode.IsSpace(rune(rest[0])) {
		p.fail(t.pos, t.end, "no space may follow %s", t.text)
		return placeholder(t.pos, t.end)
	}
	var arg operand
	if rest := p.clump(); t.value && !p.peeked && rest != "" {
		v := p.cut(token{kind: kindWord}, len(rest))
		arg = operand{node: &query.Word{Text: v.text}, pos: v.pos, end: v.end}
	} else {
		arg = p.operand()
	}
	if t.refusal != "" {
		p.fail(t.pos, t.end, "%s has no equal: %s", t.text, t.refusal)
		arg.bad = true
	}
	if arg.bad {
		return arg
	}
	if p.late {
		arg.prefixes = append([]token{t}, arg.prefixes...)
		arg.pos = t.pos
		return arg
	}
	return p.applied(t, arg)
}

// applied is a prefix with what it holds for. It is checked here, where its place is known.
func (p *parser) applied(t token, arg operand) operand {
	o := t.apply(p, t, arg)
	o.pos, o.end, o.words = t.pos, arg.end, nil
	if o.bad {
		return o
	}
	if _, err := query.Parse(o.node.String()); err != nil {
		p.fail(t.pos, t.end, "%s has no equal here: %s", t.text, first(err))
		o.bad = true
	}
	return o
}

// group reads to the closing parenthesis.
func (p *parser) group(open token) operand {
	if p.nesting == maxNesting {
		return p.tooDeep(open)
	}
	p.nesting++
	defer func() { p.nesting-- }()
	if p.peek().kind == kindClose {
		end := p.take().end
		p.fail(open.pos, end, "the parentheses are empty: write something to search for between them")
		return placeholder(open.pos, end)
	}
	o := p.level()
	if p.peek().kind != kindClose {
		p.fail(open.pos, open.end, "the parenthesis ( opened here is never closed")
		return placeholder(open.pos, o.end)
	}
	o.pos, o.end, o.words = open.pos, p.take().end, nil
	return o
}

// tooDeep gives up.
func (p *parser) tooDeep(t token) operand {
	p.fail(t.pos, t.end, "more than %d parentheses are open at once: split the query", maxNesting)
	p.at, p.peeked = len(p.src), false
	return placeholder(t.pos, t.end)
}

// wordOperand is a word outside of quotes.
func (p *parser) wordOperand(t token) operand {
	word, several := p.word(p, t, t.text)
	o := operand{node: &query.Word{Text: word}, pos: t.pos, end: t.end, words: []string{word}}
	if len(several) > 0 {
		o.node, o.words = &query.Or{Args: several}, nil
	}
	if word == "" {
		return placeholder(t.pos, t.end)
	}
	return p.checked(o)
}

// phraseOperand is what stands between quotation marks.
func (p *parser) phraseOperand(t token) operand {
	words := make([]string, len(t.words))
	for i, w := range t.words {
		if words[i], _ = p.word(p, token{kind: kindPhrase, pos: t.pos, end: t.end, text: t.text}, w); words[i] == "" {
			return placeholder(t.pos, t.end)
		}
	}
	if len(words) == 0 {
		p.fail(t.pos, t.end, "the phrase is empty: write words between the quotation marks")
		return placeholder(t.pos, t.end)
	}
	return p.checked(operand{node: phraseOf(words), pos: t.pos, end: t.end, words: words})
}

// phraseOf is a phrase, or a word if it is one.
func phraseOf(words []string) query.Node {
	if len(words) == 1 {
		return &query.Word{Text: words[0]}
	}
	return &query.Phrase{Words: words}
}

// checked refuses a word or phrase that the language does not have.
func (p *parser) checked(o operand) operand {
	if _, err := query.Parse(o.node.String()); err != nil {
		p.fail(o.pos, o.end, "%s", first(err))
		o.bad = true
	}
	return o
}
