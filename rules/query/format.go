package query

import "strings"

// Width is how many columns a line of Format's has at most, where it can be broken.
const Width = 88

// Format is the query in its one canonical layout, with its comments: on one line as String prints
// it where that has at most Width columns, else broken before each operator of the top level and,
// where a part is still too long, within its parentheses. The error is Parse's, or that the layout
// would be longer than Parse reads. Format(Format(q)) is Format(q), and both parse to Equal trees.
//
// A comment at the end of a line stays behind the word or parenthesis that it follows; one on a line
// of its own stays before what follows it. Blank lines go.
func Format(src string) (string, error) {
	n, err := Parse(src)
	if err != nil {
		return "", err
	}
	l := &lexer{src: src, errs: &mistakes{}}
	l.all()
	b := &builder{}
	parts := b.chain(n)
	p := &layout{notes: notesIn(l, b.kinds)}
	p.count(len(b.kinds))
	p.query(parts, len(b.kinds))
	if p.out.Len() > MaxBytes { // by its indents
		errs := &mistakes{}
		errs.add(0, Pos(len(src)), "laid out, the query is %d KB long: at most %d KB are read; split it",
			(p.out.Len()+1023)>>10, MaxBytes>>10)
		return "", errs.sorted()
	}
	return p.out.String(), nil
}

// a note is a comment and where it stands: at the end of a line or on one of its own.
type note struct {
	text     string
	trailing bool
}

// A gap is what stands between two words of a query, in this order: parentheses that close, an
// operator, parentheses that open. Words follow one another in the source as they do in its
// canonical print, but parentheses may be fewer there, so that comments are carried over by gaps.
type gap struct {
	closes, opens int
	operator      bool
	first         int // index of its first token
}

// end is the index of the token after those that close.
func (g gap) end() int { return g.first + g.closes }

// kindsOf are the kinds of the tokens that Format prints, in the order of the source.
func kindsOf(tokens []token) []kind {
	kinds := make([]kind, 0, len(tokens))
	for _, t := range tokens {
		kinds = append(kinds, plainKind(t.kind))
	}
	return kinds
}

// plainKind is kindWord, kindOpen, kindClose or kindAnd for all that reads alike in a gap, and
// kindEOF for what does not count.
func plainKind(k kind) kind {
	switch {
	case k == kindWord || k == kindPhrase || k == kindVocabulary:
		return kindWord
	case k == kindOpen || k == kindCall:
		return kindOpen
	case k >= kindAnd:
		return kindAnd
	case k == kindClose:
		return kindClose
	}
	return kindEOF
}

// gapsOf are the gaps before the first word, between words and after the last.
func gapsOf(kinds []kind) []gap {
	gaps := make([]gap, 1)
	for i, k := range kinds {
		g := &gaps[len(gaps)-1]
		switch k {
		case kindWord:
			gaps = append(gaps, gap{first: i + 1})
		case kindOpen:
			g.opens++
		case kindClose:
			g.closes++
		case kindAnd:
			g.operator = true
		}
	}
	return gaps
}

// notesIn are the comments of the source by the index of the printed token that follows them; the
// comment at the end of a line comes first.
func notesIn(l *lexer, printed []kind) map[int][]note {
	if len(l.comments) == 0 {
		return nil
	}
	notes := map[int][]note{}
	kinds := kindsOf(l.tokens)
	w := noteWalk{from: gapsOf(kinds), to: gapsOf(printed)}
	next := 0
	for _, c := range l.comments {
		for next < len(l.tokens) && l.tokens[next].pos < c.pos {
			w.pass(kinds[next], l.tokens[next].end)
			next++
		}
		at, canTrail := w.place()
		trailing := canTrail && len(notes[at]) == 0 && !strings.ContainsAny(l.src[w.shown:c.pos], "\n\r")
		notes[at] = append(notes[at], note{c.text, trailing})
	}
	return notes
}

// noteWalk goes through the source and says what the place of a comment becomes in print.
type noteWalk struct {
	from, to []gap
	gap      int // the one that the walk is in
	passed   gap // what of it lies behind
	shown    Pos // end of the last token that a comment can follow on its line
}

// pass goes over a token.
func (w *noteWalk) pass(k kind, end Pos) {
	switch k {
	case kindEOF:
		return
	case kindWord:
		w.gap++
		w.passed = gap{}
	case kindOpen:
		w.passed.opens++
	case kindClose:
		w.passed.closes++
	case kindAnd: // it moves to the next line
		w.passed.operator = true
		return
	}
	w.shown = end
}

// place is the index of the printed token that a comment here stands before, and whether it may
// stand on the line of the token before that.
func (w *noteWalk) place() (at int, canTrail bool) {
	from, to := w.from[w.gap], w.to[w.gap]
	switch {
	case w.passed.opens > 0 && to.opens == 0: // the parenthesis before it is not printed
		return to.end(), false
	case w.passed.opens > 0:
		at = to.end() + min(w.passed.opens, to.opens)
		if to.operator {
			at++
		}
	case w.passed.closes < from.closes && !w.passed.operator:
		at = to.first + min(w.passed.closes, to.closes)
	default:
		at = to.end()
	}
	return at, at > 0
}
