package story

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Options are the operator's settings for stories.
type Options struct {
	// Window is how long a story takes new items; watcher.DefaultWindow if 0.
	Window time.Duration `yaml:"window"`
}

// The bounds of a join, found on labelled news.
const (
	nearText    = 0.45 // Jaccard of word pairs of title and lead
	nearInside  = 0.75 // containment of the shorter in the longer, for cut leads
	fewestPairs = 10   // pairs of the shorter that containment needs
	nearTitle   = 0.60 // Jaccard of words and pairs of the title
	fewestWords = 5    // of a title, to be compared nearly or, without a lead, exactly
	// nearSpan is how far apart in time items may be to be joined by likeness: the same
	// words a week later are a series, not a story.
	nearSpan = 72 * time.Hour
	// commonest is how many items may share a word pair before it is no evidence.
	commonest = 256
)

// A Book knows the stories of the window. Its methods are for one goroutine at a time.
// New is the only door.
type Book struct {
	window  time.Duration
	entries []entry
	first   int                // entries before it are over
	exact   map[uint64][]int32 // normalised title to entries
	pairs   map[uint64][]int32 // word pair to entries
	ids     map[watcher.ItemID]bool
}

type entry struct {
	story watcher.StoryID
	item  watcher.ItemID
	at    time.Time
	sig   signature
}

var _ watcher.Clusterer = (*Book)(nil)

// New returns an empty book.
func New(o Options) *Book {
	b := &Book{window: o.Window}
	if b.window == 0 {
		b.window = watcher.DefaultWindow
	}
	b.clear()
	return b
}

func (b *Book) clear() {
	b.entries, b.first = nil, 0
	b.exact, b.pairs = make(map[uint64][]int32), make(map[uint64][]int32)
	b.ids = make(map[watcher.ItemID]bool)
}

// Len returns how many items the book holds.
func (b *Book) Len() int { return len(b.entries) - b.first }

// Learn adds a recorded item to its story. An item that is there already is left alone.
func (b *Book) Learn(m watcher.Member) {
	if b.ids[m.Item.ID] {
		return
	}
	b.forget(m.Item.When().Add(-b.window))
	b.add(entry{story: m.Story, item: m.Item.ID, at: m.Item.When(), sig: sign(m.Item)})
}

func (b *Book) add(e entry) {
	n := int32(len(b.entries))
	b.entries = append(b.entries, e)
	b.ids[e.item] = true
	b.exact[e.sig.exact] = append(b.exact[e.sig.exact], n)
	for _, p := range e.sig.pairs {
		b.pairs[p] = append(b.pairs[p], n)
	}
}

// forget drops entries from before t. Items come nearly in order of time, so the oldest
// stand first; the index is rebuilt when half of it is over.
func (b *Book) forget(t time.Time) {
	for b.first < len(b.entries) && b.entries[b.first].at.Before(t) {
		b.first++
	}
	if b.first < 1024 || b.first < len(b.entries)/2 {
		return
	}
	rest := slices.Clone(b.entries[b.first:])
	b.clear()
	for _, e := range rest {
		b.add(e)
	}
}

// Assign decides which story an item belongs to.
func (b *Book) Assign(it watcher.Item, _ []watcher.Match) watcher.Join {
	sig, at := sign(it), it.When()
	best := watcher.Join{Signature: "none", Why: "no story of the window shares its words"}
	for _, n := range b.candidates(sig) {
		e := &b.entries[n]
		if apart(e.at, at) > b.window {
			continue
		}
		j := compare(sig, e.sig, apart(e.at, at))
		if j.Signature != "none" {
			j.Story = e.story
		}
		if better(j, best) {
			best = j
		}
	}
	return best
}

// better prefers a join to none, then the higher score; of equals the first stays.
func better(a, b watcher.Join) bool {
	if (a.Story == "") != (b.Story == "") {
		return a.Story != ""
	}
	return a.Score > b.Score
}

// candidates returns the entries that share the title or enough word pairs, in order.
func (b *Book) candidates(sig signature) []int32 {
	hits := make(map[int32]int)
	for _, n := range b.exact[sig.exact] {
		hits[n] += 2
	}
	for _, p := range sig.pairs {
		if es := b.pairs[p]; len(es) <= commonest {
			for _, n := range es {
				hits[n]++
			}
		}
	}
	var out []int32
	for n, c := range hits {
		if c >= 2 && int(n) >= b.first {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// compare says whether two items tell the same, by the strongest signature they share.
func compare(a, b signature, apart time.Duration) watcher.Join {
	if a.exact == b.exact && a.words >= fewestWords && apart <= nearSpan {
		return watcher.Join{Signature: "same title", Score: 1, Why: fmt.Sprintf("the same %d words in the title", a.words)}
	}
	text, inside := jaccard(a.pairs, b.pairs), containment(a.pairs, b.pairs)
	title := jaccard(a.title, b.title)
	score := max(text, title)
	if !sameNumbers(a.numbers, b.numbers) {
		return watcher.Join{Signature: "none", Score: score, Why: fmt.Sprintf(
			"the nearest story has other figures in its title (%s)", strings.Join(b.numbers, ", "))}
	}
	if apart > nearSpan {
		return watcher.Join{Signature: "none", Score: score, Why: fmt.Sprintf(
			"the nearest story is %.0f days older", apart.Hours()/24)}
	}
	switch {
	case text >= nearText:
		return watcher.Join{Signature: "near text", Score: text, Why: share(text, "of all word pairs", a, b)}
	case inside >= nearInside && min(len(a.pairs), len(b.pairs)) >= fewestPairs:
		return watcher.Join{Signature: "near text", Score: inside, Why: share(inside, "of the shorter text's word pairs", a, b)}
	case title >= nearTitle && min(a.words, b.words) >= fewestWords:
		return watcher.Join{Signature: "near title", Score: title, Why: share(title, "of the titles' words and word pairs", a, b)}
	}
	return watcher.Join{Signature: "none", Score: score, Why: share(score, "at most with the nearest story", a, b)}
}

func share(x float64, of string, a, b signature) string {
	var both []string
	for _, w := range a.shared {
		if _, ok := slices.BinarySearch(b.shared, w); ok && len(w) > 3 {
			both = append(both, w)
		}
	}
	why := fmt.Sprintf("shares %.0f %% %s", 100*x, of)
	if len(both) > 0 {
		why += ", such as " + strings.Join(both[:min(len(both), 6)], ", ")
	}
	return why
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }
