package feed

import (
	"fmt"
	"slices"
	"strings"
)

// Why an item that a document begins is not among those that are read.
const (
	lostCut     = "that the document cuts off"
	lostBefore  = "before the start of the feed"
	lostBehind  = "behind the end of the feed"
	lostEmpty   = "without content inside another item"
	lostForeign = "of another kind of feed"
	lostComment = "inside a comment or section without an end of its own"
	lostBroken  = "that could not be read"
	lostBlank   = "with neither title nor link nor text"
	lostTwice   = "given twice"
	lostBeyond  = "beyond the number that is read from one document"
)

// cdataMark begins a section in which markup is text.
const cdataMark = "<![CDATA["

// A tally counts the items that are lost, by reason, so that none is lost silently.
type tally struct {
	reasons []string
	counts  []int
}

func (t *tally) add(n int, why string) {
	if n <= 0 {
		return
	}
	i := slices.Index(t.reasons, why)
	if i < 0 {
		i = len(t.reasons)
		t.reasons, t.counts = append(t.reasons, why), append(t.counts, 0)
	}
	t.counts[i] += n
}

func (t *tally) total() int {
	sum := 0
	for _, n := range t.counts {
		sum += n
	}
	return sum
}

// notes says what was lost, a reason a line.
func (t *tally) notes() []string {
	var notes []string
	for i, why := range t.reasons {
		if t.counts[i] == 1 {
			notes = append(notes, "an item "+why+" was left out")
			continue
		}
		notes = append(notes, fmt.Sprintf("%d items %s were left out", t.counts[i], why))
	}
	return notes
}

// beginsItem reports whether a tag starts an item, as far as its name tells.
func beginsItem(p piece) bool {
	return p.kind == pieceOpen && p.prefix() == "" && (p.local() == "item" || p.local() == "entry")
}

// itemsIn counts the items that are begun in a text, and tells where the last of them
// that has an end starts, -1 if none has.
func itemsIn(src string) (n, last int) {
	s := scanner{src: src}
	start := 0
	last = -1
	for {
		p, ok := s.next()
		switch {
		case !ok:
			return n, last
		case beginsItem(p):
			n++
			start = p.start
		case p.kind == pieceClose && (p.local() == "item" || p.local() == "entry") && n > 0:
			last = start
		}
	}
}

// behind reports whether whole items follow the end of the feed: then that end is no
// end, or another feed follows. It looks once, so that a row of end tags costs nothing.
func (m *mender) behind() bool {
	if !m.looked {
		m.looked = true
		_, m.lastItem = itemsIn(m.s.src[m.s.pos:])
		if m.lastItem >= 0 {
			m.lastItem += m.s.pos
		}
	}
	return m.s.pos <= m.lastItem
}

// goOn keeps the root open for the items behind its end.
func (m *mender) goOn() {
	m.over = true
	m.note("items follow the end of the feed")
}

// swallowed reports whether a comment or CDATA section inside an element reaches so far
// that it must have lost its end: over the end of the element and of its item, to where
// another one of its kind begins. What it returns is where to read on.
func swallowed(p, q piece) (at int, ok bool) {
	mark := cdataMark
	if strings.HasPrefix(q.text, "<!--") {
		mark = "<!--"
	}
	if q.kind == pieceOther && mark != "<!--" {
		return 0, false
	}
	body := strings.TrimPrefix(q.text, mark)
	item := itemMark(body)
	if q.kind != pieceCut && (item < 0 || !strings.Contains(body[item:], mark)) {
		return 0, false
	}
	end := strings.Index(body, "</"+p.name)
	if end < 0 || 0 <= item && item < end {
		end = item
	}
	return q.start + len(mark) + end, end >= 0
}

// itemMark returns where the first tag of an item is in a text, -1 if there is none.
func itemMark(s string) int {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '<')
		if i < 0 {
			return -1
		}
		from += i
		name := strings.TrimPrefix(s[from+1:min(len(s), from+8)], "/")
		for _, n := range []string{"item", "entry"} {
			if len(name) >= len(n) && strings.EqualFold(name[:len(n)], n) {
				return from
			}
		}
		from++
	}
}
