package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// minPrefix is how many letters before * are enough to mean one word. Measured on news in
// ten languages, prefixes of four letters put 28 to 35 of 100 stems together with another
// word, prefixes of five hardly any.
const minPrefix = 5

// traps are terms, folded, that were counted in news and found to be mostly another word,
// with what they find.
func traps() map[string]string {
	return map[string]string{
		"bank*":      "bankomat, bankier and bankructwo; write the forms, or the bank's name",
		"банк*":      "банкомат, банкир and банка (a jar); write the forms, or the bank's name",
		"kali*":      "California and Kaliningrad; write Kalisalz*, Kalidünger*, Kalium*",
		"кали*":      "Калифорния, калибр and Калининград; write калий, калия, калию, калийн*",
		"калі*":      "калі, which is \"when\" in Belarusian; write калій, калія, калійн*",
		"калі":       "\"when\" in Belarusian; write калій",
		"przestrze*": "przestrzegać, \"to observe\"; write przestrzeń, przestrzeni, przestrzenią",
		"prost*":     "\"simple\" in Polish; write the whole word",
		"прост*":     "\"simple\" in Russian and Ukrainian; write простір and простор* after повітрян*",
		"litw*":      "the surnames Litwinienko and Litwiniuk; write Litwa, Litwy, litewsk*",
		"swift*":     "SwiftKey and Swifties; write SWIFT",
		"bialo*":     "\"white\" in Polish; write Białoru*",
		"gais*":      "gaisma, \"light\" in Latvian; write gaisa telp*",
		"telp*":      "rooms and houseplants in Latvian; write gaisa telp*",
		"中白":         "the middle of 一年中白昼 and the like; write 中白工业, 中白关系, 中白合作",
		"白中":         "the middle of 不明白中 and the like; drop it",
		"瑞安":         "a city in Zhejiang; write 瑞安航空",
		"巨石":         "boulders and companies; write 中白工业园",
		"大石":         "the middle of 第三大石油 and the like; write 中白工业园",
	}
}

// A short is a term with few letters before *, and its place.
type short struct {
	term  string
	place func() diag.Problem
}

// vocabulary looks at the terms of one vocabulary.
func (l *linter) vocabulary(v *Vocabulary) {
	var shorts []short
	for _, lang := range v.languages() {
		seen := map[string]bool{}
		for i, term := range v.Terms[lang] {
			place := func() diag.Problem { return v.problem(fmt.Sprintf("terms.%s[%d]", lang, i), "", "") }
			shorts = append(shorts, l.term(term, place)...)
			if seen[term] {
				l.told(place, fmt.Sprintf("%q stands in the list already", term), "delete it")
			}
			seen[term] = true
		}
	}
	l.short(shorts)
}

// terms looks at the words of a query that are searched for in the text.
func (l *linter) terms(q linted) {
	var shorts []short
	query.Walk(q.node, func(n query.Node) bool {
		switch n := n.(type) {
		case *query.Field:
			return query.IsText(n.Name)
		case *query.Word:
			shorts = append(shorts, l.term(n.Text, func() diag.Problem {
				return q.src.ProblemAt(q.at(q.field), int(n.Pos()), int(n.End()), "", "")
			})...)
		}
		return true
	})
	l.short(shorts)
}

// short reports the short terms of a vocabulary or query together: they are often meant.
func (l *linter) short(shorts []short) {
	if len(shorts) == 0 {
		return
	}
	terms := make([]string, len(shorts))
	for i, s := range shorts {
		terms[i] = s.term
	}
	l.told(shorts[0].place, fmt.Sprintf("fewer than %d letters before *: %s", minPrefix,
		clip(strings.Join(terms, ", "), 200)), "write more of the word, or list its forms")
}

// told reports something at a place.
func (l *linter) told(place func() diag.Problem, msg, cure string) {
	p := place()
	p.Msg, p.Cure = msg, cure
	l.ps = append(l.ps, p)
}

// term reports what is unwise in a term, and returns it if it is short. In a phrase the
// other words keep a short one from harm.
func (l *linter) term(term string, place func() diag.Problem) []short {
	folded := text.Fold(strings.TrimSpace(term))
	if strings.ContainsRune(folded, ' ') {
		return nil
	}
	if finds, ok := l.traps[folded]; ok {
		finds, cure, _ := strings.Cut(finds, "; ")
		l.told(place, fmt.Sprintf("%q mostly finds %s", term, finds), cure)
		return nil
	}
	if r, n := utf8.DecodeRuneInString(folded); n == len(folded) && text.IsIdeograph(r) {
		l.told(place, fmt.Sprintf("%q is one character, which is part of many words", term), "write a whole word")
		return nil
	}
	prefix, _, wild := strings.Cut(folded, "*")
	if !wild || utf8.RuneCountInString(prefix) >= minPrefix || strings.ContainsFunc(prefix, unicode.IsDigit) {
		return nil
	}
	return []short{{term, place}}
}
