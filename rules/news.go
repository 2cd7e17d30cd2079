package rules

import (
	"fmt"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// The bounds of the search for news that a NOT throws away.
const (
	maxThemeSamples = 400    // of one theme
	maxNots         = 20     // of one rule
	maxNewsTrials   = 50_000 // evaluations, and what it takes to compile for them
)

// broadTerms is how many terms a vocabulary has that some sentence of any longer article
// will hold one of.
const broadTerms = 10

// broadNots reports a NOT of a whole vocabulary anywhere in the text.
func (l *linter) broadNots(q linted, c clause) {
	if part, ok := c.inner(); ok {
		l.broadNots(q, part)
		return
	}
	if n, ok := c.Node.(*query.Not); ok {
		l.broad(q, clause{n.Right, c.in}, "NOT throws away")
	}
	for _, kid := range c.of(children(c.Node)...) {
		l.broadNots(q, kid)
	}
}

// broad reports the vocabularies of a clause of which one word anywhere in the text is
// enough.
func (l *linter) broad(q linted, c clause, throws string) {
	if part, ok := c.inner(); ok {
		l.broad(q, part, throws)
		return
	}
	switch n := c.Node.(type) {
	case *query.Or:
		for _, arg := range c.of(n.Args...) {
			l.broad(q, arg, throws)
		}
	case *query.Vocabulary:
		list := l.prover.list(n)
		if c.in != whole() || list == nil || len(list.terms) < broadTerms {
			return
		}
		l.at(q, n, fmt.Sprintf("%s every item that has one of the %d terms of @%s anywhere in its text",
			throws, len(list.terms), n.Name),
			fmt.Sprintf("write title:@%s, or NOT NEAR/8 beside the words that it may not stand near", n.Name))
	}
}

// thrownAway reports a NOT without which a rule would have found news: a sample that
// another rule of its theme must find. Where that rule looks for the very words that are
// thrown away, the two share out the news on purpose.
func (l *linter) thrownAway() {
	themes := map[string][]*Rule{}
	for _, r := range l.set.rules {
		if r.Status != Deprecated {
			themes[r.Theme] = append(themes[r.Theme], r)
		}
	}
	trials := 0
	for _, r := range l.set.rules {
		list := themes[r.Theme]
		if len(list) == 0 || list[0] != r {
			continue // once a theme
		}
		news := samplesOf(list)
		for _, r := range list {
			l.begin()
			nots := notsOf(r.node)
			for _, n := range nots[:min(len(nots), maxNots)] {
				if trials += len(news) + len(r.Query)/100; trials > maxNewsTrials {
					return
				}
				l.throws(r, n, news)
			}
			l.end()
		}
	}
}

// news is a sample that a rule must find.
type news struct {
	rule  *Rule
	title string
	doc   *match.Doc
	words map[string]bool // that the rule looks for
}

// samplesOf are the match samples of rules.
func samplesOf(list []*Rule) []news {
	var out []news
	for _, r := range list {
		words := map[string]bool{}
		for _, n := range append(slices.Clip(r.whens), r.node) {
			wanted(n, words)
		}
		for _, s := range r.Tests.Match {
			if len(out) == maxThemeSamples {
				return out
			}
			it, f := s.Item()
			out = append(out, news{r, headline(it), match.NewDoc(it, f), words})
		}
	}
	return out
}

// throws reports a NOT of a rule if it throws away news of another.
func (l *linter) throws(r *Rule, not *query.Not, list []news) {
	without, err := match.Compile(replace(r.node, not, not.Left), newCompiler(l.set.vocabularies).lookup)
	if err != nil {
		return
	}
	thrown := map[string]bool{}
	wanted(not.Right, thrown)
	shared := func(words map[string]bool) bool {
		for w := range thrown {
			if words[w] {
				return true
			}
		}
		return false
	}
	for _, n := range list {
		if n.rule == r || shared(n.words) {
			continue
		}
		if ok, _ := r.query.Eval(n.doc); ok {
			continue
		}
		if ok, _ := without.Eval(n.doc); ok {
			l.at(linted{r.origin, "query", r.node}, not.Right, fmt.Sprintf(
				"NOT %s throws away %q, which rule %s must find", clip(not.Right.String(), 60), n.title, n.rule.ID),
				"write NOT NEAR/8 beside the words that it may not stand near, or look in the title only")
			return
		}
	}
}

// notsOf are the NOTs of a query.
func notsOf(n query.Node) []*query.Not {
	var out []*query.Not
	query.Walk(n, func(n query.Node) bool {
		if not, ok := n.(*query.Not); ok {
			out = append(out, not)
		}
		return true
	})
	return out
}

// wanted notes the words, phrases and vocabularies that a query looks for, but for those
// that it throws away.
func wanted(n query.Node, words map[string]bool) {
	query.Walk(n, func(c query.Node) bool {
		switch c := c.(type) {
		case *query.Not:
			wanted(c.Left, words)
			return false
		case *query.Near:
			if c.Negated {
				wanted(c.Left, words)
				return false
			}
		case *query.Word, *query.Phrase, *query.Vocabulary:
			words[c.String()] = true
		}
		return true
	})
}

// replace is a query with another node in the place of one.
func replace(n, old, with query.Node) query.Node {
	if n == old {
		return with
	}
	each := func(list []query.Node) []query.Node {
		out := make([]query.Node, len(list))
		for i, c := range list {
			out[i] = replace(c, old, with)
		}
		return out
	}
	switch n := n.(type) {
	case *query.And:
		return &query.And{Args: each(n.Args)}
	case *query.Or:
		return &query.Or{Args: each(n.Args)}
	case *query.Not:
		return &query.Not{Left: replace(n.Left, old, with), Right: replace(n.Right, old, with)}
	case *query.First:
		return &query.First{N: n.N, Arg: replace(n.Arg, old, with)}
	case *query.Case:
		return &query.Case{Arg: replace(n.Arg, old, with)}
	case *query.Stem:
		return &query.Stem{Arg: replace(n.Arg, old, with)}
	case *query.Field:
		return &query.Field{Name: n.Name, Arg: replace(n.Arg, old, with)}
	}
	return n // nothing below it can hold a NOT
}
