package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// An Exclusion keeps rules from firing on items that its query matches: one thought, such
// as job postings, for many rules. It is proved by samples as a rule is, and no sample
// that one of its rules must find may fall to it.
type Exclusion struct {
	ID          string   `yaml:"id" json:"id"` // never that of a rule
	Title       string   `yaml:"title" json:"title"`
	Description string   `yaml:"description" json:"description,omitempty"`
	Query       string   `yaml:"query" json:"query"`
	Rules       []string `yaml:"rules" json:"rules"` // ids, theme:slug, or * for all
	Tests       Tests    `yaml:"tests" json:"tests"` // match: must be kept out; reject: must not

	File string `yaml:"-" json:"file"` // where it stands
	Line int    `yaml:"-" json:"line"`
	Hash string `yaml:"-" json:"hash"` // of all that decides what it keeps out

	origin

	node  query.Node // of Query
	query *match.Query
}

// The names in Exclusion.Rules that are no id of a rule.
const (
	allRules = "*"
	ofTheme  = "theme:"
)

// check reports the mistakes in the fields of an exclusion, but for its query.
func (x *Exclusion) check(known names) diag.Problems {
	var ps diag.Problems
	add := func(field, msg, cure string) { ps = append(ps, x.problem(field, msg, cure)) }
	switch {
	case x.ID == "" && x.lacks("id"):
		add("", "the exclusion has no id", "write id: and a name that is never used again, such as job-postings")
	case x.ID != "" && !idForm.MatchString(x.ID):
		add("id", fmt.Sprintf("%q is no id", x.ID), "use up to 64 letters, digits and . _ -")
	}
	if x.Title == "" && x.lacks("title") {
		add("", "the exclusion has no title", "write title: and what it keeps out")
	}
	if len(x.Rules) == 0 && (x.lacks("rules") || x.src.Kind(x.at("rules")) == "a list") {
		add("rules", "the exclusion names no rules",
			"write rules: and a list of their ids, theme:potash for those of a theme, or '*' for all")
	}
	ps = append(ps, x.checkNames(known)...)
	return append(ps, x.checkSamples("exclusion", x.Tests)...)
}

// names are those that an exclusion may write under rules.
type names struct{ rules, themes map[string]bool }

func namesOf(list []*Rule) names {
	n := names{rules: map[string]bool{}, themes: map[string]bool{}}
	for _, r := range list {
		n.rules[r.ID], n.themes[r.Theme] = true, true
	}
	return n
}

// maxGuesses bounds for how many unknown names of an exclusion a near one is looked for.
const maxGuesses = 20

// checkNames reports names of rules and themes that there are not.
func (x *Exclusion) checkNames(known names) diag.Problems {
	var ps diag.Problems
	for i, name := range x.Rules {
		list, what := known.rules, "rule"
		if theme, ok := strings.CutPrefix(name, ofTheme); ok {
			name, list, what = theme, known.themes, "theme"
		}
		if list[name] || x.Rules[i] == allRules {
			continue
		}
		cure := "write the id of a rule, theme:potash for all of a theme, or '*'"
		if len(ps) < maxGuesses {
			if near := diag.Closest(name, slices.Sorted(maps.Keys(list))); near != "" {
				cure = fmt.Sprintf("did you mean %q?", near)
			}
		}
		field := fmt.Sprintf("rules[%d]", i)
		if !x.src.Has(x.at(field)) {
			field = "rules" // written as one value
		}
		ps = append(ps, x.problem(field, fmt.Sprintf("there is no %s %q", what, name), cure))
	}
	return ps
}

// link tells each rule which exclusions reach it, in order of their ids.
func (s *Set) link() {
	slices.SortStableFunc(s.exclusions, func(a, b *Exclusion) int { return strings.Compare(a.ID, b.ID) })
	reach := map[string][]*Exclusion{}
	for _, x := range s.exclusions {
		for _, name := range x.Rules {
			reach[name] = append(reach[name], x)
		}
	}
	for _, r := range s.rules {
		list := slices.Concat(reach[allRules], reach[ofTheme+r.Theme], reach[r.ID])
		slices.SortStableFunc(list, func(a, b *Exclusion) int { return strings.Compare(a.ID, b.ID) })
		r.exclusions = slices.Compact(list)
	}
}

// verdicts remembers which exclusions hold for one item: each is judged once at most, and
// only after a rule that it may silence has fired.
type verdicts struct {
	doc  *match.Doc
	hold map[*Exclusion]bool
}

// excluded is the first exclusion that keeps a rule from firing on the item, nil if none.
func (v *verdicts) excluded(r *Rule) *Exclusion {
	for _, x := range r.exclusions {
		holds, judged := v.hold[x]
		if !judged {
			holds, _ = x.query.Eval(v.doc)
			if v.hold == nil {
				v.hold = map[*Exclusion]bool{}
			}
			v.hold[x] = holds
		}
		if holds {
			return x
		}
	}
	return nil
}

// explain shows how a rule judges an item: the trace of its query, and above it, where an
// exclusion keeps the rule from firing, that exclusion.
func (r *Rule) explain(doc *match.Doc) *match.Trace {
	t := r.query.Explain(doc)
	if !t.Pass {
		return t
	}
	v := verdicts{doc: doc}
	x := v.excluded(r)
	if x == nil {
		return t
	}
	return &match.Trace{
		Node:   fmt.Sprintf("rule %s NOT exclusion %s", r.ID, x.ID),
		Reason: "excluded by " + x.ID,
		Children: []*match.Trace{t, {
			Node: "exclusion " + x.ID, Pass: true, Reason: fmt.Sprintf("%s, %s:%d", x.Title, x.File, x.Line),
			Children: []*match.Trace{x.query.Explain(doc)},
		}},
	}
}
