package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// vocabularies are those that the tests' queries may name.
func vocabularies() func(string) (*match.Vocabulary, bool) {
	list := map[string]*match.Vocabulary{}
	for name, terms := range map[string]map[string][]string{
		"potash": {
			"en": {"potash", "potassium chloride"},
			"ru": {"калийн* удобрени*", "калий", "калия"},
			"zh": {"钾肥", "氯化钾"},
		},
		"belarus":  {"en": {"Belarus*"}, "ru": {"беларус*", "белорус*"}, "zh": {"白俄罗斯"}},
		"sanction": {"en": {"sanction*", "ban", "bans"}, "ru": {"санкци*"}, "zh": {"制裁"}},
		"trucks":   {"en": {"MAZ-543", "A-200"}},
		"stems":    {"ru": {"удобрение"}, "be": {"добрыва"}, "en": {"fertilizer"}},
		"sites":    {"en": {"belta.by", "reform.news"}},
	} {
		list[name] = &match.Vocabulary{Name: name, Terms: terms}
	}
	return func(name string) (*match.Vocabulary, bool) {
		v, ok := list[name]
		return v, ok
	}
}

func compile(t testing.TB, src string) *match.Query {
	t.Helper()
	n, err := query.Parse(src)
	require.NoError(t, err, "%s", src)
	q, err := match.Compile(n, vocabularies())
	require.NoError(t, err, "%s", src)
	return q
}

// item has a title and a lead.
func item(title, lead string) watcher.Item { return watcher.Item{Title: title, Lead: lead} }

// terms are the texts that a query finds in an item, or nil if it does not hold.
func found(t testing.TB, src string, it watcher.Item, f watcher.Feed) (bool, []string) {
	t.Helper()
	d := match.NewDoc(it, f)
	q := compile(t, src)
	ok, spans := q.Eval(d)
	var words []string
	for _, s := range spans {
		words = append(words, it.Text(s.Field)[s.Start:s.End])
	}
	trace := q.Explain(d)
	require.Equal(t, ok, trace.Pass, "%s: Eval and Explain disagree", src)
	require.Equal(t, spans, trace.Spans, "%s: Eval and Explain disagree", src)
	return ok, words
}
