package diag_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// format is what Format writes without colours.
func format(p diag.Problem) string {
	var b strings.Builder
	p.Format(&b, false)
	return b.String()
}

func TestFormatPutsTheCaretUnderThePlace(t *testing.T) {
	for name, c := range map[string]struct {
		p    diag.Problem
		want string
	}{
		"all parts": {
			diag.Problem{
				File: "r.yaml", Line: 12, Col: 3, Field: "rules[0]", Msg: `unknown key "shedule"`,
				Cure: `did you mean "schedule"?`, Snippet: "  shedule: daily", Width: 7,
			},
			`r.yaml:12:3: rules[0]: unknown key "shedule"
   |
12 |   shedule: daily
   |   ^^^^^^^
   = help: did you mean "schedule"?
`,
		},
		"tabs": {
			diag.Problem{File: "r", Line: 1, Col: 3, Msg: "m", Snippet: "\t\tab", Width: 2},
			"r:1:3: m\n  |\n1 |         ab\n  |         ^^\n",
		},
		"wide characters": {
			diag.Problem{File: "r", Line: 1, Col: 6, Msg: "m", Snippet: "钾肥é: 白俄*", Width: 3},
			"r:1:6: m\n  |\n1 | 钾肥é: 白俄*\n  |        ^^^^^\n",
		},
		"marks stand on letters": {
			diag.Problem{File: "r", Line: 1, Col: 3, Msg: "m", Snippet: "е\u0301b", Width: 1},
			"r:1:3: m\n  |\n1 | е\u0301b\n  |  ^\n",
		},
		"past the end": {
			diag.Problem{File: "r", Line: 1, Col: 3, Msg: "m", Snippet: "ab", Width: 5},
			"r:1:3: m\n  |\n1 | ab\n  |   ^\n",
		},
		"terminal escapes": {
			diag.Problem{File: "r", Line: 1, Col: 1, Msg: "m\x1b[2J", Snippet: "a\x1b[2J\u202eb", Width: 1},
			"r:1:1: m\ufffd[2J\n  |\n1 | a\ufffd[2J\ufffdb\n  | ^\n",
		},
		"no place": {
			diag.Problem{File: "r", Msg: "too large", Cure: "split it"},
			"r: too large\n  = help: split it\n",
		},
	} {
		require.Equal(t, c.want, format(c.p), name)
	}
}

func TestLongLinesAreCutAroundTheCaret(t *testing.T) {
	line := strings.Repeat("a", 300) + "HERE" + strings.Repeat("b", 300)
	got := strings.Split(format(diag.Problem{File: "r", Line: 1, Col: 301, Msg: "m", Snippet: line, Width: 4}), "\n")
	require.Less(t, len(got[2]), 130)
	require.Equal(t, strings.Index(got[2], "HERE"), strings.Index(got[3], "^^^^"))
	require.True(t, strings.HasSuffix(got[2], "..."))
	require.Contains(t, got[2], "| ...a")
}

func TestColoursAreOnlyWrittenWhenAsked(t *testing.T) {
	p := diag.Problem{File: "r", Line: 1, Col: 1, Msg: "m", Cure: "c", Snippet: "ab", Width: 1}
	var b strings.Builder
	diag.Problems{p, p}.Format(&b, true)
	require.Equal(t, 2, strings.Count(b.String(), "\x1b[1;31m^\x1b[0m"))
	require.NotContains(t, format(p), "\x1b")
}

func TestProblemsAreSortedAndSaidOnce(t *testing.T) {
	ps := diag.Problems{
		{File: "b", Line: 1, Col: 1, Msg: "x"},
		{File: "a", Line: 2, Col: 1, Msg: "x"},
		{File: "a", Line: 1, Col: 9, Msg: "x"},
		{File: "a", Line: 1, Col: 2, Msg: "x"},
		{File: "a", Line: 1, Col: 2, Msg: "x"},
	}.Sort()
	require.EqualError(t, ps.Err(), "a:1:2: x\na:1:9: x\na:2:1: x\nb:1:1: x")
	require.NoError(t, diag.Problems{}.Err())
}

func TestClosestFindsTheWordThatWasMeant(t *testing.T) {
	known := []string{"schedule", "severity", "query", "id", "false_positives", "lead", "lang"}
	for word, want := range map[string]string{
		"shedule": "schedule", "SEVERITY": "severity", "qurey": "query", "sched": "schedule",
		"false-positives": "false_positives", "ids": "id", "leed": "lead", "x": "", "colour": "",
		strings.Repeat("s", 100): "", "serverity": "severity", "langs": "lang",
	} {
		require.Equal(t, want, diag.Closest(word, known), word)
	}
}
