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
	runes := utf8.RuneCountInString(word)
	first, _ := utf8.DecodeRuneInString(word)
	switch {
	case unicode.IsNumber(first): // 3. Mai, 5. Sanktionspaket, but not 2021. or 5G.
		return runes <= 2 && strings.IndexFunc(word, unicode.IsLetter) < 0
	case runes == 1: // А. Лукашенко, 2021 г.
		return !IsIdeograph(first)
	case strings.Contains(word, "."): // U.S., т.е., m.in., z.B.
		return dotted(word)
	}
	key := strings.ToLower(word)
	return abbreviations()[key] || unicode.IsNumber(next) && numbered()[key]
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

// dotted reports whether no part of word between its dots has more than two
// letters.
func dotted(word string) bool {
	for part := range strings.SplitSeq(word, ".") {
		if utf8.RuneCountInString(part) > 2 {
			return false
		}
	}
	return true
}

// abbreviations are those that a name, a sum or a place follows.
var abbreviations = sync.OnceValue(func() map[string]bool {
	return wordSet(`
		mr mrs ms messrs dr prof st sr jr vs gen col sgt capt cpt lt cmdr adm maj rev hon gov sen rep
		pres dept approx est ca cf inc ltd co corp bros univ assn intl mt ft
		гг вв ул пл просп пер им проф акад доц ген полк подп кап мл тыс млн млрд трлн стр корп обл
		пос св см напр тел гр рис
		вул пр інш нпр гл праф генп кн
		рр тис мул імені див буд оф
		ul al pl os prof hab inż mgr płk ppłk mjr kpt por ks św bp abp tys mln mld bln tzw tzn tj np wg
		pvz vyr gerb doc tūkst mlrd sav apskr kun šv
		plkst piem milj mljrd tūkst prez
		bzw vgl bspw ggf evtl inkl zzgl hr fr frl dipl ing mio mrd str
		mme mlle mm mgr
		`)
})

// numbered are those that a number follows; else they end a sentence like any
// word ("He said no.").
var numbered = sync.OnceValue(func() map[string]bool {
	return wordSet(`
		no nos nr art arts fig figs vol pp sec ch par para ex ed
		jan feb mar apr jun jul aug sep sept oct nov dec
		ст пп рис табл гл разд ч арт п стор розд
		ust pkt poz lit rozdz str str
		str pkt straipsn abs ziff kap bd s.
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
