package match_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestMistakesOfCompilingCarryTheirPlace(t *testing.T) {
	list := map[string]*match.Vocabulary{
		"potash": {Name: "potash", Terms: map[string][]string{"en": {"potash"}}},
		"bad": {Name: "bad", Terms: map[string][]string{
			"en": {"ka*", "fine", "&"}, "ru": {`"калий"`}, "zh": {"白俄*", "a\u200bb"},
		}},
		"empty":  {Name: "empty"},
		"places": {Name: "places", Terms: map[string][]string{"en": {"belarus"}}},
	}
	for _, tt := range []struct{ src, want string }{
		{"a AND @potsh", `7: unknown vocabulary @potsh: did you mean @potash?`},
		{"@potahs", `1: unknown vocabulary @potahs: did you mean @potash?`},
		{"@potasch", `1: unknown vocabulary @potasch: did you mean @potash?`},
		{"@potazh", `1: unknown vocabulary @potazh: did you mean @potash?`},
		{"@airspace", `1: unknown vocabulary @airspace`},
		{"a\nAND @potsh\nAND @x1", "line 2:5: unknown vocabulary @potsh: did you mean @potash?\nline 3:5: unknown vocabulary @x1"},
		{"a OR @empty", `6: @empty has no terms: nothing can match`},
		{"@bad", `1: @bad: "ka*" (en): ka*: a wildcard needs at least 3 letters before it` + "\n" +
			`1: @bad: "&" (en): the phrase holds no letter and no digit: there is nothing to search for` + "\n" +
			`1: @bad: "\"калий\"" (ru): the phrase is empty: write words between the quotation marks` + "\n" +
			`1: @bad: "白俄*" (zh): wildcards do nothing in Chinese and Japanese: drop the *` + "\n" +
			`1: @bad: "a\u200bb" (zh): invisible character U+200B ZERO WIDTH SPACE: delete it`},
		{"country:belarus", `9: belarus: a country is a code of two letters, such as by; it can never match`},
		{"lang:(be OR belarusian)", `13: belarusian: a language is a code such as be or zh-Hant; it can never match`},
		{"country:@places", `9: @places: belarus: a country is a code of two letters, such as by; it can never match`},
		{"aᚠb", `1: aᚠb: holds the runes ᚠ or ᚢ, which cannot be searched`},
	} {
		n, err := query.Parse(tt.src)
		require.NoError(t, err, tt.src)
		q, err := match.Compile(n, func(name string) (*match.Vocabulary, bool) { v, ok := list[name]; return v, ok })
		require.Nil(t, q)
		require.EqualError(t, err, tt.want)
		var errs query.Errors
		require.ErrorAs(t, err, &errs)
		require.Len(t, errs, strings.Count(tt.want, "\n")+1)
		require.Positive(t, int(errs[0].End))
	}
}

func TestWordsWithoutTokensCannotMatch(t *testing.T) {
	_, err := match.Compile(&query.Word{Text: "%"}, vocabularies())
	require.EqualError(t, err, "1: %: holds no word that a text could have: it can never match")
}

func TestQueriesAndVocabulariesServeManyAtOnce(t *testing.T) {
	n, err := query.Parse("(@potash OR CASE(@potash) OR STEM(@potash)) AND @belarus")
	require.NoError(t, err)
	lookup := vocabularies()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			q, err := match.Compile(n, lookup)
			require.NoError(t, err)
			ok, _ := q.Eval(match.NewDoc(item("Potash of Belarus", ""), watcher.Feed{}))
			require.True(t, ok)
		})
	}
	wg.Wait()
}
