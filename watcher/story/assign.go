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
	probes      = 12  // terms that candidates are looked for by, the rarest first
	perProbe    = 256 // entries looked at for each, the latest first
	mostStories = 32  // compared in full
	mostMembers = 24  // of a story, the latest
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

// Assign decides which story an item belongs to.
func (b *Book) Assign(it watcher.Item, ms []watcher.Match) watcher.Join {
	words := make(map[uint32]string)
	sig := sign(it, func(id uint32, word string) {
		if _, ok := words[id]; !ok {
			words[id] = word
		}
	})
	sig = b.trim(sig)
	sig.themes = themesOf(ms)
	at := it.When()
	if e, ok := b.latest(b.links, sig.link); ok && apart(e.at, at) <= b.window {
		return watcher.Join{Story: e.story, Signature: "same link", Score: 1, Why: "the same link"}
	}
	if e, ok := b.latest(b.titles, sig.title); ok && apart(e.at, at) <= span {
		return watcher.Join{
			Story: e.story, Signature: "same title", Score: 1,
			Why: fmt.Sprintf("the same %d words in the title", sig.words),
		}
	}
	best := watcher.Join{Signature: "none", Why: "no story of the last days shares its words"}
	for _, s := range b.candidates(sig, at) {
		if l := b.like(sig, at, s); l.score > best.Score {
			best = l.join(s, words, b.subject)
		}
	}
	return best
}

// latest returns the latest entry with a hash.
func (b *Book) latest(index map[uint64]int32, hash uint64) (entry, bool) {
	n, ok := index[hash]
	if hash == 0 || !ok || int(n) < b.first {
		return entry{}, false
	}
	return b.entries[n], true
}

// weight is how much a term says: little if many items have it.
func (b *Book) weight(id uint32) float64 {
	has := float64(len(b.postings[id])) + 1
	if p, ok := b.prior[id]; ok {
		has += p
	} else if b.subject[id] {
		has += priorSubject
	}
	has = max(has, b.least[id])
	return max(math.Log((float64(len(b.entries))+priorItems)/has), 0)
}

func (b *Book) weightOf(t term) float64 { return (1 + math.Log(float64(t.times))) * b.weight(t.id) }

// rarest returns the n terms that weigh most, sorted by id.
func (b *Book) rarest(terms []term, n int) []term {
	if len(terms) <= n {
		return slices.Clip(terms)
	}
	type weighed struct {
		term
		w float64
	}
	list := make([]weighed, len(terms))
	for i, t := range terms {
		list[i] = weighed{t, b.weightOf(t)}
	}
	slices.SortFunc(list, func(x, y weighed) int { return cmp.Or(cmp.Compare(y.w, x.w), cmp.Compare(x.id, y.id)) })
	out := make([]term, n)
	for i := range out {
		out[i] = list[i].term
	}
	slices.SortFunc(out, func(x, y term) int { return cmp.Compare(x.id, y.id) })
	return out
}

// candidates returns the stories that share most of the item's rarest terms.
func (b *Book) candidates(sig signature, at time.Time) []watcher.StoryID {
	hits := make(map[watcher.StoryID]int)
	probe := func(terms []term, abroad bool) {
		for _, t := range b.rarest(terms, probes) {
			seen := make(map[watcher.StoryID]bool)
			list := b.postings[t.id]
			for _, n := range slices.Backward(list[max(0, len(list)-perProbe):]) {
				e := &b.entries[n]
				if int(n) >= b.first && apart(e.at, at) <= span && abroad == (e.sig.tongue != sig.tongue) && !seen[e.story] {
					seen[e.story] = true
					hits[e.story]++
				}
			}
		}
	}
	probe(sig.terms, false)
	probe(sig.abroad, true)
	out := make([]watcher.StoryID, 0, len(hits))
	for s, n := range hits {
		if n > 1 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y watcher.StoryID) int { return cmp.Or(hits[y]-hits[x], cmp.Compare(x, y)) })
	return out[:min(len(out), mostStories)]
}

// A likeness is how like an item is to the members of a story on average, and to the
// most alike of them.
type likeness struct {
	score   float64
	nearest float64  // likeness of the words alone
	shared  []uint32 // terms that the nearest has too, the weightiest first
	figures bool     // a member's title has other figures
	days    float64  // from the nearest
	abroad  bool     // the nearest is in another language
}

func (b *Book) like(sig signature, at time.Time, s watcher.StoryID) likeness {
	var l likeness
	list := b.members[s]
	list = list[max(0, len(list)-mostMembers):]
	norm := b.norm(sig.terms)
	sum, own, abroad := 0.0, 0, 0.0
	for _, n := range list {
		e := &b.entries[n]
		if e.sig.tongue != sig.tongue {
			score, shared := b.acrossLanguages(sig, e, apart(e.at, at))
			if score > l.nearest {
				l.nearest, l.shared, l.days, l.abroad = score, shared, apart(e.at, at).Hours()/24, true
			}
			abroad = max(abroad, score)
			continue
		}
		own++
		words, shared := b.cosine(sig.terms, norm, e.sig.terms)
		if words > l.nearest {
			l.nearest, l.shared, l.days, l.abroad = words, shared, apart(e.at, at).Hours()/24, false
		}
		if !sameNumbers(sig.numbers, e.sig.numbers) {
			l.figures = true
			continue
		}
		if b.telling(shared) < fewestShared && words < nearText {
			continue
		}
		score := words * math.Exp2(-apart(e.at, at).Hours()/halfLife.Hours())
		if e.sig.outlet == sig.outlet && e.sig.link != sig.link && words < ownText {
			score *= ownShare
		}
		if e.sig.undoes != sig.undoes {
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

// cosine compares two lists of terms; norm is that of x.
func (b *Book) cosine(x []term, norm float64, y []term) (float64, []uint32) {
	type part struct {
		id uint32
		w  float64
	}
	var both []part
	dot := 0.0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].id < y[j].id:
			i++
		case x[i].id > y[j].id:
			j++
		default:
			w := b.weightOf(x[i]) * b.weightOf(y[j])
			dot += w
			both = append(both, part{x[i].id, w})
			i++
			j++
		}
	}
	other := b.norm(y)
	if norm == 0 || other == 0 {
		return 0, nil
	}
	slices.SortFunc(both, func(p, q part) int { return cmp.Or(cmp.Compare(q.w, p.w), cmp.Compare(p.id, q.id)) })
	ids := make([]uint32, len(both))
	for i, p := range both {
		ids[i] = p.id
	}
	return dot / norm / other, ids
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
