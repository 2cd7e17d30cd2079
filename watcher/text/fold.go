package text

import (
	"unicode/utf8"
)

// Fold returns s as it is compared:
//
//   - compatibility forms and widths become plain (NFKC): Ａ２００ is a200;
//   - upper case becomes lower case;
//   - Latin letters lose their marks, and ł ø đ ð þ ß æ œ ı their peculiarity;
//   - Cyrillic ё becomes е, ў becomes у, and stress marks go; й, ї and ґ stay;
//   - traditional Chinese becomes simplified;
//   - the signs typed for an apostrophe become ', dashes become -;
//   - what is invisible (soft hyphens, zero widths, bidi controls) is dropped;
//   - a word that mixes Latin and Cyrillic letters that look alike is turned
//     into the script it is mostly written in.
//
// No other script loses a mark: ガス is not カス. Bytes that are not UTF-8 become
// U+FFFD. Fold(Fold(s)) is Fold(s).
func Fold(s string) string {
	f := folder{t: sharedTables(), buf: make([]byte, 0, len(s)+8)}
	f.fold(s)
	if string(f.buf) == s {
		return s
	}
	return string(f.buf)
}

// folder folds into a buffer of its own.
type folder struct {
	t     *tables
	buf   []byte
	mixed bool // a word of both Latin and Cyrillic letters was met
}

// The scripts seen in a word.
const (
	sawLatin    = 1
	sawCyrillic = 2
	sawBoth     = sawLatin | sawCyrillic
)

// plain folds s into the empty buffer if it is one word that can be read rune
// by rune (only letters and digits with an entry, of one script), and reports
// whether it is.
func (f *folder) plain(s string) bool {
	f.buf = f.buf[:0]
	saw := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		e := f.t.at(r)
		switch e.class {
		case latin:
			saw |= sawLatin
		case cyrillic:
			saw |= sawCyrillic
		case digit, letter:
		default:
			return false
		}
		f.add(e)
		i += n
	}
	return saw != sawBoth
}

// fold appends the fold of s to the buffer.
func (f *folder) fold(s string) {
	for len(s) > 0 {
		s = s[f.stretch(s):]
		for len(s) > 0 {
			r, n := utf8.DecodeRuneInString(s)
			e := f.t.at(r)
			if e.class != delimiter {
				break
			}
			f.add(e)
			s = s[n:]
		}
	}
}

// stretch appends the fold of what stands before the first delimiter of s, and
// returns its length. It goes rune by rune, and begins anew with foldRare if
// one has to be seen in its context.
func (f *folder) stretch(s string) int {
	var (
		at    = len(f.buf)
		saw   = 0
		mixed = false
		i     = 0
	)
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		e := f.t.at(r)
		if e.class == delimiter {
			break
		}
		switch e.class {
		case latin:
			saw |= sawLatin
		case cyrillic:
			saw |= sawCyrillic
		case ideograph:
			mixed, saw = mixed || saw == sawBoth, 0
		case rare:
			if !isPlain(r) {
				end := i + n + f.delimiterIn(s[i+n:])
				f.buf = f.foldRare(f.buf[:at], s[:end], repairMost)
				return end
			}
			if isHan(r) {
				mixed, saw = mixed || saw == sawBoth, 0
			}
			f.buf = append(f.buf, f.t.simplify(r, s[i:i+n])...)
		}
		f.add(e)
		i += n
	}
	if mixed || saw == sawBoth {
		f.buf = f.foldRare(f.buf[:at], s[:i], repairMost)
	}
	return i
}

// delimiterIn returns the place of the first delimiter of s, or its length.
func (f *folder) delimiterIn(s string) int {
	for i, r := range s {
		if f.t.at(r).class == delimiter {
			return i
		}
	}
	return len(s)
}

// add appends what an entry folds to; a rare one holds nothing.
func (f *folder) add(e *entry) {
	switch e.n {
	case 1:
		f.buf = append(f.buf, e.out[0])
	case 2:
		f.buf = append(f.buf, e.out[0], e.out[1])
	default:
		f.buf = append(f.buf, e.out[:e.n]...)
	}
}
