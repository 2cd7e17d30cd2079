package story

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// What of an item is compared with items in other languages.
const (
	mostAbroad    = 14 // terms of an item; the rarest are kept
	shortestSound = 4  // letters of a word that is compared by its sound
	fewestSounds  = 3  // consonants of a name
	mostSounds    = 4  // consonants that are compared: what follows is mostly inflection
)

// tongue is the language of an item, as far as it matters here: the primary subtag, else
// the script of its title.
func tongue(it watcher.Item) uint16 {
	if lang, _, _ := strings.Cut(it.Language, "-"); lang != "" {
		return uint16(hash32("tongue " + strings.ToLower(lang)))
	}
	for _, r := range it.Title {
		switch {
		case unicode.Is(unicode.Han, r):
			return uint16(hash32("script han"))
		case unicode.Is(unicode.Cyrillic, r):
			return uint16(hash32("script cyrillic"))
		}
	}
	return uint16(hash32("script latin"))
}

// A reader takes from texts what they have in common with their like in other languages:
// concepts, figures, and words by their sound.
type reader struct {
	times   map[uint32]int
	figures []uint32
	spell   func(id uint32, word string) // told the word behind each term, if not nil
}

func (r *reader) add(id uint32, word string, by int) {
	r.times[id] += by
	if r.spell != nil {
		r.spell(id, word)
	}
}

// read reads a text; each of its terms counts by times.
func (r *reader) read(s string, tokens []text.Token, by int) {
	lex := theLexicon()
	for i := 0; i < len(tokens); i++ {
		w := tokens[i].Word
		c, n := lex.ofHan(tokens[i:])
		if c == nil {
			c, n = lex.of(w), 1
		}
		v, unit := "", ""
		switch {
		case c != nil && c.figure == "":
			r.add(c.id, c.name, by)
			i += n - 1
			continue
		case c != nil:
			v = c.figure
			i += n - 1
		case isNumber(w):
			v, unit = figure(w)
		default:
			r.sound(w, s[tokens[i].Start:], by)
			continue
		}
		if unit == "" && i+1 < len(tokens) {
			if unit = scaleOf(lex, tokens[i+1]); unit != "" {
				i++
			}
		}
		r.figure(v, unit, by)
	}
}

// figure adds a number, scaled by its unit.
func (r *reader) figure(v, unit string, by int) {
	if unit != "" {
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			v = strconv.FormatFloat(f*scales[unit], 'f', -1, 64)
		}
	}
	if v == "" || v == "1" {
		return
	}
	id := hashAbroad("figure " + v)
	r.add(id, v, by)
	r.figures = append(r.figures, id)
}

// sound adds a word by its sound, and a capital one that is short by all of it.
func (r *reader) sound(w, written string, by int) {
	first, _ := utf8.DecodeRuneInString(written)
	k := sound(w)
	capital := unicode.IsUpper(first)
	if capital && first < 0x250 && len(w) >= 3 && len(k) < fewestSounds {
		r.add(hashAbroad("word "+w), w, by)
	}
	if utf8.RuneCountInString(w) < shortestSound {
		return
	}
	switch {
	case len(k) >= mostSounds:
		r.add(hashAbroad("sound "+k[:mostSounds]), w, by)
		if len(k) == mostSounds && capital {
			r.add(hashAbroad("name "+k[:fewestSounds]), w, by)
		}
	case len(k) == fewestSounds && capital:
		r.add(hashAbroad("name "+k), w, by)
	}
}

// scales are what numbers are multiplied by, by their unit.
var scales = map[string]float64{
	"thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "mrd": 1e9,
	"万": 1e4, "亿": 1e8, "тыс": 1e3,
}

// scaleOf returns the unit that a token is, or "".
func scaleOf(lex *lexicon, t text.Token) string {
	if scales[t.Word] != 0 {
		return t.Word
	}
	if c := lex.of(t.Word); c != nil && scales[c.name] != 0 {
		return c.name
	}
	return ""
}

// figure splits a number into its value, with a point before decimals and no other marks,
// and the unit that is written to it. A name that holds figures, such as A200, is a value.
func figure(w string) (value, unit string) {
	end := len(w) - len(strings.TrimLeft(w, "0123456789.,'"))
	if end == 0 {
		return w, ""
	}
	digits, rest := w[:end], w[end:]
	var b strings.Builder
	for i := range len(digits) {
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
			b.WriteByte(c)
		default:
			if n := len(digits[i+1:]) - len(strings.TrimLeft(digits[i+1:], "0123456789")); n != 3 {
				b.WriteByte('.')
			}
		}
	}
	value = strings.TrimRight(b.String(), ".")
	if scales[rest] != 0 {
		unit = rest
	}
	return value, unit
}

// sounds are the consonants of letters as other languages hear them; letters that are
// missing are not heard, or heard too differently.
var sounds = map[rune]byte{
	'b': 'b', 'б': 'b', 'p': 'p', 'п': 'p', 'd': 'd', 'д': 'd', 't': 't', 'т': 't', 'g': 'g', 'г': 'g', 'ґ': 'g',
	'k': 'k', 'к': 'k', 'q': 'k', 'l': 'l', 'л': 'l', 'm': 'm', 'м': 'm', 'n': 'n', 'н': 'n', 'r': 'r', 'р': 'r',
	'f': 'f', 'ф': 'f', 'v': 'v', 'w': 'v', 'в': 'v',
	's': 's', 'z': 's', 'с': 's', 'з': 's', 'ж': 's', 'ш': 's', 'щ': 's', 'ч': 's', 'ц': 's',
}

// digraphs are letters that stand for one sound, the longest first.
var digraphs = strings.NewReplacer(
	"shch", "s", "schtsch", "s", "tsch", "s", "dsch", "s", "sch", "s", "szcz", "s", "tch", "s", "dzh", "s", "dz", "s", "дж", "s", "дз", "s",
	"kh", "", "gh", "g", "zh", "s", "sh", "s", "sz", "s", "cz", "s", "rz", "s", "ts", "s", "tz", "s", "ch", "s", "ph", "f", "ck", "k", "th", "t",
	"ce", "s", "ci", "s", "cy", "s", "c", "k", "x", "ks", "ss", "s")

// sound is the consonants of a folded word, one letter for each.
func sound(word string) string {
	if r, _ := utf8.DecodeRuneInString(word); r < 0x250 || unicode.Is(unicode.Cyrillic, r) {
		word = digraphs.Replace(word)
	} else {
		return ""
	}
	out := make([]byte, 0, 12)
	for _, r := range word {
		c, ok := sounds[r]
		if ok && (len(out) == 0 || out[len(out)-1] != c) {
			out = append(out, c)
		}
	}
	return string(out)
}

// The bounds of a join across languages.
const (
	sameAbroad = 0.22 // likeness from which two items in two languages tell the same event
	// fewestAbroad terms of those that both have must tell news apart.
	fewestAbroad  = 2
	abroadHalf    = 30 * time.Hour
	longestAbroad = 60 * time.Hour
)

// acrossLanguages is how like an item is to an entry in another language, on the scale of
// sameEvent, and the terms that both have. They must be of a theme, and not differ in figures.
func (b *Book) acrossLanguages(q *question, s *slot, apart time.Duration) (float64, []uint32) {
	p := packed(b.blocks.at(s.block))
	if apart > longestAbroad || !meet(q.themes, p.ids(partThemes, nil)) ||
		!sameNumbers(q.figures, p.ids(partFigures, nil)) {
		return 0, nil
	}
	b.scratch = p.terms(partAbroad, b.scratch[:0])
	words, shared := b.cosine(&q.abroadBy, b.scratch)
	if b.telling(shared) < fewestAbroad {
		return 0, nil
	}
	score := words * math.Exp2(-apart.Hours()/abroadHalf.Hours())
	if s.undoes != q.undoes {
		score *= undone
	}
	return score * sameEvent / sameAbroad, shared
}

func meet(a, b []uint32) bool {
	return slices.ContainsFunc(a, func(x uint32) bool { return slices.Contains(b, x) })
}

func themesOf(ms []watcher.Match) []uint32 {
	var out []uint32
	for _, m := range ms {
		out = append(out, hash32(m.Theme))
	}
	return out
}

// trim keeps the terms of a signature that say most.
func (b *Book) trim(s signature) signature {
	s.terms, s.abroad = b.rarest(s.terms, mostTerms), b.rarest(s.abroad, mostAbroad)
	return s
}
