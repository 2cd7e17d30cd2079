package text

import (
	"unicode"
	"unicode/utf8"
)

// Range is a stretch of bytes of a text: s[Start:End].
type Range struct{ Start, End int }

// Sentences returns the sentences of s in order, without the space around them.
// A line break ends a sentence; an abbreviation, an initial, an ordinal or a
// decimal number does not. Token.Sentence counts these.
func Sentences(s string) []Range {
	var all []Range
	for c := newCursor(s); c.next(); {
		all = append(all, c.Range)
	}
	return all
}

// Sentence returns the byte range of the sentence of s that holds s[start:end],
// to quote it. Where the range reaches over several sentences, all of them are
// returned; where it lies outside of s, it is first cut to s.
func Sentence(s string, start, end int) (int, int) {
	start = min(max(start, 0), len(s))
	end = min(max(end, start), len(s))
	from, to := start, end
	for c := newCursor(s); c.next() && c.Start < max(end, start+1); {
		if c.End > start {
			from, to = min(from, c.Start), max(to, c.End)
		}
	}
	return from, to
}

// cursor goes through the sentences of a text.
type cursor struct {
	Range           // the sentence it stands at
	sentence  int32 // ordinals of it, from 0
	paragraph int32

	s string
}

// newCursor returns a cursor that stands before the first sentence of s.
func newCursor(s string) cursor { return cursor{s: s, sentence: -1} }

// next goes to the next sentence, and reports whether there is one.
func (c *cursor) next() bool {
	i, broken := c.End, false
	for i < len(c.s) {
		r, n := utf8.DecodeRuneInString(c.s[i:])
		if !isBlank(r) {
			break
		}
		broken = broken || isBreak(r)
		i += n
	}
	c.Range = Range{i, i}
	if i == len(c.s) {
		return false
	}
	if c.sentence++; broken && c.sentence > 0 {
		c.paragraph++
	}
	c.End = c.sentenceEnd(i)
	return true
}

// sentenceEnd returns where the sentence ends that begins at i.
func (c *cursor) sentenceEnd(i int) int {
	for i < len(c.s) {
		if !mayEnd[c.s[i]] {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(c.s[i:])
		switch {
		case isBreak(r):
			return c.trimmed(i)
		case isStop(r):
			end := i + n + stopsIn(c.s[i+n:])
			if c.stops(i, end) {
				return end + closersIn(c.s[end:])
			}
			n = end - i
		}
		i += n
	}
	return c.trimmed(i)
}

// trimmed returns i without the blanks before it. The sentence has one rune at
// least that is no blank.
func (c *cursor) trimmed(i int) int {
	for {
		r, n := utf8.DecodeLastRuneInString(c.s[c.Start:i])
		if !isBlank(r) {
			return i
		}
		i -= n
	}
}

// mayEnd marks the bytes that a line break or a stop begins with.
var mayEnd = [256]bool{
	'\n': true, '\v': true, '\f': true, '\r': true, '.': true, '!': true, '?': true,
	0xC2: true, // U+0085
	0xD6: true, // ։
	0xD8: true, // ؟
	0xDB: true, // ۔
	0xE0: true, // । ॥
	0xE2: true, // … ‼ ⁇ ⁈ ⁉ U+2028 U+2029
	0xE3: true, // 。
	0xEF: true, // ！ ． ？ ｡
}

// isBreak reports whether r ends a line, and so a paragraph.
func isBreak(r rune) bool {
	return r >= '\n' && r <= '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

// isBlank reports whether r is a space, a line break or nothing to be seen.
func isBlank(r rune) bool {
	return r == ' ' || r != utf8.RuneError && (unicode.IsSpace(r) || isIgnored(r))
}

// isStop reports whether r may end a sentence.
func isStop(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '‼', '⁇', '⁈', '⁉', '．':
		return true
	}
	return isFullStop(r)
}

// isFullStop reports whether r ends a sentence whatever follows.
func isFullStop(r rune) bool {
	switch r {
	case '。', '！', '？', '｡', '؟', '۔', '।', '॥', '։':
		return true
	}
	return false
}

// stopsIn returns the length of the stops that s begins with.
func stopsIn(s string) int {
	for i, r := range s {
		if !isStop(r) {
			return i
		}
	}
	return len(s)
}

// closersIn returns the length of the quotes and brackets that s begins with
// and that close what the sentence before holds. German closes with the quote
// that English opens with.
func closersIn(s string) int {
	for i, r := range s {
		isCloser := r == '"' || r == '\'' || r == '“' || unicode.In(r, unicode.Pe, unicode.Pf)
		if !isCloser {
			return i
		}
	}
	return len(s)
}

// stops reports whether the stops at s[i:end] end the sentence.
func (c *cursor) stops(i, end int) bool {
	first, _ := utf8.DecodeRuneInString(c.s[i:])
	last, _ := utf8.DecodeLastRuneInString(c.s[i:end])
	if isFullStop(first) || isFullStop(last) {
		return true
	}
	isDot := end-i == 1 && first == '.'
	closed := end + closersIn(c.s[end:])
	next, _ := utf8.DecodeRuneInString(c.s[closed:])
	if closed < len(c.s) && !isBlank(next) {
		return c.stopsUnspaced(i, next, isDot, closed > end)
	}
	next = nextWord(c.s[closed:])
	switch {
	case unicode.IsLower(next):
		return false
	case isDot && closed == end:
		return !isAbbreviation(c.s[c.Start:i], next)
	}
	return true
}

// stopsUnspaced reports whether a stop at i ends the sentence though no space
// stands between it and next: feeds lose the space where they lose a tag
// ("в Минске.Ранее"), but web addresses, numbers and U.S. never had one.
func (c *cursor) stopsUnspaced(i int, next rune, isDot, closed bool) bool {
	before := c.s[c.Start:i]
	r, _ := utf8.DecodeLastRuneInString(before)
	if IsIdeograph(next) {
		return IsIdeograph(r)
	}
	if !unicode.IsUpper(next) || isDot && !closed && lettersBefore(before) < 3 {
		return false
	}
	return unicode.IsLower(r)
}

// nextWord returns the rune that the next word of s begins with, which may
// stand after quotes, brackets and dashes; 0 if none follows soon in its line.
func nextWord(s string) rune {
	const soon = 16
	seen := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		if seen++; seen > soon || isBreak(r) {
			break
		}
	}
	return 0
}

// lettersBefore counts the letters that s ends with, up to three.
func lettersBefore(s string) int {
	n := 0
	for n < 3 {
		r, size := utf8.DecodeLastRuneInString(s)
		if !unicode.IsLetter(r) {
			break
		}
		s = s[:len(s)-size]
		n++
	}
	return n
}
