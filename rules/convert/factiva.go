package convert

import (
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// factiva reads Dow Jones Factiva: operators in any case, words next to each other are a phrase,
// and after parentheses the order is proximity, atleast and fields, not, and, or.
func factiva() dialect {
	return dialect{name: "Factiva", lexClump: factivaClump, word: factivaWord, reduce: factivaReduce, late: true}
}

// factivaClump cuts operators, fields (hd=) and words.
func factivaClump(p *parser, clump string, _ bool) (token, int, string) {
	lower := strings.ToLower(clump)
	switch lower {
	case "and":
		return token{kind: kindAnd}, len(clump), ""
	case "or":
		return token{kind: kindOr}, len(clump), ""
	case "not":
		return token{kind: kindNot}, len(clump), ""
	case "same":
		p.note("%s is Factiva's same paragraph: NEAR/P", clump)
		return token{kind: kindNear, unit: query.Paragraph}, len(clump), ""
	case "adj":
		return token{kind: kindNear, ordered: true}, len(clump), ""
	case "near", "w/", "atleast":
		return token{}, len(clump), fmt.Sprintf("%s needs a number in Factiva: write %s5", clump, lower)
	case "date":
		return token{}, len(clump), "date begins a restriction in Factiva that has no equal: rules see new items only; " +
			"drop it, or quote the word"
	}
	if t, msg, ok := factivaNumbered(p, clump, lower); ok {
		return t, len(clump), msg
	}
	if i := strings.IndexAny(clump, "=<>"); i > 0 && strings.Trim(lower[:i], "abcdefghijklmnopqrstuvwxyz") == "" {
		t, n, msg := factivaField(p, clump, lower[:i], i)
		return t, n, msg
	}
	return token{kind: kindWord}, len(clump), strayIn(clump, "$")
}

// factivaNumbered knows the operators that end in a number.
func factivaNumbered(p *parser, clump, lower string) (token, string, bool) {
	for _, op := range []struct {
		before, after string
		ordered       bool
		most          int
	}{
		{"adj", "", true, 500}, {"w/", "", true, 500}, {"near", "", false, 500}, {"/n", "/", false, 500},
	} {
		n, ok := numberIn(lower, op.before, op.after)
		if !ok {
			continue
		}
		words, msg := between(clump, n, op.most, "same")
		ours := "NEAR"
		if op.ordered {
			ours = "ONEAR"
		}
		if msg == "" {
			order := "in any order"
			if op.ordered {
				order = "in this order"
			}
			p.note("%s counts positions, %s: %s/%d counts the words between", clump, order, ours, words)
		}
		return token{kind: kindNear, number: words, ordered: op.ordered}, msg, true
	}
	if n, ok := numberIn(lower, "atleast", ""); ok {
		return token{kind: kindPrefix, number: n, apply: atLeast}, "", true
	}
	if n, ok := numberIn(lower, "/f", "/"); ok {
		msg := ""
		if n < 1 || n > query.MaxFirst {
			msg = fmt.Sprintf("%s: the number of words must be from 1 to %d", clump, query.MaxFirst)
		}
		return token{kind: kindPostfix, number: n, apply: factivaFirst}, msg, true
	}
	return token{}, "", false
}

// numberIn is the number between two texts.
func numberIn(s, before, after string) (int, bool) {
	rest, ok := strings.CutPrefix(s, before)
	if !ok {
		return 0, false
	}
	if rest, ok = strings.CutSuffix(rest, after); !ok {
		return 0, false
	}
	return digits(rest)
}

// factivaFirst limits what stands before it to the first words.
func factivaFirst(_ *parser, t token, arg operand) operand {
	arg.node, arg.words, arg.end = &query.First{N: t.number, Arg: arg.node}, nil, t.end
	return arg
}

// factivaField cuts "hd=". The names are those of Factiva's field list.
func factivaField(p *parser, clump, name string, i int) (token, int, string) {
	if clump[i] != '=' {
		return token{}, len(clump), fmt.Sprintf("%s has no equal: an item is not judged by its length or date; drop it", clip(clump))
	}
	t := token{kind: kindPrefix, text: clump[:i+1]}
	const codes = "its codes are Factiva's own; write the words, or a vocabulary (@name), instead"
	switch name {
	case "hd":
		t.apply = field("title")
	case "hlp":
		t.apply = field("hlead")
	case "lp":
		t.apply = field("lead")
	case "td":
		p.note("td= is the text after the lead: body: is what a feed gives as the text")
		t.apply = field("body")
	case "by":
		t.apply = field("author")
	case "la":
		t.apply = valued("lang", language)
	case "re", "ns", "in", "co", "fds", "cod", "pe":
		t.refusal = codes
	case "rst", "sn", "sc":
		t.refusal = "sources are chosen by the feeds here; write site:example.com or feed:\"Name\""
	case "wc", "date":
		t.refusal = "an item is not judged by its length or date; drop it"
	default:
		return t, i + 1, fmt.Sprintf("the field %s is not known: hd= hlp= lp= td= by= la= can be converted", t.text)
	}
	return t, i + 1, ""
}

// factivaWord turns $n, up to n letters, into ours; * and ? are the same here.
func factivaWord(p *parser, t token, word string) (string, []query.Node) {
	stem, number, ok := strings.Cut(word, "$")
	if !ok || t.kind == kindPhrase && strings.Trim(number, "0123456789") != "" {
		return word, nil // $100 in quotes is money
	}
	n, isNumber := digits(number)
	switch {
	case t.kind == kindPhrase && stem == "":
		return word, nil
	case !isNumber || n < 1 || n > 9:
		p.fail(t.pos, t.end, "%s: $ needs a number from 1 to 9 at the end of the word", clip(word))
		return "", nil
	case t.kind == kindPhrase:
		p.note("%s in quotes is up to %d letters in Factiva: %s* finds any number", clip(word), n, clip(stem))
		return stem + "*", nil
	}
	p.note("%s is up to %d letters in Factiva: each length is listed", clip(word), n)
	var forms []query.Node
	for i := range n + 1 {
		forms = append(forms, &query.Word{Text: stem + strings.Repeat("?", i)})
	}
	return stem, forms
}

// factivaReduce reads a level in Factiva's order.
func factivaReduce(p *parser, l level) operand {
	l = factivaPhrases(p, l)
	parts, ops := l.runs(isKind(kindAnd, kindOr, kindNot))
	joined := level{operators: ops}
	for _, part := range parts {
		joined.operands = append(joined.operands, factivaNear(p, part))
	}
	if joined.has(kindOr) && joined.has(kindAnd, kindNot) {
		p.note("Factiva binds AND and NOT before OR: parentheses added")
	}
	terms, _ := joined.runs(isKind(kindOr))
	list := make([]operand, len(terms))
	for i, term := range terms {
		list[i] = conjunction(term)
	}
	return or(list)
}

// conjunction is a level of AND and NOT, where NOT holds for the next operand only.
func conjunction(l level) operand {
	with, without := l.operands[:1:1], []operand(nil)
	for i, op := range l.operators {
		if op.kind == kindNot {
			without = append(without, l.operands[i+1])
		} else {
			with = append(with, l.operands[i+1])
		}
	}
	return andNot(with, without)
}

// factivaPhrases joins what stands side by side.
func factivaPhrases(p *parser, l level) level {
	out := level{operands: l.operands[:1:1]}
	for i, op := range l.operators {
		right := l.operands[i+1]
		left := &out.operands[len(out.operands)-1]
		switch {
		case op.kind != kindImplied:
			out.operators = append(out.operators, op)
			out.operands = append(out.operands, right)
		case len(right.prefixes) > 0:
			p.fail(op.pos, op.end, "no operator before %s: write AND or OR", right.prefixes[0].text)
			left.bad = true
		case len(left.words) > 0 && len(right.words) > 0:
			left.words = append(left.words, right.words...)
			left.end = right.end
		default:
			p.note("two parts side by side are adjacent in Factiva: ONEAR/0")
			settle(p, left)
			*left = p.near(*left, token{kind: kindNear, text: "adj", ordered: true, pos: op.pos, end: op.end}, right)
		}
	}
	for i := range out.operands {
		settle(p, &out.operands[i])
	}
	return out
}

// settle makes a phrase of the words that were gathered.
func settle(p *parser, o *operand) {
	if len(o.words) < 2 {
		return
	}
	if _, quoted := o.node.(*query.Phrase); !quoted || len(o.words) != len(o.node.(*query.Phrase).Words) {
		p.note("words side by side are a phrase in Factiva: quoted")
		o.node = phraseOf(o.words)
		*o = p.checked(*o)
	}
	o.words = nil
}

// factivaNear reads a level of proximity only, then applies what holds for all of it.
func factivaNear(p *parser, l level) operand {
	o := l.operands[0]
	for i, op := range l.operators {
		if op.negated {
			p.fail(op.pos, op.end, "%s is not known in Factiva: write not, or NOT NEAR/n in the rule itself", op.text)
			o.bad = true
			break
		}
		if first := l.operators[0]; op.text != first.text || i >= maxNesting {
			if !o.bad {
				p.fail(op.pos, op.end, "%s and %s in one level: Factiva does not say which is read first; add parentheses",
					first.text, op.text)
			}
			o.bad = true
			break
		}
		if i == 1 {
			p.note("several %s are read from the left", op.text)
		}
		o = p.near(o, op, l.operands[i+1])
	}
	if len(l.operators) > 0 && len(o.prefixes) > 0 && !o.bad {
		p.note("Factiva binds %s before %s, which holds for both sides", l.operators[0].text, o.prefixes[0].text)
	}
	prefixes := o.prefixes
	o.prefixes = nil
	for i := len(prefixes) - 1; i >= 0 && !o.bad; i-- {
		o = p.applied(prefixes[i], o)
	}
	return o
}
