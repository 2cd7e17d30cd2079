package query_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// where says what a random tree may hold.
type where struct {
	depth              int
	field              string
	place              bool // beside NEAR: only places in the text
	count, cases, stem bool
}

func (w where) deeper() where {
	w.depth--
	return w
}

func randomWord(t *rapid.T, in where) string {
	words := []string{
		"potash", "калий", "白俄罗斯", "and", "OR", "Not", "near", "NEAR/5", "w/5", "pre/2", "adj", "SAME",
		"CASE", "FIRST/9", "ATLEAST5", "MAZ-543", "K+S", "5G", "U.S.", "$100", "l’espace", "C#", "/sport/", "x,y", "제재",
		"ベラルーシ", "@x", "title:a", "(a)", "a#", "'tis", "-minus",
	}
	if !in.stem {
		words = append(words, "belar*", "organi?ation", "*", "MAZ-5*")[:len(words)+2]
	}
	return rapid.SampledFrom(words).Draw(t, "word")
}

func randomTree(t *rapid.T, in where) query.Node {
	kinds := []string{"word", "word", "phrase", "vocabulary"}
	value := in.field != "" && !query.IsText(in.field) && in.field != "author"
	if in.depth > 0 {
		kinds = append(kinds, "or")
		if !value {
			kinds = append(kinds, "near")
			if !in.stem {
				kinds = append(kinds, "case")
			}
			if !in.cases {
				kinds = append(kinds, "stem")
			}
		}
		if !in.place {
			if !in.count {
				kinds = append(kinds, "not")
				if in.field != "lang" && in.field != "country" {
					kinds = append(kinds, "and")
				}
			}
			if !value {
				kinds = append(kinds, "first")
				if !in.count {
					kinds = append(kinds, "atleast")
				}
			}
			if in.field == "" || in.field == "text" || in.field == "hlead" {
				kinds = append(kinds, "field")
			}
		}
	}
	return randomNode(t, in.deeper(), rapid.SampledFrom(kinds).Draw(t, "kind"))
}

func randomNode(t *rapid.T, in where, kind string) query.Node {
	switch kind {
	case "phrase":
		words := make([]string, rapid.IntRange(2, 4).Draw(t, "words"))
		for i := range words {
			words[i] = randomWord(t, in)
		}
		return &query.Phrase{Words: words}
	case "vocabulary":
		return &query.Vocabulary{Name: rapid.SampledFrom([]string{"potash", "state-finance", "імёны_2"}).Draw(t, "name")}
	case "and", "or":
		var args []query.Node
		for n := rapid.IntRange(2, 4).Draw(t, "args"); len(args) < n; {
			arg := randomTree(t, in)
			_, isAnd := arg.(*query.And)
			_, isOr := arg.(*query.Or)
			if isAnd && kind == "and" || isOr && kind == "or" {
				arg = &query.Word{Text: "flat"}
			}
			args = append(args, arg)
		}
		if kind == "and" {
			return &query.And{Args: args}
		}
		return &query.Or{Args: args}
	case "not":
		return &query.Not{Left: randomTree(t, in), Right: randomTree(t, in)}
	case "near":
		return randomNear(t, in)
	case "atleast":
		in.count = true
		return &query.AtLeast{N: rapid.IntRange(1, query.MaxCount).Draw(t, "n"), Arg: randomTree(t, in)}
	case "first":
		return randomFirst(t, in)
	case "case":
		in.cases = true
		return &query.Case{Arg: withoutValues(t, in)}
	case "stem":
		in.stem = true
		return &query.Stem{Arg: withoutValues(t, in)}
	case "field":
		return randomField(t, in)
	}
	return &query.Word{Text: randomWord(t, in)}
}

func randomNear(t *rapid.T, in where) query.Node {
	in.place, in.count = true, false
	n := &query.Near{
		Left: randomTree(t, in), Right: randomTree(t, in),
		Ordered: rapid.Bool().Draw(t, "ordered"), Negated: rapid.Bool().Draw(t, "negated"),
		Unit: rapid.SampledFrom([]query.Unit{query.Words, query.Sentence, query.Paragraph}).Draw(t, "unit"),
	}
	if n.Unit == query.Words {
		n.Distance = rapid.IntRange(0, query.MaxDistance).Draw(t, "distance")
	}
	return n
}

func randomFirst(t *rapid.T, in where) query.Node {
	return &query.First{N: rapid.IntRange(1, query.MaxFirst).Draw(t, "n"), Arg: withoutValues(t, in)}
}

// withoutValues is a tree for the inside of a call, where only parts of the text may be named.
func withoutValues(t *rapid.T, in where) query.Node {
	if in.field == "" {
		in.field = "text"
	}
	return randomTree(t, in)
}

func randomField(t *rapid.T, in where) query.Node {
	names := map[string][]string{
		"": query.Fields(), "text": {"title", "lead", "hlead", "body", "text"}, "hlead": {"title", "lead", "hlead"},
	}[in.field]
	if in.count {
		names = []string{"title", "body"}
		if in.field == "hlead" {
			names = names[:1]
		}
	}
	in.field = rapid.SampledFrom(names).Draw(t, "field")
	return &query.Field{Name: in.field, Arg: randomTree(t, in)}
}

func TestEveryTreePrintsAsAQueryThatReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := randomTree(t, where{depth: rapid.IntRange(0, 6).Draw(t, "depth")})
		printed := n.String()
		again, err := query.Parse(printed)
		require.NoError(t, err, "%s", printed)
		require.True(t, query.Equal(n, again), "%s", printed)
		require.Equal(t, printed, again.String())
		require.NotContains(t, printed, "\n")
		require.NotContains(t, printed, "  ")
	})
}

func TestReadingNeverPanics(t *testing.T) {
	pieces := []string{
		"a", "калий", "白俄*", "AND", "or", "NOT", "NEAR/5", "NEAR", "w/3", "(", ")", `"`, "„", "“", "@", "@v",
		"title:", "titel:", "site:", "CASE(", "ATLEAST/3(", "X(", " ", "\n", "# c", ",", "%", "*", "!", "（", "]",
	}
	rapid.Check(t, func(t *rapid.T) {
		src := ""
		for range rapid.IntRange(0, 15).Draw(t, "pieces") {
			src += rapid.SampledFrom(pieces).Draw(t, "piece")
			if rapid.Bool().Draw(t, "space") {
				src += " "
			}
		}
		n, err := query.Parse(src)
		require.Equal(t, n == nil, err != nil, "%q", src)
		if n != nil {
			again, err := query.Parse(n.String())
			require.NoError(t, err, "%q prints as %q", src, n)
			require.True(t, query.Equal(n, again), "%q prints as %q", src, n)
		}
	})
}
