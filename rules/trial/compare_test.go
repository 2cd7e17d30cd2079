package trial_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/trial"
)

// against are other rules for the items of hitItems: they find the one that hitRules
// miss, and let through another noise.
const against = `
rules:
  - id: wide
    title: Wide
    theme: sanctions
    severity: high
    query: (potash OR trams) NOT quiz
    tests: {match: [{title: "potash"}], reject: [{title: nothing}]}
`

func compared(t *testing.T, o trial.EvalOptions) *trial.Evaluation {
	t.Helper()
	set, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(against)}})
	require.Empty(t, ps)
	o.Against = set
	e, err := trial.Eval(strings.NewReader(hitItems), hitSet(t), o)
	require.NoError(t, err)
	return e
}

func TestComparisonsNameWhatIsGainedAndLost(t *testing.T) {
	e := compared(t, trial.EvalOptions{})
	c := e.Against
	require.Equal(t, [4]int{2, 1, 0, 1}, [4]int{c.Relevant.TP, c.Relevant.FP, c.Relevant.FN, c.Relevant.TN})
	require.Empty(t, c.Found)
	far := trial.Headline{ID: "far", Title: "potash is dear in Minsk where trams stop and there is a ban"}
	require.Equal(t, []trial.Headline{far}, c.Lost)
	require.Equal(t, []trial.Headline{{ID: "tram", Title: "Trams in Minsk"}}, c.NoiseGone)
	require.Equal(t, []trial.Headline{{ID: "quiz", Title: "Quiz: which potash ban was in Brest?"}}, c.NoiseNew)

	var b strings.Builder
	require.NoError(t, c.WriteTable(&b, "wide/"))
	for _, want := range []string{
		"against wide/  precision was    now  points  recall was    now  points",
		"       relevant          66.7%  50.0%   -16.7      100.0%  50.0%   -50.0",
		"   theme potash              -  50.0%                0.0%  50.0%   +50.0",
		"theme sanctions           0.0%      -                   -      -        ",
		"missed now: 1\n  far  potash is dear",
		"noise gone: 1\n  tram  Trams in Minsk\n",
		"noise now: 1\n  quiz  Quiz",
	} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), "found now")
}

func TestEqualRulesJudgeAlike(t *testing.T) {
	set := hitSet(t)
	e, err := trial.Eval(strings.NewReader(hitItems), set, trial.EvalOptions{Against: set})
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, e.Against.WriteTable(&b, "itself"))
	require.Contains(t, b.String(), "both judge every item alike\n")
	require.Contains(t, b.String(), "+0.0")
}

// keys are the keys of a JSON object in order.
func keys(t *testing.T, e *trial.Evaluation) []string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, e.WriteJSON(&b))
	dec := json.NewDecoder(&b)
	_, err := dec.Token()
	require.NoError(t, err)
	var list []string
	for dec.More() {
		key, err := dec.Token()
		require.NoError(t, err)
		list = append(list, key.(string))
		var value json.RawMessage
		require.NoError(t, dec.Decode(&value))
	}
	return list
}

func TestJSONHasMoreKeysOnlyIfAsked(t *testing.T) {
	plain := []string{"items", "relevant", "themes", "languages", "missed", "noise"}
	e, err := trial.Eval(strings.NewReader(hitItems), hitSet(t), trial.EvalOptions{})
	require.NoError(t, err)
	require.Equal(t, plain, keys(t, e))
	all := compared(t, trial.EvalOptions{Why: true, Baselines: true, Intervals: true})
	require.Equal(t, append(plain, "rules", "intervals", "why", "baselines", "absent", "against"), keys(t, all))
	none, err := trial.Eval(strings.NewReader(""), hitSet(t), trial.EvalOptions{Why: true})
	require.NoError(t, err)
	require.Equal(t, append(plain, "why"), keys(t, none), "asked for, though there is nothing to explain")
	var b bytes.Buffer
	require.NoError(t, all.WriteJSON(&b))
	require.Contains(t, b.String(), `"rules":{"ban":{"found":1,"noise":1},"quiet":{"found":0,"noise":0}}`)
	require.Contains(t, b.String(), `"rules":{"ban":{"precision":[0.0945`)
	require.Contains(t, b.String(), `"why":[{"id":"far","title":"potash is dear`)
	require.Contains(t, b.String(), `"lost":[{"id":"far",`)
	require.NotContains(t, b.String(), "null")
}

func TestIntervalsAreThoseOfWilson(t *testing.T) {
	e, err := trial.Eval(strings.NewReader(hitItems), hitSet(t), trial.EvalOptions{Intervals: true})
	require.NoError(t, err)
	// 1 of 2, from the formula by hand: (0.5 + 1.9207/2 ± 1.96 sqrt(0.125 + 0.2401)) / (1 + 1.9207).
	require.InDeltaSlice(t, []float64{0.0945, 0.9055}, e.Intervals.Relevant.Precision, 1e-4)
	require.InDeltaSlice(t, []float64{0.0945, 0.9055}, e.Intervals.Relevant.Recall, 1e-4)
	require.Empty(t, e.Intervals.Rules["quiet"].Precision, "of nothing there is no share")
}

func TestTablesKeepToTheirWidth(t *testing.T) {
	long := strings.Repeat("a very long headline ", 10)
	items := `{"id":"long-1","title":"` + long + `potash","lang":"en","themes":["potash"],"relevant":true}
{"id":"long-2","title":"potash ban in Brest ` + long + `","lang":"en","relevant":false}`
	var src strings.Builder
	src.WriteString(hitRules[:strings.Index(hitRules, "vocabularies:")])
	for _, id := range []string{"one", "two", "three", "four", "five", "six", "seven", "eight"} {
		src.WriteString("  - {id: a-rule-that-never-fires-" + id + ", title: Q, theme: 5g, severity: low, query: zzzz,\n" +
			"     tests: {match: [{title: zzzz}], reject: [{title: nothing}]}}\n")
	}
	set, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(src.String())}})
	require.Empty(t, ps)
	e, err := trial.Eval(strings.NewReader(items), set, trial.EvalOptions{Why: true, Baselines: true, Against: hitSet(t)})
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, e.WriteTable(&b))
	require.NoError(t, e.WriteWhy(&b))
	require.NoError(t, e.Against.WriteTable(&b, long))
	for line := range strings.Lines(b.String()) {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 101, line)
	}
	require.Contains(t, b.String(), "a-rule-that-never-fires-two, quiet\n")
}
