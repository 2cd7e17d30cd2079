package match

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// A place is a run of tokens of one text that an operand is found at.
type place struct {
	text        int
	first, last int
	term        *term  // what was found, or nil for two places near one another,
	left, right *place // which are these
}

// posting is where a word stands: usually one token, more where a text writes it with hyphens.
type posting struct {
	text        int
	first, last int
}

// index is the words of a Doc as one mode compares them.
type index struct {
	doc    *Doc
	words  map[string][]posting   // in the order of the text
	bare   [texts][]string        // under CASE: the words as written, by token
	joined [texts]map[int][]joint // by token: what it makes with one, two, three joined to it
	list   []string               // the keys of words, sorted; made when first needed
	stems  map[string]map[string]string
	byStem map[string]map[string][]string // words by stem, by language
}

// joint is a word that tokens make which a text joins by hyphens.
type joint struct {
	last int // of the tokens
	word string
}

// index is the words of the Doc under a mode. STEM works on folded words.
func (d *Doc) index(m mode) *index {
	if m == stemmed {
		m = folded
	}
	if d.indexes[m] == nil {
		d.indexes[m] = newIndex(d, m)
	}
	return d.indexes[m]
}

func newIndex(d *Doc, m mode) *index {
	ix := &index{doc: d, words: map[string][]posting{}}
	for t, tokens := range d.tokens {
		if m == asIs {
			ix.bare[t] = make([]string, len(tokens))
			for i, token := range tokens {
				ix.bare[t][i] = plain(d.source[t][token.Start:token.End])
			}
		}
		ix.join(t)
		for i := range tokens {
			for last, word := range ix.wordsAt(t, i) {
				ix.words[word] = append(ix.words[word], posting{t, i, last})
			}
		}
	}
	return ix
}

// wordsAt are the words that begin with a token: itself, the same in the other script, and those
// that it makes with the tokens joined to it; each with its last token.
func (ix *index) wordsAt(t, first int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		token := &ix.doc.tokens[t][first]
		if !yield(first, ix.word(t, first)) {
			return
		}
		if token.Alt != "" && ix.bare[t] == nil && !yield(first, token.Alt) {
			return
		}
		for _, j := range ix.joined[t][first] {
			if !yield(j.last, j.word) {
				return
			}
		}
	}
}

// join writes down the words that tokens of a text make with those joined to them.
func (ix *index) join(t int) {
	tokens := ix.doc.tokens[t]
	ix.joined[t] = map[int][]joint{}
	for first := range tokens {
		var words []string
		for last := first + 1; last < len(tokens) && last < first+maxJoined && tokens[last].Joined; last++ {
			if words == nil {
				words = ix.readings(t, first)
			}
			words = product(words, ix.readings(t, last))
			for _, word := range words {
				ix.joined[t][first] = append(ix.joined[t][first], joint{last, word})
			}
		}
	}
}

// product is every word of a with every word of b joined to it.
func product(a, b []string) []string {
	list := make([]string, 0, len(a)*len(b))
	for _, left := range a {
		for _, right := range b {
			list = append(list, left+right)
		}
	}
	return list
}

// readings are a token as compared, and in the other script if it mixes two.
func (ix *index) readings(t, token int) []string {
	list := []string{ix.word(t, token)}
	if alt := ix.doc.tokens[t][token].Alt; alt != "" && ix.bare[t] == nil {
		list = append(list, alt)
	}
	return list
}

// word is a token as compared.
func (ix *index) word(t, token int) string {
	if ix.bare[t] != nil {
		return ix.bare[t][token]
	}
	return ix.doc.tokens[t][token].Word
}

// sorted are all words.
func (ix *index) sorted() []string {
	if ix.list == nil {
		ix.list = slices.Sorted(maps.Keys(ix.words))
	}
	return ix.list
}

// stem is the stem of a word of the Doc.
func (ix *index) stem(s *stemmer, word string) string {
	ix.learn(s)
	return ix.stems[s.language][word]
}

// learn stems all words of the Doc.
func (ix *index) learn(s *stemmer) {
	if ix.stems[s.language] != nil {
		return
	}
	if ix.stems == nil {
		ix.stems, ix.byStem = map[string]map[string]string{}, map[string]map[string][]string{}
	}
	stems, byStem := make(map[string]string, len(ix.words)), map[string][]string{}
	for _, word := range ix.sorted() {
		stem := s.stem(word)
		stems[word] = stem
		byStem[stem] = append(byStem[stem], word)
	}
	ix.stems[s.language], ix.byStem[s.language] = stems, byStem
}

// find is where the terms of a set stand, in the order of the text.
func (ix *index) find(set *termSet) []place {
	f := finder{ix: ix, set: set}
	if len(set.exact) <= len(ix.words) {
		for word, forms := range set.exact {
			f.at(ix.words[word], forms)
		}
	} else {
		for word, postings := range ix.words {
			f.at(postings, set.exact[word])
		}
	}
	f.globs()
	for _, form := range set.stems {
		e := set.first(form)
		ix.learn(e.language)
		for _, word := range ix.byStem[e.language.language][e.word] {
			f.at(ix.words[word], []formOf{form})
		}
	}
	return f.places()
}

// finder collects where the terms of a set stand.
type finder struct {
	ix    *index
	set   *termSet
	list  []found
	steps int // comparisons of words made so far
}

type found struct {
	posting
	term int
}

// globs tries the forms that begin with a wildcard word: they and the words of the Doc are sorted, so
// one pass meets all that begin alike.
func (f *finder) globs() {
	if len(f.set.globs) == 0 {
		return
	}
	words := f.ix.sorted()
	for i := range f.set.globs {
		form := f.set.globs[i : i+1]
		e := f.set.first(form[0])
		if len(words) > 0 && words[0] < e.prefix {
			words = words[sort.SearchStrings(words, e.prefix):]
		}
		for _, word := range words {
			if !strings.HasPrefix(word, e.prefix) {
				break
			}
			if e.matches(f.ix, word) {
				f.at(f.ix.words[word], form)
			}
		}
	}
}

// at tries forms where their first word stands, from the beginning of the text and no further than
// is kept: twice as much, for a place can be found in two ways.
func (f *finder) at(postings []posting, forms []formOf) {
	for _, form := range forms {
		rest := f.set.terms[form.term].forms[form.form][1:]
		enough := len(f.list) + 2*maxPlaces
		for _, p := range postings {
			if len(f.list) >= enough {
				break
			}
			for _, last := range f.ends(p, rest) {
				f.list = append(f.list, found{posting{p.text, p.first, last}, form.term})
			}
		}
	}
}

// ends is where a form can end that begins at p and goes on with rest. A text full of hyphens can be
// read in very many ways: ends are kept as a set, and the steps of one search are bounded.
func (f *finder) ends(p posting, rest []element) []int {
	ends := []int{p.last}
	for i := range rest {
		var next []int
		for _, end := range ends {
			token := end + 1
			if token == len(f.ix.doc.tokens[p.text]) || rest[i].tight && !f.ix.touch(p.text, token) {
				continue
			}
			for last, word := range f.ix.wordsAt(p.text, token) {
				if f.steps++; f.steps > maxSteps {
					return nil
				}
				if rest[i].matches(f.ix, word) && !slices.Contains(next, last) {
					next = append(next, last)
				}
			}
		}
		if ends = next; len(ends) == 0 {
			return nil
		}
	}
	return ends
}

// touch reports whether nothing that can be seen stands before a token.
func (ix *index) touch(t, token int) bool {
	tokens := ix.doc.tokens[t]
	return text.Fold(ix.doc.source[t][tokens[token-1].End:tokens[token].Start]) == ""
}

// places is what was found, one of each extent: the term listed first.
func (f *finder) places() []place {
	slices.SortFunc(f.list, func(a, b found) int {
		return cmp.Or(comparePostings(a.posting, b.posting), a.term-b.term)
	})
	list := slices.CompactFunc(f.list, func(a, b found) bool { return a.posting == b.posting })
	if len(list) > maxPlaces {
		list = list[:maxPlaces]
	}
	places := make([]place, len(list))
	for i, at := range list {
		places[i] = place{text: at.text, first: at.first, last: at.last, term: &f.set.terms[at.term]}
	}
	return places
}

func comparePostings(a, b posting) int {
	return cmp.Or(a.text-b.text, a.first-b.first, a.last-b.last)
}
