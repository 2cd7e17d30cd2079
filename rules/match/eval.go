package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// scope is where in a Doc text operands look.
type scope struct {
	texts [texts]bool
	first int // words of each field; 0 for all
}

func everywhere() scope { return scope{texts: [texts]bool{title: true, lead: true, body: true}} }

// under is the scope of what stands under a field, which can only narrow it.
func (s scope) under(field string) scope {
	in := [texts]bool{}
	switch field {
	case "title":
		in[title] = true
	case "lead":
		in[lead] = true
	case "hlead":
		in[title], in[lead] = true, true
	case "body":
		in[body] = true
	case "author":
		in[author] = true
		return scope{texts: in, first: s.first}
	default:
		in = everywhere().texts
	}
	for t := range s.texts {
		s.texts[t] = s.texts[t] && in[t]
	}
	return s
}

// verdict is whether a node holds and the places that make it hold.
type verdict struct {
	ok     bool
	places []place
}

// evaluator judges one Doc. With trace it goes on where the verdict is already clear, and writes
// down the reasons; the verdict is the same.
type evaluator struct {
	doc     *Doc
	trace   bool
	printed int // bytes of the trace's nodes
}

// Eval reports whether the query holds for an item, and where: title before lead before body, at
// most 200 spans. A span's Term is as the query or vocabulary writes it; its Clause is "@name" for a
// term of a vocabulary.
func (q *Query) Eval(d *Doc) (bool, []watcher.Span) {
	e := evaluator{doc: d}
	v, _ := e.eval(q.root, everywhere())
	if !v.ok {
		return false, nil
	}
	return true, d.spans(v.places, maxSpans)
}

// eval judges a node; the trace is nil unless the evaluator keeps one.
func (e *evaluator) eval(n *node, in scope) (verdict, *Trace) {
	var v verdict
	var kids []*Trace
	switch src := n.Node.(type) {
	case *query.And:
		v, kids = e.and(n, in)
	case *query.Or:
		v, kids = e.or(n, in)
	case *query.Not:
		v, kids = e.not(n, in)
	case *query.Near:
		return e.near(n, src, in)
	case *query.AtLeast:
		return e.atLeast(n, src, in)
	case *query.First:
		if in.first == 0 || src.N < in.first {
			in.first = src.N
		}
		v, kids = e.inner(n, in)
	case *query.Case, *query.Stem:
		v, kids = e.inner(n, in)
	case *query.Field:
		if !isValue(src.Name) {
			in = in.under(src.Name)
		}
		v, kids = e.inner(n, in)
	default:
		if n.field != "" {
			v.ok = n.holds(e.doc)
		} else {
			v.places = e.places(n, in)
			v.ok = len(v.places) > 0
		}
	}
	return v, e.explain(n, in, v, kids, "")
}

// inner judges the only argument of a node.
func (e *evaluator) inner(n *node, in scope) (verdict, []*Trace) {
	v, t := e.eval(n.kids[0], in)
	return v, []*Trace{t}
}

func (e *evaluator) and(n *node, in scope) (verdict, []*Trace) {
	all := verdict{ok: true}
	var traces []*Trace
	for _, kid := range n.kids {
		v, t := e.eval(kid, in)
		traces = append(traces, t)
		all.ok = all.ok && v.ok
		if !all.ok && !e.trace {
			return verdict{}, nil
		}
		if all.places = append(all.places, v.places...); len(all.places) > 2*maxPlaces {
			slices.SortStableFunc(all.places, comparePlaces)
			all.places = slices.Clone(all.places[:maxPlaces])
		}
	}
	slices.SortStableFunc(all.places, comparePlaces)
	all.places = all.places[:min(len(all.places), maxPlaces)]
	if !all.ok {
		all.places = nil
	}
	return all, traces
}

func (e *evaluator) or(n *node, in scope) (verdict, []*Trace) {
	var one verdict
	var traces []*Trace
	for _, kid := range n.kids {
		v, t := e.eval(kid, in)
		traces = append(traces, t)
		one.ok = one.ok || v.ok
		one.places = union(one.places, v.places)
	}
	return one, traces
}

func (e *evaluator) not(n *node, in scope) (verdict, []*Trace) {
	left, t := e.eval(n.kids[0], in)
	if !left.ok && !e.trace {
		return verdict{}, nil
	}
	right, u := e.eval(n.kids[1], in)
	if !left.ok || right.ok {
		left = verdict{}
	}
	return left, []*Trace{t, u}
}

func (e *evaluator) atLeast(n *node, src *query.AtLeast, in scope) (verdict, *Trace) {
	v, t := e.eval(n.kids[0], in)
	count := e.doc.count(v.places)
	if v.ok = count >= src.N; !v.ok {
		v.places = nil
	}
	if !e.trace {
		return v, nil
	}
	return v, e.explain(n, in, v, []*Trace{t}, fmt.Sprintf("found %d of %d", count, src.N))
}

// count is how many of the places do not overlap one another, without those that an earlier field
// has too, in a sentence of the same words.
func (d *Doc) count(places []place) int {
	byEnd := slices.Clone(places)
	slices.SortFunc(byEnd, func(a, b place) int {
		return cmp.Or(a.text-b.text, a.last-b.last, a.first-b.first)
	})
	n, at, end := 0, -1, -1
	seen := map[origin]int{} // by text
	for _, p := range byEnd {
		from := d.origin(p)
		if t, ok := seen[from]; ok && t < p.text && p.text != author {
			continue
		}
		seen[from] = p.text
		if p.text == at && p.first <= end {
			continue
		}
		n++
		at, end = p.text, p.last
	}
	return n
}

// places are where a word, phrase or vocabulary stands within a scope.
func (e *evaluator) places(n *node, in scope) []place {
	d := e.doc
	if n.vocabulary == nil {
		return in.filter(d.index(n.mode).find(n.terms))
	}
	key := lookup{n.vocabulary, n.mode}
	all, ok := d.found[key]
	if !ok {
		all = d.index(n.mode).find(n.terms)
		d.found[key] = all
	}
	return in.filter(all)
}

// filter is the places that a scope holds; the list itself stays as it is.
func (s scope) filter(all []place) []place {
	holds := func(p place) bool { return s.texts[p.text] && (s.first == 0 || p.last < s.first) }
	outside := slices.IndexFunc(all, func(p place) bool { return !holds(p) })
	if outside < 0 {
		return all
	}
	list := slices.Clone(all[:outside])
	for _, p := range all[outside:] {
		if holds(p) {
			list = append(list, p)
		}
	}
	return list
}

func comparePlaces(a, b place) int {
	return cmp.Or(a.text-b.text, a.first-b.first, a.last-b.last)
}

// union is the places of two ordered lists in order, one of each extent: a's before b's.
func union(a, b []place) []place {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	list := make([]place, 0, min(len(a)+len(b), maxPlaces))
	for (len(a) > 0 || len(b) > 0) && len(list) < maxPlaces {
		next := &a
		if len(a) == 0 || len(b) > 0 && comparePlaces(b[0], a[0]) < 0 {
			next = &b
		}
		if len(list) == 0 || comparePlaces(list[len(list)-1], (*next)[0]) != 0 {
			list = append(list, (*next)[0])
		}
		*next = (*next)[1:]
	}
	return list
}

// inOrder sorts places and keeps the first of each extent.
func inOrder(list []place) []place {
	slices.SortStableFunc(list, comparePlaces)
	list = slices.CompactFunc(list, func(a, b place) bool { return comparePlaces(a, b) == 0 })
	return list[:min(len(list), maxPlaces)]
}

// spans are the first words found at places, which are in order, in the order of the item.
func (d *Doc) spans(places []place, most int) []watcher.Span {
	words := firstWords(places, most)
	var spans []watcher.Span
	for _, p := range words[:min(len(words), most)] {
		tokens := d.tokens[p.text]
		spans = append(spans, watcher.Span{
			Field: fieldOf(p.text), Start: tokens[p.first].Start, End: tokens[p.last].End,
			Term: p.term.written, Clause: p.term.clause,
		})
	}
	return spans
}

// firstWords are the words found at places, at least the first that are asked for if there are
// so many. It looks at ever more places until no later one can hold an earlier word.
func firstWords(places []place, most int) []place {
	var words []place
	var collect func(p *place)
	collect = func(p *place) {
		if p.term == nil {
			collect(p.left)
			collect(p.right)
			return
		}
		if p.text != author {
			words = append(words, *p)
		}
	}
	for done, to := 0, 2*most; ; to *= 2 {
		to = min(to, len(places))
		for i := done; i < to; i++ {
			collect(&places[i])
		}
		done = to
		words = inOrder(words)
		if done == len(places) || len(words) >= most && before(words[most-1], places[done]) {
			return words
		}
	}
}

// before reports whether a begins before b.
func before(a, b place) bool { return cmp.Or(a.text-b.text, a.first-b.first) < 0 }
