package convert

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// brandwatch reads Brandwatch: operators in capitals, NEAR/n counts the words between. Its order of
// AND and OR is not documented.
func brandwatch() dialect {
	return dialect{name: "Brandwatch", lexClump: brandwatchClump, word: plainWord, reduce: socialReduce}
}

// meltwater reads Meltwater: operators in any case, NEAR is NEAR/4. Its order of AND and OR is not
// documented.
func meltwater() dialect {
	return dialect{name: "Meltwater", lexClump: meltwaterClump, word: meltwaterWord, reduce: socialReduce}
}

// brandwatchClump cuts operators, fields, -word and words.
func brandwatchClump(p *parser, clump string, glued bool) (token, int, string) {
	if t, ok := joint(clump); ok {
		return t, len(clump), ""
	}
	if t, msg, ok := socialNear(clump, true); ok {
		return t, len(clump), msg
	}
	switch {
	case slices.Contains([]string{"and", "or", "not", "near"}, strings.ToLower(clump)):
		return token{}, len(clump), fmt.Sprintf("%q: operators are written in capitals in Brandwatch; quote it to search for the word", clump)
	case clump == "-" && !p.followed():
		return token{}, 1, "- cannot stand alone: quote the phrase it belongs to"
	case clump[0] == '-':
		return token{kind: kindNot}, 1, ""
	case glued && clump[0] == '~':
		if n, ok := digits(clump[1:]); ok {
			return token{kind: kindPostfix, number: n, apply: brandwatchWithin}, len(clump), ""
		}
	case clump[0] == '@' || clump[0] == '#':
		return token{}, len(clump), clip(clump) + " has no equal: accounts and hashtags are not read; write the name as a word"
	}
	if t, n, msg, ok := socialField(clump, brandwatchField); ok {
		return t, n, msg
	}
	return token{kind: kindWord}, len(clump), strayIn(clump, "")
}

// followed reports whether a parenthesis or quotation mark follows the next byte.
func (p *parser) followed() bool {
	r, _ := utf8.DecodeRuneInString(p.src[p.at+1:])
	return r == '(' || closers(r) != ""
}

// meltwaterClump cuts operators, fields, ^n and words.
func meltwaterClump(p *parser, clump string, glued bool) (token, int, string) {
	if t, ok := joint(strings.ToUpper(clump)); ok {
		return t, len(clump), ""
	}
	switch strings.ToUpper(clump) {
	case "NEAR":
		p.note("NEAR without a number is four words in Meltwater: NEAR/4")
		return token{kind: kindNear, number: 4}, len(clump), ""
	case "ONEAR":
		return token{}, len(clump), "ONEAR without a number: Meltwater does not say what it means; write ONEAR/4"
	}
	if t, msg, ok := socialNear(strings.ToUpper(clump), false); ok {
		return t, len(clump), msg
	}
	if n, ok := digits(strings.TrimPrefix(clump, "^")); ok && glued && clump[0] == '^' {
		return token{kind: kindPostfix, number: n, apply: weight}, len(clump), ""
	}
	if t, n, msg, ok := socialField(clump, meltwaterField); ok {
		return t, n, msg
	}
	return token{kind: kindWord}, len(clump), strayIn(clump, "^")
}

// joint knows the operators in capitals.
func joint(text string) (token, bool) {
	k, ok := map[string]kind{"AND": kindAnd, "OR": kindOr, "NOT": kindNot}[text]
	return token{kind: k}, ok
}

// socialNear knows NEAR/n and ONEAR/n, and Brandwatch's NEAR/nf.
func socialNear(text string, forward bool) (token, string, bool) {
	name, distance, slash := strings.Cut(text, "/")
	if name != "NEAR" && name != "ONEAR" {
		return token{}, "", false
	}
	t := token{kind: kindNear, ordered: name == "ONEAR"}
	if t.ordered && forward {
		return t, clip(text) + " is not known in Brandwatch: in this order is NEAR/4f", true
	}
	if inner, ok := strings.CutSuffix(distance, "f"); ok && forward {
		distance, t.ordered = inner, true
	}
	n, ok := digits(distance)
	switch {
	case !slash || distance == "":
		return t, text + " needs a number: write NEAR/4", true
	case !ok:
		return t, fmt.Sprintf("%s: the distance must be a number of words between", clip(text)), true
	case n > query.MaxDistance:
		return t, fmt.Sprintf("%s: at most %d words can stand between here", clip(text), query.MaxDistance), true
	}
	t.number = n
	return t, "", true
}

// socialField cuts "title:" and asks known for its meaning.
func socialField(clump string, known func(name string, t *token) bool) (token, int, string, bool) {
	name, _, ok := strings.Cut(clump, ":")
	if !ok || name == "" || strayIn(name, "") != "" {
		return token{}, 0, "", false
	}
	t := token{kind: kindPrefix, text: name + ":"}
	if !known(strings.ToLower(name), &t) {
		return t, len(clump), fmt.Sprintf("the field %s: has no known equal: write the words without it, or drop it", clip(name)), true
	}
	return t, len(name) + 1, "", true
}

// brandwatchField knows Brandwatch's fields.
func brandwatchField(name string, t *token) bool {
	t.value = true
	switch name {
	case "title":
		t.value, t.apply = false, field("title")
	case "author":
		t.value, t.apply = false, field("author")
	case "site":
		t.apply = valued("site", site)
	case "url":
		t.apply = valued("url", func(v string) (string, string) { return strings.Trim(v, "*"), "" })
	case "country":
		t.apply = feedCountry
	case "language", "lang":
		t.apply = valued("lang", language)
	case "raw":
		t.apply = brandwatchRaw
	case "city", "region", "continent", "state", "latitude", "longitude":
		t.refusal = "where an author writes from is not known; country: is the country of a feed"
	case "links":
		t.refusal = "links within a text are not read; url: is the address of the item"
	default:
		return false
	}
	return true
}

// meltwaterField knows Meltwater's fields.
func meltwaterField(name string, t *token) bool {
	switch name {
	case "title":
		t.apply = field("title")
	case "ingress":
		t.apply = field("lead")
	case "country":
		t.value, t.apply = true, feedCountry
	case "language":
		t.value, t.apply = true, valued("lang", language)
	case "source":
		t.value, t.refusal = true, "sources are chosen by the feeds here; write site:example.com or feed:\"Name\""
	default:
		return false
	}
	return true
}

// feedCountry is the country of the source.
func feedCountry(p *parser, t token, arg operand) operand {
	p.note("country: is the country of the feed here, as feeds.yaml gives it")
	return valued("country", country)(p, t, arg)
}

// site is the name of a host, which covers what is under it.
func site(written string) (host, msg string) {
	host = strings.TrimPrefix(written, "*.")
	if strings.ContainsAny(host, "/ ") {
		return "", clip(written) + ": a site is a host such as example.com; write url: for an address"
	}
	return host, ""
}

// brandwatchRaw compares as written.
func brandwatchRaw(p *parser, _ token, arg operand) operand {
	p.note("raw: also keeps punctuation; CASE() compares capitals and reads punctuation as usual")
	arg.node = &query.Case{Arg: arg.node}
	return arg
}

// brandwatchWithin is "two words"~5.
func brandwatchWithin(p *parser, t token, arg operand) operand {
	switch {
	case arg.bad:
		return arg
	case len(arg.words) != 2:
		p.fail(t.pos, t.end, "%s: how it counts is documented for a phrase of two words only; write NEAR/%d between the words", t.text, t.number)
		arg.bad = true
		return arg
	case t.number > query.MaxDistance:
		p.fail(t.pos, t.end, "%s: at most %d words can stand between here", t.text, query.MaxDistance)
		arg.bad = true
		return arg
	}
	arg.node = &query.Near{
		Left: &query.Word{Text: arg.words[0]}, Right: &query.Word{Text: arg.words[1]}, Distance: t.number,
	}
	arg.words, arg.end = nil, t.end
	return arg
}

const noWeights = "weights such as ^5 order results in Meltwater; a rule has none: dropped"

// weight drops ^n.
func weight(p *parser, t token, arg operand) operand {
	p.note(noWeights)
	arg.end = t.end
	return arg
}

// plainWord is for vendors whose * and ? are ours.
func plainWord(_ *parser, _ token, word string) (string, []query.Node) { return word, nil }

// meltwaterWord drops weights; * is the same here.
func meltwaterWord(p *parser, t token, word string) (string, []query.Node) {
	if strings.Contains(word, "?") && t.kind == kindWord {
		p.fail(t.pos, t.end, "%s: what ? means is not documented for Meltwater; write * or the forms", clip(word))
		return "", nil
	}
	inner, number, ok := strings.Cut(word, "^")
	if !ok || t.kind == kindPhrase {
		return word, nil
	}
	if _, isNumber := digits(number); isNumber && inner != "" {
		p.note(noWeights)
		return inner, nil
	}
	p.fail(t.pos, t.end, "%s: ^ needs a number after it", clip(word))
	return "", nil
}

// socialReduce reads a level whose order is documented only where it has one kind of operator.
func socialReduce(p *parser, l level) operand {
	bad := placeholder(l.operands[0].pos, l.operands[len(l.operands)-1].end)
	if p.noOperator(l) {
		return bad
	}
	if l.has(kindOr) && l.has(kindAnd, kindNot, kindNear) {
		i := slices.IndexFunc(l.operators, func(t token) bool { return (t.kind == kindOr) != (l.operators[0].kind == kindOr) })
		op := l.operators[i]
		p.fail(op.pos, op.end, "%s and %s are mixed: %s does not say which is read first; add parentheses",
			strings.ToUpper(l.operators[0].text), strings.ToUpper(op.text), p.name)
		return bad
	}
	parts, ops := l.runs(isKind(kindAnd, kindOr, kindNot))
	joined := level{operators: ops}
	for _, part := range parts {
		o := part.operands[0]
		for i, op := range part.operators {
			if op.negated || i > 0 {
				p.fail(op.pos, op.end, "%s", p.unclearNear(op, i))
				return bad
			}
			o = p.near(o, op, part.operands[i+1])
		}
		joined.operands = append(joined.operands, o)
	}
	if joined.has(kindOr) {
		return or(joined.operands)
	}
	for i, op := range ops {
		if op.kind == kindNot && i+1 < len(ops) && ops[i+1].kind == kindAnd {
			p.note("NOT was read to hold for the next word or group only")
		}
	}
	return conjunction(joined)
}

// unclearNear says why a NEAR is refused.
func (p *parser) unclearNear(op token, i int) string {
	if i > 0 {
		return fmt.Sprintf("two %s in one level: %s does not say which is read first; add parentheses",
			strings.SplitN(op.text, "/", 2)[0], p.name)
	}
	return fmt.Sprintf("%s is not known in %s: write NOT, or %s in the rule itself", op.text, p.name, strings.ToUpper(op.text))
}
