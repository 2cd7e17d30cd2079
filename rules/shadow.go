package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// shadows reports the clauses of a query that another makes useless. Where places count,
// as beside NEAR, a clause is of use as long as its hits have another extent.
func (l *linter) shadows(q linted) {
	l.shadow(q, clause{q.node, whole()}, false)
}

func (l *linter) shadow(q linted, c clause, places bool) {
	if part, ok := c.inner(); ok {
		l.shadow(q, part, places)
		return
	}
	var kids []clause
	switch n := c.Node.(type) {
	case *query.Or:
		kids = c.of(n.Args...)
		l.shadowOr(q, kids, places)
	case *query.And:
		kids = c.of(n.Args...)
		l.shadowAnd(q, kids)
	case *query.Not:
		kept, thrown := chain(c)
		kids = append(thrown, kept)
		l.shadowNot(q, kept, thrown)
	case *query.AtLeast:
		kids, places = c.of(n.Arg), true
	case *query.Near:
		kids, places = c.of(n.Left, n.Right), true
	}
	for _, kid := range kids {
		l.shadow(q, kid, places)
	}
}

// chain is a NOT b NOT c as a, and b and c.
func chain(c clause) (kept clause, thrown []clause) {
	for {
		n, ok := c.Node.(*query.Not)
		if !ok {
			return c, thrown
		}
		thrown = append(c.of(n.Right), thrown...)
		c = clause{n.Left, c.in}
	}
}

// shadowOr reports arguments whose every hit is a hit of another. Words and phrases, of
// which there may be thousands, are looked up; the others are compared in pairs.
func (l *linter) shadowOr(q linted, args []clause, places bool) {
	var terms []string
	var at []int // of each term, its argument
	for i, a := range args {
		switch n := a.Node.(type) {
		case *query.Word, *query.Phrase:
			if a.in.mode == "" && a.in.value == "" {
				if list := l.prover.list(n); len(list.terms) == 1 {
					terms, at = append(terms, plain(n)), append(at, i)
				}
			}
		}
	}
	list := newTermList(terms...)
	told := map[int]bool{}
	for k, t := range list.terms {
		wider := list.covers(t, places, k)
		if wider < 0 {
			continue
		}
		both := list.covers(list.terms[wider], places, wider) >= 0 && slices.Equal(list.terms[wider], t)
		if both && (wider > k || !strings.EqualFold(terms[k], terms[wider])) {
			continue // the forms of two languages may fold to one word
		}
		told[at[k]] = true
		l.useless(q, args[at[k]], args[at[wider]])
	}
	proves := l.prover.implies
	if places {
		proves = l.prover.places
	}
	for i, a := range args {
		if l.spent() {
			return
		}
		for j, b := range args {
			if i == j || told[i] || told[j] || isTerm(a) && isTerm(b) {
				continue
			}
			if proves(a, b) && (j < i || !proves(b, a)) {
				told[i] = true
				l.useless(q, a, b)
			}
		}
	}
}

// isTerm reports whether a clause is a word or phrase.
func isTerm(c clause) bool {
	switch c.Node.(type) {
	case *query.Word, *query.Phrase:
		return c.in.mode == "" && c.in.value == ""
	}
	return false
}

// plain is a word or phrase as it is searched for.
func plain(n query.Node) string {
	if w, ok := n.(*query.Word); ok {
		return w.Text
	}
	return n.String()
}

// useless reports an argument of OR that another makes useless.
func (l *linter) useless(q linted, narrow, wide clause) {
	l.at(q, narrow, fmt.Sprintf("%s changes nothing: whatever it finds, %s beside it finds",
		quoted(narrow), quoted(wide)), "delete it, or the other if that finds too much")
}

// shadowAnd reports arguments that hold wherever another does.
func (l *linter) shadowAnd(q linted, args []clause) {
	for i, a := range args {
		if l.spent() {
			return
		}
		for j, b := range args {
			if i == j || !l.prover.implies(b, a) || j > i && l.prover.implies(a, b) {
				continue
			}
			l.at(q, a, fmt.Sprintf("%s changes nothing: it holds wherever %s beside it does", quoted(a), quoted(b)),
				"delete it")
			break
		}
	}
}

// shadowNot reports what a NOT throws away in vain, and a NOT that throws away everything.
func (l *linter) shadowNot(q linted, kept clause, thrown []clause) {
	for i, t := range thrown {
		if l.spent() {
			return
		}
		if l.prover.implies(kept, t) {
			l.at(q, t, fmt.Sprintf("this can never match: NOT %s throws away whatever %s finds", quoted(t), quoted(kept)),
				"write NOT NEAR/8, or delete the NOT")
			continue
		}
		for j, o := range thrown {
			if i != j && l.prover.implies(t, o) && (j < i || !l.prover.implies(o, t)) {
				l.useless(q, t, o)
				break
			}
		}
	}
}

// spent reports whether no more is said or proved of a rule.
func (l *linter) spent() bool { return l.room <= 0 || l.prover.steps < 0 }

// quoted is a clause as a message shows it.
func quoted(c clause) string { return clip(c.String(), 60) }
