package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenizer makes tokens of the segments of a text.
type tokenizer struct {
	folder
	s      string
	at     cursor // at the sentence of the last segment
	tokens []Token
	words  strings.Builder // holds the words that differ from what is written
}

// segment takes the next segment between Unicode's word boundaries, which holds
// one word, several or, as mostly with spaces and punctuation, none.
func (t *tokenizer) segment(start, end int) {
	first := t.s[start]
	if end-start == 1 && first < utf8.RuneSelf && t.t.low[first].class <= quote {
		return
	}
	for start >= t.at.End && t.at.next() {
	}
	written := t.s[start:end]
	if len(written) == 3 && first >= 0xE4 {
		if r, _ := utf8.DecodeRuneInString(written); isHan(r) {
			t.add(start, end, t.t.simplify(r, written))
			return
		}
	}
	if end <= t.at.End && !t.isGlued(start) && t.plain(written) {
		t.add(start, end, t.folded(written))
		return
	}
	for start < end {
		from, to, next := t.piece(start, min(end, t.at.End))
		if from < to {
			t.word(from, to)
		}
		start = next
		for start >= t.at.End && t.at.next() {
		}
	}
}

// piece finds the first word of s[start:end], part of a segment, and returns
// its range and where to go on. Words part at what parts them here but not in
// Unicode, and at every kana; what is neither letter nor digit falls off their
// edges. The range is empty if there is no word.
func (t *tokenizer) piece(start, end int) (from, to, next int) {
	from, to = start, start
	for i := start; i < end; {
		r, n := utf8.DecodeRuneInString(t.s[i:end])
		switch {
		case isVoicing(r) || unicode.IsMark(r):
			if from < to {
				to = i + n
			}
		case isQuote(r):
		case IsIdeograph(r):
			if from < to {
				return from, to, i
			}
			to = i + n + marksIn(t.s[i+n:end])
			return i, to, to
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if from == to {
				from = i
			}
			to = i + n
		case from < to && partsWords(r):
			return from, to, i + n
		}
		i += n
	}
	return from, to, end
}

// marksIn returns the length of the marks that s begins with.
func marksIn(s string) int {
	for i, r := range s {
		if !isVoicing(r) && !unicode.IsMark(r) {
			return i
		}
	}
	return len(s)
}

// partsWords reports whether r parts words though Unicode's boundaries let it
// stand inside one: underscores (#stop_lukashenko), colons, the narrow no-break
// space, and bytes that are no text.
func partsWords(r rune) bool {
	switch r {
	case ':', '：', '︓', '﹕', 0x202F, utf8.RuneError:
		return true
	}
	return unicode.Is(unicode.Pc, r)
}

// word adds the word at s[start:end], or makes the last token longer by it.
// Either is left to finish: the word may go on.
func (t *tokenizer) word(start, end int) {
	if t.isGlued(start) {
		last := &t.tokens[len(t.tokens)-1]
		last.Word, last.Alt, last.End = "", "", end
		return
	}
	t.add(start, end, "")
}

// add appends the token at s[start:end], in the sentence at hand.
func (t *tokenizer) add(start, end int, word string) {
	t.finish()
	t.tokens = append(t.tokens, Token{
		Word:      word,
		Start:     start,
		End:       end,
		Joined:    len(t.tokens) > 0 && joins(t.gap(start)),
		Sentence:  t.at.sentence,
		Paragraph: t.at.paragraph,
	})
}

// finish folds the last token, if that is still to be done, without what is cut
// off its ends.
func (t *tokenizer) finish() {
	if len(t.tokens) == 0 || t.tokens[len(t.tokens)-1].Word != "" {
		return
	}
	last := &t.tokens[len(t.tokens)-1]
	if n := elided(t.s[last.Start:last.End]); n > 0 {
		last.Start += n
		last.Joined = false
	}
	last.End -= possessive(t.s[last.Start:last.End])
	written := t.s[last.Start:last.End]
	t.buf, t.mixed = t.buf[:0], false
	t.fold(written)
	last.Word = t.folded(written)
	if t.mixed {
		t.buf = t.foldRare(t.buf[:0], written, repairOther)
		if string(t.buf) != last.Word {
			last.Alt = t.folded(written)
		}
	}
}

// gap returns what stands between the last token and start.
func (t *tokenizer) gap(start int) string {
	return t.s[t.tokens[len(t.tokens)-1].End:start]
}

// folded returns what the buffer holds, as a part of written if it is the same.
func (t *tokenizer) folded(written string) string {
	const block = 1 << 10
	if string(t.buf) == written {
		return written
	}
	if t.words.Cap()-t.words.Len() < len(t.buf) {
		t.words = strings.Builder{} // the words it holds stay where they are
		t.words.Grow(max(block, len(t.buf)))
	}
	from := t.words.Len()
	t.words.Write(t.buf)
	return t.words.String()[from:]
}

// joins reports whether a gap between two words makes them parts of one name:
// MAZ-543, A/200.
func joins(gap string) bool {
	if gap == "" || gap[0] == ' ' {
		return false
	}
	joined := false
	for _, r := range gap {
		switch {
		case isIgnored(r):
		case isDash(r), r == '/', r == '_', r == 0x00A0, r == 0x2007, r == 0x202F:
			joined = true
		default:
			return false
		}
	}
	return joined
}

// isGlued reports whether the word that begins at start goes on with the last
// token: a grave or acute accent typed as an apostrophe stands between their
// letters, or a zero width space between letters or digits.
func (t *tokenizer) isGlued(start int) bool {
	if len(t.tokens) == 0 {
		return false
	}
	least := letter
	switch t.gap(start) {
	case "`", "´", "′":
	case "\u200B":
		least = digit
	default:
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(t.s[:start-len(t.gap(start))])
	after, _ := utf8.DecodeRuneInString(t.s[start:])
	return t.isSpelled(before, least) && t.isSpelled(after, least)
}

// isSpelled reports whether r is a letter of a script that puts spaces between
// words, or a digit if that is the least class. (Thai and its neighbours part
// words with zero width spaces.)
func (t *tokenizer) isSpelled(r rune, least class) bool {
	c := t.t.at(r).class
	return c >= letter || c == least
}

// elided returns the length of the elided French word that s begins with, with
// its apostrophe.
func elided(s string) int {
	i := 1
	switch {
	case len(s) > 2 && strings.IndexByte("LlDdNnSsCcJjMmTt", s[0]) >= 0:
	case len(s) > 3 && (s[:2] == "qu" || s[:2] == "Qu" || s[:2] == "QU"):
		i = 2
	default:
		return 0
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	next, _ := utf8.DecodeRuneInString(s[i+n:])
	if !isQuote(r) || !unicode.IsLetter(next) || isQuote(next) {
		return 0
	}
	return i + n
}

// possessive returns the length of the English 's that s ends with.
func possessive(s string) int {
	n := len(s) - 1
	if n < 2 || s[n] != 's' && s[n] != 'S' {
		return 0
	}
	r, size := utf8.DecodeLastRuneInString(s[:n])
	if !isQuote(r) || n == size {
		return 0
	}
	return size + 1
}
