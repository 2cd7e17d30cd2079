package match

import (
	"errors"
	"slices"
	"strings"
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

var (
	// withWildcards changes * and ? of a term or a value into the letters that stand for them.
	withWildcards = strings.NewReplacer("*", string(anyRunes), "?", string(oneRune))
	// withoutInvisible takes out the soft hyphen, joiners and other runes of no width.
	withoutInvisible = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "",
		"\u2060", "", "\ufeff", "")
)

// A term is one word or phrase to look for.
type term struct {
	written string
	clause  string // "@potash" for a term of that vocabulary
	// forms are the sequences of words that the term is found as: more than one where it has
	// hyphens, which the text may leave out.
	forms [][]element
}

// element is one word of a term.
type element struct {
	word     string // as compared; with anyRunes and oneRune for wildcards
	alt      string // the word in the other script, or empty
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
	words := make([]element, len(tokens))
	for i, t := range tokens {
		words[i] = newElement(source, t, language, m)
		words[i].tight = i > 0 && tokens[i-1].End == t.Start &&
			ideographic(source, tokens[i-1]) && ideographic(source, t)
	}
	joined := make([]bool, len(tokens)) // to the word before
	for i, t := range tokens {
		joined[i] = i > 0 && t.Joined && m != stemmed
	}
	return term{written: written, forms: append(forms(words, joined), otherScript(words, joined)...)}, nil
}

// otherScript are the forms of a term whose wildcard words mix Latin and Cyrillic letters, in the
// script that they were not taken for.
func otherScript(words []element, joined []bool) [][]element {
	mixed := func(e element) bool { return e.glob && e.alt != "" }
	if !slices.ContainsFunc(words, mixed) {
		return nil
	}
	other := slices.Clone(words)
	for i, e := range other {
		if mixed(e) {
			other[i].word = e.alt
			other[i].prefix = e.alt[:firstWildcard(e.alt)]
		}
	}
	return forms(other, joined)
}

// firstWildcard is where the first wildcard of a word stands, or -1.
func firstWildcard(word string) int {
	return strings.IndexAny(word, wildcards)
}

func newElement(source string, t text.Token, language string, m mode) element {
	e := element{word: t.Word, alt: t.Alt}
	if m == asIs {
		e.word, e.alt = plain(source[t.Start:t.End]), ""
	}
	if i := firstWildcard(e.word); i >= 0 {
		e.glob, e.prefix = true, e.word[:i]
		return e
	}
	if m == stemmed {
		if s := stemmerFor(language, t.Word); s != nil {
			e.word, e.alt, e.language = s.stem(t.Word), "", s
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
	return withoutInvisible.Replace(norm.NFKC.String(word))
}

// maxForms bounds how many sequences one term is looked for as.
const maxForms = 32

// forms are words in every way that a text may write those joined by hyphens as one.
func forms(words []element, joined []bool) [][]element {
	list := [][]element{{words[0]}}
	for i := 1; i < len(words); i++ {
		n := len(list)
		for k := range n {
			form := list[k]
			if joined[i] && len(list) < maxForms {
				last := len(form) - 1
				list = append(list, append(form[:last:last], join(form[last], words[i])))
			}
			list[k] = append(slices.Clip(form), words[i])
		}
	}
	return list
}

// join is two elements as one word.
func join(a, b element) element {
	e := element{word: a.word + b.word, glob: a.glob || b.glob, tight: a.tight}
	switch {
	case a.glob:
		e.prefix = a.prefix
	case b.glob:
		e.prefix = a.word + b.prefix
	}
	return e
}

// matches reports whether a word of a text is the element.
func (e *element) matches(ix *index, word string) bool {
	switch {
	case e.glob:
		return strings.HasPrefix(word, e.prefix) && glob(e.word[len(e.prefix):], word[len(e.prefix):])
	case e.language != nil:
		return ix.stem(e.language, word) == e.word
	}
	return word == e.word || e.alt != "" && word == e.alt
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
		if first.alt != "" {
			s.exact[first.alt] = append(s.exact[first.alt], f)
		}
	}
}

// first is the first word of a form.
func (s *termSet) first(f formOf) *element { return &s.terms[f.term].forms[f.form][0] }
