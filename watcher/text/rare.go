package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// repair says into which script a word that mixes Latin and Cyrillic is turned.
type repair uint8

const (
	repairNone  repair = iota
	repairMost         // the script the word is mostly written in
	repairOther        // the other one
	toLatin
	toCyrillic
)

// foldRare appends the fold of s to dst, the thorough way: it takes letters
// apart, so that a mark is judged by its letter and a letter by its word, and
// puts together what is left.
func (f *folder) foldRare(dst []byte, s string, want repair) []byte {
	at := len(dst)
	d := respell(norm.NFKD.String(strings.Map(dropInvisible, s)))
	for len(d) > 0 {
		if n := wordLen(d); n > 0 {
			dst = appendWord(dst, d[:n], f.direction(d[:n], want))
			d = d[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(d)
		switch {
		case isDash(r):
			dst = append(dst, '-')
		case isPlain(r):
			dst = append(dst, f.t.simplify(r, d[:n])...)
		default:
			dst = utf8.AppendRune(dst, r)
		}
		d = d[n:]
	}
	if norm.NFC.IsNormal(dst[at:]) {
		return dst
	}
	return append(dst[:at], norm.NFC.Bytes(dst[at:])...)
}

// dropInvisible is a mapping for strings.Map. Apostrophes are taken before
// decomposition, which makes of some of them a space with a mark.
func dropInvisible(r rune) rune {
	switch {
	case isIgnored(r):
		return -1
	case isQuote(r):
		return '\''
	}
	return r
}

// respell replaces the Latin letters that have a plain spelling. That comes
// before the look-alikes: the o of ø looks like the Cyrillic one.
func respell(d string) string {
	isPeculiar := func(r rune) bool { return plainSpelling(lower(r)) != "" }
	if strings.IndexFunc(d, isPeculiar) < 0 {
		return d
	}
	var b strings.Builder
	for _, r := range d {
		if out := plainSpelling(lower(r)); out != "" {
			b.WriteString(out)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wordLen returns the length of the word that decomposed text d begins with.
func wordLen(d string) int {
	for i, r := range d {
		inWord := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || isQuote(r)
		if !inWord || IsIdeograph(r) {
			return i
		}
	}
	return len(d)
}

// appendWord appends the fold of the decomposed word d, with the letters that
// look alike in the script of direction to exchanged.
func appendWord(dst []byte, d string, to repair) []byte {
	var base rune // the folded letter that a mark belongs to
	for _, r := range d {
		switch {
		case isIgnored(r):
			continue
		case isQuote(r):
			r = '\''
		case unicode.IsMark(r):
			if dropsMark(base, r) {
				continue
			}
			dst = utf8.AppendRune(dst, r)
			continue
		case to == toCyrillic && r < utf8.RuneSelf, to == toLatin && r >= utf8.RuneSelf:
			if twin := lookAlike(r); twin != 0 {
				r = twin
			}
		}
		base = lower(r)
		dst = utf8.AppendRune(dst, base)
	}
	return dst
}

// lower returns r in lower case; Greek has two sigmas in it, which are one.
func lower(r rune) rune {
	if r == 'ς' {
		return 'σ'
	}
	return unicode.ToLower(r)
}

// dropsMark reports whether mark m goes from folded letter base: from Latin
// letters every mark; from Cyrillic ones the stress, the dots of ё and the breve
// of ў. The acute of Macedonian ѓ and ќ is no stress.
func dropsMark(base, m rune) bool {
	const acute, breve, diaeresis = 0x0301, 0x0306, 0x0308
	switch {
	case unicode.Is(unicode.Latin, base):
		return true
	case m == acute:
		return unicode.Is(unicode.Cyrillic, base) && base != 'г' && base != 'к'
	case m == diaeresis:
		return base == 'е'
	case m == breve:
		return base == 'у'
	}
	return false
}

// plainSpelling returns the plain spelling of a lower-case Latin letter that
// decomposition leaves alone, "" if it needs none.
func plainSpelling(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	case 'ø':
		return "o"
	case 'ł', 'ƚ', 'ɫ':
		return "l"
	case 'đ', 'ð', 'ɖ', 'ɗ':
		return "d"
	case 'ı', 'ɨ':
		return "i"
	case 'ħ':
		return "h"
	case 'ŧ':
		return "t"
	case 'ƀ', 'ɓ':
		return "b"
	case 'ǥ':
		return "g"
	case 'ƶ':
		return "z"
	}
	return ""
}

// direction returns the script into which the decomposed word d is to be
// turned, repairNone if into none.
//
// Letters that look alike in both scripts say nothing of the script the writer
// meant, so that those count that do not: Бeлapycь is Cyrillic, though five of
// its eight letters are Latin. If there are none, all letters count, and
// Cyrillic wins a draw, since its words are where look-alikes turn up. If there
// are some of both, two words were run together (УтроNews) or one has the ending
// of the other script (SWIFTом): these stay as they are, and the other reading
// is the repaired one.
func (f *folder) direction(d string, want repair) repair {
	var lat, cyr, sureLat, sureCyr int
	for _, r := range d {
		sure := 0
		if lookAlike(r) == 0 {
			sure = 1
		}
		switch {
		case unicode.Is(unicode.Latin, r):
			lat++
			sureLat += sure
		case unicode.Is(unicode.Cyrillic, r):
			cyr++
			sureCyr += sure
		}
	}
	if lat == 0 || cyr == 0 {
		return repairNone
	}
	f.mixed = true
	isLatin := sureLat > sureCyr || sureLat == sureCyr && lat > cyr
	if sureLat > 0 && sureCyr > 0 {
		if want == repairMost {
			return repairNone
		}
		want = repairMost
	}
	if isLatin == (want == repairMost) {
		return toLatin
	}
	return toCyrillic
}

// lookAlikes are the letters that look alike in Latin and Cyrillic, in pairs,
// upper case by itself: Н looks like H, but н like no Latin letter. A pair in
// lower case has its upper case too, so that a fold never makes a letter
// exchangeable.
const lookAlikes = "AАBВCСEЕHНIІJЈKКMМOОPРSЅTТXХYУaаcсeеiіjјkкoоpрsѕxхyу"

// lookAlike returns the letter of the other script that looks like r, 0 if there
// is none.
func lookAlike(r rune) rune {
	i := strings.IndexRune(lookAlikes, r)
	switch {
	case i < 0:
		return 0
	case r < utf8.RuneSelf:
		twin, _ := utf8.DecodeRuneInString(lookAlikes[i+1:])
		return twin
	}
	return rune(lookAlikes[i-1])
}
