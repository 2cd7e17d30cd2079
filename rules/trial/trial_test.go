package trial_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/trial"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const text = `rules:
  - id: potash
    title: Potash
    theme: potash
    severity: low
    query: potash OR калий
    escalate: [{when: ban, severity: high}, {when: war, severity: critical}]
    tests: {match: [{title: Potash}, {title: "Калий & <соль>"}], reject: [{title: Salt}]}
  - id: flights
    title: Flights
    theme: airspace
    severity: medium
    query: flight* NEAR/3 ban
    tests: {match: [{title: ban on flights}], reject: [{title: flights}]}
  - id: whisper
    title: Whisper
    theme: polonez
    severity: info
    query: rumour
    tests: {match: [{title: rumour}], reject: [{title: fact}]}
  - id: old
    title: Old
    theme: 5g
    severity: high
    status: deprecated
    query: 5G
    tests: {match: [{title: 5G}], reject: [{title: 4G}]}
`

// load loads the rules above; with failing samples if broken.
func load(tb testing.TB, broken bool) *rules.Set {
	tb.Helper()
	src := text
	if broken {
		src = strings.Replace(src, "reject: [{title: fact}]", "reject: [{title: a rumour}]", 1)
		src = strings.Replace(src, "[{title: ban on flights}]", "[{title: ban on \"flying\" & <so on>}]", 1)
	}
	set, ps := rules.Load([]diag.Source{{Name: "r.yaml", Data: []byte(src)}})
	require.NotNil(tb, set, "%v", ps)
	return set
}

const labelled = `{"id":"1","title":"Potash is banned","summary":"","lang":"en","themes":["potash","sanctions"],"relevant":true}
{"id":"2","title":"A ban on flights over the sea","summary":null,"lang":"en","themes":["airspace"],"relevant":true,"borderline":true}
{"id":"3","title":"Калий в таблетках","lang":"ru","themes":[],"relevant":false}

{"id":"4","title":"Trade","summary":"no word of it","lang":"ru","themes":["potash"],"relevant":true}
{"id":"5","title":"Weather and a rumour","lang":"","relevant":false}
{"id":"6","title":"5G","date":"2026-01-02","lang":"en","relevant":false,"extra":{"a":1}}`

func TestEvalCountsAsDescribed(t *testing.T) {
	e, err := trial.Eval(strings.NewReader(labelled), load(t, false), trial.EvalOptions{})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, e.WriteJSON(&b))
	require.JSONEq(t, `{"items":6,
		"relevant":{"tp":2,"fp":1,"fn":1,"tn":2,"precision":0.6666666666666666,"recall":0.6666666666666666,"f1":0.6666666666666666},
		"themes":{
			"potash":{"tp":1,"fp":1,"fn":1,"tn":3,"precision":0.5,"recall":0.5,"f1":0.5},
			"sanctions":{"tp":0,"fp":0,"fn":1,"tn":5,"precision":0,"recall":0,"f1":0},
			"airspace":{"tp":1,"fp":0,"fn":0,"tn":5,"precision":1,"recall":1,"f1":1}},
		"languages":{
			"en":{"tp":2,"fp":0,"fn":0,"tn":1,"precision":1,"recall":1,"f1":1},
			"ru":{"tp":0,"fp":1,"fn":1,"tn":0,"precision":0,"recall":0,"f1":0},
			"":{"tp":0,"fp":0,"fn":0,"tn":1,"precision":0,"recall":0,"f1":0}},
		"missed":["4"],"noise":["3"]}`, b.String())
	require.Empty(t, e.Bad)

	b.Reset()
	require.NoError(t, e.WriteTable(&b))
	for _, want := range []string{"relevant      66.7%   21-94   66.7%   21-94", "theme sanctions          -            0.0%", "language unknown", "6 items, 1 missed, 1 noise\n"} {
		require.Contains(t, b.String(), want)
	}
}

func TestEvalOptionsChangeWhatCounts(t *testing.T) {
	set := load(t, false)
	for _, c := range []struct {
		o             trial.EvalOptions
		items, tp, fp int
	}{
		{trial.EvalOptions{SkipBorderline: true}, 5, 1, 1},
		{trial.EvalOptions{Min: watcher.Info}, 6, 2, 2},
		{trial.EvalOptions{Min: watcher.Medium}, 6, 1, 0},
		{trial.EvalOptions{Min: watcher.Critical}, 6, 0, 0},
	} {
		e, err := trial.Eval(strings.NewReader(labelled), set, c.o)
		require.NoError(t, err)
		require.Equal(t, [3]int{c.items, c.tp, c.fp}, [3]int{e.Items, e.Relevant.TP, e.Relevant.FP}, "%+v", c.o)
	}
}

func TestEmptyEvaluationsHaveListsNotNulls(t *testing.T) {
	e, err := trial.Eval(strings.NewReader(""), load(t, false), trial.EvalOptions{})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, e.WriteJSON(&b))
	require.JSONEq(t, `{"items":0,"relevant":{"tp":0,"fp":0,"fn":0,"tn":0,"precision":0,"recall":0,"f1":0},`+
		`"themes":{},"languages":{},"missed":[],"noise":[]}`, b.String())
	require.Equal(t, b.Len()-1, strings.IndexByte(b.String(), '\n'), "one line")
}

func TestBadLinesAreToldByNumberAndLeftOut(t *testing.T) {
	long := `{"id":"long","title":"` + strings.Repeat("x", 1<<20) + `"}`
	fits := `{"id":"fits","title":"potash","relevant":true,"summary":"` + strings.Repeat("x", 1<<20-100) + `"}`
	src := strings.Join([]string{
		"\ufeff" + `{"id":"1","title":"potash","relevant":true}`, "not json", `{"title":"no id"}`,
		`{"id":"2","relevant":"yes"}`, `[]`, long, fits, `{"id":"3","title":"cut`,
	}, "\n")
	e, err := trial.Eval(strings.NewReader(src), load(t, false), trial.EvalOptions{})
	require.NoError(t, err)
	var bad []string
	for _, b := range e.Bad {
		bad = append(bad, strings.SplitN(b.Error(), ": ", 2)[0])
	}
	require.Equal(t, []string{"line 2", "line 3", "line 4", "line 5", "line 6", "line 8"}, bad)
	require.EqualError(t, e.Bad[1], "line 3: the item has no id")
	require.EqualError(t, e.Bad[2], "line 4: relevant must not be a JSON string")
	require.EqualError(t, e.Bad[4], "line 6: longer than 1048576 bytes")
	require.Equal(t, 2, e.Items)
	require.Equal(t, 2, e.Relevant.TP)
	var b bytes.Buffer
	require.NoError(t, e.WriteTable(&b))
	require.Contains(t, b.String(), "6 lines could not be read")

	broken := errors.New("disk")
	_, err = trial.Eval(iotest.ErrReader(broken), load(t, false), trial.EvalOptions{})
	require.ErrorIs(t, err, broken)
}

func TestEvalIsTheSameEveryTime(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, `{"id":"%d","title":"News %d of potash","lang":"en","relevant":%t}`+"\n", i, i, i%2 == 0)
	}
	set := load(t, false)
	first, err := trial.Eval(strings.NewReader(b.String()), set, trial.EvalOptions{})
	require.NoError(t, err)
	second, err := trial.Eval(strings.NewReader(b.String()), set, trial.EvalOptions{})
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Len(t, first.Noise, 1500)
	require.Equal(t, "1", first.Noise[0])
}

func TestReportOfPassingSamples(t *testing.T) {
	r := trial.Test(load(t, false))
	require.True(t, r.OK())
	require.Equal(t, 9, r.Passed)
	var b bytes.Buffer
	require.NoError(t, r.WriteTable(&b))
	require.Contains(t, b.String(), "potash   2/2    1/1     ok\n")
	require.Contains(t, b.String(), "4 rules, 9 samples passed, 0 failed\n")
}

func TestReportOfFailingSamplesSaysWhy(t *testing.T) {
	r := trial.Test(load(t, true))
	require.False(t, r.OK())
	var b bytes.Buffer
	require.NoError(t, r.WriteTable(&b))
	require.Contains(t, b.String(), "flights  0/1    1/1     FAILED\n")
	require.Contains(t, b.String(), "r.yaml:20:")
	require.Contains(t, b.String(), "whisper: reject sample \"a rumour\"\n  fired on \"rumour\"\n")

	b.Reset()
	require.NoError(t, r.WriteJUnit(&b))
	var doc struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name     string `xml:"name,attr"`
			Failures int    `xml:"failures,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				File    string `xml:"file,attr"`
				Line    int    `xml:"line,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &doc))
	require.True(t, strings.HasPrefix(b.String(), "<?xml"))
	require.Equal(t, [2]int{9, 2}, [2]int{doc.Tests, doc.Failures})
	require.Len(t, doc.Suites, 4)
	flights := doc.Suites[0]
	require.Equal(t, "flights", flights.Name)
	require.Equal(t, `match 1: ban on "flying" & <so on>`, flights.Cases[0].Name)
	require.Equal(t, "missing flight*", flights.Cases[0].Failure.Message)
	require.Equal(t, [2]any{"r.yaml", 14}, [2]any{flights.Cases[0].File, flights.Cases[0].Line})
	require.Nil(t, flights.Cases[1].Failure)
}

func TestExplainShowsHitsAndOthers(t *testing.T) {
	set := load(t, false)
	it := watcher.Item{Title: "A ban on potash"}
	all, err := trial.Explain(set, it, watcher.Feed{}, "")
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.Len(t, all.Fired(), 1)
	hit := all.Fired()[0]
	require.Equal(t, watcher.High, hit.Severity)
	require.Equal(t, set.Match(it, watcher.Feed{})[0].Severity, hit.Severity)
	require.Len(t, hit.Escalations, 2)

	var b bytes.Buffer
	require.NoError(t, all.WriteText(&b, false))
	for _, want := range []string{
		"flights (r.yaml:9) does not fire\nFAIL", "potash (r.yaml:2) fires with severity high\nPASS",
		"escalation to high:\nPASS ban", "escalation to critical:\nFAIL war",
		"old (r.yaml:21) does not fire (deprecated: it sends nothing)", "1 of 4 rules fire: potash\n",
	} {
		require.Contains(t, b.String(), want)
	}

	one, err := trial.Explain(set, it, watcher.Feed{}, "flights")
	require.NoError(t, err)
	require.Len(t, one, 1)
	require.False(t, one[0].Fired)
	_, err = trial.Explain(set, it, watcher.Feed{}, "flight")
	require.EqualError(t, err, `no rule "flight": did you mean "flights"?`)

	b.Reset()
	require.NoError(t, one.WriteJSON(&b))
	var back []map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	require.Equal(t, "flights", back[0]["rule"])
	require.Equal(t, false, back[0]["trace"].(map[string]any)["pass"])
	b.Reset()
	require.NoError(t, trial.Explanations(nil).WriteJSON(&b))
	require.Equal(t, "[]\n", b.String())
}

func BenchmarkEval(b *testing.B) {
	set := load(b, false)
	src := strings.Repeat(`{"id":"x","title":"News of potash and a ban on flights","summary":"More of it."}`+"\n", 1000)
	b.ReportAllocs()
	for b.Loop() {
		_, err := trial.Eval(strings.NewReader(src), set, trial.EvalOptions{})
		require.NoError(b, err)
	}
}
