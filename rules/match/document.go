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
	repeats [texts]map[int32]bool // sentences that an earlier field has too; made when first needed
	values  map[string][]string   // the values of a field, folded
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

// sentence is the ordinal of the sentence that a token of a text stands in.
func (d *Doc) sentence(t, token int) int32 { return d.tokens[t][token].Sentence }

// repeated reports whether the place stands in a sentence that an earlier field has word for word.
func (d *Doc) repeated(p place) bool {
	if p.text != lead && p.text != body {
		return false
	}
	if d.repeats[p.text] == nil {
		d.compareSentences()
	}
	return d.repeats[p.text][d.sentence(p.text, p.first)]
}

func (d *Doc) compareSentences() {
	seen := map[string]bool{}
	for t := title; t <= body; t++ {
		d.repeats[t] = map[int32]bool{}
		var here []string
		for from := 0; from < len(d.tokens[t]); {
			to, key := from, []byte(nil)
			for ; to < len(d.tokens[t]) && d.sentence(t, to) == d.sentence(t, from); to++ {
				key = append(append(key, d.tokens[t][to].Word...), ' ')
			}
			if seen[string(key)] {
				d.repeats[t][d.sentence(t, from)] = true
			}
			here = append(here, string(key))
			from = to
		}
		for _, key := range here {
			seen[key] = true
		}
	}
}
