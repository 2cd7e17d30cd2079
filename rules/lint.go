package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// Themes are those of the starter packs. An operator may use others.
func Themes() []string {
	return []string{
		"5g", "airspace", "belarus-china", "great-stone", "polonez", "potash", "sanctions", "state-finance",
	}
}

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

// Lint says what is allowed but unwise in the rules and vocabularies of the set.
func (s *Set) Lint() diag.Problems {
	l := &linter{traps: traps()}
	for _, v := range s.vocabularies {
		l.vocabulary(v)
	}
	queries := map[string]*Rule{}
	for _, r := range s.rules {
		l.rule(r)
		print := r.node.String()
		if first, ok := queries[print]; ok {
			l.ps = append(l.ps, r.problem("query",
				fmt.Sprintf("the query says the same as that of rule %s", first.ID),
				"delete one of the rules, or make one an escalation"))
			continue
		}
		queries[print] = r
	}
	return l.ps.Sort()
}

// linter collects what is unwise.
type linter struct {
	traps map[string]string
	ps    diag.Problems
}

// A short is a term with few letters before *, and its place.
type short struct {
	term  string
	place diag.Problem
}

// vocabulary looks at the terms of one vocabulary.
func (l *linter) vocabulary(v *Vocabulary) {
	var shorts []short
	for _, lang := range slices.Sorted(maps.Keys(v.Terms)) {
		for i, term := range v.Terms[lang] {
			place := v.problem(fmt.Sprintf("terms.%s[%d]", lang, i), "", "")
			shorts = append(shorts, l.term(term, place)...)
		}
	}
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
	p := shorts[0].place
	p.Msg = fmt.Sprintf("fewer than %d letters before *: %s", minPrefix, clip(strings.Join(terms, ", "), 200))
	p.Cure = "write more of the word, or list its forms"
	l.ps = append(l.ps, p)
}

// rule looks at one rule.
func (l *linter) rule(r *Rule) {
	if r.Description == "" {
		l.ps = append(l.ps, r.problem("", "the rule has no description", "say what it is for"))
	}
	if r.Status == Experimental && r.Owner == "" {
		l.ps = append(l.ps, r.problem("", "the rule is experimental and has no owner",
			"write owner: and who decides whether it stays"))
	}
	if near := diag.Closest(r.Theme, Themes()); near != "" && near != r.Theme {
		l.ps = append(l.ps, r.problem("theme", fmt.Sprintf("the theme %q is new", r.Theme),
			fmt.Sprintf("did you mean %s?", near)))
	}
	l.query(r, "query", r.Query)
	for i, e := range r.Escalate {
		l.query(r, fmt.Sprintf("escalate[%d].when", i), e.When)
	}
}

// query looks at the words of a query that are searched for in the text.
func (l *linter) query(r *Rule, field, src string) {
	n, err := query.Parse(src)
	if err != nil {
		return // Load has refused it
	}
	var shorts []short
	query.Walk(n, func(n query.Node) bool {
		switch n := n.(type) {
		case *query.Field:
			return query.IsText(n.Name)
		case *query.Word:
			place := r.src.ProblemAt(r.at(field), int(n.Pos()), int(n.End()), "", "")
			shorts = append(shorts, l.term(n.Text, place)...)
		}
		return true
	})
	l.short(shorts)
}

// term reports what is unwise in a term, and returns it if it is short. In a phrase the
// other words keep a short one from harm.
func (l *linter) term(term string, place diag.Problem) []short {
	folded := text.Fold(strings.TrimSpace(term))
	if strings.ContainsRune(folded, ' ') {
		return nil
	}
	if finds, ok := l.traps[folded]; ok {
		finds, cure, _ := strings.Cut(finds, "; ")
		place.Msg, place.Cure = fmt.Sprintf("%q mostly finds %s", term, finds), cure
		l.ps = append(l.ps, place)
		return nil
	}
	if r, n := utf8.DecodeRuneInString(folded); n == len(folded) && text.IsIdeograph(r) {
		place.Msg = fmt.Sprintf("%q is one character, which is part of many words", term)
		place.Cure = "write a whole word"
		l.ps = append(l.ps, place)
		return nil
	}
	prefix, _, wild := strings.Cut(folded, "*")
	if !wild || utf8.RuneCountInString(prefix) >= minPrefix || strings.ContainsFunc(prefix, unicode.IsDigit) {
		return nil
	}
	return []short{{term, place}}
}
