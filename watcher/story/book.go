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
	subject  map[uint32]bool             // terms of common words and those that rules look for
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
	b := &Book{window: o.Window, subject: commonTerms()}
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
	sig := sign(m.Item, nil)
	sig.terms = b.rarest(sig.terms, mostTerms)
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
	for _, t := range e.sig.terms {
		b.postings[t.id] = append(b.postings[t.id], n)
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

// note remembers the terms that rules found: they say what all items are about, and so
// little about which of them tell the same.
func (b *Book) note(it watcher.Item, ms []watcher.Match) {
	for _, m := range ms {
		for _, s := range m.Spans {
			text := it.Text(s.Field)
			if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
				continue
			}
			for _, t := range sign(watcher.Item{Title: text[s.Start:s.End]}, nil).terms {
				b.subject[t.id] = true
			}
		}
	}
}
