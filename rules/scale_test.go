package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// manyRules are n rules of a theme, in files of 200, over vocabularies as large as those
// of the packs.
func manyRules(n int) []diag.Source {
	var out []diag.Source
	for v := range 20 {
		var terms []string
		for i := range 200 {
			terms = append(terms, fmt.Sprintf("term%dof%d*", i, v))
		}
		out = append(out, diag.Source{Name: fmt.Sprintf("v%d.yaml", v), Data: fmt.Appendf(nil,
			"name: words%d\ndescription: d\nterms: {en: [%s]}\n", v, strings.Join(terms, ", "))})
	}
	var b strings.Builder
	for i := range n {
		if i%200 == 0 {
			b.Reset()
			b.WriteString("rules:\n")
		}
		v := i % 20
		fmt.Fprintf(&b, "  - id: rule-%d\n    title: Rule %d\n    theme: theme-%d\n    severity: low\n    owner: desk\n    description: d\n"+
			"    query: |\n      (@words%d OR company%d) AND (@words%d NEAR/S (ban OR seizure%d)) NOT title:(sport%d OR culture)\n"+
			"    escalate: [{when: 'title:seizure%d', severity: high}]\n"+
			"    tests:\n      match: [{title: term1of%d, lead: A ban on term1of%d}]\n      reject: [{title: Company%d is well}]\n",
			i, i, i%10, v, i, (v+1)%20, i, i, i, v, (v+1)%20, i)
		if i%200 == 199 || i == n-1 {
			out = append(out, diag.Source{Name: fmt.Sprintf("r%d.yaml", i/200), Data: []byte(b.String())})
		}
	}
	return out
}

// within fails where work takes longer than machines ten times slower than ours would need.
func within(t *testing.T, limit time.Duration, what string, work func()) {
	t.Helper()
	start := time.Now()
	work()
	took := time.Since(start)
	t.Logf("%s: %v", what, took.Round(time.Millisecond))
	require.Less(t, took, limit, what)
}

func TestTenThousandRulesLoadAndAreLintedInBoundedTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	src := manyRules(10_000)
	src = append(src, diag.Source{Name: "x.yaml", Data: []byte(strings.Replace(postings, "[potash-ban]", "'*'", 1))})
	var s *rules.Set
	within(t, time.Minute, "load", func() {
		var ps diag.Problems
		s, ps = rules.Load(src)
		require.Empty(t, ps)
	})
	require.Len(t, s.Rules(), 10_000)
	within(t, time.Minute, "lint", func() { require.Empty(t, s.Lint()) })
	within(t, 10*time.Second, "match", func() {
		require.NotEmpty(t, s.Match(watcher.Item{Title: "term1of0", Lead: "A ban on term1of1"}, watcher.Feed{}))
	})
}

func TestTenThousandBrokenRulesAreReportedInBoundedTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	src := manyRules(10_000)
	for i := range src {
		src[i].Data = []byte(strings.NewReplacer("(ban OR", "(ban or", "theme: theme", "theem: theme").Replace(string(src[i].Data)))
	}
	within(t, time.Minute, "load", func() {
		s, ps := rules.Load(src)
		require.Nil(t, s)
		require.Len(t, ps, 30_000)
	})
}

func TestTheLargestQueryLoadsAndIsLintedInBoundedTime(t *testing.T) {
	var words, pairs, nested strings.Builder
	for i := 0; words.Len() < 190<<10; i++ {
		fmt.Fprintf(&words, " OR word%d*", i)
	}
	for i := 0; pairs.Len() < 190<<10; i++ {
		fmt.Fprintf(&pairs, "\n      OR (ban%d NEAR/5 (seizure%d OR title%d))", i, i, i)
	}
	for i := 0; nested.Len() < 190<<10; i++ {
		fmt.Fprintf(&nested, "\n      AND (ban%d OR ban OR title:(ban NOT seizure%d))", i, i)
	}
	rule := func(q string) []diag.Source {
		return sources("id: a\ntitle: A\ntheme: t\nseverity: low\nowner: o\ndescription: d\nquery: |\n      ban" + q +
			"\ntests:\n  match: [{title: ban}]\n  reject: [{title: zzz}]\n")
	}
	for name, q := range map[string]string{"words": words.String(), "pairs": pairs.String(), "nested": nested.String()} {
		var s *rules.Set
		within(t, 30*time.Second, "load "+name, func() {
			var ps diag.Problems
			s, ps = rules.Load(rule(q))
			if len(ps) > 0 { // a line has a limit of its own
				require.Contains(t, ps.Error(), "bytes; break it into several", name)
			}
		})
		if s == nil {
			s, _ = rules.Load(rule(strings.ReplaceAll(q, " OR word", "\n      OR word")))
		}
		require.NotNil(t, s, name)
		within(t, 30*time.Second, "lint "+name, func() { s.Lint() })
	}
	_, ps := rules.Load(rule("\n      OR" + strings.Repeat(" ban", 60_000)[1:]))
	require.NotEmpty(t, ps)
}
