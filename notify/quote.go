package notify

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// maxSpans bounds the work on an item that repeats a term without end.
const maxSpans = 256

// A hit is a place in a text, and the clauses and terms that it meets.
type hit struct {
	start, end int
	clause     string
	term       string
}

// A passage is a sentence with hits.
type passage struct {
	text       string
	start, end int
	hits       []hit
}

// quote returns the sentence of an item that says best why its rules fired, the words
// that made them in bold: the one that meets the most clauses, then the most terms. The
// title is shown anyway, so it is quoted only if it meets more than twice as many
// clauses as any other sentence.
func quote(it watcher.Item, ms []watcher.Match) []Run {
	best := bestPassage(it, ms, watcher.Lead, watcher.Body)
	if t := bestPassage(it, ms, watcher.Title); t.text != "" {
		inTitle, _ := count(t.hits)
		elsewhere, _ := count(best.hits)
		if inTitle > 2*elsewhere {
			best = t
		}
	}
	if best.text == "" { // the rules looked at something else than words
		t := Clean(it.Lead, maxQuote)
		if t == "" {
			return nil
		}
		return []Run{{Text: t}}
	}
	return best.runs()
}

func bestPassage(it watcher.Item, ms []watcher.Match, fields ...watcher.Field) passage {
	var best passage
	for _, f := range fields {
		for _, p := range passages(it.Text(f), hits(it, f, ms)) {
			if best.text == "" || p.worth(best) > 0 {
				best = p
			}
		}
	}
	return best
}

// hits returns the valid spans of a field in order of place.
func hits(it watcher.Item, f watcher.Field, ms []watcher.Match) []hit {
	var out []hit
	body := it.Text(f)
	for _, m := range ms {
		for _, s := range m.Spans {
			if s.Field == f && valid(body, s) && len(out) < maxSpans {
				term := strings.ToLower(cmp.Or(s.Term, Clean(body[s.Start:s.End], maxWord)))
				out = append(out, hit{s.Start, s.End, m.RuleID + "\x00" + cmp.Or(s.Clause, term), term})
			}
		}
	}
	slices.SortStableFunc(out, func(x, y hit) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(y.end, x.end))
	})
	return out
}

// passages gathers hits by the sentence they are in.
func passages(s string, hs []hit) []passage {
	var out []passage
	for _, h := range hs {
		a, b := sentence(s, h)
		if n := len(out); n > 0 && h.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, b)
			out[n-1].hits = append(out[n-1].hits, h)
			continue
		}
		out = append(out, passage{s, a, b, []hit{h}})
	}
	return out
}

// sentence returns the sentence around a hit. It looks no further than near bytes to
// each side: more than a quote can show, and bounded in a body without full stops.
func sentence(s string, h hit) (start, end int) {
	const near = 2000
	from, to := max(h.start-near, 0), min(h.end+near, len(s))
	for from > 0 && !utf8.RuneStart(s[from]) {
		from--
	}
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to++
	}
	a, b := text.Sentence(s[from:to], h.start-from, h.end-from)
	return min(from+a, h.start), max(from+b, h.end)
}

// worth compares two passages by what a reader learns from them.
func (p passage) worth(q passage) int {
	pc, pt := count(p.hits)
	qc, qt := count(q.hits)
	return cmp.Or(cmp.Compare(pc, qc), cmp.Compare(pt, qt))
}

// count returns how many different clauses and terms hits meet.
func count(hs []hit) (clauses, terms int) {
	seen := make(map[string]bool, 2*len(hs))
	for _, h := range hs {
		if !seen["c"+h.clause] {
			seen["c"+h.clause] = true
			clauses++
		}
		if !seen["t"+h.term] {
			seen["t"+h.term] = true
			terms++
		}
	}
	return clauses, terms
}

// runs cuts the passage to maxQuote characters around its hits and sets them in bold.
func (p passage) runs() []Run {
	from, to := p.window()
	c := cleaner{limit: maxQuote + 1}
	var out []Run
	add := func(a, b int, bold bool) {
		t := c.add(p.text[a:b])
		if t == "" {
			return
		}
		if n := len(out); bold && n > 0 && t[0] == ' ' { // bold only between two bold words
			out[n-1].Text += " "
			t = t[1:]
		}
		if n := len(out); n > 0 && out[n-1].Bold == bold {
			out[n-1].Text += t
			return
		}
		out = append(out, Run{t, bold})
	}
	at := from
	for _, h := range p.hits {
		a, b := max(h.start, at), min(h.end, to)
		if a >= b {
			continue
		}
		add(at, a, false)
		add(a, b, true)
		at = b
	}
	add(at, to, false)
	return dots(out, from > p.start, to < p.end)
}

// dots marks that a quote was cut before or after.
func dots(rs []Run, before, after bool) []Run {
	if len(rs) == 0 {
		return nil
	}
	if before {
		if rs[0].Bold {
			rs = slices.Insert(rs, 0, Run{})
		}
		rs[0].Text = "… " + rs[0].Text
	}
	if after {
		if rs[len(rs)-1].Bold {
			rs = append(rs, Run{})
		}
		rs[len(rs)-1].Text += " …"
	}
	return rs
}

// window returns the stretch of the passage to show: all of it, or the hits that lie
// together and meet the most clauses, with the text around them.
func (p passage) window() (from, to int) {
	if runes(p.text[p.start:p.end]) <= maxQuote {
		return p.start, p.end
	}
	best := passage{}
	for i := range p.hits {
		j := i
		for j+1 < len(p.hits) && runes(p.text[p.hits[i].start:p.hits[j+1].end]) <= maxQuote-40 {
			j++
		}
		if q := (passage{hits: p.hits[i : j+1]}); best.hits == nil || q.worth(best) > 0 {
			best = q
		}
	}
	from, to = best.hits[0].start, best.hits[0].end
	for _, h := range best.hits {
		to = max(to, h.end)
	}
	room := maxQuote - runes(p.text[from:to])
	if room <= 0 {
		return from, from + prefix(p.text[from:to], maxQuote)
	}
	left := min(room/2, runes(p.text[p.start:from]))
	right := min(room-left, runes(p.text[to:p.end]))
	left = min(room-right, runes(p.text[p.start:from]))
	return p.back(from, left), p.ahead(to, right)
}

// back moves a place n characters to the left, then to the start of a word.
func (p passage) back(at, n int) int {
	i := at
	for ; n > 0 && i > p.start; n-- {
		_, size := utf8.DecodeLastRuneInString(p.text[p.start:i])
		i -= size
	}
	if i == p.start {
		return i
	}
	if sp := strings.IndexFunc(p.text[i:at], breakable); sp >= 0 {
		return i + sp
	}
	return i
}

// ahead moves a place n characters to the right, then to the end of a word.
func (p passage) ahead(at, n int) int {
	i := at + prefix(p.text[at:p.end], n)
	if i == p.end {
		return i
	}
	if sp := strings.LastIndexFunc(p.text[at:i], breakable); sp >= 0 {
		return at + sp
	}
	return i
}

// breakable reports whether a text may be cut before r.
func breakable(r rune) bool { return unicode.IsSpace(r) || text.IsIdeograph(r) }

// runes counts characters.
func runes(s string) int { return utf8.RuneCountInString(s) }

// prefix returns the length in bytes of the first n characters of s.
func prefix(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
