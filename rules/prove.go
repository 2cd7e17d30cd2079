package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Result is the outcome of one sample of a rule.
type Result struct {
	Rule   *Rule  `json:"-"`
	RuleID string `json:"rule"`
	Kind   string `json:"kind"`   // "match" or "reject"
	Number int    `json:"number"` // from 0, within its kind
	Title  string `json:"title"`  // of the sample, or the beginning of its text
	Lang   string `json:"lang,omitempty"`
	Passed bool   `json:"passed"`
	Why    string `json:"why,omitempty"` // what was missing, or what fired
	File   string `json:"file"`
	Line   int    `json:"line"`
}

// Test runs the samples of all rules, those of deprecated ones too, in order.
func (s *Set) Test() []Result {
	var out []Result
	for _, r := range s.rules {
		for i, sample := range r.Tests.Match {
			out = append(out, r.try("match", i, sample))
		}
		for i, sample := range r.Tests.Reject {
			out = append(out, r.try("reject", i, sample))
		}
	}
	return out
}

// try runs one sample.
func (r *Rule) try(kind string, i int, sample Sample) Result {
	it, f := sample.Item()
	res := Result{
		Rule: r, RuleID: r.ID, Kind: kind, Number: i, Title: headline(it), Lang: sample.Lang, File: r.File,
	}
	res.Line, _ = r.src.At(r.at(res.field()))
	doc := match.NewDoc(it, f)
	m, fired := r.fire(doc, it.ID)
	switch {
	case kind == "match" && !fired:
		res.Why = "missing " + missing(r.query.Explain(doc))
	case kind == "reject" && fired:
		res.Why = "fired on " + found(it, m.Spans)
	case fired && sample.Severity != "" && m.Severity != sample.Severity:
		res.Why = fmt.Sprintf("fired with severity %s, not %s", m.Severity, sample.Severity)
	default:
		res.Passed = true
	}
	return res
}

// field is the path of the sample below its rule.
func (r Result) field() string { return fmt.Sprintf("tests.%s[%d]", r.Kind, r.Number) }

// Problem is a failed sample as a mistake at its place.
func (r Result) Problem() diag.Problem {
	must := "must match and does not"
	if r.Kind == "reject" {
		must = "must not match and does"
	}
	if strings.HasPrefix(r.Why, "fired with") {
		must = "matches with another severity"
	}
	return r.Rule.problem(r.field(), fmt.Sprintf("the sample %q %s: %s", r.Title, must, r.Why),
		"change the query or the sample")
}

// headline is the title of an item or the beginning of its text.
func headline(it watcher.Item) string {
	for _, s := range []string{it.Title, it.Lead, it.Body} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			return clip(s, 80)
		}
	}
	return ""
}

// missing says what a query that does not hold lacks, from its trace.
func missing(t *match.Trace) string { return clip(strings.Join(lacks(t, nil), ", "), 300) }

// lacks lists the parts of a trace that made it fail.
func lacks(t *match.Trace, list []string) []string {
	if strings.HasPrefix(t.Reason, "excluded by") {
		return append(list, "nothing but "+t.Reason)
	}
	failed := slices.DeleteFunc(slices.Clone(t.Children), func(c *match.Trace) bool { return c.Pass })
	what, joint := strings.CutPrefix(t.Reason, "missing: ")
	switch {
	case joint && strings.HasPrefix(t.Children[0].Node, strings.TrimSuffix(what, "…")):
		failed = t.Children[:1] // what stands after NOT is not missed
	case joint:
	case len(failed) == 0, len(failed) == len(t.Children) && len(t.Node) <= 80:
		return append(list, clip(t.Node, 80))
	}
	for _, c := range failed {
		list = lacks(c, list)
	}
	return list
}

// found lists the words that made a rule fire.
func found(it watcher.Item, spans []watcher.Span) string {
	var words []string
	for _, s := range spans {
		text := it.Text(s.Field)
		if s.Start < 0 || s.End > len(text) || s.Start > s.End {
			continue
		}
		w := fmt.Sprintf("%q", text[s.Start:s.End])
		if strings.HasPrefix(s.Clause, "@") {
			w += " (" + s.Clause + ")"
		}
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return "its fields"
	}
	return clip(strings.Join(words, ", "), 300)
}

// clip shortens a text to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-3]) + "..."
	}
	return s
}
