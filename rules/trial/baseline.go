package trial

import (
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// A Baseline is how well bare words do on the same items.
type Baseline struct {
	Name  string
	Score Score
}

// The vocabularies that baselines look for: the country, and the words of the themes.
const countryVocabulary = "belarus"

func themeVocabularies() []string {
	return []string{"potash", "airspace", "great-stone", "5g", "polonez", "sanction", "state-company", "state-bank", "china"}
}

// baselines judges items by theme words alone, by the country alone, and by both.
func baselines(set *rules.Set, items []Labelled) ([]Baseline, error) {
	have := map[string]*match.Vocabulary{}
	for _, v := range set.Vocabularies() {
		have[v.Name] = &match.Vocabulary{Name: v.Name, Terms: v.Terms}
	}
	var words []string
	for _, name := range themeVocabularies() {
		if have[name] != nil {
			words = append(words, "@"+name)
		}
	}
	if have[countryVocabulary] == nil || len(words) == 0 {
		return nil, fmt.Errorf("baselines need the vocabulary %s and some of %s", countryVocabulary, strings.Join(themeVocabularies(), ", "))
	}
	keyword, country := "("+strings.Join(words, " OR ")+")", "@"+countryVocabulary
	var out []Baseline
	for _, b := range []struct{ name, query string }{
		{"baseline keyword", keyword}, {"baseline country", country}, {"baseline both", country + " AND " + keyword},
	} {
		n, err := query.Parse(b.query)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
		q, err := match.Compile(n, func(name string) (*match.Vocabulary, bool) { v, ok := have[name]; return v, ok })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
		line := Baseline{Name: b.name}
		for _, l := range items {
			ok, _ := q.Eval(match.NewDoc(l.Item()))
			line.Score.add(ok, l.Relevant)
		}
		line.Score.finish()
		out = append(out, line)
	}
	return out, nil
}
