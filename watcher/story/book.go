package story

import (
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
	window  time.Duration
	subject map[uint32]bool    // terms that are common
	least   map[uint32]float64 // terms of one language to how many items have them at least
	prior   map[uint32]float64 // concepts to how common they are

	shelf
	buf     []byte // for a block that is written
	scratch []term // of an entry that is compared
}

// A shelf is what a Book forgets.
type shelf struct {
	slots   list[slot]
	first   int32 // entries before it are over
	blocks  blocks
	tails   map[uint32]tail // of each term
	items   table
	titles  table
	links   table
	stories list[row]
	names   table               // of stories
	odd     map[int32]string    // stories whose ids are no names
	apart   map[uint64][]uint64 // an item to those that a person took it apart from
}

// A tail is how many entries have a term, and the latest that is indexed by it.
type tail struct{ count, last int32 }

// A row is a story and its latest entry.
type row struct {
	id   name
	last int32
}

var _ watcher.Clusterer = (*Book)(nil)

// New returns an empty book.
func New(o Options) *Book {
	b := &Book{
		window: o.Window, subject: commonTerms(), prior: make(map[uint32]float64), least: make(map[uint32]float64),
	}
	for _, c := range theLexicon().concepts {
		for _, id := range c.stems {
			b.least[id] = c.prior / youngShare
		}
		b.prior[c.id] = c.prior
		b.subject[c.id] = c.prior >= priorSubject
	}
	if b.window == 0 {
		b.window = watcher.DefaultWindow
	}
	b.clear()
	return b
}

func (b *Book) clear() {
	b.shelf = shelf{tails: make(map[uint32]tail), odd: make(map[int32]string), apart: make(map[uint64][]uint64)}
	b.items.hash = func(n int32) uint64 { return b.slots.at(n).item }
	b.titles.hash = func(n int32) uint64 { return b.slots.at(n).title }
	b.links.hash = func(n int32) uint64 { return b.slots.at(n).link }
	b.names.hash = func(n int32) uint64 { return hash64(b.idOf(n)) }
}

// Len returns how many items the book holds.
func (b *Book) Len() int { return b.slots.n - int(b.first) }

// Learn adds a recorded item to its story. One that is there already moves there, and what
// it is apart from is what the member says now.
func (b *Book) Learn(m watcher.Member) {
	id := hash64(string(m.Item.ID))
	if n := b.items.get(id); n >= 0 {
		b.move(n, b.storyOf(string(m.Story)))
	} else {
		b.forget(m.Item.When().Add(-b.window))
		sig := b.trim(sign(m.Item, nil))
		for _, t := range m.Themes {
			sig.themes = append(sig.themes, hash32(t))
		}
		b.add(slot{
			item: id, title: sig.title, link: sig.link, at: seconds(m.Item.When()), outlet: sig.outlet,
			tongue: sig.tongue, words: uint8(min(sig.words, 255)), undoes: sig.undoes,
		}, sig, string(m.Story))
	}
	b.part(id, m.Apart)
}

// move takes an entry out of the chain of its story into that of another.
func (b *Book) move(n, to int32) {
	s := b.slots.at(n)
	if s.story == to {
		return
	}
	link := b.before(s.story, n)
	*link = s.older
	link = b.before(to, n)
	s.story, s.older, *link = to, *link, n
}

// before returns where the chain of a story leads to n, or would.
func (b *Book) before(story, n int32) *int32 {
	link := &b.stories.at(story).last
	for *link > n {
		link = &b.slots.at(*link).older
	}
	return link
}

func seconds(t time.Time) uint32 { return uint32(max(t.Unix(), 0)) }

// add writes an entry behind the others and into the indexes.
func (b *Book) add(s slot, sig signature, story string) {
	s.story = b.storyOf(story)
	n := int32(b.slots.n)
	var before []int32
	for _, t := range sig.terms {
		before = b.count(t.id, n, len(before) < indexed, before)
	}
	k := len(before)
	for _, t := range sig.abroad {
		before = b.count(t.id, n, len(before)-k < indexedAbroad, before)
	}
	b.buf = pack(b.buf[:0], sig, before)
	s.block = b.blocks.add(b.buf)
	r := b.stories.at(s.story)
	s.older, r.last = r.last, n
	b.slots.add(s)
	b.items.put(n)
	if s.title != 0 {
		b.titles.put(n)
	}
	if s.link != 0 {
		b.links.put(n)
	}
}

// count counts a term of entry n, and if it is to be indexed appends how far before
// the last one is.
func (b *Book) count(id uint32, n int32, index bool, before []int32) []int32 {
	t, ok := b.tails[id]
	if !ok {
		t.last = -1
	}
	t.count++
	if index {
		far := int32(0)
		if t.last >= 0 && n-t.last <= furthest {
			far = n - t.last
		}
		before = append(before, far)
		t.last = n
	}
	b.tails[id] = t
	return before
}

// storyOf returns the row of a story, a new one if need be.
func (b *Book) storyOf(id string) int32 {
	if n := b.names.get(hash64(id)); n >= 0 {
		return n
	}
	r := row{last: -1}
	n := int32(b.stories.n)
	if len(id) == len(r.id) {
		copy(r.id[:], id)
	} else {
		b.odd[n] = id
	}
	b.stories.add(r)
	b.names.put(n)
	return n
}

// idOf returns the id of a story.
func (s *shelf) idOf(n int32) string {
	if id, ok := s.odd[n]; ok {
		return id
	}
	id := s.stories.at(n).id
	return string(id[:])
}

// forget drops entries from before t. Items come nearly in order of time, so the oldest
// stand first; the shelf is filled anew when half of it is over.
func (b *Book) forget(t time.Time) {
	at := seconds(t)
	for int(b.first) < b.slots.n && b.slots.at(b.first).at < at {
		b.first++
	}
	if b.first < 1024 || int(b.first) < b.slots.n/2 {
		return
	}
	old := b.shelf
	b.clear()
	for n := old.first; int(n) < old.slots.n; n++ {
		s := *old.slots.at(n)
		p := packed(old.blocks.at(s.block))
		b.add(s, signature{
			terms: p.terms(partTerms, nil), abroad: p.terms(partAbroad, nil), numbers: p.ids(partNumbers, nil),
			figures: p.ids(partFigures, nil), themes: p.ids(partThemes, nil),
		}, old.idOf(s.story))
		if others, ok := old.apart[s.item]; ok {
			b.apart[s.item] = others
		}
	}
}
