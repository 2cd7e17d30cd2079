package convert

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// lexis reads LexisNexis terms and connectors: operators in any case; after parentheses the order
// is OR, proximity with the smallest number first, AND, AND NOT. (Lexis Library in Britain reads
// from left to right instead.)
func lexis() dialect {
	return dialect{name: "Lexis", lexClump: lexisClump, word: lexisWord, reduce: lexisReduce}
}

// lexisClump cuts connectors, segments and words.
func lexisClump(p *parser, clump string, _ bool) (token, int, string) {
	lower := strings.ToLower(clump)
	switch lower {
	case "and":
		return token{kind: kindAnd}, len(clump), ""
	case "or":
		return token{kind: kindOr}, len(clump), ""
	case "not":
		return token{kind: kindNot}, len(clump), ""
	case "&":
		return token{}, len(clump), "& is AND or a space in Lexis: write AND, or quote the name"
	}
	if t, msg, ok := lexisNear(p, clump, lower); ok {
		return t, len(clump), msg
	}
	rest := strings.TrimLeftFunc(p.src[p.at+len(clump):], unicode.IsSpace)
	if strings.HasPrefix(rest, "(") {
		if t, msg, ok := lexisCall(clump, lower); ok {
			return t, len(clump), msg
		}
	}
	if strings.ContainsAny(clump, "<>=") || rest != "" && strings.ContainsAny(rest[:1], "<>=") {
		n := len(p.src[p.at:]) - len(strings.TrimLeft(rest, "<>= 0123456789"))
		return token{}, max(n, len(clump)), fmt.Sprintf("%s has no equal: an item is not judged by its length or date; drop it", clip(clump))
	}
	return token{kind: kindWord}, len(clump), strayIn(clump, "!")
}

// lexisNear knows W/5, /5, near/5, PRE/5, onear/5, W/S, /s, W/P, /p.
func lexisNear(p *parser, clump, lower string) (token, string, bool) {
	name, distance, ok := strings.Cut(lower, "/")
	ordered := name == "pre" || name == "onear"
	if !ok || !ordered && name != "w" && name != "" && name != "near" {
		return token{}, "", false
	}
	t := token{kind: kindNear, ordered: ordered}
	switch distance {
	case "s", "sent":
		t.unit = query.Sentence
	case "p", "para":
		t.unit = query.Paragraph
	case "seg":
		return t, clump + " (in one segment) has no equal: write AND, with a segment such as HLEAD() around both", true
	default:
		n, ok := digits(distance)
		if !ok {
			return t, "", false
		}
		words, msg := between(clump, n, 255, "W/P")
		t.number = words
		if msg == "" {
			ours := "NEAR"
			if ordered {
				ours = "ONEAR"
			}
			p.note("%s counts positions: %s/%d counts the words between", clump, ours, words)
		}
		return t, msg, true
	}
	if ordered {
		return t, fmt.Sprintf("%s is not known in Lexis: write W/%s", clump, strings.ToUpper(distance[:1])), true
	}
	return t, "", true
}

// lexisCall knows what stands before a parenthesis.
func lexisCall(clump, lower string) (token, string, bool) {
	t := token{kind: kindPrefix}
	if n, ok := numberIn(lower, "atleast", ""); ok {
		t.number, t.apply = n, atLeast
		return t, "", true
	}
	const terms = "index terms are Lexis' own; write the words, or a vocabulary (@name), instead"
	switch lower {
	case "headline", "title":
		t.apply = field("title")
	case "hlead":
		t.apply = field("hlead")
	case "lead":
		t.apply = field("lead")
	case "body":
		t.apply = field("body")
	case "byline", "author":
		t.apply = field("author")
	case "language":
		t.apply = valued("lang", language)
	case "caps":
		t.apply = lexisCaps
	case "allcaps":
		t.apply = cased(strings.ToUpper)
	case "nocaps":
		t.apply = cased(strings.ToLower)
	case "singular":
		t.apply = func(_ *parser, _ token, arg operand) operand { return arg }
	case "plural":
		t.refusal = "write the plural itself, which is found exactly"
	case "publication", "source":
		t.refusal = "sources are chosen by the feeds here; write site:example.com or feed:\"Name\""
	case "subject", "company", "geographic", "industry", "organization", "person", "term", "terms":
		t.refusal = terms
	case "date", "length":
		t.refusal = "an item is not judged by its length or date; drop it"
	default:
		if strings.Trim(clump, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == "" {
			return t, fmt.Sprintf("the segment %s is not known: HEADLINE, HLEAD, LEAD, BODY, BYLINE and LANGUAGE can be converted", clip(clump)), true
		}
		return t, "", false
	}
	return t, "", true
}

// cased compares words as written, after a change of their letters.
func cased(change func(string) string) func(*parser, token, operand) operand {
	return func(p *parser, t token, arg operand) operand {
		arg.node = &query.Case{Arg: mapLeaves(arg.node, func(words []string) query.Node {
			return phraseOf(changed(words, change))
		})}
		return arg
	}
}

// lexisCaps finds words with a capital letter in them: the usual forms.
func lexisCaps(p *parser, _ token, arg operand) operand {
	p.note("CAPS() finds any capital letter: here the first, or all, must be one")
	arg.node = &query.Case{Arg: mapLeaves(arg.node, func(words []string) query.Node {
		first, all := changed(words, capital), changed(words, strings.ToUpper)
		if slices.Equal(first, all) {
			return phraseOf(all)
		}
		return &query.Or{Args: []query.Node{phraseOf(first), phraseOf(all)}}
	})}
	return arg
}

func changed(words []string, change func(string) string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = change(w)
	}
	return out
}

// capital is a word with its first letter large and the others small.
func capital(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + strings.ToLower(word[size:])
}

// lexisWord turns ! and * into ours. Words without quotes have their plurals found by Lexis.
func lexisWord(p *parser, t token, word string) (string, []query.Node) {
	if stem, ok := strings.CutSuffix(word, "!"); ok && stem != "" {
		word = stem + "*"
		if strings.Contains(stem, "*") {
			p.fail(t.pos, t.end, "%s: write one of ! and *", clip(t.text))
			return "", nil
		}
		return p.lexisBang(t, word)
	}
	switch i := strings.IndexByte(word, '*'); {
	case i >= 0 && strings.TrimRight(word[i:], "*") == "":
		p.fail(t.pos, t.end, "%s: what * means at the end of a word differs between Lexis products; "+
			"write ! for any ending or ? for one letter", clip(t.text))
		return "", nil
	case i >= 0:
		p.note("* inside a word is one letter in Lexis: ?")
		word = strings.ReplaceAll(word, "*", "?")
	case t.kind == kindWord && !strings.Contains(word, "?"):
		p.note("Lexis finds plurals and other regular forms of words without quotes; here a word is found as " +
			"written: add a wildcard, STEM() or the forms")
	}
	return p.lexisBang(t, word)
}

// lexisBang refuses a ! that is not the last.
func (p *parser) lexisBang(t token, word string) (string, []query.Node) {
	if strings.Contains(word, "!") && t.kind == kindWord {
		p.fail(t.pos, t.end, "%s: ! stands at the end of a word only", clip(t.text))
		return "", nil
	}
	return word, nil
}

// lexisReduce reads a level in Lexis' order.
func lexisReduce(p *parser, l level) operand {
	if p.noOperator(l) {
		return placeholder(l.operands[0].pos, l.operands[len(l.operands)-1].end)
	}
	if l.has(kindOr) && l.has(kindAnd, kindNot, kindNear) {
		p.note("Lexis binds OR before its other connectors: parentheses added")
	}
	parts, ops := l.runs(func(t token) bool { return t.kind != kindOr })
	joined := level{operators: ops}
	for _, part := range parts {
		joined.operands = append(joined.operands, or(part.operands))
	}
	parts, ops = joined.runs(isKind(kindAnd, kindNot))
	joined = level{operators: ops}
	for _, part := range parts {
		joined.operands = append(joined.operands, lexisProximity(p, part))
	}
	for _, op := range ops {
		if op.kind == kindNot && strings.EqualFold(op.text, "not") {
			p.fail(op.pos, op.end, "%s alone is no connector of Lexis: write AND NOT", op.text)
			return placeholder(op.pos, op.end)
		}
	}
	groups, nots := joined.runs(isKind(kindNot))
	if len(groups) > 1 && slices.ContainsFunc(groups[1:], func(g level) bool { return len(g.operands) > 1 }) {
		p.note("Lexis binds AND before AND NOT: what follows AND NOT is one group")
	}
	list := make([]operand, len(groups))
	for i, g := range groups {
		list[i] = andNot(g.operands, nil)
	}
	if len(nots) == 0 {
		return list[0]
	}
	return andNot(list[:1], list[1:])
}

// lexisProximity reads a level of proximity only, the smallest number first, equal ones from the
// left.
func lexisProximity(p *parser, l level) operand {
	if n := len(l.operators); n > maxNesting {
		op := l.operators[maxNesting]
		p.fail(op.pos, op.end, "more than %d connectors in one level: add parentheses", maxNesting)
		return placeholder(op.pos, op.end)
	}
	for i, op := range l.operators {
		if first := l.operators[0]; op.unit != first.unit {
			p.fail(op.pos, op.end, "%s cannot stand in one level with %s in Lexis: add parentheses", op.text, first.text)
			return placeholder(op.pos, op.end)
		}
		if i == 1 {
			p.note("Lexis reads the smallest number first, equal ones from the left: parentheses added")
		}
	}
	for len(l.operators) > 0 {
		least := 0
		for i, op := range l.operators {
			if op.number < l.operators[least].number {
				least = i
			}
		}
		l.join(least, p.near(l.operands[least], l.operators[least], l.operands[least+1]))
	}
	return l.operands[0]
}
