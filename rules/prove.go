package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Result is the outcome of one sample of a rule or exclusion.
type Result struct {
	Rule   *Rule  `json:"-"`      // nil for a sample of an exclusion
	RuleID string `json:"rule"`   // or that of the exclusion
	Kind   string `json:"kind"`   // "match" or "reject"
	Number int    `json:"number"` // from 0, within its kind
	Title  string `json:"title"`  // of the sample, or the beginning of its text
	Lang   string `json:"lang,omitempty"`
	Passed bool   `json:"passed"`
	Why    string `json:"why,omitempty"` // what was missing, or what fired
	File   string `json:"file"`
	Line   int    `json:"line"`

	of   origin
	said diag.Problem // of a sample that did not pass
}

// Test runs the samples of all rules, those of deprecated ones too, in order, and then
// those of the exclusions.
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
	for _, x := range s.exclusions {
		for i, sample := range x.Tests.Match {
			out = append(out, x.try("match", i, sample))
		}
		for i, sample := range x.Tests.Reject {
			out = append(out, x.try("reject", i, sample))
		}
	}
	return out
}

// result is the outcome of a sample that passes, and the item that it is.
func (o origin) result(id, kind string, i int, sample Sample) (Result, watcher.Item, *match.Doc) {
	it, f := sample.Item()
	res := Result{
		RuleID: id, Kind: kind, Number: i, Title: headline(it), Lang: sample.Lang, Passed: true,
		File: o.src.Name, of: o,
	}
	res.Line, _ = o.src.At(o.at(res.field()))
	return res, it, match.NewDoc(it, f)
}

// fail notes why a sample did not pass.
func (r *Result) fail(verdict, why, cure string) {
	r.Passed, r.Why = false, why
	r.said = r.of.problem(r.field(), fmt.Sprintf("the sample %q %s: %s", r.Title, verdict, why), cure)
}

// try runs one sample of a rule.
func (r *Rule) try(kind string, i int, sample Sample) Result {
	const cure = "change the query or the sample"
	res, it, doc := r.result(r.ID, kind, i, sample)
	res.Rule = r
	m, fired := r.fire(doc, it.ID)
	var by *Exclusion
	if fired {
		by = (&verdicts{doc: doc}).excluded(r)
	}
	switch {
	case kind == "match" && by != nil:
		_, spans := by.query.Eval(doc)
		res.fail(fmt.Sprintf("of rule %s must match and does not", r.ID),
			fmt.Sprintf("excluded by %s (%s:%d) for %s", by.ID, by.File, by.Line, found(it, spans)),
			"narrow the exclusion, or do not name this rule under its rules")
	case kind == "match" && !fired:
		res.fail("must match and does not", "missing "+missing(r.query.Explain(doc)), cure)
	case kind == "reject" && fired && by == nil:
		res.fail("must not match and does", "fired on "+found(it, m.Spans), cure)
	case kind == "match" && sample.Severity != "" && m.Severity != sample.Severity:
		res.fail("matches with another severity",
			fmt.Sprintf("fired with severity %s, not %s", m.Severity, sample.Severity), cure)
	}
	return res
}

// try runs one sample of an exclusion.
func (x *Exclusion) try(kind string, i int, sample Sample) Result {
	const cure = "change the query or the sample"
	res, it, doc := x.result(x.ID, kind, i, sample)
	holds, spans := x.query.Eval(doc)
	switch {
	case kind == "match" && !holds:
		res.fail("must be excluded and is not", "missing "+missing(x.query.Explain(doc)), cure)
	case kind == "reject" && holds:
		res.fail("must not be excluded and is", "excluded for "+found(it, spans), cure)
	}
	return res
}

// field is the path of the sample below its rule.
func (r Result) field() string { return fmt.Sprintf("tests.%s[%d]", r.Kind, r.Number) }

// Problem is a sample that did not pass as a mistake at its place.
func (r Result) Problem() diag.Problem { return r.said }

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
