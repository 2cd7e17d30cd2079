package text

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// isAbbreviation reports whether the dot after before is that of an
// abbreviation, an initial or an ordinal, so that the sentence goes on. next is
// what the next word begins with.
//
// Abbreviations that end a sentence as often as not (etc., usw., руб.) are not
// taken for one before a capital. A sentence that is cut too late costs a longer
// quotation; one cut too early parts words that belong together.
func isAbbreviation(before string, next rune) bool {
	word := lastWord(before)
	if word == "" {
		return false
	}
	if i := strings.LastIndexByte(word, '.'); i >= 0 { // U.S., т.е., m.in., z.B., 1223.g.
		return isDotted(word, word[i+1:])
	}
	first, _ := utf8.DecodeRuneInString(word)
	if unicode.IsNumber(first) {
		return isOrdinal(before, word, next)
	}
	if utf8.RuneCountInString(word) == 1 { // А. Лукашенко, 2021 г.
		return !IsIdeograph(first)
	}
	key := strings.ToLower(word)
	return abbreviations()[key] || unicode.IsNumber(next) && numbered()[key]
}

// isDotted reports whether word is an abbreviation with dots inside: its last
// part is one letter, or no part has more than two.
func isDotted(word, last string) bool {
	if r, _ := utf8.DecodeRuneInString(last); !unicode.IsLetter(r) {
		return false
	}
	if utf8.RuneCountInString(last) == 1 {
		return true
	}
	for part := range strings.SplitSeq(word, ".") {
		if utf8.RuneCountInString(part) > 2 {
			return false
		}
	}
	return true
}

// isOrdinal reports whether number, which before ends with, counts what next
// begins: am 3. Mai, das 5. Sanktionspaket. Languages in Cyrillic put no dot, so
// that there it has to stand at the beginning of a sentence, in a list.
func isOrdinal(before, number string, next rune) bool {
	isShort := len(number) <= 2 && strings.IndexFunc(number, unicode.IsLetter) < 0
	lead := before[:len(before)-len(number)]
	if !isShort || lead == "" {
		return isShort
	}
	r, _ := utf8.DecodeLastRuneInString(lead)
	return isBlank(r) && unicode.Is(unicode.Latin, next)
}

// lastWord returns the letters, digits and inner dots that s ends with, "" if
// they are no word of their own or too long to be an abbreviation.
func lastWord(s string) string {
	const longest = 24 // bytes
	i := len(s)
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '.' {
			inWord := isQuote(r) || unicode.IsMark(r)
			if inWord || isDash(r) && !strings.HasSuffix(s[:i-n], ".") { // but J.-C. Juncker
				return ""
			}
			break
		}
		if i -= n; len(s)-i > longest {
			return ""
		}
	}
	return strings.TrimLeft(s[i:], ".")
}

// abbreviations are those that a name, a sum or a place follows, a line or two
// for each of English, Russian, Belarusian, Ukrainian, Polish, Lithuanian,
// Latvian, German and French.
var abbreviations = sync.OnceValue(func() map[string]bool {
	return wordSet(`
		mr mrs ms messrs dr prof st sr jr vs gen col sgt cpl capt cpt lt cmdr adm rev hon gov sen rep
		pres dept approx ca cf inc ltd co corp bros univ assn intl mt ft
		гг вв ул пл просп пер им проф акад доц ген полк подп кап тыс млн млрд трлн стр корп обл пос св
		см напр тел гр
		вул праф нпр
		рр тис ім мул буд доц
		ul pl os prof hab inż mgr płk ppłk mjr kpt ks św bp abp tys mln mld bln tzw tzn tj np wg ds ws nt
		pvz vyr gerb doc tūkst mlrd sav apskr šv
		plkst piem milj mljrd tūkst prez
		bzw vgl bspw ggf evtl inkl zzgl hr fr frl dipl ing mio mrd str
		mme mlle mgr
		`)
})

// numbered are those that a number follows, in the same order; else they end a
// sentence like any word ("He said no.").
var numbered = sync.OnceValue(func() map[string]bool {
	return wordSet(`
		no nos nr art arts fig figs vol pp sec ch par jan feb mar apr jun jul aug sep sept oct nov dec
		ст пп рис табл гл разд арт розд
		ust pkt poz lit rozdz straipsn abs ziff kap bd
		`)
})

// wordSet returns the words of s.
func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(s) {
		set[w] = true
	}
	return set
}
