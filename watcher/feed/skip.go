package feed

import (
	"slices"
	"strings"
)

// skip leaves out an element with all that is in it.
func (m *mender) skip(p piece) {
	if p.empty || void(p.local()) {
		return
	}
	depth, same := len(m.frames)+1, 1
	for {
		q, ok := m.s.next()
		if !ok {
			return
		}
		if at, ok := swallowed(p, q); ok {
			m.note("a section without an end was closed")
			m.s.pos = at
			continue
		}
		if m.boundary(q) {
			m.unclosed(p, q)
			return
		}
		switch {
		case q.kind == pieceOpen && !q.empty:
			if q.name == p.name {
				same++
			}
			if !inHTML(q.local()) {
				depth++
			}
		case q.kind == pieceClose:
			if q.name == p.name {
				same--
			}
			if !inHTML(q.local()) {
				depth--
			}
		}
		if depth > maxDepth {
			m.err = errTooDeep
			return
		}
		if same == 0 {
			return
		}
	}
}

// maxRewinds is how often a document is read again from a start tag that has no end: it
// bounds the work.
const maxRewinds = 20

// unclosed is for an element p that should be left out and whose end is missing before
// q. Inside an item what follows its start tag may be the rest of the item.
func (m *mender) unclosed(p, q piece) {
	m.note("an element without an end was closed")
	m.s.pos = q.start
	if m.inItem() && m.rewinds < maxRewinds {
		m.rewinds++
		m.s.ends = [2]int{}
		m.s.pos = p.end
	}
}

// void reports whether an element of HTML never has an end tag, or mostly none.
func void(local string) bool {
	switch local {
	case "br", "hr", "img", "input", "meta", "wbr", "p", "li":
		return true
	}
	return false
}

// boundary reports whether a tag cannot be inside an element that is no frame: the start
// of an item, or the end of one or of what holds items.
func (m *mender) boundary(p piece) bool {
	if p.kind != pieceOpen && p.kind != pieceClose {
		return false
	}
	switch p.local() {
	case "item":
		return !m.atom && (p.kind == pieceOpen || m.opened(p.name))
	case "entry":
		return m.atom && (p.kind == pieceOpen || m.opened(p.name))
	case "channel", "rss", "rdf", "feed":
		return p.kind == pieceClose && m.opened(p.name)
	}
	return false
}

func (m *mender) inItem() bool {
	return slices.ContainsFunc(m.frames, func(f frame) bool { return f.local == "item" || f.local == "entry" })
}

// opened reports whether a frame waits for the end tag of that name.
func (m *mender) opened(name string) bool {
	return slices.ContainsFunc(m.frames, func(f frame) bool { return strings.EqualFold(f.name, name) })
}
