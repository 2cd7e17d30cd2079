package match_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// run is a run of tokens of one field; sets of runs are what the referee's referee works with.
type run struct{ field, first, last int }

// brute judges queries by trying every run of tokens against every definition, word for word as the
// package comment states them.
type brute struct {
	source [3]string
	tokens [3][]text.Token
	words  map[string][]string // vocabularies: the terms of all languages
}

func newBrute(it watcher.Item) *brute {
	b := &brute{source: [3]string{it.Title, it.Lead, it.Body}, words: map[string][]string{
		"v": {"a", "b c", "MAZ-543", "制裁"}, "w": {"c", "maz5*"},
	}}
	for i, s := range b.source {
		b.tokens[i] = text.Tokens(s)
	}
	return b
}

// limits is what fields and calls around a node leave of the text.
type limits struct {
	fields [3]bool
	first  int
	cases  bool
}

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
	case *query.First, *query.Case, *query.Field:
		arg, inner := narrow(n, in)
		return b.holds(arg, inner)
	}
	return len(b.runs(n, in)) > 0
}

// narrow is the argument of a field or call, and what that leaves of the text.
func narrow(n query.Node, in limits) (query.Node, limits) {
	switch n := n.(type) {
	case *query.First:
		in.first = min(in.first, n.N)
		return n.Arg, in
	case *query.Case:
		in.cases = true
		return n.Arg, in
	case *query.Field:
		for i, name := range []string{"title", "lead", "body"} {
			hlead := n.Name == "hlead" && name != "body"
			in.fields[i] = in.fields[i] && (n.Name == name || n.Name == "text" || hlead)
		}
		return n.Arg, in
	}
	panic(fmt.Sprintf("%T", n))
}

func (b *brute) runs(n query.Node, in limits) map[run]bool {
	set := map[run]bool{}
	switch n := n.(type) {
	case *query.Word:
		return b.term(n.Text, in)
	case *query.Phrase:
		return b.term(strings.Join(n.Words, " "), in)
	case *query.Vocabulary:
		for _, t := range b.words[n.Name] {
			maps.Copy(set, b.term(t, in))
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
						set[run{l.field, min(l.first, r.first), max(l.last, r.last)}] = true
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
	if l.field != r.field || l.first <= r.last && r.first <= l.last || n.Ordered && l.last > r.last {
		return false
	}
	from, to := min(l.last, r.last), max(l.first, r.first)
	tokens := b.tokens[l.field][min(l.first, r.first) : max(l.last, r.last)+1]
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
func (b *brute) term(written string, in limits) map[run]bool {
	marked := strings.NewReplacer("*", "ᚠ", "?", "ᚢ").Replace(written)
	term := words(marked, text.Tokens(marked), in.cases)
	set := map[run]bool{}
	for f := range b.tokens {
		here := words(b.source[f], b.tokens[f], in.cases)
		for first := range here {
			for last := first; last < len(here) && last < in.first && last < first+4*len(term); last++ {
				if in.fields[f] && same(term, here[first:last+1]) {
					set[run{f, first, last}] = true
				}
			}
		}
	}
	return set
}

// token is a word with its ties to the one before.
type token struct {
	text          string
	joined, touch bool
	ideograph     bool
}

func words(source string, tokens []text.Token, cases bool) []token {
	list := make([]token, len(tokens))
	for i, t := range tokens {
		list[i] = token{text: t.Word, joined: t.Joined, touch: i > 0 && tokens[i-1].End == t.Start}
		if cases {
			list[i].text = source[t.Start:t.End]
		}
		for _, r := range list[i].text {
			list[i].ideograph = text.IsIdeograph(r)
		}
	}
	return list
}

// same reports whether the words of a run can be read as those of a term: some joined words on
// either side taken as one, four of the text at most.
func same(term, here []token) bool {
	if len(term) == 0 || len(here) == 0 {
		return len(term) == len(here)
	}
	pattern := ""
	for i := range term {
		if i > 0 && !term[i].joined {
			break
		}
		pattern += term[i].text
		written := ""
		for j := range min(4, len(here)) {
			if j > 0 && !here[j].joined {
				break
			}
			written += here[j].text
			if !like(pattern, written) || !same(term[i+1:], here[j+1:]) {
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

// disjoint is the size of the largest set of runs that do not overlap, without those in sentences
// that an earlier field has too.
func (b *brute) disjoint(set map[run]bool) int {
	total := 0
	for f := range b.tokens {
		best := make([]int, len(b.tokens[f])+1) // among runs that end before this token
		for end := range b.tokens[f] {
			best[end+1] = best[end]
			for r := range set {
				if r.field == f && r.last == end && !b.repeated(f, b.tokens[f][r.first].Sentence) {
					best[end+1] = max(best[end+1], best[r.first]+1)
				}
			}
		}
		total += best[len(b.tokens[f])]
	}
	return total
}

func (b *brute) repeated(f int, sentence int32) bool {
	for earlier := range f {
		for _, t := range b.tokens[earlier] {
			if slices.Equal(b.sentence(earlier, t.Sentence), b.sentence(f, sentence)) {
				return true
			}
		}
	}
	return false
}

func (b *brute) sentence(f int, ordinal int32) []string {
	var list []string
	for _, t := range b.tokens[f] {
		if t.Sentence == ordinal {
			list = append(list, t.Word)
		}
	}
	return list
}

func randomText(t *rapid.T) string {
	var b strings.Builder
	words := []string{"a", "b", "c", "A", "maz", "MAZ", "543", "maz543", "制", "裁", "x"}
	gaps := []string{" ", " ", " ", "-", "/", ", ", "", ". ", ".\n\n"}
	for range rapid.IntRange(0, 12).Draw(t, "words") {
		b.WriteString(rapid.SampledFrom(words).Draw(t, "word"))
		b.WriteString(rapid.SampledFrom(gaps).Draw(t, "gap"))
	}
	return b.String()
}

// randomPlace is a query for places in the text, randomQuery any.
func randomPlace(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom([]string{
			"a", "b", "c", "MAZ-543", "maz543", "maz5*", `"maz 543*"`, "制裁", `"制 裁"`, `"a b"`, `"b a"`, `"a a"`, "@v", "@w", "MAZ",
			`"b maz543 c"`, "maz-5*", "543-a",
		}).Draw(t, "term")
	}
	place := func() string { return "(" + randomPlace(t, depth-1) + ")" }
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return place() + " OR " + place()
	case 1:
		return "CASE" + place()
	}
	op := rapid.SampledFrom([]string{"NEAR", "ONEAR", "NOT NEAR", "NOT ONEAR"}).Draw(t, "op")
	distance := rapid.SampledFrom([]string{"0", "1", "2", "5", "S", "P"}).Draw(t, "distance")
	return place() + " " + op + "/" + distance + " " + place()
}

func randomQuery(t *rapid.T, depth int) string {
	if depth == 0 {
		return randomPlace(t, 2)
	}
	inner := func() string { return "(" + randomQuery(t, depth-1) + ")" }
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		return inner() + " AND " + inner()
	case 1:
		return inner() + " OR " + inner()
	case 2:
		return inner() + " NOT " + inner()
	case 3:
		return fmt.Sprintf("ATLEAST/%d(%s)", rapid.IntRange(1, 4).Draw(t, "n"), randomPlace(t, 2))
	case 4:
		return fmt.Sprintf("FIRST/%d%s", rapid.IntRange(1, 8).Draw(t, "n"), inner())
	case 5:
		field := rapid.SampledFrom([]string{"title", "lead", "hlead", "body", "text"}).Draw(t, "field")
		return field + ":(" + randomPlace(t, 2) + ")"
	}
	return randomPlace(t, 2)
}

func TestTheMachineAgreesWithTheDefinitions(t *testing.T) {
	list := map[string]*match.Vocabulary{
		"v": {Name: "v", Terms: map[string][]string{"en": {"a", "b c", "MAZ-543"}, "zh": {"制裁"}}},
		"w": {Name: "w", Terms: map[string][]string{"en": {"c", "maz5*"}}},
	}
	lookup := func(name string) (*match.Vocabulary, bool) { v, ok := list[name]; return v, ok }
	held, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		it := watcher.Item{Title: randomText(t), Lead: randomText(t), Body: randomText(t)}
		if rapid.Bool().Draw(t, "repeat") {
			it.Lead = it.Title + ". " + it.Lead
		}
		d := match.NewDoc(it, watcher.Feed{})
		for range 4 { // on one Doc, to meet what it keeps
			n, err := query.Parse(randomQuery(t, rapid.IntRange(0, 3).Draw(t, "depth")))
			require.NoError(t, err)
			q, err := match.Compile(n, lookup)
			require.NoError(t, err)
			ok, spans := q.Eval(d)
			want := newBrute(it).holds(n, limits{fields: [3]bool{true, true, true}, first: 1000})
			require.Equal(t, want, ok, "%s on %q", n, it)
			checkSpans(t, it, ok, spans)
			trace := q.Explain(d)
			require.Equal(t, ok, trace.Pass, "%s on %q", n, it)
			require.Equal(t, spans[:min(20, len(spans))], trace.Spans)
			all++
			if ok {
				held++
			}
		}
	})
	require.Greater(t, held, all/10, "the queries must hold often enough to mean something")
	require.Less(t, held, all*9/10)
}

// checkSpans checks what every list of spans must be.
func checkSpans(t *rapid.T, it watcher.Item, ok bool, spans []watcher.Span) {
	require.True(t, ok || spans == nil)
	order := map[watcher.Field]int{watcher.Title: 0, watcher.Lead: 1, watcher.Body: 2}
	for i, s := range spans {
		require.NotEmpty(t, s.Term)
		require.NotEmpty(t, it.Text(s.Field)[s.Start:s.End])
		if i > 0 {
			before := spans[i-1]
			require.False(t, order[before.Field] > order[s.Field] ||
				before.Field == s.Field && before.Start > s.Start, "%v", spans)
			require.NotEqual(t, before, s)
		}
	}
}
