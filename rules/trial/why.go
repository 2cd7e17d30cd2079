package trial

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Reason says why an item was missed or is noise.
type Reason struct {
	ID, Title, Lang string
	Missed          bool     // else noise
	Rule            string   // that fired, or that came nearest
	Lines           []string // the clauses that failed, or what it fired on
}

// reason explains one item that was judged otherwise than its label: a missed one by the
// rule of its themes that came nearest, noise by the weightiest rule that fired.
func reason(set *rules.Set, l Labelled, ms []watcher.Match) Reason {
	r := Reason{ID: l.ID, Title: l.Title, Lang: l.Lang, Missed: l.Relevant}
	it, f := l.Item()
	if !l.Relevant {
		worst := slices.MaxFunc(ms, func(a, b watcher.Match) int { return a.Severity.Rank() - b.Severity.Rank() })
		r.Rule = worst.RuleID
		for _, s := range worst.Spans {
			line := fmt.Sprintf("%s: %s", or(s.Clause, s.Term), it.Text(s.Field)[s.Start:s.End])
			if !slices.Contains(r.Lines, line) {
				r.Lines = append(r.Lines, line)
			}
		}
		return r
	}
	best := -1.0
	for _, rule := range set.Rules() {
		if len(l.Themes) > 0 && !slices.Contains(l.Themes, rule.Theme) {
			continue
		}
		tr, err := set.Explain(rule.ID, it, f)
		if err != nil {
			continue // a rule that is there explains
		}
		if n := nearness(tr); n > best {
			best, r.Rule, r.Lines = n, rule.ID, failures(tr, nil)
		}
	}
	return r
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// nearness is how much of a query holds, from 0 to 1.
func nearness(t *match.Trace) float64 {
	if t.Pass {
		return 1
	}
	if len(t.Children) == 0 {
		return 0
	}
	sum := 0.0
	for _, c := range t.Children {
		sum += nearness(c)
	}
	return min(sum/float64(len(t.Children)), .99)
}

// mostFailures bounds the clauses that are named of a missed item.
const mostFailures = 6

// failures names the smallest clauses whose failure kept a query from firing.
func failures(t *match.Trace, out []string) []string {
	if t.Pass || len(out) == mostFailures {
		return out
	}
	before := len(out)
	if !strings.Contains(t.Node, " OR ") || strings.Contains(t.Node, " AND ") {
		for _, c := range t.Children {
			out = failures(c, out)
		}
	}
	if len(out) == before && len(out) < mostFailures {
		out = append(out, strings.TrimSpace(t.Node+"  "+t.Reason))
	}
	return out
}

// WriteWhy writes the reasons for a reader.
func (e *Evaluation) WriteWhy(w io.Writer) error {
	var b strings.Builder
	for _, r := range e.Reasons {
		kind, rule := "noise ", "fired: "
		if r.Missed {
			kind, rule = "missed", "nearest: "
		}
		fmt.Fprintf(&b, "\n%s  %s  [%s]  %s\n        %s%s\n", kind, r.ID, r.Lang, r.Title, rule, r.Rule)
		for _, l := range r.Lines {
			fmt.Fprintf(&b, "          %s\n", l)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
