package match

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// mode is how words are compared.
type mode int

const (
	folded  mode = iota
	asIs         // under CASE
	stemmed      // under STEM
	modes
)

// The wildcards of a term while it goes through the tokenizer: letters without case, in a script
// that no news is written in, so that they cling to the word they stand in.
const (
	anyRunes = '\u16a0' // stands for *
	oneRune  = '\u16a2' // stands for ?

	wildcards = string(anyRunes) + string(oneRune)
)

// withWildcards changes * and ? of a term or a value into the letters that stand for them.
var withWildcards = strings.NewReplacer("*", string(anyRunes), "?", string(oneRune))

// A term is one word or phrase to look for.
type term struct {
	written string
	clause  string // "@potash" for a term of that vocabulary
	// forms are the sequences of words that the term is found as: more than one where it has
	// hyphens, which the text may leave out, or words that mix scripts.
	forms [][]element
}

// element is one word of a term.
type element struct {
	word     string // as compared; with anyRunes and oneRune for wildcards
	prefix   string // if glob: what stands before the first wildcard
	glob     bool
	tight    bool     // must touch the word before: both are parts of one Chinese or Japanese word
	language *stemmer // under STEM: word is a stem of this language
}

var errNoWord = errors.New("holds no word that a text could have: it can never match")

// newTerm reads a term as written; language is empty if unknown.
func newTerm(written, language string, m mode) (term, error) {
	if firstWildcard(written) >= 0 {
		return term{}, errors.New("holds the runes ᚠ or ᚢ, which cannot be searched")
	}
	source := withWildcards.Replace(written)
	tokens := text.Tokens(source)
	if len(tokens) == 0 {
		return term{}, errNoWord
	}
	t := term{written: written}
	for _, form := range readings(source, tokens, m) {
		words := make([]element, len(form))
		for i, p := range form {
			words[i] = newElement(p, language, m)
		}
		t.forms = append(t.forms, words)
	}
	return t, nil
}

// The bounds of the sequences that one term is looked for as: their number, and the words of all.
const (
	maxForms     = 32
	maxFormWords = 4096
)

// part is one word of a term in one reading.
type part struct {
	word  string
	tight bool // must touch the word before
}

// readings are the words of a term in every way that a text may write them: those joined by hyphens
// as one, those that mix Latin and Cyrillic letters in either script.
func readings(source string, tokens []text.Token, m mode) [][]part {
	var list [][]part
	most := max(1, min(maxForms, maxFormWords/len(tokens)))
	for i, t := range tokens {
		words := []string{t.Word}
		switch {
		case m == asIs:
			words[0] = plain(source[t.Start:t.End])
		case t.Alt != "":
			words = append(words, t.Alt)
		}
		if i == 0 {
			for _, w := range words {
				list = append(list, []part{{word: w}})
			}
			list = list[:min(len(list), most)]
			continue
		}
		before := tokens[i-1]
		tight := before.End == t.Start && ideographic(source, before) && ideographic(source, t)
		list = extend(list, words, tight, t.Joined, most)
	}
	return list
}

// extend are forms with one word more, which may also be a part of the last; at most so many.
func extend(forms [][]part, words []string, tight, joined bool, most int) [][]part {
	if len(forms) == most || len(words) == 1 && !joined {
		for i := range forms {
			forms[i] = append(forms[i], part{words[0], tight})
		}
		return forms
	}
	var list [][]part
	for _, w := range words {
		for _, form := range forms {
			list = append(list, append(slices.Clip(form), part{w, tight}))
		}
	}
	if joined {
		for _, w := range words {
			for _, form := range forms {
				last := slices.Clone(form)
				last[len(last)-1].word += w
				list = append(list, last)
			}
		}
	}
	return list[:min(len(list), most)]
}

// firstWildcard is where the first wildcard of a word stands, or -1.
func firstWildcard(word string) int {
	return strings.IndexAny(word, wildcards)
}

func newElement(p part, language string, m mode) element {
	e := element{word: p.word, tight: p.tight}
	if i := firstWildcard(e.word); i >= 0 {
		e.glob, e.prefix = true, e.word[:i]
		return e
	}
	if m == stemmed {
		if s := stemmerFor(language, e.word); s != nil {
			e.word, e.language = s.stem(e.word), s
		}
	}
	return e
}

// ideographic reports whether a token is one Chinese or Japanese character.
func ideographic(source string, t text.Token) bool {
	r, _ := utf8.DecodeRuneInString(source[t.Start:t.End])
	return text.IsIdeograph(r)
}

// plain is a word as CASE compares it: compatibility forms made plain, nothing else changed but
// what cannot be seen.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf && (r == '\u034f' || unicode.In(r, unicode.Cf, unicode.Variation_Selector)) {
			return -1
		}
		return r
	}, norm.NFKC.String(word))
}

// matches reports whether a word of a text is the element.
func (e *element) matches(ix *index, word string) bool {
	switch {
	case e.glob:
		return strings.HasPrefix(word, e.prefix) && glob(e.word[len(e.prefix):], word[len(e.prefix):])
	case e.language != nil:
		return ix.stem(e.language, word) == e.word
	}
	return word == e.word
}

// glob reports whether pattern, which may hold wildcards, matches the whole of s. It takes at most
// as many steps as the product of their lengths.
func glob(pattern, s string) bool {
	p, i := 0, 0
	star, again := -1, 0 // where to go on if the characters after the last * do not fit
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		w, wn := utf8.DecodeRuneInString(pattern[p:])
		switch {
		case wn > 0 && w == anyRunes:
			star, again = p, i
			p += wn
		case wn > 0 && (w == oneRune || w == r):
			p += wn
			i += n
		case star >= 0:
			_, n := utf8.DecodeRuneInString(s[again:])
			again += n
			i, p = again, star+utf8.RuneLen(anyRunes)
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], string(anyRunes)) == ""
}

// termSet is the terms of one operand, arranged for looking up.
type termSet struct {
	mode  mode
	terms []term
	// exact lists by their first word the forms that begin with one that can be looked up.
	exact map[string][]formOf
	// globs and stems are the forms whose first word must be searched for; globs are sorted by what
	// stands before the wildcard.
	globs, stems []formOf
}

// formOf is a form of the term with that index.
type formOf struct{ term, form int }

func newTermSet(m mode, terms ...term) *termSet {
	s := &termSet{mode: m, terms: terms, exact: map[string][]formOf{}}
	for at := range terms {
		for i := range terms[at].forms {
			s.add(formOf{at, i})
		}
	}
	slices.SortStableFunc(s.globs, func(a, b formOf) int {
		return strings.Compare(s.first(a).prefix, s.first(b).prefix)
	})
	return s
}

func (s *termSet) add(f formOf) {
	switch first := s.first(f); {
	case first.glob:
		s.globs = append(s.globs, f)
	case first.language != nil:
		s.stems = append(s.stems, f)
	default:
		s.exact[first.word] = append(s.exact[first.word], f)
	}
}

// first is the first word of a form.
func (s *termSet) first(f formOf) *element { return &s.terms[f.term].forms[f.form][0] }
