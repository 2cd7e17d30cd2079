package match

import (
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// The bounds of what is read and kept, so that no item can stall the rules.
const (
	maxText   = 2 << 20 // bytes of one field
	maxPlaces = 10_000  // places of one operand
	maxSteps  = 1 << 20 // words compared in one search for an operand
	maxSpans  = 200     // spans of one verdict
	maxJoined = 4       // words that are also found as one
)

// The texts of a Doc: the fields of the item in the order of watcher, and the author's name.
const (
	title = iota
	lead
	body
	author
	texts
)

// A Doc is an item prepared once and judged by many queries; it keeps what they share. NewDoc is
// the only way to one. It is not safe for concurrent use.
type Doc struct {
	item   watcher.Item
	feed   watcher.Feed
	source [texts]string
	tokens [texts][]text.Token

	indexes [modes]*index // made when first needed
	found   map[lookup][]place
	values  map[string][]string // the values of a field, folded

	sentences *[texts]map[int32]sentence // by ordinal; made when first needed
}

// lookup names what a vocabulary finds in a Doc.
type lookup struct {
	vocabulary *Vocabulary
	mode       mode
}

// NewDoc prepares an item of a feed.
func NewDoc(it watcher.Item, f watcher.Feed) *Doc {
	d := &Doc{item: it, feed: f, found: map[lookup][]place{}, values: map[string][]string{}}
	d.source = [texts]string{cut(it.Title), cut(it.Lead), cut(it.Body), cut(it.Author)}
	for i, s := range d.source {
		d.tokens[i] = text.Tokens(s)
	}
	return d
}

// cut is the beginning of an overlong text.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// fieldOf is the field of the item that a text is; the author's name is none.
func fieldOf(t int) watcher.Field {
	return [texts]watcher.Field{watcher.Title, watcher.Lead, watcher.Body, ""}[t]
}

// origin tells where in its sentence a place stands, and which sentence that is: places of two
// fields with one origin are the same words written again.
type origin struct{ sentence, at, words int }

func (d *Doc) origin(p place) origin {
	if d.sentences == nil {
		d.compareSentences()
	}
	s := d.sentences[p.text][d.tokens[p.text][p.first].Sentence]
	return origin{s.same, p.first - s.first, p.last - p.first + 1}
}

// sentence is a sentence of a text.
type sentence struct {
	first int // token
	same  int // a number that all sentences of these words have
}

func (d *Doc) compareSentences() {
	d.sentences = &[texts]map[int32]sentence{}
	numbers := map[string]int{}
	for t, tokens := range d.tokens {
		d.sentences[t] = map[int32]sentence{}
		for from := 0; from < len(tokens); {
			to, key := from, []byte(nil)
			for ; to < len(tokens) && tokens[to].Sentence == tokens[from].Sentence; to++ {
				key = append(append(key, tokens[to].Word...), ' ')
			}
			number, ok := numbers[string(key)]
			if !ok {
				number = len(numbers)
				numbers[string(key)] = number
			}
			d.sentences[t][tokens[from].Sentence] = sentence{from, number}
			from = to
		}
	}
}
