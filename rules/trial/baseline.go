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
	Name  string `json:"name"` // keyword, country or both
	Score Score  `json:"score"`
}

// The vocabularies that baselines look for: the country, and the words of the themes.
const countryVocabulary = "belarus"

func themeVocabularies() []string {
	return []string{"potash", "airspace", "great-stone", "5g", "polonez", "sanction", "state-company", "state-bank", "china"}
}

// baselines judges items by theme words alone, by the country alone, and by both, as far
// as the set has the vocabularies for it, and names those that are absent.
func baselines(set *rules.Set, items []Labelled) (list []Baseline, absent []string, err error) {
	have := map[string]*match.Vocabulary{}
	for _, v := range set.Vocabularies() {
		have[v.Name] = &match.Vocabulary{Name: v.Name, Terms: v.Terms}
	}
	var words []string
	for _, name := range themeVocabularies() {
		if have[name] == nil {
			absent = append(absent, name)
			continue
		}
		words = append(words, "@"+name)
	}
	keyword, country := strings.Join(words, " OR "), "@"+countryVocabulary
	both := country + " AND (" + keyword + ")"
	if have[countryVocabulary] == nil {
		absent = append([]string{countryVocabulary}, absent...)
		country, both = "", ""
	}
	if keyword == "" {
		both = ""
	}
	lookup := func(name string) (*match.Vocabulary, bool) { v, ok := have[name]; return v, ok }
	list = []Baseline{}
	for _, b := range []struct{ name, query string }{
		{"keyword", keyword}, {"country", country}, {"both", both},
	} {
		if b.query == "" {
			continue
		}
		n, err := query.Parse(b.query)
		if err != nil {
			return nil, nil, fmt.Errorf("baseline %s: %w", b.name, err)
		}
		q, err := match.Compile(n, lookup)
		if err != nil {
			return nil, nil, fmt.Errorf("baseline %s: %w", b.name, err)
		}
		list = append(list, Baseline{b.name, judge(q, items)})
	}
	return list, absent, nil
}

// judge is how well one query does.
func judge(q *match.Query, items []Labelled) Score {
	found := make([]bool, len(items))
	spread(len(items), func(i int) { found[i], _ = q.Eval(match.NewDoc(items[i].Item())) })
	var s Score
	for i, l := range items {
		s.add(found[i], l.Relevant)
	}
	s.finish()
	return s
}
