package story

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The bounds of a join, found on labelled news.
const (
	sameEvent = 0.21 // likeness of an item and the mean member of its story
	nearText  = 0.60 // likeness from which it is called the same text
	// halfLife: news that is this much older is half as like. What happened yesterday is
	// told in the same words as what happens today.
	halfLife = 36 * time.Hour
	// ownShare: an outlet's next article is mostly its next story, unless it repeats the last.
	ownShare = 0.4
	ownText  = 0.5
	// undone: that something is taken back is news about it, in the same words.
	undone = 0.75
	// span is how far apart in time items may be to be joined by their words: the same
	// words a week later are a series, not a story.
	span        = 72 * time.Hour
	fewestWords = 5 // of a title, to prove anything alone
	// fewestShared terms must not be common: one name in both makes no event.
	fewestShared = 2
)

// The bounds of the work for one item.
const (
	indexed       = 12 // terms that an entry is found by, the rarest
	indexedAbroad = 8  // and from other languages
	probes        = 10 // terms that candidates are looked for by, the rarest first
	perProbe      = 32 // entries looked at for each, the latest first
	mostStories   = 16 // compared in full
	mostMembers   = 12 // of a story, the latest
)

// A prior says how often a term stands in the news of which the book has seen little: a
// young book would take every word for a name.
const (
	priorItems   = 3000.0
	priorSubject = 250.0  // items of these that have a common term
	priorTheme   = 1500.0 // that have what all news of a watch has
	priorTelling = 60.0   // that have a concept that tells news apart
	// youngShare of a concept's prior is how many items have its words at least, while the
	// book is too young to know.
	youngShare = 4
	priorName  = 15.0 // that name a place or a firm of the lexicon
)

// A question is an item that a story is looked for.
type question struct {
	signature
	item     uint64
	at       time.Time
	by       weighed // its terms
	abroadBy weighed // its terms of all languages
}

// Assign decides which story an item belongs to.
func (b *Book) Assign(it watcher.Item, ms []watcher.Match) watcher.Join {
	words := make(map[uint32]string)
	q := &question{at: it.When(), item: hash64(string(it.ID))}
	q.signature = b.trim(sign(it, func(id uint32, word string) {
		if _, ok := words[id]; !ok {
			words[id] = word
		}
	}))
	q.themes = themesOf(ms)
	if s := b.known(&b.links, q.link); s != nil && apart(s.when(), q.at) <= b.window &&
		!b.barred(q.item, s, func(x *slot) bool { return x.link == q.link }) {
		return watcher.Join{Story: watcher.StoryID(b.idOf(s.story)), Signature: "same link", Score: 1, Why: "the same link"}
	}
	if s := b.known(&b.titles, q.title); s != nil && apart(s.when(), q.at) <= span &&
		!b.barred(q.item, s, func(x *slot) bool { return x.title == q.title }) {
		return watcher.Join{
			Story: watcher.StoryID(b.idOf(s.story)), Signature: "same title", Score: 1,
			Why: fmt.Sprintf("the same %d words in the title", q.words),
		}
	}
	q.by, q.abroadBy = b.weigh(q.terms), b.weigh(q.abroad)
	best := watcher.Join{Signature: "none", Why: "no story of the last days shares its words"}
	var all []likeness
	for _, s := range b.candidates(q) {
		all = append(all, b.like(q, s))
	}
	open := b.unparted(q.item, all)
	if len(open) < len(all) {
		best.Why = "a person took it, or its like, out of the nearest story"
	}
	for _, l := range open {
		if l.score > best.Score {
			best = l.join(watcher.StoryID(b.idOf(l.story)), words, b.subject)
		}
	}
	return best
}

// known returns the latest entry with a hash, or nil.
func (b *Book) known(t *table, hash uint64) *slot {
	if hash == 0 {
		return nil
	}
	if n := t.get(hash); n >= b.first {
		return b.slots.at(n)
	}
	return nil
}

// weight is how much a term says: little if many items have it.
func (b *Book) weight(id uint32) float64 {
	has := float64(b.tails[id].count) + 1
	if p, ok := b.prior[id]; ok {
		has += p
	} else if b.subject[id] {
		has += priorSubject
	}
	has = max(has, b.least[id])
	return max(math.Log((float64(b.slots.n)+priorItems)/has), 0)
}

func (b *Book) weightOf(t term) float64 { return (1 + math.Log(float64(t.times))) * b.weight(t.id) }

// rarest returns the n terms that weigh most, these first.
func (b *Book) rarest(terms []term, n int) []term {
	type heavy struct {
		term
		w float64
	}
	all := make([]heavy, len(terms))
	for i, t := range terms {
		all[i] = heavy{t, b.weightOf(t)}
	}
	slices.SortFunc(all, func(x, y heavy) int { return cmp.Or(cmp.Compare(y.w, x.w), cmp.Compare(x.id, y.id)) })
	out := make([]term, min(n, len(all)))
	for i := range out {
		out[i] = all[i].term
	}
	return out
}

// candidates returns the stories that share most of the item's rarest terms.
func (b *Book) candidates(q *question) []int32 {
	type hit struct{ terms, last int }
	hits := make(map[int32]hit)
	probe := func(terms []term, abroad bool) {
		for i, t := range terms[:min(len(terms), probes)] {
			tail, ok := b.tails[t.id]
			if !ok {
				continue
			}
			for n, seen := tail.last, 0; n >= b.first && seen < perProbe; n, seen = b.older(n, t.id, abroad), seen+1 {
				s := b.slots.at(n)
				if apart(s.when(), q.at) > span || abroad != (s.tongue != q.tongue) {
					continue
				}
				if h := hits[s.story]; h.terms == 0 || h.last != i {
					hits[s.story] = hit{h.terms + 1, i}
				}
			}
		}
	}
	probe(q.terms, false)
	probe(q.abroad, true)
	out := make([]int32, 0, len(hits))
	for s, h := range hits {
		if h.terms > 1 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y int32) int { return cmp.Or(hits[y].terms-hits[x].terms, cmp.Compare(y, x)) })
	return out[:min(len(out), mostStories)]
}

// older returns the entry before n that is indexed by a term, or -1.
func (b *Book) older(n int32, id uint32, abroad bool) int32 {
	p := packed(b.blocks.at(b.slots.at(n).block))
	at, count := p.part(partTerms)
	skip, most := 0, indexed
	if abroad {
		skip = min(count, indexed)
		at, count = p.part(partAbroad)
		most = indexedAbroad
	}
	for i := range min(count, most) {
		if p.value(at+3*i)&(1<<idBits-1) == id {
			if far := p.before(skip + i); far > 0 {
				return n - far
			}
			return -1
		}
	}
	return -1
}

// A likeness is how like an item is to the members of a story on average, and to the
// most alike of them.
type likeness struct {
	story   int32
	score   float64
	nearest float64  // likeness of the words alone
	kin     uint64   // the nearest item
	shared  []uint32 // terms that the nearest has too, the weightiest first
	figures bool     // a member's title has other figures
	days    float64  // from the nearest
	abroad  bool     // the nearest is in another language
}

func (b *Book) like(q *question, story int32) likeness {
	l := likeness{story: story}
	sum, own, abroad := 0.0, 0, 0.0
	for n, seen := b.stories.at(story).last, 0; n >= b.first && seen < mostMembers; n, seen = b.slots.at(n).older, seen+1 {
		s := b.slots.at(n)
		between := apart(s.when(), q.at)
		if s.tongue != q.tongue {
			score, shared := b.acrossLanguages(q, s, between)
			if score > l.nearest {
				l.nearest, l.kin, l.shared, l.days, l.abroad = score, s.item, shared, between.Hours()/24, true
			}
			abroad = max(abroad, score)
			continue
		}
		own++
		p := packed(b.blocks.at(s.block))
		b.scratch = p.terms(partTerms, b.scratch[:0])
		words, shared := b.cosine(&q.by, b.scratch)
		if words > l.nearest {
			l.nearest, l.kin, l.shared, l.days, l.abroad = words, s.item, shared, between.Hours()/24, false
		}
		if !sameNumbers(q.numbers, p.ids(partNumbers, nil)) {
			l.figures = true
			continue
		}
		if b.telling(shared) < fewestShared && words < nearText {
			continue
		}
		score := words * math.Exp2(-between.Hours()/halfLife.Hours())
		if s.outlet == q.outlet && s.link != q.link && words < ownText {
			score *= ownShare
		}
		if s.undoes != q.undoes {
			score *= undone
		}
		sum += score
	}
	l.score = abroad
	if own > 0 {
		l.score = max(sum/float64(own), abroad)
	}
	return l
}

// telling counts the terms that are not common.
func (b *Book) telling(ids []uint32) int {
	n := 0
	for _, id := range ids {
		if !b.subject[id] {
			n++
		}
	}
	return n
}

func (b *Book) norm(terms []term) float64 {
	sum := 0.0
	for _, t := range terms {
		w := b.weightOf(t)
		sum += w * w
	}
	return math.Sqrt(sum)
}

// A weighed list of terms, sorted by id.
type weighed struct {
	ids     []uint32
	weights []float64
	norm    float64
}

func (b *Book) weigh(terms []term) weighed {
	terms = slices.SortedFunc(slices.Values(terms), func(x, y term) int { return cmp.Compare(x.id, y.id) })
	w := weighed{norm: b.norm(terms)}
	for _, t := range terms {
		w.ids, w.weights = append(w.ids, t.id), append(w.weights, b.weightOf(t))
	}
	return w
}

// cosine compares terms with those of an entry, and returns the terms that both have.
func (b *Book) cosine(x *weighed, y []term) (float64, []uint32) {
	type part struct {
		id uint32
		w  float64
	}
	var both []part
	dot, norm := 0.0, 0.0
	for _, t := range y {
		w := b.weightOf(t)
		norm += w * w
		if i, ok := slices.BinarySearch(x.ids, t.id); ok {
			dot += x.weights[i] * w
			both = append(both, part{t.id, x.weights[i] * w})
		}
	}
	if norm = math.Sqrt(norm); x.norm == 0 || norm == 0 {
		return 0, nil
	}
	slices.SortFunc(both, func(p, q part) int { return cmp.Or(cmp.Compare(q.w, p.w), cmp.Compare(p.id, q.id)) })
	ids := make([]uint32, len(both))
	for i, p := range both {
		ids[i] = p.id
	}
	return min(dot/x.norm/norm, 1), ids
}

// join says what a likeness means, in words.
func (l likeness) join(s watcher.StoryID, words map[uint32]string, dull map[uint32]bool) watcher.Join {
	var both []string
	for _, id := range l.shared {
		if w := words[id]; (len(w) > 3 || l.abroad && len(w) > 1) && !dull[id] && !slices.Contains(both, w) {
			both = append(both, w)
		}
	}
	shares := fmt.Sprintf("%.0f %% alike", 100*l.nearest)
	if len(both) > 0 {
		shares += ", both with " + strings.Join(both[:min(len(both), 6)], ", ")
	}
	j := watcher.Join{Story: s, Signature: "same event", Score: l.score, Why: shares}
	switch {
	case l.score < sameEvent:
		j.Story, j.Signature = "", "none"
		j.Why = "the nearest story is another: " + shares
		if l.figures {
			j.Why += ", with other figures in its title"
		}
		if l.days >= 1 {
			j.Why += fmt.Sprintf(", %.0f days older", l.days)
		}
	case l.abroad:
		j.Signature = "same event in another language"
	case l.nearest >= nearText:
		j.Signature = "near text"
	}
	return j
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }
