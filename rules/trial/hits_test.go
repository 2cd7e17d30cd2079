package trial_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/trial"
)

const hitRules = `
rules:
  - id: ban
    title: Ban
    theme: potash
    severity: high
    query: ((potash OR kali) NEAR/3 ban) AND (Minsk OR Brest)
    tests: {match: [{title: "potash ban in Minsk"}], reject: [{title: nothing}]}
  - id: quiet
    title: Quiet
    theme: 5g
    severity: low
    query: zzzz
    tests: {match: [{title: zzzz}], reject: [{title: nothing}]}
vocabularies:
  - {name: belarus, terms: {en: [Minsk, Brest]}}
  - {name: potash, terms: {en: [potash]}}
`

const hitItems = `{"id":"hit","title":"potash ban in Minsk","lang":"en","themes":["potash"],"relevant":true}
{"id":"far","title":"potash is dear in Minsk where trams stop and there is a ban","lang":"en","themes":["potash"],"relevant":true}
{"id":"quiz","title":"Quiz: which potash ban was in Brest?","lang":"en","themes":[],"relevant":false}
{"id":"tram","title":"Trams in Minsk","lang":"en","themes":[],"relevant":false}
`

func hitSet(t *testing.T) *rules.Set {
	t.Helper()
	set, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(hitRules)}})
	require.Empty(t, ps)
	return set
}

func TestEvalExplainsWhatWasMissedAndWhatIsNoise(t *testing.T) {
	e, err := trial.Eval(strings.NewReader(hitItems), hitSet(t), trial.EvalOptions{Why: true})
	require.NoError(t, err)
	require.Len(t, e.Reasons, 2)
	require.Equal(t, "far", e.Reasons[0].ID)
	require.True(t, e.Reasons[0].Missed)
	require.Equal(t, "ban", e.Reasons[0].Rule)
	require.Len(t, e.Reasons[0].Lines, 1, "only the clause that failed")
	require.Contains(t, e.Reasons[0].Lines[0], "NEAR/3 ban")
	require.Equal(t, []string{"potash: potash", "ban: ban", "Brest: Brest"}, e.Reasons[1].Lines)
	var b strings.Builder
	require.NoError(t, e.WriteWhy(&b))
	require.Contains(t, b.String(), "missed  far  [en]")
	require.Contains(t, b.String(), "noise   quiz  [en]")
}

func TestEvalCountsEachRuleAndNamesTheSilent(t *testing.T) {
	e, err := trial.Eval(strings.NewReader(hitItems), hitSet(t), trial.EvalOptions{})
	require.NoError(t, err)
	require.Equal(t, trial.Hits{Found: 1, Noise: 1}, *e.Rules["ban"])
	var b strings.Builder
	require.NoError(t, e.WriteTable(&b))
	require.Contains(t, b.String(), "rule ban")
	require.Contains(t, b.String(), "9-91", "the Wilson interval of 1 in 2")
	require.Contains(t, b.String(), "never fired: quiet\n")
}

func TestBaselinesJudgeByBareWords(t *testing.T) {
	e, err := trial.Eval(strings.NewReader(hitItems), hitSet(t), trial.EvalOptions{Baselines: true})
	require.NoError(t, err)
	got := map[string][4]int{}
	for _, b := range e.Baselines {
		got[b.Name] = [4]int{b.Score.TP, b.Score.FP, b.Score.FN, b.Score.TN}
	}
	require.Equal(t, map[string][4]int{"keyword": {2, 1, 0, 1}, "country": {2, 2, 0, 0}, "both": {2, 1, 0, 1}}, got)
	var b strings.Builder
	require.NoError(t, e.WriteTable(&b))
	require.Contains(t, b.String(), "baseline country")
	require.Contains(t, b.String(), "the baselines lack the vocabularies airspace, great-stone, 5g,")
}

func TestBaselinesDoWithTheVocabulariesThatThereAre(t *testing.T) {
	bare, words, _ := strings.Cut(hitRules, "vocabularies:")
	country, themes, _ := strings.Cut(words, "\n  - {name: potash")
	for name, c := range map[string]struct {
		src    string
		names  []string
		absent int
	}{
		"none":    {bare, nil, 10},
		"country": {bare + "vocabularies:" + country, []string{"country"}, 9},
		"themes":  {bare + "vocabularies:\n  - {name: potash" + themes, []string{"keyword"}, 9},
	} {
		set, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(c.src)}})
		require.Empty(t, ps, name)
		e, err := trial.Eval(strings.NewReader(hitItems), set, trial.EvalOptions{Baselines: true})
		require.NoError(t, err)
		var names []string
		for _, b := range e.Baselines {
			names = append(names, b.Name)
		}
		require.Equal(t, c.names, names, name)
		require.Len(t, e.Absent, c.absent, name)
	}
}

// nearRules are rules that come more or less near to one item.
const nearRules = `
rules:
  - {id: far, title: F, theme: potash, severity: low, query: gold AND silver,
     tests: {match: [{title: gold silver}], reject: [{title: nothing}]}}
  - {id: choice, title: C, theme: potash, severity: low,
     query: (gold AND iron) OR (potash AND ban AND lead) OR tin OR copper,
     tests: {match: [{title: tin}], reject: [{title: nothing}]}}
  - {id: not, title: N, theme: 5g, severity: low, query: (5G AND ban) NOT (quiz OR title:film),
     tests: {match: [{title: 5G ban}], reject: [{title: nothing}]}}
  - {id: alone, title: A, theme: airspace, severity: low, query: zzz NOT NEAR/3 sky,
     tests: {match: [{title: zzz}], reject: [{title: nothing}]}}
  - {id: info, title: I, theme: polonez, severity: info, query: rocket,
     tests: {match: [{title: rocket}], reject: [{title: nothing}]}}
  - {id: old, title: O, theme: great-stone, severity: high, status: deprecated, query: park,
     tests: {match: [{title: park}], reject: [{title: nothing}]}}
`

func TestReasonsNameTheNearestAlternative(t *testing.T) {
	set, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(nearRules)}})
	require.Empty(t, ps)
	for _, c := range []struct{ themes, title, rule, why string }{
		{`"potash"`, "potash ban", "choice", "lead  (not in the title, lead, body)"},
		{`"potash"`, "nothing of it", "choice", "(gold AND iron) OR (potash AND ban AND lead) OR tin OR copper  (none of the 4 holds)"},
		{`"5g"`, "5G ban: a quiz", "not", "5G AND ban NOT (quiz OR title:film)  (excluded by quiz OR title:film)"},
		{`"5g"`, "5G", "not", "ban  (not in the title, lead, body)"},
		{`"airspace"`, "blue", "alone", "zzz  (not in the title, lead, body)"},
		{`"airspace"`, "zzz in the sky", "alone", "zzz NOT NEAR/3 sky  (every place has one near it: nearest in the title: 2 words between)"},
		{`"polonez"`, "rocket", "info", "fires with severity info, which does not count"},
		{`"great-stone"`, "park", "old", "its query holds, but the rule is deprecated: it sends nothing"},
		{`"culture"`, "opera", "", "no rule is of the theme culture"},
		{``, "silver", "far", "gold  (not in the title, lead, body)"},
	} {
		line := fmt.Sprintf(`{"id":"x","title":%q,"themes":[%s],"relevant":true}`, c.title, c.themes)
		e, err := trial.Eval(strings.NewReader(line), set, trial.EvalOptions{Why: true})
		require.NoError(t, err)
		require.Len(t, e.Reasons, 1, c.title)
		require.Equal(t, c.rule, e.Reasons[0].Rule, c.title)
		require.Equal(t, []string{c.why}, e.Reasons[0].Lines, c.title)
	}
}
