package match_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestReasonsSayWhatWasMissing(t *testing.T) {
	it := watcher.Item{
		Title: "Potash x x x ban", Lead: "Belarus. Cats.", Author: "Ivan", Language: "en",
		URL: "https://en.belta.by/x", Tags: []string{"Economy", "Trade"},
	}
	for src, want := range map[string]string{
		"potash":                  "1 place",
		"kali":                    "not in the title, lead, body",
		"title:kali":              "",
		"@trucks":                 "none of its 2 terms is in the title, lead, body",
		"@potash":                 "1 place",
		"potash AND kali":         "missing: kali",
		"kali AND potash AND b":   "missing: kali; b",
		"kali OR b OR c":          "none of the 3 holds",
		"kali NOT potash":         "missing: kali",
		"potash NOT ban":          "excluded by ban",
		"potash NOT kali":         "kali is not found",
		"potash NEAR/2 ban":       "nearest in the title: 3 words between",
		"potash NEAR/3 ban":       "nearest in the title: 3 words between",
		"ban ONEAR/9 potash":      "only in the other order in the title, 3 words between",
		"potash NEAR/9 belarus":   "the two never stand apart in one field",
		"potash NEAR/9 kali":      "kali is not found",
		"kali NEAR/9 potash":      "kali is not found",
		"belarus NEAR/S cats":     "nearest in the lead: 1 sentences apart",
		"potash NOT NEAR/3 ban":   "every place has one near it: nearest in the title: 3 words between",
		"potash NOT NEAR/2 ban":   "1 of 1 places stand alone",
		"potash NOT NEAR/2 kali":  "kali is not found",
		"ATLEAST/2(potash)":       "found 1 of 2",
		"ATLEAST/1(potash)":       "found 1 of 1",
		"lang:be":                 "the lang is en",
		"country:by":              "the item has no country",
		"tag:sport":               "the tag is economy, trade",
		"site:reform.news":        "the site is en.belta.by",
		"author:(ivan NEAR/1 x)":  "",
		"FIRST/1(ban) OR kali":    "none of the 2 holds",
		"potash AND FIRST/1(ban)": "missing: FIRST/1(ban)",
	} {
		trace := compile(t, src).Explain(match.NewDoc(it, watcher.Feed{}))
		for _, value := range []string{"lang:", "country:", "tag:", "site:"} {
			if strings.HasPrefix(src, value) {
				trace = trace.Children[0]
			}
		}
		require.Equal(t, want, trace.Reason, src)
	}
	trace := compile(t, "title:FIRST/1(ban)").Explain(match.NewDoc(it, watcher.Feed{}))
	require.Equal(t, "not in the first 1 word of the title", trace.Children[0].Children[0].Reason)
	trace = compile(t, "author:petr").Explain(match.NewDoc(it, watcher.Feed{}))
	require.Equal(t, "not in the author", trace.Children[0].Reason)
	trace = compile(t, "author:(ivan NEAR/1 petr)").Explain(match.NewDoc(it, watcher.Feed{}))
	require.Equal(t, "petr is not found", trace.Children[0].Reason)
}

func TestTracesHaveTheShapeOfTheQuery(t *testing.T) {
	d := match.NewDoc(item("EU bans Belarusian potash", ""), watcher.Feed{})
	trace := compile(t, "(@belarus AND @potash NEAR/2 @sanction) NOT site:belta.by").Explain(d)
	var b strings.Builder
	trace.Format(&b, false)
	require.Equal(t, `PASS @belarus AND @potash NEAR/2 @sanction NOT site:belta.by  (site:belta.by is not found)
  PASS @belarus AND @potash NEAR/2 @sanction
    PASS @belarus  (1 place)
           title at 8: Belarusian (belarus*)
    PASS @potash NEAR/2 @sanction  (nearest in the title: 1 words between)
      PASS @potash  (1 place)
             title at 19: potash
      PASS @sanction  (1 place)
             title at 3: bans
  FAIL site:belta.by  (the item has no site)
`, strings.ReplaceAll(b.String(), "Belarus*", "belarus*"))
}

func TestFormatKeepsToTheWidthAndSaysNothingTwice(t *testing.T) {
	d := match.NewDoc(item("Belarusian potash", ""), watcher.Feed{})
	var alternatives []string
	for i := range 30 {
		alternatives = append(alternatives, "alternative"+strings.Repeat("x", i))
	}
	long := "(" + strings.Join(alternatives, " OR ") + ")"
	var b strings.Builder
	compile(t, "title:(CASE(Belarusian)) AND lead:("+long+" NEAR/3 potash)").Explain(d).Format(&b, false)
	require.Contains(t, b.String(), "\n  PASS title:CASE(Belarusian)  (1 place)\n         title at 0: Belarusian\n  FAIL lead:(")
	require.Contains(t, b.String(), "…\n         alternative OR ", "a reason that does not fit stands below")
	for line := range strings.Lines(b.String()) {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 101, line)
	}
}

func TestFormatPaintsVerdicts(t *testing.T) {
	d := match.NewDoc(item("a", ""), watcher.Feed{})
	var b strings.Builder
	compile(t, "a OR b").Explain(d).Format(&b, true)
	require.Contains(t, b.String(), "\x1b[32mPASS\x1b[0m a OR b\n")
	require.Contains(t, b.String(), "  \x1b[31mFAIL\x1b[0m b  (not in the title, lead, body)\n")
}

func TestTracesAreJSON(t *testing.T) {
	d := match.NewDoc(item("a", ""), watcher.Feed{})
	data, err := json.Marshal(compile(t, "a AND b").Explain(d))
	require.NoError(t, err)
	require.JSONEq(t, `{"node":"a AND b","pass":false,"reason":"missing: b","children":[
		{"node":"a","pass":true,"reason":"1 place","spans":[{"field":"title","start":0,"end":1,"term":"a"}],"found":["a"]},
		{"node":"b","pass":false,"reason":"not in the title, lead, body"}]}`, string(data))
}

func TestTracedSpansAreFew(t *testing.T) {
	d := match.NewDoc(item(strings.Repeat("a ", 300), ""), watcher.Feed{})
	require.Len(t, compile(t, "a").Explain(d).Spans, 20)
	_, spans := compile(t, "a").Eval(d)
	require.Len(t, spans, 200)
}
