package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const implyWords = `
vocabularies:
  - name: salts
    terms: {en: [salt*, potash, rock salt, MAZ-543], zh: [钾肥]}
  - name: rock
    terms: {en: [rock salt, potash]}
`

func TestOneClauseFollowsFromAnother(t *testing.T) {
	s := load(t, implyWords)
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"sanctions", "sanction*", true},
		{"sanction*", "sanctions", false},
		{"sanction*", "sancti*", true},
		{"sanct?on", "sanction", false},
		{"Ёлка", "елк*", true},
		{`"great stone park"`, "stone", true},
		{`"great stone park"`, `"great stone"`, true},
		{`"great stone park"`, `"great park"`, false},
		{"白俄罗斯钾肥", "钾肥", true},
		{"钾肥", "白俄罗斯钾肥", false},
		{`"钾 肥"`, "钾肥", false},
		{"MAZ-543", "MAZ", false},
		{"MAZ-543", "MAZ-543", true},
		{"MAZ543", "MAZ-543", false}, // it does, and is not seen
		{"salt", "@salts", true},
		{"@rock", "@salts", true},
		{"@salts", "@rock", false},
		{"a AND b", "a", true},
		{"a", "a OR b", true},
		{"a OR b", "a", false},
		{"a OR b", "c OR b OR a", true},
		{"(a OR b) AND c", "(a AND c) OR b", false},
		{"a NOT b", "a", true},
		{"a NOT (b OR c)", "a NOT b", true},
		{"a NOT b", "a NOT (b OR c)", false},
		{"title:a", "a", true},
		{"title:a", "hlead:a", true},
		{"a", "title:a", false},
		{"title:(a NOT b)", "a NOT b", false},
		{"title:(a AND b)", "hlead:b AND a", true},
		{"author:a", "a", false},
		{"site:a.by", "a", false},
		{"site:a.by", "site:a.by", true},
		{"a NEAR/3 b", "b", true},
		{"a NEAR/3 b", "b NEAR/5 a", true},
		{"a NEAR/5 b", "a NEAR/3 b", false},
		{"a ONEAR/3 b", "a NEAR/3 b", true},
		{"a NEAR/3 b", "a ONEAR/3 b", false},
		{"a NEAR/S b", "a NEAR/P b", true},
		{"a NEAR/3 b", "a NEAR/S b", false},
		{`"x a" NEAR/3 b`, "a NEAR/3 b", false}, // the phrase reaches farther
		{"a NOT NEAR/3 b", "a", true},
		{"a NOT NEAR/3 b", "b", false},
		{"ATLEAST/3(a)", "ATLEAST/2(a)", true},
		{"ATLEAST/2(a)", "ATLEAST/3(a)", false},
		{"ATLEAST/3(a)", "a", true},
		{"FIRST/5(a)", "FIRST/9(a)", true},
		{"FIRST/9(a)", "FIRST/5(a)", false},
		{"a", "FIRST/5(a)", false},
		{"CASE(WHO)", "who", true},
		{"who", "CASE(WHO)", false},
		{"ban", "STEM(ban)", true},
		{"STEM(ban)", "ban", false},
	} {
		a, err := query.Parse(tt.a)
		require.NoError(t, err)
		b, err := query.Parse(tt.b)
		require.NoError(t, err)
		require.Equal(t, tt.want, rules.Implies(s, a, b), "%s => %s", tt.a, tt.b)
	}
}

// queries draws queries over few words, so that one often follows from another.
func queries() *rapid.Generator[string] {
	words := []string{
		"salt", "salt*", "salts", "rock", `"rock salt"`, "@salts", "@rock", "STEM(salts)", "CASE(Rock)",
		"钾", "钾肥", "MAZ-543", "MAZ543", "MAZ", "pot*", "potash",
	}
	place := rapid.Custom(func(t *rapid.T) string {
		w := rapid.SampledFrom(words)
		if rapid.IntRange(0, 3).Draw(t, "or") > 0 {
			return w.Draw(t, "word")
		}
		return "(" + w.Draw(t, "word") + " OR " + w.Draw(t, "word") + ")"
	})
	leaf := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 6).Draw(t, "leaf") {
		case 0:
			op := rapid.SampledFrom([]string{"NEAR/0", "NEAR/1", "ONEAR/1", "NEAR/S", "NEAR/P", "NOT NEAR/1"}).Draw(t, "op")
			return "(" + place.Draw(t, "left") + " " + op + " " + place.Draw(t, "right") + ")"
		case 1:
			return rapid.SampledFrom([]string{"ATLEAST/1(", "ATLEAST/2("}).Draw(t, "count") + place.Draw(t, "place") + ")"
		}
		return place.Draw(t, "place")
	})
	var any func(depth int) *rapid.Generator[string]
	any = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			kind := rapid.IntRange(0, 7).Draw(t, "kind")
			if depth == 0 || kind < 2 {
				return leaf.Draw(t, "leaf")
			}
			a, b := any(depth-1), any(depth-1)
			if kind < 6 {
				op := rapid.SampledFrom([]string{"AND", "OR", "NOT"}).Draw(t, "op")
				return "(" + a.Draw(t, "left") + " " + op + " " + b.Draw(t, "right") + ")"
			}
			scope := rapid.SampledFrom([]string{"title:(", "lead:(", "hlead:(", "FIRST/2(", "FIRST/4("}).Draw(t, "scope")
			return scope + a.Draw(t, "arg") + ")"
		})
	}
	return any(3)
}

// TestWhatIsSaidToFollowDoesFollow compares the linter with the evaluator.
func TestWhatIsSaidToFollowDoesFollow(t *testing.T) {
	s := load(t, implyWords)
	lookup := func(name string) (*match.Vocabulary, bool) {
		for _, v := range s.Vocabularies() {
			if v.Name == name {
				return &match.Vocabulary{Name: name, Terms: v.Terms}, true
			}
		}
		return nil, false
	}
	follows := 0
	rapid.Check(t, func(t *rapid.T) {
		a, errA := query.Parse(queries().Draw(t, "a"))
		b, errB := query.Parse(queries().Draw(t, "b"))
		if errA != nil || errB != nil {
			return // such as title: under lead:
		}
		// Half of the pairs are made so that one follows from the other.
		if rapid.Bool().Draw(t, "made") {
			other, err := query.Parse("(" + b.String() + ") AND (" + a.String() + ")")
			if err != nil {
				return
			}
			a = other
		}
		if !rules.Implies(s, a, b) {
			return
		}
		follows++
		qa, err := match.Compile(a, lookup)
		require.NoError(t, err)
		qb, err := match.Compile(b, lookup)
		require.NoError(t, err)
		text := rapid.SliceOfN(rapid.SampledFrom([]string{
			"salt", "salts", "Rock", "rock", "钾", "肥", "钾肥", "MAZ-543", "MAZ543", "MAZ", "543", "potash", "x", ".", "\n\n",
		}), 0, 9)
		for range 20 {
			it := watcher.Item{
				Title: strings.Join(text.Draw(t, "title"), " "), Lead: strings.Join(text.Draw(t, "lead"), " "),
				Body: strings.Join(text.Draw(t, "body"), " "),
			}
			if holds, _ := qa.Eval(match.NewDoc(it, watcher.Feed{})); !holds {
				continue
			}
			holds, _ := qb.Eval(match.NewDoc(it, watcher.Feed{}))
			require.True(t, holds, "%s holds for %+v and %s does not", a, it, b)
		}
	})
	require.Positive(t, follows)
}
