package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// Load compiles the rules, vocabularies and exclusions of all sources and runs the samples
// of rules and exclusions. It reports all mistakes at once.
//
// The Set is nil if anything in the sources is wrong but the outcome of samples. With
// failing samples it is returned beside the Problems, for a report on them: it must not
// go to work.
func Load(sources []diag.Source) (*Set, diag.Problems) {
	r := &reader{}
	for _, src := range sources {
		r.source(src)
	}
	for _, v := range r.vocabularies {
		r.problems = append(r.problems, v.check()...)
	}
	r.problems = append(r.problems, r.twice()...)
	s := &Set{rules: r.rules, vocabularies: r.vocabularies, exclusions: r.exclusions}
	for _, rule := range s.rules {
		rule.settle()
		r.problems = append(r.problems, rule.check()...)
	}
	c := newCompiler(r.vocabularies)
	known := namesOf(s.rules)
	for _, x := range s.exclusions {
		r.problems = append(r.problems, x.check(known)...)
		r.problems = append(r.problems, c.exclusion(x)...)
	}
	s.link()
	for _, rule := range s.rules {
		r.problems = append(r.problems, c.rule(rule)...)
	}
	if len(r.problems) > 0 {
		return nil, r.problems.Sort()
	}
	s.finish()
	for _, res := range s.Test() {
		if !res.Passed {
			r.problems = append(r.problems, res.Problem())
		}
	}
	return s, r.problems.Sort()
}

// twice reports ids and names that are used again.
func (r *reader) twice() diag.Problems {
	var ps diag.Problems
	seen := map[string]origin{}
	again := func(what, id, field string, o origin) {
		first, ok := seen[what+id]
		if !ok {
			seen[what+id] = o
			return
		}
		line, _ := first.src.At(first.at(field))
		ps = append(ps, o.problem(field, fmt.Sprintf("the %s %q is used already in %s:%d",
			what, id, first.src.Name, line), "choose another"))
	}
	for _, rule := range r.rules {
		if rule.ID != "" {
			again("id", rule.ID, "id", rule.origin)
		}
	}
	for _, x := range r.exclusions {
		if x.ID != "" {
			again("id", x.ID, "id", x.origin)
		}
	}
	for _, v := range r.vocabularies {
		if v.Name != "" {
			again("name", v.Name, "name", v.origin)
		}
	}
	return ps
}

// compiler turns the queries of rules into what evaluates them.
type compiler struct {
	vocabularies map[string]*Vocabulary
}

func newCompiler(list []*Vocabulary) compiler {
	c := compiler{vocabularies: map[string]*Vocabulary{}}
	for _, v := range list {
		if _, ok := c.vocabularies[v.Name]; !ok { // a name used again is reported
			c.vocabularies[v.Name] = v
		}
	}
	return c
}

// lookup finds a vocabulary for a query.
func (c compiler) lookup(name string) (*match.Vocabulary, bool) {
	v, ok := c.vocabularies[name]
	if !ok {
		return nil, false
	}
	return v.terms, true
}

// rule compiles the query and the escalations of a rule and hashes it.
func (c compiler) rule(r *Rule) diag.Problems {
	q, n, ps := c.query(r.origin, "query", r.Query)
	r.query, r.node = q, n
	parts := []string{r.ID, r.Theme, string(r.Severity), string(r.Status)}
	parts = append(parts, c.fingerprint(n)...)
	for _, x := range r.exclusions {
		parts = append(parts, x.ID, x.Hash)
	}
	for i, e := range r.Escalate {
		q, n, wrong := c.query(r.origin, fmt.Sprintf("escalate[%d].when", i), e.When)
		ps = append(ps, wrong...)
		r.when, r.whens = append(r.when, q), append(r.whens, n)
		parts = append(append(parts, string(e.Severity)), c.fingerprint(n)...)
	}
	r.Hash = hash(parts...)
	return ps
}

// exclusion compiles the query of an exclusion and hashes it.
func (c compiler) exclusion(x *Exclusion) diag.Problems {
	q, n, ps := c.query(x.origin, "query", x.Query)
	x.query, x.node = q, n
	x.Hash = hash(append([]string{x.ID}, c.fingerprint(n)...)...)
	return ps
}

// query compiles one query of the rule or exclusion at o.
func (c compiler) query(o origin, field, src string) (*match.Query, query.Node, diag.Problems) {
	if strings.TrimSpace(src) == "" {
		if !o.lacks(field) {
			return nil, nil, nil
		}
		key := field[strings.LastIndex(field, ".")+1:]
		return nil, nil, diag.Problems{o.problem(field, "the query is missing",
			"write "+key+": and what to search for")}
	}
	n, err := query.Parse(src)
	if err == nil && c.broken(n) {
		return nil, n, nil // reported where the vocabulary stands
	}
	var q *match.Query
	if err == nil {
		q, err = match.Compile(n, c.lookup)
	}
	if err == nil {
		return q, n, nil
	}
	var errs query.Errors
	if !errors.As(err, &errs) {
		return nil, nil, diag.Problems{o.problem(field, err.Error(), "")}
	}
	var ps diag.Problems
	for _, e := range errs {
		ps = append(ps, o.src.ProblemAt(o.at(field), int(e.Pos), int(e.End), e.Msg, ""))
	}
	return nil, nil, ps
}

// broken reports whether a query uses a vocabulary none of whose terms can match.
func (c compiler) broken(n query.Node) bool {
	found := false
	for _, name := range vocabulariesOf(n) {
		if v, ok := c.vocabularies[name]; ok && len(v.terms.Terms) == 0 {
			found = true
		}
	}
	return found
}

// fingerprint is all that decides what a query finds.
func (c compiler) fingerprint(n query.Node) []string {
	if n == nil {
		return nil
	}
	parts := []string{n.String()}
	for _, name := range vocabulariesOf(n) {
		v, ok := c.vocabularies[name]
		if !ok {
			continue
		}
		parts = append(parts, v.content()...)
	}
	return parts
}

// vocabulariesOf lists the vocabularies that a query names, sorted.
func vocabulariesOf(n query.Node) []string {
	var names []string
	query.Walk(n, func(n query.Node) bool {
		if v, ok := n.(*query.Vocabulary); ok {
			names = append(names, v.Name)
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}
