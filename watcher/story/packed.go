package story

import "time"

// A slot is the part of an entry that all entries have. Its terms lie packed in a block.
type slot struct {
	item, title, link uint64
	at                uint32 // Unix seconds
	story             int32
	older             int32 // the entry before in the story, or -1
	outlet            uint32
	block             uint32 // where its block begins
	tongue            uint16
	words             uint8
	undoes            bool
}

func (s *slot) when() time.Time { return time.Unix(int64(s.at), 0) }

// A list grows without moving what it holds.
type list[T any] struct {
	chunks [][]T
	n      int
}

const chunk = 1 << 12

func (l *list[T]) at(i int32) *T { return &l.chunks[i/chunk][i%chunk] }

func (l *list[T]) add(v T) int32 {
	if l.n%chunk == 0 {
		l.chunks = append(l.chunks, make([]T, chunk))
	}
	*l.at(int32(l.n)) = v
	l.n++
	return int32(l.n - 1)
}

// blocks hold bytes; a block does not cross the end of a page.
type blocks struct {
	pages [][]byte
	free  int // in the last page
}

const page = 1 << 16

// add keeps a copy of b and returns where it begins.
func (s *blocks) add(b []byte) uint32 {
	if s.free < len(b) {
		s.pages = append(s.pages, make([]byte, page))
		s.free = page
	}
	last := len(s.pages) - 1
	at := page - s.free
	copy(s.pages[last][at:], b)
	s.free -= len(b)
	return uint32(last*page + at)
}

func (s *blocks) at(block uint32) []byte { return s.pages[block/page][block%page:] }

// The parts of a block: the numbers of its terms, those of other languages, numbers and
// figures of the title, themes, and how far before the entry is that had each of the
// indexed terms; then these, three bytes each, in this order.
const (
	partTerms = iota
	partAbroad
	partNumbers
	partFigures
	partThemes
	partBefore
	parts
)

// idBits of a hash name a term: 24 terms of two items share one by chance in one pair of
// 7,000, which three bytes a term are worth.
const idBits = 22

// mostTimes is how often a term is counted in one item.
const mostTimes = 4

// pack writes the terms of a signature, the rarest first, and how far before their last
// entries are.
func pack(buf []byte, s signature, before []int32) []byte {
	put := func(v uint32) { buf = append(buf, byte(v), byte(v>>8), byte(v>>16)) }
	short := func(ids []uint32) []uint32 { return ids[:min(len(ids), 255)] }
	s.numbers, s.figures, s.themes = short(s.numbers), short(s.figures), short(s.themes)
	buf = append(buf, byte(len(s.terms)), byte(len(s.abroad)), byte(len(s.numbers)), byte(len(s.figures)),
		byte(len(s.themes)), byte(len(before)))
	for _, terms := range [][]term{s.terms, s.abroad} {
		for _, t := range terms {
			put(t.id | uint32(min(t.times, mostTimes)-1)<<idBits)
		}
	}
	for _, ids := range [][]uint32{s.numbers, s.figures, s.themes} {
		for _, id := range ids {
			put(id)
		}
	}
	for _, d := range before {
		put(uint32(d))
	}
	return buf
}

// A packed is a block as pack wrote it.
type packed []byte

// part returns where a part begins and how many it has.
func (p packed) part(k int) (at, n int) {
	at = parts
	for i := range k {
		at += 3 * int(p[i])
	}
	return at, int(p[k])
}

func (p packed) value(at int) uint32 {
	return uint32(p[at]) | uint32(p[at+1])<<8 | uint32(p[at+2])<<16
}

// terms appends the terms of a part.
func (p packed) terms(k int, to []term) []term {
	at, n := p.part(k)
	for i := range n {
		v := p.value(at + 3*i)
		to = append(to, term{v & (1<<idBits - 1), uint8(v>>idBits) + 1})
	}
	return to
}

// ids appends the ids of a part.
func (p packed) ids(k int, to []uint32) []uint32 {
	at, n := p.part(k)
	for i := range n {
		to = append(to, p.value(at+3*i))
	}
	return to
}

// before returns how far before the entry is that has the i'th indexed term, 0 for none.
func (p packed) before(i int) int32 {
	at, _ := p.part(partBefore)
	return int32(p.value(at + 3*i))
}

// furthest is how far before an entry may be to be found from this one.
const furthest = 1<<24 - 1

// A name is the id of a story as NewStoryID makes it.
type name [16]byte
