package match_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
	"golang.org/x/text/unicode/norm"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// run is a run of tokens of one text; sets of runs are what the referee works with.
type run struct{ text, first, last int }

// The texts of an item.
const (
	title = iota
	lead
	body
	author
	texts
)

// brute judges queries by trying every run of tokens against every definition, word for word as the
// package comment states them.
type brute struct {
	source     [texts]string
	tokens     [texts][]text.Token
	values     map[string][]string // the values of a field, folded by hand
	vocabulary map[string]map[string][]string
}

func newBrute(source [texts]string, values map[string][]string, vocabulary map[string]map[string][]string) *brute {
	b := &brute{source: source, values: values, vocabulary: vocabulary}
	for i, s := range b.source {
		b.tokens[i] = text.Tokens(s)
	}
	return b
}

// limits is what fields and calls around a node leave of the item.
type limits struct {
	texts        [texts]bool
	first        int
	cases, stems bool
	value        string // the field whose values are compared
}

func unlimited() limits { return limits{texts: [texts]bool{true, true, true, false}, first: 1 << 30} }

func (b *brute) holds(n query.Node, in limits) bool {
	switch n := n.(type) {
	case *query.And:
		return !slices.ContainsFunc(n.Args, func(a query.Node) bool { return !b.holds(a, in) })
	case *query.Or:
		return slices.ContainsFunc(n.Args, func(a query.Node) bool { return b.holds(a, in) })
	case *query.Not:
		return b.holds(n.Left, in) && !b.holds(n.Right, in)
	case *query.AtLeast:
		return b.disjoint(b.runs(n.Arg, in)) >= n.N
	case *query.First, *query.Case, *query.Stem, *query.Field:
		arg, inner := narrow(n, in)
		return b.holds(arg, inner)
	}
	if in.value != "" {
		return b.compares(n, in.value)
	}
	return len(b.runs(n, in)) > 0
}

// narrow is the argument of a field or call, and what that leaves of the item.
func narrow(n query.Node, in limits) (query.Node, limits) {
	switch n := n.(type) {
	case *query.First:
		in.first = min(in.first, n.N)
		return n.Arg, in
	case *query.Case:
		in.cases = true
		return n.Arg, in
	case *query.Stem:
		in.stems = true
		return n.Arg, in
	case *query.Field:
		parts := map[string][]int{
			"title": {title}, "lead": {lead}, "body": {body}, "hlead": {title, lead},
			"text": {title, lead, body}, "author": {author},
		}[n.Name]
		if parts == nil {
			in.value = n.Name
			return n.Arg, in
		}
		for t := range in.texts {
			in.texts[t] = (in.texts[t] || n.Name == "author") && slices.Contains(parts, t)
		}
		return n.Arg, in
	}
	panic(fmt.Sprintf("%T", n))
}

func (b *brute) runs(n query.Node, in limits) map[run]bool {
	set := map[run]bool{}
	switch n := n.(type) {
	case *query.Word:
		return b.term(n.Text, "", in)
	case *query.Phrase:
		return b.term(strings.Join(n.Words, " "), "", in)
	case *query.Vocabulary:
		for language, terms := range b.vocabulary[n.Name] {
			for _, t := range terms {
				maps.Copy(set, b.term(t, language, in))
			}
		}
	case *query.Or:
		for _, arg := range n.Args {
			maps.Copy(set, b.runs(arg, in))
		}
	case *query.Near:
		rights := b.runs(n.Right, in)
		for l := range b.runs(n.Left, in) {
			alone := true
			for r := range rights {
				if b.near(n, l, r) {
					alone = false
					if !n.Negated {
						set[run{l.text, min(l.first, r.first), max(l.last, r.last)}] = true
					}
				}
			}
			if n.Negated && alone {
				set[l] = true
			}
		}
	default:
		arg, inner := narrow(n, in)
		return b.runs(arg, inner)
	}
	return set
}

func (b *brute) near(n *query.Near, l, r run) bool {
	if l.text != r.text || l.first <= r.last && r.first <= l.last || n.Ordered && l.last > r.last {
		return false
	}
	from, to := min(l.last, r.last), max(l.first, r.first)
	tokens := b.tokens[l.text][min(l.first, r.first) : max(l.last, r.last)+1]
	first, last := tokens[0], tokens[len(tokens)-1]
	switch n.Unit {
	case query.Sentence:
		return first.Sentence == last.Sentence
	case query.Paragraph:
		return first.Paragraph == last.Paragraph
	}
	return to-from-1 <= n.Distance
}

// term is every run that a term matches.
func (b *brute) term(written, language string, in limits) map[run]bool {
	marked := strings.NewReplacer("*", "ᚠ", "?", "ᚢ").Replace(written)
	term := words(marked, text.Tokens(marked), in.cases)
	compare := like
	if in.stems {
		compare = func(want, s string) bool { return likeStem(language, want, s) }
	}
	set := map[run]bool{}
	for t := range b.tokens {
		here := words(b.source[t], b.tokens[t], in.cases)
		for first := range here {
			for last := first; last < len(here) && last < in.first && last < first+4*len(term); last++ {
				if in.texts[t] && same(term, here[first:last+1], compare) {
					set[run{t, first, last}] = true
				}
			}
		}
	}
	return set
}

// token is a word with its readings and its ties to the one before.
type token struct {
	readings      []string
	joined, touch bool
	ideograph     bool
}

func words(source string, tokens []text.Token, cases bool) []token {
	list := make([]token, len(tokens))
	for i, t := range tokens {
		list[i] = token{readings: []string{t.Word}, joined: t.Joined}
		if t.Alt != "" {
			list[i].readings = append(list[i].readings, t.Alt)
		}
		if cases {
			list[i].readings = []string{visible(norm.NFKC.String(source[t.Start:t.End]))}
		}
		if i > 0 {
			list[i].touch = visible(source[tokens[i-1].End:t.Start]) == ""
		}
		r, _ := utf8.DecodeRuneInString(source[t.Start:t.End])
		list[i].ideograph = text.IsIdeograph(r)
	}
	return list
}

// visible is s without what cannot be seen.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) || r == 0x034F {
			return -1
		}
		return r
	}, s)
}

// same reports whether the words of a run can be read as those of a term: some joined words on
// either side taken as one, four of the text at most.
func same(term, here []token, compare func(want, s string) bool) bool {
	if len(term) == 0 || len(here) == 0 {
		return len(term) == len(here)
	}
	patterns := []string{""}
	for i := range term {
		if i > 0 && !term[i].joined {
			break
		}
		patterns = cross(patterns, term[i].readings)
		written := []string{""}
		for j := range min(4, len(here)) {
			if j > 0 && !here[j].joined {
				break
			}
			written = cross(written, here[j].readings)
			if !anyPair(patterns, written, compare) || !same(term[i+1:], here[j+1:], compare) {
				continue
			}
			// Characters written as one word must touch.
			if i+1 < len(term) && term[i].ideograph && term[i+1].ideograph && term[i+1].touch && !here[j+1].touch {
				continue
			}
			return true
		}
	}
	return false
}

// cross is every string of a followed by every one of b.
func cross(a, b []string) []string {
	var list []string
	for _, s := range a {
		for _, t := range b {
			list = append(list, s+t)
		}
	}
	return list
}

func anyPair(wants, list []string, compare func(want, s string) bool) bool {
	return slices.ContainsFunc(wants, func(want string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return compare(want, s) })
	})
}

// like compares with wildcards.
func like(pattern, s string) bool {
	p, w := []rune(pattern), []rune(s)
	switch {
	case len(p) == 0:
		return len(w) == 0
	case p[0] == 'ᚠ':
		return like(string(p[1:]), s) || len(w) > 0 && like(pattern, string(w[1:]))
	}
	return len(w) > 0 && (p[0] == 'ᚢ' || p[0] == w[0]) && like(string(p[1:]), string(w[1:]))
}

// likeStem compares stems of a language, or of the one that the letters tell. A wildcard and a
// language without a stemmer leave a word as it is.
func likeStem(language, want, s string) bool {
	letters := func(in ...*unicode.RangeTable) bool {
		return !strings.ContainsFunc(want, func(r rune) bool { return !unicode.In(r, in...) })
	}
	run := map[string]func(*snowballstem.Env) bool{"en": english.Stem, "ru": russian.Stem}[language]
	switch {
	case language != "":
	case letters(unicode.Latin):
		run = english.Stem
	case letters(unicode.Cyrillic, unicode.Latin) && !strings.ContainsAny(want, "іїєґ"):
		run = russian.Stem
	}
	if run == nil || strings.ContainsAny(want, "ᚠᚢ") {
		return like(want, s)
	}
	stem := func(s string) string {
		env := snowballstem.NewEnv(s)
		run(env)
		return env.Current()
	}
	return stem(want) == stem(s)
}

// compares reports whether a value of a field is as a word, phrase or vocabulary says.
func (b *brute) compares(n query.Node, field string) bool {
	var terms []string
	switch n := n.(type) {
	case *query.Word:
		terms = []string{n.Text}
	case *query.Phrase:
		terms = []string{strings.Join(n.Words, " ")}
	case *query.Vocabulary:
		for _, list := range b.vocabulary[n.Name] {
			terms = append(terms, list...)
		}
	}
	for _, want := range terms {
		want = strings.NewReplacer("*", "ᚠ", "?", "ᚢ").Replace(text.Fold(want))
		if field == "site" {
			want = strings.TrimPrefix(want, "www.")
		}
		for _, value := range b.values[field] {
			switch {
			case field == "url" && like("ᚠ"+want+"ᚠ", value),
				field == "lang" && like(want+"-ᚠ", value),
				field != "url" && like(want, value):
				return true
			}
		}
	}
	return false
}

// disjoint is the size of the largest set of runs that do not overlap, without those that an
// earlier field has at the same place of the same sentence.
func (b *brute) disjoint(set map[run]bool) int {
	total := 0
	for t := range b.tokens {
		best := make([]int, len(b.tokens[t])+1) // among runs that end before this token
		for end := range b.tokens[t] {
			best[end+1] = best[end]
			for r := range set {
				if r.text == t && r.last == end && !b.again(r, set) {
					best[end+1] = max(best[end+1], best[r.first]+1)
				}
			}
		}
		total += best[len(b.tokens[t])]
	}
	return total
}

// again reports whether an earlier field of the item has the run too.
func (b *brute) again(r run, set map[run]bool) bool {
	if r.text == author {
		return false
	}
	words, at := b.sentence(r)
	for other := range set {
		if theirs, place := b.sentence(other); other.text < r.text && place == at &&
			other.last-other.first == r.last-r.first && slices.Equal(theirs, words) {
			return true
		}
	}
	return false
}

// sentence is the words of the sentence that a run begins in, and where in it that is.
func (b *brute) sentence(r run) (words []string, at int) {
	for i, t := range b.tokens[r.text] {
		if t.Sentence == b.tokens[r.text][r.first].Sentence {
			if i == r.first {
				at = len(words)
			}
			words = append(words, t.Word)
		}
	}
	return words, at
}
