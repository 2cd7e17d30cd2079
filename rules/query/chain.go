package query

import "strings"

// mixture is the complaint about two kinds of joints in one level.
func mixture(first, second token) string {
	if first.kind == kindNot || second.kind == kindNot {
		return "NOT and OR are mixed: add parentheses, (a OR b) NOT c or a OR (b NOT c)"
	}
	return "AND and OR are mixed: add parentheses (Factiva binds AND first, Lexis binds OR first)"
}

// join is left and right under a joint; a chain of one kind is one flat node.
func join(joint kind, left, right Node) Node {
	switch joint {
	case kindOr:
		or, ok := left.(*Or)
		if !ok {
			or = &Or{Args: []Node{left}}
		}
		if more, ok := right.(*Or); ok {
			or.Args = append(or.Args, more.Args...)
		} else {
			or.Args = append(or.Args, right)
		}
		return or
	case kindAnd:
		and, ok := left.(*And)
		if !ok {
			and = &And{Args: []Node{left}}
		}
		if more, ok := right.(*And); ok {
			and.Args = append(and.Args, more.Args...)
		} else {
			and.Args = append(and.Args, right)
		}
		return and
	}
	return &Not{Left: left, Right: right}
}

// place sets where a joined node stands.
func place(n Node, s span) {
	switch n := n.(type) {
	case *And:
		n.span = s
	case *Or:
		n.span = s
	case *Not:
		n.span = s
	}
}

// implied reports two operands without an operator between them; t is the second, its number the
// index in tokens.
func (p *parser) implied(t token) {
	isWords := func(t token) bool { return t.kind == kindWord || t.kind == kindPhrase }
	first, after := t.number-1, t.number
	for first > 0 && isWords(p.tokens[first-1]) {
		first--
	}
	for isWords(p.tokens[after]) {
		after++
	}
	if !isWords(p.tokens[t.number-1]) || after == t.number {
		p.fail(t, "no operator before %s: join the two with AND or OR, or quote the words that "+
			"are one \"phrase\"", clip(p.written(t)))
		return
	}
	var words []string
	for _, t := range p.tokens[first:after] {
		if len(t.words) == 0 {
			words = append(words, t.text)
		}
		words = append(words, t.words...)
	}
	p.fail(t, "no operator before %s: quote \"%s\" as a phrase, or write AND or OR between the words",
		clip(p.written(t)), clip(strings.Join(words, " ")))
}

// written is a token as it stands in the source.
func (p *parser) written(t token) string { return p.src.text[t.pos:t.end] }
