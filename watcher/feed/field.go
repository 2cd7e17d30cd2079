package feed

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// An inner is what an element holds, before anyone asked what it means.
type inner struct {
	pieces []piece
	markup bool // there are tags in it
	cut    bool // the document ends inside it
}

// read takes all up to the end tag of p. Where that is missing it stops before what
// cannot belong to p.
func (m *mender) read(p piece, r role) inner {
	var in inner
	if p.empty {
		return in
	}
	same, size := 1, 0
	for {
		q, ok := m.s.next()
		if !ok {
			in.cut = true
			return in
		}
		if at, ok := swallowed(p, q); ok {
			m.note("a section without an end was closed")
			m.s.pos = at
			if q.kind == pieceOther {
				continue
			}
			q = piece{kind: pieceCDATA, text: m.s.src[q.start+len(cdataMark) : at], start: q.start, end: at}
		}
		if m.boundary(q) || q.kind == pieceOpen && m.foreign(p, q, r) {
			m.s.pos = q.start
			m.note("an element without an end was closed")
			return in
		}
		switch q.kind {
		case pieceCut:
			in.cut = true
			return in
		case pieceOther:
			continue
		case pieceOpen:
			if q.name == p.name && !q.empty {
				same++
			}
			in.markup = true
		case pieceClose:
			if q.name == p.name || strings.EqualFold(q.name, p.name) && same == 1 {
				same--
			}
			if same == 0 {
				return in
			}
			in.markup = true
		}
		if size += q.end - q.start; size > maxText {
			m.note(fmt.Sprintf("a text longer than %d bytes was cut off", maxText))
			q.text = cutBytes(q.text, max(0, len(q.text)-(size-maxText)))
			if q.text == "" || q.kind != pieceText && q.kind != pieceCDATA {
				continue
			}
		}
		in.add(q, m.s.src)
	}
}

// add appends a piece. Text that follows text is joined to it: a row of bare '<' would
// else be a piece for each.
func (in *inner) add(p piece, src string) {
	if n := len(in.pieces); n > 0 && p.kind == pieceText {
		last := &in.pieces[n-1]
		if last.kind == pieceText && last.end == p.start {
			last.end = p.start + len(p.text)
			last.text = src[last.start:last.end]
			return
		}
	}
	in.pieces = append(in.pieces, p)
}

// foreign reports whether a start tag inside p shows that p was never closed.
func (m *mender) foreign(p, q piece, r role) bool {
	if q.name == p.name {
		return false
	}
	switch q.local() {
	case "pubdate", "guid":
		return true
	case "description", "link":
		return q.prefix() == p.prefix() && (r == roleText || r == roleLink || p.local() == "title")
	}
	return false
}

// text is the element's text: entities resolved, CDATA as it is, tags left out.
func (in inner) text() string {
	var b strings.Builder
	for _, p := range in.pieces {
		switch p.kind {
		case pieceText:
			b.WriteString(unescape(p.text))
		case pieceCDATA:
			b.WriteString(p.text)
		}
	}
	return strings.TrimSpace(b.String())
}

// html is the element's HTML: either it is escaped as text, or it is there as markup.
func (m *mender) html(in inner) string {
	if !in.markup {
		return in.text()
	}
	var b strings.Builder
	for _, p := range in.pieces {
		switch p.kind {
		case pieceText, pieceCDATA:
			b.WriteString(p.text)
		case pieceOpen, pieceClose:
			tag := m.s.src[p.start:p.end]
			if p.prefix() != "" {
				tag = strings.Replace(tag, p.name, p.local(), 1)
			}
			if !strings.HasSuffix(tag, ">") {
				tag += ">"
			}
			b.WriteString(tag)
		}
	}
	return strings.TrimSpace(b.String())
}

// field writes an element that holds a value.
func (m *mender) field(p piece, space, local string, r role) {
	if local == "link" {
		m.noteLink(p)
	}
	if m.atom && space == native && (local == "link" || local == "category") {
		m.copyAttrs(p, local)
		return
	}
	if local == "enclosure" {
		m.copyAttrs(p, local)
		return
	}
	if space == "atom" && (local == "link" || local == "category") {
		m.copyAttrs(p, "atom:"+local)
		return
	}
	in := m.read(p, r)
	if in.cut {
		return
	}
	name := local
	if space != native {
		name = space + ":" + local
	}
	switch r {
	case roleMarkup:
		m.markup(p, in, name)
	case roleLink:
		m.link(p, in, name)
	default:
		m.plain(p, in, name)
	}
}

// copyAttrs writes an element of which only attributes matter.
func (m *mender) copyAttrs(p piece, name string) {
	base := rebase(m.top().base, p.attribute("xml:base"))
	m.out.WriteString("<" + name)
	for _, a := range []string{"rel", "type", "href", "url", "hreflang", "title", "term", "label"} {
		v := p.attribute(a)
		if v == "" {
			continue
		}
		if a == "href" || a == "url" {
			v = resolve(base, v)
		}
		m.out.WriteString(" " + a + `="` + escape(v) + `"`)
	}
	m.out.WriteString("/>")
}

func (m *mender) top() *frame { return &m.frames[len(m.frames)-1] }

// markup writes an element that holds HTML, with the links in it resolved.
func (m *mender) markup(p piece, in inner, name string) {
	if lang := p.attribute("xml:lang"); lang != "" && p.local() == "title" {
		if l := m.top().local; l == "item" || l == "entry" {
			m.write("dc:language", lang)
		}
	}
	kind, mode := strings.ToLower(p.attribute("type")), strings.ToLower(p.attribute("mode"))
	v := m.html(in)
	switch {
	case mode == "base64" || m.atom && binary(kind):
		v = unbase64(v)
	case strings.Contains(kind, "xhtml") || in.markup && m.atom:
		v = unwrap(v)
		if kind == "html" && !strings.Contains(v, "<") { // escaped, and still in a <div>
			v = unescape(v)
		}
	}
	if kind != "text/plain" {
		if looksLikeHTML(v) {
			v = shown(v)
		}
		v = resolveHTML(rebase(m.top().base, p.attribute("xml:base")), v)
	}
	if src := p.attribute("src"); src != "" && v == "" && p.local() == "content" && m.atom {
		src = resolve(rebase(m.top().base, p.attribute("xml:base")), src)
		m.out.WriteString(`<link rel="content" href="` + escape(src) + `"/>`)
		return
	}
	switch name {
	case "body", "fullitem", "xhtml:body", "xhtml:div", "encoded":
		name = "content:encoded"
	case "abstract":
		name = "description"
	}
	m.write(name, v)
}

// link writes an element that holds an address: link, guid, id, and CDF's a.
func (m *mender) link(p piece, in inner, name string) {
	base := rebase(m.top().base, p.attribute("xml:base"))
	v := in.text()
	switch p.local() {
	case "guid":
		m.top().guid = true
		permalink := p.attribute("ispermalink")
		m.guid(v, permalink)
	case "id":
		m.top().guid = true
		m.write(name, resolve(base, v))
	case "a": // CDF
		if m.single {
			m.write("link", resolve(base, p.attribute("href")))
		}
	default:
		href := p.attribute("href")
		if rel := p.attribute("rel"); v == "" && href != "" && rel != "" {
			m.copyAttrs(p, "atom:link")
			return
		}
		if v == "" {
			v = href
		}
		if v != "" {
			m.write(name, resolve(base, v))
		}
	}
}

func (m *mender) guid(v, permalink string) {
	if permalink == "" {
		permalink = "true"
	}
	m.out.WriteString(`<guid isPermaLink="` + escape(strings.ToLower(permalink)) + `">`)
	writeCDATA(&m.out, sanitize(v))
	m.out.WriteString("</guid>")
}

// plain writes an element that holds text.
func (m *mender) plain(p piece, in inner, name string) {
	v := in.text()
	switch name {
	case "sy:updateperiod":
		m.res.extra.every = v
	case "sy:updatefrequency":
		m.res.extra.times = v
	case "hour", "day":
		if m.top().local == "channel" {
			m.res.extra.rest(name, v)
		}
	case "category":
		if v == "" {
			v = p.attribute("label")
		}
		m.write(name, v)
	case "lastmod":
		m.write("pubDate", v)
	case "author":
		if m.top().local == "channel" {
			name = "dc:author"
		}
		m.write(name, v)
	case "created":
		m.write("dcterms:created", v)
	default:
		m.write(name, v)
	}
}

// write writes an element with text.
func (m *mender) write(name, v string) {
	m.out.WriteString("<" + name + ">")
	writeCDATA(&m.out, sanitize(v))
	m.out.WriteString("</" + name + ">")
}

// binary reports whether Atom content of a media type is base64 (RFC 4287, 4.1.3.3).
func binary(kind string) bool {
	return strings.Contains(kind, "/") && !strings.HasPrefix(kind, "text/") &&
		!strings.HasSuffix(kind, "xml") && !strings.HasSuffix(kind, "html")
}

// unbase64 decodes base64; what is none stays as it is.
func unbase64(s string) string {
	packed := strings.Join(strings.Fields(s), "")
	b, err := base64.StdEncoding.DecodeString(packed)
	if err != nil || !utf8.Valid(b) {
		return s
	}
	return string(b)
}

// unwrap takes off the <div> around XHTML content (RFC 4287, 3.1.1.3).
func unwrap(s string) string {
	if !strings.HasPrefix(s, "<div") || !strings.HasSuffix(s, "</div>") {
		return s
	}
	sc, depth := scanner{src: s}, 0
	first := 0
	for {
		p, ok := sc.next()
		if !ok {
			return s
		}
		switch {
		case p.kind == pieceOpen && p.local() == "div" && !p.empty:
			if depth++; first == 0 {
				first = p.end
			}
		case p.kind == pieceClose && p.local() == "div":
			if depth--; depth == 0 {
				if p.end != len(s) {
					return s
				}
				return strings.TrimSpace(s[first:p.start])
			}
		}
	}
}

// cutBytes cuts a string to at most n bytes without cutting a character.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
