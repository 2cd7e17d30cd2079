package feed

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The bounds of a document.
const (
	maxDepth = 100     // elements inside one another
	maxItems = 5_000   // later ones are left out
	maxParts = 1_000   // elements of one item or of the channel that are read
	maxText  = 1 << 20 // bytes of one element's text; the rest is cut off
	maxNames = 200     // prefixes of namespaces that are remembered
	maxAll   = 100_000 // elements that are read, in all places together
	maxGrow  = 1 << 20 // bytes by which links made absolute may make a document longer
)

var errTooDeep = fmt.Errorf("elements are nested more than %d deep", maxDepth)

// errNoRoot says that a document has no element that starts a feed.
var errNoRoot = errors.New("no rss, rdf, feed or channel element")

// A mended document is what mend made of one that may have been broken.
type mended struct {
	xml    string // well-formed, bounded, links absolute, only elements of use
	starts int    // items begun in it
	cut    bool   // the original ends in the middle
	lost   tally  // those of them that are not in xml
	notes  []string
	extra  extras
}

// extras are what gofeed has no field for.
type extras struct {
	about string // rdf:about or id of the channel
	every string // sy:updatePeriod
	times string // sy:updateFrequency
	hours uint32 // of skipHours, as in watcher.Hints
	days  uint8  // of skipDays
	links hubLinks
}

// A frame is an open element of the original that holds others.
type frame struct {
	name  string // as the original has it, for its end tag
	local string
	emit  string // the name it is written under
	deflt string // the default namespace inside it
	base  *url.URL
	start int  // where it begins in the output
	guid  bool // an item: has a guid or id of its own
	about string
	parts int // elements read in it
}

// A mender rewrites a document as a small well-formed one. It follows the elements that
// hold others and closes them where the document forgets to; everything else it copies
// as text or leaves out.
type mender struct {
	s        scanner
	out      strings.Builder
	frames   []frame
	prefixes map[string]string // prefix to namespace; the last declaration counts
	rootURI  string            // the root's own namespace, which is native whatever it is
	atom     bool
	base     *url.URL
	channel  bool // a channel was opened
	items    int  // written
	single   bool // the root is itself a channel or an entry, and was given a root
	full     bool // has maxItems
	over     bool // the root's end was seen, and items follow
	looked   bool // what is behind the root's end was looked at
	lastItem int  // where the last whole item starts there, -1 if there is none
	elements int  // that were read
	rewinds  int  // elements without an end that were entered after all
	err      error
	res      mended
}

// mend rewrites a document, given its address.
func mend(src string, base *url.URL) (mended, error) {
	m := &mender{s: scanner{src: src}, prefixes: map[string]string{}, base: base}
	root, ok := m.findRoot()
	if !ok {
		return mended{}, errNoRoot
	}
	m.out.Grow(len(src) + min(len(src), maxGrow)) // growing it would take twice as much
	m.openRoot(root)
	for m.err == nil && len(m.frames) > 0 {
		p, ok := m.s.next()
		if !ok {
			break
		}
		switch p.kind {
		case pieceOpen:
			m.open(p)
		case pieceClose:
			m.shut(p)
		default:
			m.stray(p)
		}
	}
	m.finish()
	m.res.xml = m.out.String()
	return m.res, m.err
}

// findRoot skips what comes before the first element that starts a feed: comments,
// directives, and whatever a program printed by mistake.
func (m *mender) findRoot() (piece, bool) {
	page := false // an HTML page has a feed in it only if that says so
	for {
		p, ok := m.s.next()
		if !ok {
			return p, false
		}
		if p.kind != pieceOpen {
			continue
		}
		switch p.local() {
		case "rss":
			return p, true
		case "rdf", "channel":
			if !page {
				return p, true
			}
		case "feed", "entry":
			if !page && p.local() == "feed" || strings.Contains(strings.ToLower(p.attrs), "atom") {
				return p, true
			}
		case "html":
			page = true
		}
		if beginsItem(p) {
			m.lose(1, lostBefore)
		}
	}
}

func (m *mender) openRoot(p piece) {
	local := p.local()
	m.declare(p)
	uri := p.attribute("xmlns")
	if p.prefix() != "" {
		uri = m.prefixes[p.prefix()]
	}
	m.rootURI = uri
	m.atom = local == "feed" || local == "entry"
	name := "rss"
	if m.atom {
		name = "feed"
	}
	f := m.frame(p, "")
	f.emit = name
	m.frames = append(m.frames, f)
	m.out.WriteString("<" + name + namespaces)
	if lang := p.attribute("xml:lang"); m.atom && lang != "" {
		m.out.WriteString(` xml:lang="` + escape(lang) + `"`)
	}
	if v := p.attribute("version"); v != "" {
		m.out.WriteString(` version="` + escape(v) + `"`)
	}
	if m.atom {
		m.out.WriteString(` xmlns="http://www.w3.org/2005/Atom">`)
	} else {
		m.out.WriteString(` xmlns:atom="http://www.w3.org/2005/Atom">`)
	}
	m.single = local == "channel" || local == "entry"
	switch {
	case local == "channel": // CDF and RSS 1.1 have the channel as root
		m.frames = m.frames[:0]
		f.local, f.emit = "rss", "rss"
		m.frames = append(m.frames, f)
		m.openFrame(p, native, "channel")
	case local == "entry":
		m.frames[0].local = "feed"
		m.openFrame(p, native, "entry")
	case p.empty && m.behind():
		m.goOn()
	case p.empty:
		m.pop(0)
	}
}

// declare notes the prefixes that a tag declares.
func (m *mender) declare(p piece) {
	if !strings.Contains(p.attrs, "xmlns:") {
		return
	}
	attributes(p.attrs, func(n, v string) {
		if prefix, ok := strings.CutPrefix(n, "xmlns:"); ok && len(m.prefixes) < maxNames {
			m.prefixes[prefix] = v
		}
	})
}

// space returns the canonical prefix of a tag's namespace; false for a foreign one.
func (m *mender) space(p piece) (string, bool) {
	m.declare(p)
	uri := ""
	if prefix := p.prefix(); prefix != "" {
		declared, ok := m.prefixes[prefix]
		if !ok {
			return m.home(spaceOfPrefix(prefix))
		}
		uri = declared
	} else if own := p.attribute("xmlns"); own != "" {
		uri = own
	} else {
		uri = m.frames[len(m.frames)-1].deflt
	}
	if uri == m.rootURI || beginsItem(p) {
		return native, true
	}
	return m.home(spaceOf(uri))
}

// home makes Atom native inside Atom.
func (m *mender) home(space string, ok bool) (string, bool) {
	if m.atom && space == "atom" {
		return native, ok
	}
	return space, ok
}

// open takes the start tag of an element inside a frame.
func (m *mender) open(p piece) {
	space, ok := m.space(p)
	local := p.local()
	r := roleSkip
	if ok {
		r = roleOf(space, local)
	}
	if r == roleFrame {
		r = m.frameRole(p, space, local)
	}
	top := &m.frames[len(m.frames)-1]
	if top.local == "author" && r != roleFrame {
		switch local {
		case "name", "email", "uri", "url":
		default:
			if r == roleSkip {
				m.skip(p)
				return
			}
			m.pop(len(m.frames) - 1) // the author was never closed
		}
	}
	switch {
	case r == roleEnter:
	case r == roleFrame && (local != "author" || m.room()):
		m.openFrame(p, space, local)
	case r == roleFrame || r == roleSkip || m.outside() || !m.room():
		m.skip(p)
	default:
		m.field(p, space, local, r)
	}
}

// room counts an element of the frame that is open, and reports whether it is still one
// of those that are read.
func (m *mender) room() bool {
	if m.elements++; m.elements > maxAll {
		m.note(fmt.Sprintf("more than %d elements: the rest was left out", maxAll))
		m.enough(m.s.pos)
		return false
	}
	if m.out.Len() > len(m.s.src)+maxGrow {
		m.note("with its links made absolute it becomes many times longer: the rest was left out")
		m.enough(m.s.pos)
		return false
	}
	top := m.top()
	if top.parts++; top.parts <= maxParts {
		return true
	}
	m.note(fmt.Sprintf("more than %d elements in one place: the rest was left out", maxParts))
	return false
}

// enough leaves out the rest of the document from a place on.
func (m *mender) enough(from int) {
	m.full = true
	rest, _ := itemsIn(m.s.src[from:])
	m.lose(rest, lostBeyond)
	m.s.pos = len(m.s.src)
}

// outside reports whether fields here belong to nothing: beside the channel.
func (m *mender) outside() bool {
	return len(m.frames) == 1 && (!m.atom || m.over)
}

// frameRole says whether an element that may be a frame is one here.
func (m *mender) frameRole(p piece, space, local string) role {
	switch {
	case local == "author" && !m.atom && space == native:
		return roleText
	case local == "entry" && !m.atom, local == "item" && m.atom:
		if !m.inItem() {
			m.lose(1, lostForeign)
		}
		return roleSkip
	case local == "channel" && m.atom:
		return roleSkip
	case local == "channel" && m.channel: // gofeed keeps the items of one channel only
		return roleEnter
	case p.empty && local == "author":
		return roleSkip
	case p.empty && m.inItem():
		m.lose(1, lostEmpty)
		return roleSkip
	}
	return roleFrame
}

func (m *mender) frame(p piece, local string) frame {
	f := frame{name: p.name, local: local, emit: local, base: m.base, start: m.out.Len()}
	if n := len(m.frames); n > 0 {
		f.base, f.deflt = m.frames[n-1].base, m.frames[n-1].deflt
	}
	if uri := p.attribute("xmlns"); uri != "" {
		f.deflt = uri
		if _, ok := spaceOf(uri); !ok && uri != m.rootURI {
			f.deflt = native // what the feed is made of is its own, whatever it is called
		}
	}
	f.base = rebase(f.base, p.attribute("xml:base"))
	return f
}

// openFrame opens a channel, an item or an author. An item inside an item closes it.
func (m *mender) openFrame(p piece, space, local string) {
	isItem := local == "item" || local == "entry"
	if isItem {
		for i, f := range m.frames {
			if f.local == local || f.local == "author" {
				m.note("an " + f.local + " without an end was closed")
				m.pop(i)
				break
			}
		}
		if m.items == maxItems {
			m.enough(p.start)
			return
		}
		m.items++
		m.res.starts++
	}
	f := m.frame(p, local)
	if space != native {
		f.emit = space + ":" + local
	}
	m.frames = append(m.frames, f)
	top := &m.frames[len(m.frames)-1]
	m.out.WriteString("<" + f.emit + ">")
	about := p.attribute("rdf:about")
	if href := p.attribute("href"); href != "" && !m.atom { // CDF
		m.write("link", resolve(f.base, href))
	}
	if d := p.attribute("lastmod"); d != "" {
		m.write("pubDate", d)
	}
	if lang := p.attribute("xml:lang"); isItem && lang != "" {
		m.write("dc:language", lang)
	}
	switch {
	case isItem:
		top.about = about
	case local == "channel":
		m.channel, m.res.extra.about = true, about
	}
	if p.empty {
		m.pop(len(m.frames) - 1)
	}
}

// shut takes an end tag: it closes the frame with that name and those inside it.
func (m *mender) shut(p piece) {
	for i := len(m.frames) - 1; i >= 0; i-- {
		if strings.EqualFold(m.frames[i].name, p.name) {
			if i == 1 && m.single {
				i = 0
			}
			if i == 0 && m.behind() {
				m.goOn()
				i = 1
			}
			m.pop(i)
			return
		}
	}
}

// pop closes frame i and those inside it.
func (m *mender) pop(i int) {
	for j := len(m.frames) - 1; j >= i; j-- {
		f := m.frames[j]
		if !f.guid && f.about != "" {
			m.guid(f.about, "false")
		}
		m.out.WriteString("</" + f.emit + ">")
	}
	m.frames = m.frames[:i]
}

// finish closes what the document left open. An item that it leaves open is cut off: its
// link or title may be half of the real one.
func (m *mender) finish() {
	if len(m.frames) == 0 {
		rest, _ := itemsIn(m.s.src[m.s.pos:])
		m.lose(rest, lostBehind)
		return
	}
	if !m.full && !m.over && m.err == nil {
		m.res.cut = true
		m.note("the document ends early")
	}
	for i, f := range m.frames {
		if m.res.cut && (f.local == "item" || f.local == "entry") {
			kept := m.out.String()[:f.start]
			m.out.Reset()
			m.out.WriteString(kept)
			m.frames = m.frames[:i]
			m.res.lost.add(1, lostCut)
			break
		}
	}
	m.pop(0)
}

// lose counts items that are begun and not written.
func (m *mender) lose(n int, why string) {
	m.res.starts += n
	m.res.lost.add(n, why)
}

// stray takes what stands between elements. It is nothing, unless it has lost its end.
func (m *mender) stray(p piece) {
	switch {
	case p.kind == pieceCut && strings.HasPrefix(m.s.src[p.start:], cdataMark):
		m.note("the mark of a section without an end was ignored")
		m.s.pos = p.start + len(cdataMark)
	case p.kind == pieceCDATA && strings.Contains(p.text, cdataMark),
		p.kind == pieceOther && strings.Count(p.text, "<!--") > 1:
		n, _ := itemsIn(strings.TrimPrefix(p.text, "<!--"))
		m.lose(n, lostComment)
	}
}

// note tells once what was done.
func (m *mender) note(text string) {
	if !slices.Contains(m.res.notes, text) {
		m.res.notes = append(m.res.notes, text)
	}
}
