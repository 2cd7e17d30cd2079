package story

import (
	"slices"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Options are the operator's settings for stories.
type Options struct {
	// Window is how long a story takes new items; watcher.DefaultWindow if 0.
	Window time.Duration `yaml:"window"`
}

// A Book knows the stories of the window. Its methods are for one goroutine at a time.
// New is the only door.
type Book struct {
	window   time.Duration
	entries  []entry
	first    int                         // entries before it are over
	titles   map[uint64]int32            // the latest entry with a title
	links    map[uint64]int32            // the latest entry with a link
	postings map[uint32][]int32          // term to entries, in order
	members  map[watcher.StoryID][]int32 // story to entries, in order
	ids      map[uint64]bool             // of items
	subject  map[uint32]bool             // terms of common words
	least    map[uint32]float64          // terms of one language to how many items have them at least
	prior    map[uint32]float64          // concepts to how common they are
}

type entry struct {
	story watcher.StoryID
	item  uint64 // hash of its id
	at    time.Time
	sig   signature
}

var _ watcher.Clusterer = (*Book)(nil)

// New returns an empty book.
func New(o Options) *Book {
	b := &Book{window: o.Window, subject: commonTerms(), prior: make(map[uint32]float64), least: make(map[uint32]float64)}
	for _, c := range theLexicon().concepts {
		b.prior[c.id] = c.prior
		b.subject[c.id] = c.prior >= priorSubject
		for _, id := range c.stems {
			b.least[id] = c.prior / youngShare
		}
	}
	if b.window == 0 {
		b.window = watcher.DefaultWindow
	}
	b.clear()
	return b
}

func (b *Book) clear() {
	b.entries, b.first = nil, 0
	b.titles, b.links = make(map[uint64]int32), make(map[uint64]int32)
	b.postings = make(map[uint32][]int32)
	b.members = make(map[watcher.StoryID][]int32)
	b.ids = make(map[uint64]bool)
}

// Len returns how many items the book holds.
func (b *Book) Len() int { return len(b.entries) - b.first }

// Learn adds a recorded item to its story. An item that is there already is left alone.
func (b *Book) Learn(m watcher.Member) {
	id := hash64(string(m.Item.ID))
	if b.ids[id] {
		return
	}
	b.forget(m.Item.When().Add(-b.window))
	sig := b.trim(sign(m.Item, nil))
	for _, t := range m.Themes {
		sig.themes = append(sig.themes, hash32(t))
	}
	b.add(entry{story: m.Story, item: id, at: m.Item.When(), sig: sig})
}

func (b *Book) add(e entry) {
	n := int32(len(b.entries))
	b.entries = append(b.entries, e)
	b.ids[e.item] = true
	if e.sig.title != 0 {
		b.titles[e.sig.title] = n
	}
	if e.sig.link != 0 {
		b.links[e.sig.link] = n
	}
	for _, terms := range [][]term{e.sig.terms, e.sig.abroad} {
		for _, t := range terms {
			b.postings[t.id] = append(b.postings[t.id], n)
		}
	}
	b.members[e.story] = append(b.members[e.story], n)
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
