package story

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

//go:embed lexicon.txt
var lexiconText string

// A lexicon knows words of all our languages that mean the same.
type lexicon struct {
	words    map[string]*concept // whole words, with "=" before them, and beginnings
	han      map[string]*concept // parts of Chinese texts
	concepts []*concept
}

// A concept is what words of several languages mean.
type concept struct {
	name  string
	id    uint32
	prior float64 // items of the prior that have it

	figure string   // the number that it means
	stems  []uint32 // terms of one language that mean it
}

// The bounds of what is looked up, in runes.
const (
	longestStem = 16
	longestHan  = 8
)

// theLexicon is read at its first use.
var theLexicon = sync.OnceValue(func() *lexicon { return readLexicon(lexiconText) })

func readLexicon(s string) *lexicon {
	l := &lexicon{words: make(map[string]*concept), han: make(map[string]*concept)}
	for line := range strings.Lines(s) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		name := strings.TrimRight(fields[0], "!~")
		c := &concept{name: name, id: hashAbroad("concept " + name), prior: priorSubject}
		switch fields[0][len(name):] {
		case "~":
			c.prior = priorTheme
		case "!":
			c.prior = priorTelling
		case "!!":
			c.prior = priorName
		}
		if isNumber(name) && len(strings.Trim(name, "0123456789")) == 0 {
			c.figure, c.id = name, hashAbroad("figure "+name)
		}
		l.concepts = append(l.concepts, c)
		for _, w := range fields[1:] {
			w, whole := strings.CutPrefix(w, "=")
			w = text.Fold(w)
			switch r, _ := utf8.DecodeRuneInString(w); {
			case text.IsIdeograph(r) || strings.HasSuffix(w, "月"):
				l.han[w] = c
			case whole:
				l.words["="+w] = c
				c.stems = append(c.stems, hash32(stem(w)))
			default:
				l.words[w] = c
				c.stems = append(c.stems, hash32(stem(w)))
			}
		}
	}
	return l
}

// of returns the concept of a folded word, by its whole or its longest known beginning, or nil.
func (l *lexicon) of(word string) *concept {
	if c := l.words["="+word]; c != nil {
		return c
	}
	ends := make([]int, 0, longestStem)
	for i := range word {
		if i > 0 {
			ends = append(ends, i)
		}
		if len(ends) == longestStem {
			break
		}
	}
	if len(ends) < longestStem {
		ends = append(ends, len(word))
	}
	for i := len(ends) - 1; i >= 1; i-- {
		if c := l.words[word[:ends[i]]]; c != nil {
			return c
		}
	}
	return nil
}

// ofHan returns the concept that tokens, each an ideograph, begin with, and how many they
// are; nil if they begin with none.
func (l *lexicon) ofHan(tokens []text.Token) (*concept, int) {
	var b strings.Builder
	var found *concept
	n := 0
	for i, t := range tokens[:min(len(tokens), longestHan)] {
		if i > 0 && t.Start != tokens[i-1].End {
			break
		}
		b.WriteString(t.Word)
		if c := l.han[b.String()]; c != nil {
			found, n = c, i+1
		}
	}
	return found, n
}
