package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// A clause is a part of a query and where it looks.
type clause struct {
	query.Node

	in scope
}

// scope is where a clause looks and how it compares.
type scope struct {
	fields uint8  // of the text, as bits
	value  string // the field whose value is compared, else empty
	first  int    // words of each field; 0 for all
	mode   string // "", CASE or STEM
}

// whole is the scope of a query.
func whole() scope { return scope{fields: fieldBits("text")} }

// fieldBits are the parts of the text that a field stands for.
func fieldBits(name string) uint8 {
	const title, lead, body, author = 1, 2, 4, 8
	return map[string]uint8{
		"title": title, "lead": lead, "hlead": title | lead, "body": body, "text": title | lead | body,
		"author": author,
	}[name]
}

// within reports whether s looks nowhere that o does not, in the same way.
func (s scope) within(o scope) bool {
	return s.value == o.value && s.fields&^o.fields == 0 && (o.first == 0 || s.first > 0 && s.first <= o.first)
}

// inner is what a clause that only says where or how to look holds, and false for others.
func (c clause) inner() (clause, bool) {
	in := c.in
	switch n := c.Node.(type) {
	case *query.Field:
		switch bits := fieldBits(n.Name); {
		case n.Name == "author":
			in.fields = bits
		case bits != 0:
			in.fields &= bits
		default:
			in.value = n.Name
		}
		return clause{n.Arg, in}, true
	case *query.First:
		if in.first == 0 || n.N < in.first {
			in.first = n.N
		}
		return clause{n.Arg, in}, true
	case *query.Case:
		in.mode = "CASE"
		return clause{n.Arg, in}, true
	case *query.Stem:
		in.mode = "STEM"
		return clause{n.Arg, in}, true
	case *query.AtLeast:
		return clause{n.Arg, in}, n.N == 1
	}
	return c, false
}

// of are clauses in the scope of c.
func (c clause) of(nodes ...query.Node) []clause {
	out := make([]clause, len(nodes))
	for i, n := range nodes {
		out[i] = clause{n, c.in}
	}
	return out
}

// A prover finds out whether one clause follows from another. It may miss that one does;
// it never says so where it does not. What it spends is bounded by steps.
type prover struct {
	vocabularies map[string]*Vocabulary
	lists        map[string]*termList
	steps        int // that are left
}

// implies reports whether b holds for every item for which a holds.
func (p *prover) implies(a, b clause) bool {
	if p.steps--; p.steps < 0 {
		return false
	}
	yes := func(a clause) bool { return p.implies(a, b) }
	if bn, ok := b.Node.(*query.And); ok {
		return all(b.of(bn.Args...), func(part clause) bool { return p.implies(a, part) })
	}
	if part, ok := b.inner(); ok {
		return p.implies(a, part)
	}
	if an, ok := a.Node.(*query.Or); ok {
		return all(a.of(an.Args...), yes)
	}
	if part, ok := a.inner(); ok {
		return p.implies(part, b)
	}
	switch bn := b.Node.(type) {
	case *query.Or:
		if slices.ContainsFunc(b.of(bn.Args...), func(part clause) bool { return p.implies(a, part) }) {
			return true
		}
	case *query.Not:
		an, ok := a.Node.(*query.Not)
		if ok && p.implies(clause{an.Left, a.in}, clause{bn.Left, b.in}) &&
			p.implies(clause{bn.Right, b.in}, clause{an.Right, a.in}) {
			return true
		}
	}
	switch an := a.Node.(type) {
	case *query.And:
		return slices.ContainsFunc(a.of(an.Args...), yes)
	case *query.Not:
		return yes(clause{an.Left, a.in})
	case *query.AtLeast:
		bn, ok := b.Node.(*query.AtLeast)
		return ok && an.N >= bn.N && p.places(clause{an.Arg, a.in}, clause{bn.Arg, b.in}) ||
			!ok && yes(clause{an.Arg, a.in})
	case *query.Near:
		if bn, ok := b.Node.(*query.Near); ok {
			return p.near(a, b, an, bn)
		}
		return yes(clause{an.Left, a.in}) || !an.Negated && yes(clause{an.Right, a.in})
	}
	return p.covered(a, b, false)
}

// near is implies for two NEARs.
func (p *prover) near(a, b clause, an, bn *query.Near) bool {
	if an.Negated || bn.Negated {
		return a.in == b.in && query.Equal(an, bn)
	}
	closer := an.Unit == bn.Unit && an.Distance <= bn.Distance ||
		an.Unit == query.Sentence && bn.Unit == query.Paragraph
	if !closer || bn.Ordered && !an.Ordered {
		return false
	}
	sides := func(left, right query.Node) bool {
		return p.places(clause{an.Left, a.in}, clause{left, b.in}) && p.places(clause{an.Right, a.in}, clause{right, b.in})
	}
	return sides(bn.Left, bn.Right) || !bn.Ordered && sides(bn.Right, bn.Left)
}

// places reports whether every place that a finds is one that b finds, with the same
// beginning and end: what counts beside NEAR and in ATLEAST.
func (p *prover) places(a, b clause) bool {
	if p.steps--; p.steps < 0 {
		return false
	}
	if part, ok := b.inner(); ok {
		return p.places(a, part)
	}
	if part, ok := a.inner(); ok {
		return p.places(part, b)
	}
	if an, ok := a.Node.(*query.Or); ok {
		return all(a.of(an.Args...), func(part clause) bool { return p.places(part, b) })
	}
	if bn, ok := b.Node.(*query.Or); ok {
		return slices.ContainsFunc(b.of(bn.Args...), func(part clause) bool { return p.places(a, part) })
	}
	if an, ok := a.Node.(*query.Near); ok {
		return a.in == b.in && query.Equal(an, b.Node)
	}
	return p.covered(a, b, true)
}

// covered reports whether each hit of a word, phrase or vocabulary is one of another; with
// exact, of the same length.
func (p *prover) covered(a, b clause, exact bool) bool {
	if !a.in.within(b.in) {
		return false
	}
	small, large := p.list(a.Node), p.list(b.Node)
	switch {
	case small == nil || large == nil:
		return false
	case a.in.mode != b.in.mode || a.in.mode != "" || a.in.value != "":
		// CASE finds less than the word and STEM more; values have rules of their own.
		looser := a.in.mode == "CASE" && b.in.mode == "" || a.in.mode == "" && b.in.mode == "STEM"
		return a.in.mode == b.in.mode && query.Equal(a.Node, b.Node) ||
			looser && slices.EqualFunc(small.terms, large.terms, slices.Equal)
	case small == large:
		return true
	}
	p.steps -= len(small.terms)
	return p.steps >= 0 && all(small.terms, func(t []element) bool { return large.covers(t, exact, -1) >= 0 })
}

// list is the terms of a word, phrase or vocabulary; nil for other nodes.
func (p *prover) list(n query.Node) *termList {
	switch n := n.(type) {
	case *query.Word:
		return newTermList(n.Text)
	case *query.Phrase:
		return newTermList(strings.Join(n.Words, " "))
	case *query.Vocabulary:
		v, ok := p.vocabularies[n.Name]
		if !ok {
			return nil
		}
		if p.lists[n.Name] == nil {
			var terms []string
			for _, lang := range v.languages() {
				terms = append(terms, v.Terms[lang]...)
			}
			p.lists[n.Name] = newTermList(terms...)
		}
		return p.lists[n.Name]
	}
	return nil
}

// element is one word of a term, folded, with its wildcards.
type element struct {
	word   string
	joined bool // to the word before by a hyphen or the like
	tight  bool // touches the word before
	odd    bool // mixes scripts: found in more ways than one
}

// termList is terms arranged for finding one that covers another.
type termList struct {
	terms [][]element
	first map[string][]int // terms by their first word; those that end in * without it
	stars int              // bytes of the longest first word that ends in *
	globs []int            // other terms whose first word has a wildcard; at most maxGlobs
}

// maxGlobs bounds how many terms are tried one by one.
const maxGlobs = 200

// The runes that stand for wildcards while a term goes through the tokenizer: letters of a
// script in which no rule is written.
var (
	hide = strings.NewReplacer("*", "\u16a0", "?", "\u16a2")
	show = strings.NewReplacer("\u16a0", "*", "\u16a2", "?")
)

func newTermList(written ...string) *termList {
	l := &termList{first: map[string][]int{}}
	for _, w := range written {
		tokens := text.Tokens(hide.Replace(w))
		if len(tokens) == 0 {
			continue
		}
		term := make([]element, len(tokens))
		for i, t := range tokens {
			term[i] = element{
				word: show.Replace(t.Word), joined: t.Joined, odd: t.Alt != "",
				tight: i > 0 && tokens[i-1].End == t.Start,
			}
		}
		at := len(l.terms)
		l.terms = append(l.terms, term)
		word, star := strings.CutSuffix(term[0].word, "*")
		switch {
		case !strings.ContainsAny(word, "*?"):
			l.first[word] = append(l.first[word], at)
			if star {
				l.stars = max(l.stars, len(word))
			}
		case len(l.globs) < maxGlobs:
			l.globs = append(l.globs, at)
		}
	}
	return l
}

// covers is the index of a term, other than that at skip, that is found wherever t is
// found; -1 if there is none. With exact both must be of one length.
func (l *termList) covers(t []element, exact bool, skip int) int {
	for from := range t {
		if exact && from > 0 {
			break
		}
		try := func(at int) bool {
			return at != skip && coversAt(l.terms[at], t, from) && (!exact || len(l.terms[at]) == len(t))
		}
		word, _ := strings.CutSuffix(t[from].word, "*")
		lists := [][]int{l.first[word], l.globs}
		for end := range min(len(word), l.stars+1) { // what begins with it may end in *
			lists = append(lists, l.first[word[:end]])
		}
		for _, list := range lists {
			if i := slices.IndexFunc(list, try); i >= 0 {
				return list[i]
			}
		}
	}
	return -1
}

// coversAt reports whether the words of a wide term are found where those of a narrow one
// from an index on are. A term with hyphens, or one that mixes scripts, is found in more
// ways than one: it covers itself only.
func coversAt(wide, narrow []element, from int) bool {
	special := func(e element) bool { return e.odd || e.joined }
	if slices.ContainsFunc(wide, special) || slices.ContainsFunc(narrow, special) {
		return slices.Equal(wide, narrow)
	}
	if from+len(wide) > len(narrow) {
		return false
	}
	for i, w := range wide {
		n := narrow[from+i]
		if w.tight && !n.tight || !coversWord(w.word, n.word) {
			return false
		}
	}
	return true
}

// coversWord reports whether every word that narrow finds is found by wide.
func coversWord(wide, narrow string) bool {
	if wide == narrow {
		return true
	}
	if !strings.ContainsAny(narrow, "*?") {
		ok, err := path.Match(wide, narrow)
		return ok && err == nil && strings.ContainsAny(wide, "*?")
	}
	prefix, ok := strings.CutSuffix(wide, "*")
	return ok && !strings.ContainsAny(prefix, "*?") && strings.HasPrefix(narrow, prefix)
}

// all reports whether f holds for every element of list.
func all[T any](list []T, f func(T) bool) bool {
	return !slices.ContainsFunc(list, func(x T) bool { return !f(x) })
}
