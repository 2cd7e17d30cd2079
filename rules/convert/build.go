package convert

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// between turns a distance in positions, as Factiva and Lexis count, into words between. The msg
// says why that has no equal.
func between(text string, positions, most int, paragraph string) (n int, msg string) {
	switch {
	case positions < 1 || positions > most:
		return 0, text + ": the number must be from 1 to " + strconv.Itoa(most)
	case positions-1 > query.MaxDistance:
		return 0, text + ": at most " + strconv.Itoa(query.MaxDistance) + " words can stand between here; " +
			"ask for the same paragraph (" + paragraph + ")"
	}
	return positions - 1, ""
}

// near joins two operands by proximity.
func (p *parser) near(l operand, op token, r operand) operand {
	o := operand{pos: l.pos, end: r.end, bad: l.bad || r.bad, prefixes: l.prefixes}
	o.node = &query.Near{
		Left: l.node, Right: r.node, Ordered: op.ordered, Negated: op.negated, Distance: op.number, Unit: op.unit,
	}
	if len(r.prefixes) > 0 {
		p.fail(r.pos, r.end, "%s cannot follow %s: write it before both sides, %s(a %s b)",
			r.prefixes[0].text, op.text, r.prefixes[0].text, op.text)
		o.bad = true
		return o
	}
	why := obstacle(l.node)
	if why == "" {
		why = obstacle(r.node)
	}
	if why != "" && !o.bad {
		p.fail(op.pos, op.end, "%s beside %s has no equal: two places in the text are needed there", why, op.text)
		o.bad = true
	}
	return o
}

// obstacle names what in a side of a NEAR is no place in the text, or is empty.
func obstacle(n query.Node) string {
	switch n := n.(type) {
	case *query.And:
		return "AND"
	case *query.Not:
		return "NOT"
	case *query.Field:
		return "a field"
	case *query.AtLeast:
		return "a least count"
	case *query.First:
		return "a place at the beginning"
	case *query.Case:
		return obstacle(n.Arg)
	case *query.Or:
		for _, arg := range n.Args {
			if why := obstacle(arg); why != "" {
				return why
			}
		}
	}
	return ""
}

// or joins operands by OR.
func or(list []operand) operand {
	if len(list) == 1 {
		return list[0]
	}
	o := merged(list)
	n := &query.Or{}
	for _, arg := range list {
		if inner, ok := arg.node.(*query.Or); ok {
			n.Args = append(n.Args, inner.Args...)
		} else {
			n.Args = append(n.Args, arg.node)
		}
	}
	o.node = n
	return o
}

// andNot is all of the first list without any of the second.
func andNot(list, without []operand) operand {
	o := merged(list)
	if len(list) > 1 {
		n := &query.And{}
		for _, arg := range list {
			if inner, ok := arg.node.(*query.And); ok {
				n.Args = append(n.Args, inner.Args...)
			} else {
				n.Args = append(n.Args, arg.node)
			}
		}
		o.node = n
	} else {
		o = list[0]
	}
	for _, arg := range without {
		o = operand{node: &query.Not{Left: o.node, Right: arg.node}, pos: o.pos, end: arg.end, bad: o.bad || arg.bad}
	}
	return o
}

// merged is the place of several operands.
func merged(list []operand) operand {
	o := operand{pos: list[0].pos, end: list[len(list)-1].end}
	for _, arg := range list {
		o.bad = o.bad || arg.bad
	}
	return o
}

// runs cuts a level at the operators for which cut holds: the levels between them, and the
// operators.
func (l level) runs(cut func(token) bool) (parts []level, at []token) {
	start := 0
	for i := range l.operands {
		if i < len(l.operators) && !cut(l.operators[i]) {
			continue
		}
		parts = append(parts, level{l.operands[start : i+1 : i+1], l.operators[start:i:i]})
		if i < len(l.operators) {
			at = append(at, l.operators[i])
		}
		start = i + 1
	}
	return parts, at
}

func isKind(kinds ...kind) func(token) bool {
	return func(t token) bool { return slices.Contains(kinds, t.kind) }
}

// noOperator refuses two operands without an operator between them.
func (p *parser) noOperator(l level) bool {
	for i, op := range l.operators {
		if op.kind != kindImplied {
			continue
		}
		left, right := l.operands[i], l.operands[i+1]
		if len(left.words) > 0 && len(right.words) > 0 {
			p.fail(op.pos, op.end, "no operator before %s: %s does not say what that means; quote \"%s\" as a phrase or write AND or OR",
				clip(op.text), p.name, clip(strings.Join(append(append([]string{}, left.words...), right.words...), " ")))
		} else {
			p.fail(op.pos, op.end, "no operator before %s: %s does not say what that means; write AND or OR",
				clip(op.text), p.name)
		}
		return true
	}
	return false
}

// field looks for what follows in one field.
func field(name string) func(*parser, token, operand) operand {
	return func(_ *parser, _ token, arg operand) operand {
		arg.node = &query.Field{Name: name, Arg: arg.node}
		return arg
	}
}

// valued is a field that is compared by value; each value is turned into ours, or refused.
func valued(name string, value func(string) (ours, msg string)) func(*parser, token, operand) operand {
	return func(p *parser, t token, arg operand) operand {
		arg.node = mapLeaves(arg.node, func(words []string) query.Node {
			ours, msg := value(strings.Join(words, " "))
			if msg != "" && !arg.bad {
				p.fail(t.pos, arg.end, "%s", msg)
				arg.bad = true
			}
			return &query.Word{Text: ours}
		})
		if !arg.bad {
			arg.node = &query.Field{Name: name, Arg: arg.node}
		}
		return arg
	}
}

// mapLeaves replaces the words and phrases of a tree.
func mapLeaves(n query.Node, f func(words []string) query.Node) query.Node {
	list := func(args []query.Node) []query.Node {
		out := make([]query.Node, len(args))
		for i, arg := range args {
			out[i] = mapLeaves(arg, f)
		}
		return out
	}
	switch n := n.(type) {
	case *query.Word:
		return f([]string{n.Text})
	case *query.Phrase:
		return f(n.Words)
	case *query.And:
		return &query.And{Args: list(n.Args)}
	case *query.Or:
		return &query.Or{Args: list(n.Args)}
	case *query.Not:
		return &query.Not{Left: mapLeaves(n.Left, f), Right: mapLeaves(n.Right, f)}
	case *query.Near:
		inner := *n
		inner.Left, inner.Right = mapLeaves(n.Left, f), mapLeaves(n.Right, f)
		return &inner
	case *query.AtLeast:
		return &query.AtLeast{N: n.N, Arg: mapLeaves(n.Arg, f)}
	case *query.First:
		return &query.First{N: n.N, Arg: mapLeaves(n.Arg, f)}
	case *query.Case:
		return &query.Case{Arg: mapLeaves(n.Arg, f)}
	case *query.Field:
		return &query.Field{Name: n.Name, Arg: mapLeaves(n.Arg, f)}
	}
	return n
}

// language is the code of a language that is written as a code or by its English name.
func language(written string) (code, msg string) {
	lower := strings.ToLower(written)
	names := map[string]string{
		"belarusian": "be", "byelorussian": "be", "chinese": "zh", "english": "en", "french": "fr",
		"german": "de", "italian": "it", "japanese": "ja", "latvian": "lv", "lithuanian": "lt",
		"polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "ukrainian": "uk",
	}
	if code, ok := names[lower]; ok {
		return code, ""
	}
	if isLetters(lower, 2) {
		return lower, ""
	}
	return "", clip(written) + ": the language is not known; write a code of two letters, such as be"
}

// country is the code of a country.
func country(written string) (code, msg string) {
	if lower := strings.ToLower(written); isLetters(lower, 2) {
		return lower, ""
	}
	return "", clip(written) + ": only codes of two letters have an equal; write country:by"
}

func isLetters(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// atLeast counts the places of what follows.
func atLeast(p *parser, t token, arg operand) operand {
	if t.number < 1 || t.number > query.MaxCount {
		p.fail(t.pos, t.end, "%s: the count must be from 1 to %d", t.text, query.MaxCount)
		arg.bad = true
	}
	arg.node = &query.AtLeast{N: t.number, Arg: arg.node}
	return arg
}
