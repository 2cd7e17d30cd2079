package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// settle fills in what a rule may say under another name or leave to its default.
func (r *Rule) settle() {
	if r.Severity == "" {
		r.Severity = r.Level
	}
	for _, tag := range r.Tags {
		if theme, ok := strings.CutPrefix(tag, "theme."); ok && r.Theme == "" {
			r.Theme = theme
		}
	}
	if r.Status == "" {
		r.Status = Experimental
	}
}

// check reports the mistakes in the fields of a settled rule, but for its queries.
func (r *Rule) check() diag.Problems {
	var ps diag.Problems
	add := func(field, msg, cure string) { ps = append(ps, r.problem(field, msg, cure)) }
	switch {
	case r.ID == "" && r.lacks("id"):
		add("", "the rule has no id", "write id: and a name that is never used again, such as potash-transit")
	case r.ID != "" && !idForm.MatchString(r.ID):
		add("id", fmt.Sprintf("%q is no id", r.ID), "use up to 64 letters, digits and . _ -")
	}
	switch {
	case r.Title == "" && r.lacks("title"):
		add("", "the rule has no title", "write title: and what an alert should be called")
	case strings.ContainsFunc(r.Title, isInvisible):
		add("title", "the title holds an invisible character", "delete it: every alert shows the title")
	}
	switch {
	case r.Theme == "" && r.lacks("theme"):
		add("", "the rule has no theme", "write theme: potash, or another word of a-z, 0-9 and -")
	case r.Theme != "" && !slugForm.MatchString(r.Theme):
		add("theme", fmt.Sprintf("%q is no theme", r.Theme), "use a-z, 0-9 and - only")
	}
	if !slices.Contains(Statuses(), r.Status) {
		add("status", fmt.Sprintf("unknown status %q", r.Status), "write "+choices(Statuses()))
	}
	switch {
	case r.Severity != "" && r.src.Has(r.at("severity")):
		ps = append(ps, r.severity("severity", r.Severity)...)
	case r.Severity != "":
		ps = append(ps, r.severity("level", r.Severity)...)
	case r.lacks("severity") && r.lacks("level"):
		add("", "the rule has no severity", "write severity: "+choices(watcher.Severities()))
	}
	return append(append(ps, r.checkEscalations()...), r.checkSamples("rule", r.Tests)...)
}

// checkEscalations reports severities that raise nothing.
func (r *Rule) checkEscalations() diag.Problems {
	var ps diag.Problems
	for i, e := range r.Escalate {
		field := fmt.Sprintf("escalate[%d].severity", i)
		switch {
		case e.Severity == "" && r.lacks(field):
			ps = append(ps, r.problem(field, "the escalation has no severity",
				"write severity: "+choices(watcher.Severities())))
		case e.Severity.Rank() < 0:
			ps = append(ps, r.severity(field, e.Severity)...)
		case r.Severity.Rank() >= 0 && !e.Severity.Above(r.Severity):
			ps = append(ps, r.problem(field, fmt.Sprintf(
				"an escalation to %s raises nothing: the rule has %s", e.Severity, r.Severity),
				"write a higher severity"))
		}
	}
	return ps
}

// checkSamples reports missing and empty samples of a rule or exclusion.
func (o origin) checkSamples(what string, tests Tests) diag.Problems {
	var ps diag.Problems
	it := map[string]string{"rule": "find", "exclusion": "keep out"}[what]
	for _, c := range []struct {
		kind, must string
		samples    []Sample
	}{{"match", it, tests.Match}, {"reject", "leave alone", tests.Reject}} {
		if len(c.samples) == 0 && o.lacks("tests."+c.kind) {
			ps = append(ps, o.problem("tests", fmt.Sprintf("the %s has no %s sample", what, c.kind),
				fmt.Sprintf("write tests: {%s: [{title: a headline it must %s}]}", c.kind, c.must)))
		}
		for i, s := range c.samples {
			field := fmt.Sprintf("tests.%s[%d]", c.kind, i)
			if it, _ := s.Item(); it.Title+it.Lead+it.Body == "" {
				ps = append(ps, o.problem(field, "the sample has no text", "write title:, lead: or body:"))
			}
			switch {
			case s.Severity == "":
			case what != "rule":
				ps = append(ps, o.problem(field+".severity", "an exclusion gives no severity", "delete it"))
			default:
				ps = append(ps, o.severity(field+".severity", s.Severity)...)
			}
		}
	}
	return ps
}

// severity reports an unknown severity.
func (o origin) severity(field string, s watcher.Severity) diag.Problems {
	if s == "" || s.Rank() >= 0 {
		return nil
	}
	known := watcher.Severities()
	cure := "write " + choices(known)
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	if near := diag.Closest(string(s), names); near != "" {
		cure = fmt.Sprintf("did you mean %s? known are %s", near, strings.Join(names, ", "))
	}
	return diag.Problems{o.problem(field, fmt.Sprintf("unknown severity %q", s), cure)}
}

// choices is "a, b or c".
func choices[S ~string](list []S) string {
	var b strings.Builder
	for i, s := range list {
		switch {
		case i == 0:
		case i == len(list)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(s))
	}
	return b.String()
}
