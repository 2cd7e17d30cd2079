package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// Themes are those of the starter packs. An operator may use others.
func Themes() []string {
	return []string{
		"5g", "airspace", "belarus-china", "great-stone", "polonez", "potash", "sanctions", "state-finance",
	}
}

// builtin begins the names of files in the binary, whose vocabularies are there for every
// operator's rules and may lie idle.
const builtin = "builtin:"

// Lint says what is allowed but unwise in the rules, vocabularies and exclusions of the
// set, each with its place and cure: terms that find other words or nothing, clauses that
// another makes useless, a NOT that throws away news, escalations that never raise, and
// what is missing or left over.
func (s *Set) Lint() diag.Problems {
	l := newLinter(s)
	for _, v := range s.vocabularies {
		l.vocabulary(v)
	}
	queries := map[string]*Rule{}
	for _, r := range s.rules {
		l.rule(r)
		print := r.node.String()
		if first, ok := queries[print]; ok {
			l.ps = append(l.ps, r.problem("query",
				fmt.Sprintf("the query says the same as that of rule %s", first.ID),
				"delete one of the rules, or make one an escalation"))
			continue
		}
		queries[print] = r
	}
	for _, x := range s.exclusions {
		l.exclusion(x)
	}
	l.unused()
	l.strangers()
	l.thrownAway()
	return l.ps.Sort()
}

// The bounds of one Lint.
const (
	maxTold   = 20         // of one rule or exclusion: a reader mends a handful at a time
	maxProof  = 200_000    // steps for one rule: a query of 200 KB has thousands of clauses
	maxProofs = 20_000_000 // steps in all
)

// linter collects what is unwise.
type linter struct {
	set    *Set
	traps  map[string]string
	prover *prover
	proofs int // steps that are left for all
	room   int // for what is said of clauses of the rule that is looked at
	ps     diag.Problems
}

// begin makes room for a rule or exclusion.
func (l *linter) begin() {
	l.room = maxTold
	l.prover.steps = min(maxProof, max(l.proofs, 0))
	l.proofs -= l.prover.steps
}

// end takes back what was not used.
func (l *linter) end() { l.proofs += max(l.prover.steps, 0) }

func newLinter(s *Set) *linter {
	p := &prover{vocabularies: map[string]*Vocabulary{}, lists: map[string]*termList{}}
	for _, v := range s.vocabularies {
		p.vocabularies[v.Name] = v
	}
	return &linter{set: s, traps: traps(), prover: p, proofs: maxProofs}
}

// linted is a query that is looked at, and where it stands.
type linted struct {
	origin

	field string
	node  query.Node
}

// at reports something at a clause of a query.
func (l *linter) at(q linted, n query.Node, msg, cure string) {
	if l.room--; l.room < 0 {
		return
	}
	l.ps = append(l.ps, q.src.ProblemAt(q.at(q.field), int(n.Pos()), int(n.End()), msg, cure))
}

// rule looks at one rule.
func (l *linter) rule(r *Rule) {
	l.begin()
	defer l.end()
	if r.Description == "" {
		l.ps = append(l.ps, r.problem("", "the rule has no description", "say what it is for"))
	}
	if r.Status == Experimental && r.Owner == "" {
		l.ps = append(l.ps, r.problem("", "the rule is experimental and has no owner",
			"write owner: and who decides whether it stays"))
	}
	if near := diag.Closest(r.Theme, Themes()); near != "" && near != r.Theme {
		l.ps = append(l.ps, r.problem("theme", fmt.Sprintf("the theme %q is new", r.Theme),
			fmt.Sprintf("did you mean %s?", near)))
	}
	l.query(linted{r.origin, "query", r.node})
	for i := range r.Escalate {
		l.query(r.escalation(i))
	}
	l.escalations(r)
}

// escalation is the query of an escalation.
func (r *Rule) escalation(i int) linted {
	return linted{r.origin, fmt.Sprintf("escalate[%d].when", i), r.whens[i]}
}

// exclusion looks at one exclusion.
func (l *linter) exclusion(x *Exclusion) {
	l.begin()
	defer l.end()
	if x.Description == "" {
		l.ps = append(l.ps, x.problem("", "the exclusion has no description", "say what it keeps out, and why"))
	}
	q := linted{x.origin, "query", x.node}
	l.query(q)
	l.broad(q, clause{x.node, whole()}, "throws away")
}

// query looks at one query.
func (l *linter) query(q linted) {
	l.terms(q)
	l.never(q, clause{q.node, whole()})
	l.shadows(q)
	l.broadNots(q, clause{q.node, whole()})
}

// unused reports vocabularies that no query names. Those in the binary are left out.
func (l *linter) unused() {
	used := map[string]bool{}
	note := func(n query.Node) {
		for _, name := range vocabulariesOf(n) {
			used[name] = true
		}
	}
	for _, r := range l.set.rules {
		note(r.node)
		for _, n := range r.whens {
			note(n)
		}
	}
	for _, x := range l.set.exclusions {
		note(x.node)
	}
	for _, v := range l.set.vocabularies {
		if !used[v.Name] && !strings.HasPrefix(v.File, builtin) {
			l.ps = append(l.ps, v.problem("name", fmt.Sprintf("no query uses the vocabulary @%s", v.Name),
				"delete it, or write its name where it was meant"))
		}
	}
}

// strangers reports a rule whose theme is not that of all others in its file: most often
// it was copied from another file.
func (l *linter) strangers() {
	files := map[string][]*Rule{}
	for _, r := range l.set.rules {
		files[r.File] = append(files[r.File], r)
	}
	for _, list := range files {
		of := map[string]int{}
		for _, r := range list {
			of[r.Theme]++
		}
		if len(of) != 2 || len(list) < 3 {
			continue
		}
		for _, r := range list {
			if of[r.Theme] > 1 {
				continue
			}
			other := list[0].Theme
			if other == r.Theme {
				other = list[1].Theme
			}
			l.ps = append(l.ps, r.problem("theme", fmt.Sprintf(
				"the theme is %q, and that of all %d other rules of this file %q", r.Theme, len(list)-1, other),
				"write theme: "+other+", or move the rule to a file of its theme"))
		}
	}
}

// escalations reports those that never raise a severity, and those that always do.
func (l *linter) escalations(r *Rule) {
	base := clause{r.node, whole()}
	kept, thrown := chain(base)
	if and, ok := kept.Node.(*query.And); ok { // a NOT may stand among what is wanted as well
		for _, arg := range kept.of(and.Args...) {
			_, more := chain(arg)
			thrown = append(thrown, more...)
		}
	}
	for i, e := range r.Escalate {
		q, when := r.escalation(i), clause{r.whens[i], whole()}
		if l.prover.implies(base, when) {
			l.at(q, when, fmt.Sprintf("this holds wherever the rule fires: its severity is always at least %s", e.Severity),
				"write severity: "+string(e.Severity)+" for the rule, or a narrower condition")
			continue
		}
		if t := slices.IndexFunc(thrown, func(t clause) bool { return l.prover.implies(when, t) }); t >= 0 {
			l.at(q, when, fmt.Sprintf("this never raises the severity: the rule throws it away with NOT %s", quoted(thrown[t])),
				"delete the escalation or that NOT")
			continue
		}
		for j, o := range r.Escalate {
			other := clause{r.whens[j], whole()}
			if i == j || e.Severity.Above(o.Severity) || !l.prover.implies(when, other) {
				continue
			}
			if o.Severity.Above(e.Severity) || j < i || !l.prover.implies(other, when) {
				l.at(q, when, fmt.Sprintf("this never raises the severity: escalation %d gives %s wherever it holds",
					j+1, o.Severity), "delete one of them, or write a narrower condition for the higher severity")
				break
			}
		}
	}
}
