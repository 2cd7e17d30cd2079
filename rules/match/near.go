package match

import (
	"fmt"
	"sort"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// near judges a NEAR.
func (e *evaluator) near(n *node, src *query.Near, in scope) (verdict, *Trace) {
	left, t := e.eval(n.kids[0], in)
	if !left.ok && !e.trace {
		return verdict{}, nil
	}
	right, u := e.eval(n.kids[1], in)
	pairs := pairing{doc: e.doc, near: src, rights: right.places}
	var v verdict
	if src.Negated {
		for _, l := range left.places {
			if !pairs.any(l) {
				v.places = append(v.places, l)
			}
		}
	} else {
		v.places = pairs.all(left.places)
	}
	v.ok = len(v.places) > 0
	if !e.trace {
		return v, nil
	}
	return v, e.explain(n, in, v, []*Trace{t, u}, pairs.reason(left.places, v))
}

// pairing finds what is near a place.
type pairing struct {
	doc    *Doc
	near   *query.Near
	rights []place // in order
	widest int     // the most words that one of them has; set when first needed
}

// all is every left with every right near it, as one place each.
func (p *pairing) all(lefts []place) []place {
	var list []place
	for i := range lefts {
		p.each(lefts[i], func(right *place) bool {
			l := &lefts[i]
			list = append(list, place{
				text: l.text, first: min(l.first, right.first), last: max(l.last, right.last),
				left: l, right: right,
			})
			return len(list) < maxPlaces
		})
		if len(list) == maxPlaces {
			break
		}
	}
	return inOrder(list)
}

// any reports whether something is near a place.
func (p *pairing) any(left place) bool {
	found := false
	p.each(left, func(*place) bool {
		found = true
		return false
	})
	return found
}

// each calls f for every right near a place until it returns false.
func (p *pairing) each(left place, f func(right *place) bool) {
	// Those behind it come in order, so the first too far away ends the search.
	from := sort.Search(len(p.rights), func(i int) bool {
		r := p.rights[i]
		return r.text > left.text || r.text == left.text && r.first > left.last
	})
	for i := from; i < len(p.rights) && p.rights[i].text == left.text; i++ {
		if p.beyond(left.last, p.rights[i].first, left.text) {
			break
		}
		if p.isNear(left, p.rights[i]) && !f(&p.rights[i]) {
			return
		}
	}
	if p.near.Ordered {
		return
	}
	// Those before it are in the order of their beginnings, so one that begins too far away may
	// still reach near it: go back by the widest.
	for i := p.before(left) - 1; i >= 0 && p.rights[i].text == left.text; i-- {
		r := p.rights[i]
		if p.beyond(r.first+p.width()-1, left.first, left.text) {
			break
		}
		if r.last < left.first && p.isNear(r, left) && !f(&p.rights[i]) {
			return
		}
	}
}

// before is the index of the first right that does not begin before left does.
func (p *pairing) before(left place) int {
	return sort.Search(len(p.rights), func(i int) bool {
		r := p.rights[i]
		return r.text > left.text || r.text == left.text && r.first >= left.first
	})
}

// width is the most words that a right has.
func (p *pairing) width() int {
	if p.widest == 0 {
		for _, r := range p.rights {
			p.widest = max(p.widest, r.last-r.first+1)
		}
	}
	return p.widest
}

// beyond reports whether places that end at and begin at these tokens, in this order, are too far
// apart whatever they are.
func (p *pairing) beyond(end, begin, t int) bool {
	if p.near.Unit == query.Words {
		return begin-end-1 > p.near.Distance
	}
	end = min(end, len(p.doc.tokens[t])-1)
	return end < begin && p.unit(t, end) != p.unit(t, begin)
}

// isNear reports whether two places, the first before the second, are near one another.
func (p *pairing) isNear(a, b place) bool {
	if p.near.Unit == query.Words {
		return b.first-a.last-1 <= p.near.Distance
	}
	return p.unit(a.text, a.first) == p.unit(a.text, b.last)
}

// unit is the ordinal of the sentence or paragraph that a token stands in.
func (p *pairing) unit(t, token int) int32 {
	if p.near.Unit == query.Sentence {
		return p.doc.tokens[t][token].Sentence
	}
	return p.doc.tokens[t][token].Paragraph
}

// maxCompared bounds the places of either side that an explanation measures.
const maxCompared = 100

// reason says what the distance was, or why there was none.
func (p *pairing) reason(lefts []place, v verdict) string {
	name := func(n query.Node) string { return clip(n.String()) }
	switch {
	case len(lefts) == 0:
		return name(p.near.Left) + " is not found"
	case len(p.rights) == 0 && p.near.Negated:
		return name(p.near.Right) + " is not found"
	case len(p.rights) == 0:
		return name(p.near.Right) + " is not found"
	}
	nearest := p.nearest(lefts[:min(len(lefts), maxCompared)])
	switch {
	case p.near.Negated && v.ok:
		return fmt.Sprintf("%d of %d places stand alone", len(v.places), len(lefts))
	case p.near.Negated:
		return "every place has one near it: " + nearest
	}
	return nearest
}

// nearest says how near the nearest two places are.
func (p *pairing) nearest(lefts []place) string {
	best, t, reversed := -1, 0, false
	for _, l := range lefts {
		for _, r := range p.rights[:min(len(p.rights), maxCompared)] {
			distance, ok := p.distance(l, r)
			back := p.near.Ordered && r.last < l.first
			if ok && (best < 0 || reversed && !back || reversed == back && distance < best) {
				best, t, reversed = distance, l.text, back
			}
		}
	}
	where := fieldOf(t)
	if where == "" {
		where = "author"
	}
	unit := map[query.Unit]string{query.Words: "words between", query.Sentence: "sentences apart", query.Paragraph: "paragraphs apart"}[p.near.Unit]
	switch {
	case best < 0:
		return "the two never stand apart in one field"
	case reversed:
		return fmt.Sprintf("only in the other order in the %s, %d %s", where, best, unit)
	}
	return fmt.Sprintf("nearest in the %s: %d %s", where, best, unit)
}

// distance is the words between two places, or the sentences or paragraphs that they span less one;
// not ok if they overlap or stand in two fields.
func (p *pairing) distance(a, b place) (int, bool) {
	if b.last < a.first {
		a, b = b, a
	}
	if a.text != b.text || b.first <= a.last {
		return 0, false
	}
	if p.near.Unit == query.Words {
		return b.first - a.last - 1, true
	}
	return int(p.unit(a.text, b.last) - p.unit(a.text, a.first)), true
}
