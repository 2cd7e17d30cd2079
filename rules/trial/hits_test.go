package trial_test

import (
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
	require.Equal(t, map[string][4]int{
		"baseline keyword": {2, 1, 0, 1}, "baseline country": {2, 2, 0, 0}, "baseline both": {2, 1, 0, 1},
	}, got)
	bare, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(strings.Split(hitRules, "vocabularies:")[0])}})
	require.Empty(t, ps)
	_, err = trial.Eval(strings.NewReader(hitItems), bare, trial.EvalOptions{Baselines: true})
	require.ErrorContains(t, err, "baselines need the vocabulary belarus")
}
