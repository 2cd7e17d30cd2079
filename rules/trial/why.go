package trial

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Reason says why an item was missed or is noise.
type Reason struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Lang   string   `json:"lang"`
	Missed bool     `json:"missed"` // else noise
	Rule   string   `json:"rule"`   // that fired, or that came nearest; empty where no rule is of its themes
	Lines  []string `json:"why"`    // the clauses that failed, or what it fired on
}

// reason explains one item that was judged otherwise than its label: a missed one by the
// rule of its themes that came nearest, noise by the weightiest rule that fired.
func reason(set *rules.Set, l Labelled, ms []watcher.Match) Reason {
	r := Reason{ID: l.ID, Title: l.Title, Lang: l.Lang, Missed: l.Relevant}
	if l.Relevant {
		r.Rule, r.Lines = nearest(set, l)
		return r
	}
	worst := slices.MaxFunc(ms, func(a, b watcher.Match) int { return a.Severity.Rank() - b.Severity.Rank() })
	r.Rule = worst.RuleID
	it, _ := l.Item()
	for _, s := range worst.Spans {
		line := fmt.Sprintf("%s: %s", cmp.Or(s.Clause, s.Term), it.Text(s.Field)[s.Start:s.End])
		if s.Clause != "" {
			line += " (" + s.Term + ")"
		}
		if !slices.Contains(r.Lines, line) {
			r.Lines = append(r.Lines, line)
		}
	}
	for _, m := range ms {
		if m.RuleID != worst.RuleID {
			r.Lines = append(r.Lines, "and the rule "+m.RuleID)
		}
	}
	return r
}

// nearest is the rule of an item's themes, or of all if it has none, that came nearest to
// firing, and what kept it from that.
func nearest(set *rules.Set, l Labelled) (rule string, lines []string) {
	it, f := l.Item()
	best := -1.0
	for _, r := range set.Rules() {
		if len(l.Themes) > 0 && !slices.Contains(l.Themes, r.Theme) {
			continue
		}
		e, err := explain(set, r, it, f)
		if err != nil {
			continue // a rule that is there explains
		}
		n := nearness(e.Trace)
		if n <= best {
			continue
		}
		best, rule, lines = n, r.ID, failures(e.Trace, nil)
		switch {
		case e.Fired && r.Status == rules.Deprecated:
			lines = []string{"its query holds, but the rule is deprecated: it sends nothing"}
		case e.Fired:
			lines = []string{"fires with severity " + string(e.Severity) + ", which does not count"}
		}
	}
	if rule == "" {
		lines = []string{"no rule is of the theme " + strings.Join(l.Themes, ", ")}
	}
	return rule, lines
}

// nearness is how much of a query holds, from 0 to 1. What stands after a NOT counts for
// little: to be excluded is to have been very near.
func nearness(t *match.Trace) float64 {
	switch {
	case t.Pass:
		return 1
	case len(t.Children) == 0:
		return 0
	}
	needed := t.Children
	switch operator(t).(type) {
	case *query.Or:
		near := 0.0
		for _, c := range t.Children {
			near = max(near, nearness(c))
		}
		return near
	case *query.Not:
		needed = t.Children[:1]
	}
	sum := 0.0
	for _, c := range needed {
		sum += nearness(c)
	}
	return min(sum/float64(len(needed)), .95)
}

// operator is the node that a trace is of; nil for one that is no query, such as a rule
// with its exclusion.
func operator(t *match.Trace) query.Node {
	n, err := query.Parse(t.Node)
	if err != nil {
		return nil
	}
	return n
}

// mostFailures bounds the clauses that are named of a missed item.
const mostFailures = 6

// failures names the smallest clauses whose failure kept a query from firing; of
// alternatives, those of the one that came nearest.
func failures(t *match.Trace, out []string) []string {
	if t.Pass || len(out) == mostFailures {
		return out
	}
	parts := t.Children
	switch n := operator(t).(type) {
	case *query.Or:
		parts = nil
		near := slices.MaxFunc(t.Children, func(a, b *match.Trace) int { return cmp.Compare(nearness(a), nearness(b)) })
		if nearness(near) > 0 {
			parts = []*match.Trace{near}
		}
	case *query.Not:
		parts = t.Children[:1]
	case *query.Near:
		if n.Negated {
			parts = t.Children[:1]
		}
	}
	before := len(out)
	for _, c := range parts {
		out = failures(c, out)
	}
	if len(out) > before || len(out) == mostFailures {
		return out
	}
	if t.Reason == "" {
		return append(out, t.Node)
	}
	return append(out, t.Node+"  ("+t.Reason+")")
}

// WriteWhy writes the reasons for a reader.
func (e *Evaluation) WriteWhy(w io.Writer) error {
	var b strings.Builder
	for _, r := range e.Reasons {
		kind, rule := "noise ", "fired: "
		if r.Missed {
			kind, rule = "missed", "nearest: "
		}
		head := fmt.Sprintf("%s  %s  [%s]  ", kind, r.ID, r.Lang)
		fmt.Fprintf(&b, "\n%s%s\n        %s%s\n", head, clip(r.Title, width-len(head)), rule, cmp.Or(r.Rule, "none"))
		for _, l := range r.Lines {
			writeLine(&b, l)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// width is the columns that tables and reasons keep to.
const width = 100

// writeLine writes one line of a reason; where it is too long what stands in brackets at
// its end goes below it.
func writeLine(b *strings.Builder, l string) {
	const indent = "          "
	clause, why, ok := strings.Cut(l, "  (")
	if ok && len([]rune(l)) > width-len(indent) {
		fmt.Fprintf(b, "%s%s\n%s  %s\n", indent, clip(clause, width-len(indent)),
			indent, clip(strings.TrimSuffix(why, ")"), width-len(indent)-2))
		return
	}
	fmt.Fprintf(b, "%s%s\n", indent, clip(l, width-len(indent)))
}

// clip shortens text to n runes, of which it keeps at least a few.
func clip(text string, n int) string {
	if runes := []rune(text); len(runes) > max(n, 8) {
		return string(runes[:max(n, 8)-1]) + "…"
	}
	return text
}
