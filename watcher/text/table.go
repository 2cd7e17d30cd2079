package text

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// class says how a rune takes part in a word.
type class uint8

const (
	rare      class = iota // needs foldRare: marks, and whatever the blocks do not hold
	delimiter              // ends a word: space, punctuation, symbol
	ignored                // dropped: soft hyphen, zero width, bidi control
	quote                  // an apostrophe, if it stands inside a word
	digit
	ideograph // a word of its own: kana
	letter    // of a script that is neither Latin nor Cyrillic
	latin
	cyrillic
)

// entry is the fold of one rune that folds alike wherever it stands, as long as
// no combining mark follows (marks are rare, so they are met by foldRare).
type entry struct {
	out   [4]byte
	n     uint8
	class class
}

// The blocks for which entries are kept. Everything else is rare, but for the
// common ideographs and Hangul, which need no entry.
const (
	lowEnd    = 0x0800 // Latin to Arabic
	middle    = 0x1E00 // Latin and Greek with accents, general punctuation
	middleEnd = 0x2100
	kana      = 0x3000 // punctuation of Chinese and Japanese, kana
	kanaEnd   = 0x3100
	wide      = 0xFF00 // full and half width, and U+FFFD
	wideEnd   = 0xFFFE
)

// tables are the read-only tables of the package.
type tables struct {
	low    [lowEnd]entry
	middle [middleEnd - middle]entry
	kana   [kanaEnd - kana]entry
	wide   [wideEnd - wide]entry
	rare   entry
	han    *hanTable
}

// sharedTables builds the tables at the first use: 20 KB of entries, 42 KB for
// the ideographs.
var sharedTables = sync.OnceValue(newTables)

// newTables computes every entry by foldRare, so that the quick way and the
// thorough one cannot differ.
func newTables() *tables {
	t := &tables{han: newHanTable()}
	f := folder{t: t}
	for _, b := range []struct {
		first   rune
		entries []entry
	}{{0, t.low[:]}, {middle, t.middle[:]}, {kana, t.kana[:]}, {wide, t.wide[:]}} {
		for i := range b.entries {
			b.entries[i] = newEntry(&f, b.first+rune(i))
		}
	}
	return t
}

// newEntry returns the entry of r, a rare one if r has to be seen in its context.
func newEntry(f *folder, r rune) entry {
	if unicode.IsMark(r) || isVoicing(r) || !utf8.ValidRune(r) {
		return entry{}
	}
	f.buf = f.foldRare(f.buf[:0], string(r), repairMost)
	e := entry{class: classOf(r)}
	if len(f.buf) > len(e.out) {
		return entry{}
	}
	for _, out := range string(f.buf) {
		if unicode.IsMark(out) || (e.class == delimiter) != (classOf(out) == delimiter) {
			return entry{}
		}
	}
	e.n = uint8(copy(e.out[:], f.buf))
	return e
}

// classOf returns what r is in a word. A letter that folds to an apostrophe is
// one.
func classOf(r rune) class {
	switch {
	case isIgnored(r):
		return ignored
	case isQuote(r):
		return quote
	case IsIdeograph(r):
		return ideograph
	case unicode.IsNumber(r):
		return digit
	case !unicode.IsLetter(r):
		return delimiter
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	}
	return letter
}

// at returns the entry of r.
func (t *tables) at(r rune) *entry {
	switch {
	case r < lowEnd:
		return &t.low[r]
	case r < middle:
	case r < middleEnd:
		return &t.middle[r-middle]
	case r < kana:
	case r < kanaEnd:
		return &t.kana[r-kana]
	case r < wide:
	case r < wideEnd:
		return &t.wide[r-wide]
	}
	return &t.rare
}

// isPlain reports whether r, which has no entry, is a common ideograph or a
// syllable of Hangul.
func isPlain(r rune) bool {
	return isHan(r) || r >= 0xAC00 && r <= 0xD7A3
}

// IsIdeograph reports whether r is written without spaces between words (Han,
// kana), so that it is a token of its own.
func IsIdeograph(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case isHan(r):
		return true
	case r >= 0x3041 && r <= 0x30FF: // without the voicing marks and the two signs of punctuation
		return (r < 0x3097 || r > 0x309C) && r != 0x30A0 && r != 0x30FB
	case r >= 0xFF66 && r <= 0xFF9D:
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == '〆'
}

// isVoicing reports whether r voices the kana before it and belongs to it.
func isVoicing(r rune) bool {
	return r == 0x3099 || r == 0x309A || r == 0xFF9E || r == 0xFF9F
}

// isIgnored reports whether r is dropped wherever it stands: it is invisible
// and only tells a renderer where to break, join, turn or vary.
func isIgnored(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, // soft hyphen
		r == 0x034F,                // combining grapheme joiner
		r == 0x061C,                // Arabic letter mark
		r >= 0x180B && r <= 0x180F, // Mongolian selectors and separator
		r >= 0x200B && r <= 0x200F, // zero width space to right-to-left mark
		r >= 0x202A && r <= 0x202E, // bidi embeddings and overrides
		r >= 0x2060 && r <= 0x206F, // word joiner, bidi isolates
		r >= 0xFE00 && r <= 0xFE0F, // variation selectors
		r == 0xFEFF,                // byte order mark
		r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// isQuote reports whether r is typed as an apostrophe. Ukrainian, Belarusian
// and romanised names use all of these.
func isQuote(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', '‛', '′', 'ʹ', 'ʻ', 'ʼ', 'ʽ', '＇':
		return true
	}
	return false
}

// isDash reports whether r is a hyphen, dash or minus.
func isDash(r rune) bool {
	switch r {
	case '-', 0x2212, 0xFE58, 0xFE63, 0xFF0D:
		return true
	}
	return r >= 0x2010 && r <= 0x2015
}
