package match_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// randomWords makes words of a made-up language, alike enough that prefixes and first words of
// terms meet those of the text.
func randomWords(r *rand.Rand, n int) []string {
	scripts := [][]string{
		{"be", "la", "rus", "ka", "li", "ban", "ki", "ło", "mi", "tra", "san"},
		{"бе", "ла", "рус", "ка", "лий", "тран", "зит", "сан", "к", "ци", "он"},
	}
	list := make([]string, n)
	for i := range list {
		syllables := scripts[r.IntN(2)]
		for range 3 + r.IntN(3) {
			list[i] += syllables[r.IntN(len(syllables))]
		}
	}
	return list
}

// desk is 40 rules over 10 vocabularies of 500 terms.
func desk(tb testing.TB) []*match.Query {
	r := rand.New(rand.NewPCG(1, 2))
	list := map[string]*match.Vocabulary{}
	for i := range 10 {
		v := &match.Vocabulary{Name: fmt.Sprintf("v%d", i), Terms: map[string][]string{}}
		for k, language := range []string{"be", "ru", "uk", "pl", "lt", "lv", "de", "en", "fr", "zh"} {
			for _, w := range randomWords(r, 50) {
				switch k % 3 {
				case 0:
					w += "*"
				case 1:
					w += " " + randomWords(r, 1)[0]
				}
				v.Terms[language] = append(v.Terms[language], w)
			}
		}
		list[v.Name] = v
	}
	var queries []*match.Query
	for i := range 40 {
		w := randomWords(r, 3)
		n, err := query.Parse(fmt.Sprintf("(@v%d OR %s OR %s*) AND (@v%d NEAR/12 @v%d) NOT (site:example.com OR %s)",
			i%10, w[0], w[1], (i+3)%10, (i+7)%10, w[2]))
		require.NoError(tb, err)
		q, err := match.Compile(n, func(name string) (*match.Vocabulary, bool) { v, ok := list[name]; return v, ok })
		require.NoError(tb, err)
		queries = append(queries, q)
	}
	return queries
}

// news is an item of 60 words.
func news() watcher.Item {
	words := randomWords(rand.New(rand.NewPCG(3, 4)), 60)
	return watcher.Item{
		Title: strings.Join(words[:10], " "), Lead: strings.Join(words[10:], " ") + ".", URL: "https://example.org/a/b",
	}
}

func TestADeskOfRulesSometimesHolds(t *testing.T) {
	d, held := match.NewDoc(news(), watcher.Feed{}), 0
	for _, q := range desk(t) {
		if ok, _ := q.Eval(d); ok {
			held++
		}
	}
	require.Positive(t, held)
	require.Less(t, held, 40)
}

func BenchmarkDeskOfRules(b *testing.B) {
	queries, it := desk(b), news()
	b.ReportAllocs()
	for b.Loop() {
		d := match.NewDoc(it, watcher.Feed{})
		for _, q := range queries {
			q.Eval(d)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	q, d := desk(b)[0], match.NewDoc(news(), watcher.Feed{})
	b.ReportAllocs()
	for b.Loop() {
		q.Explain(d)
	}
}
