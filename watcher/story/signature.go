package story

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// What of an item is compared.
const (
	leadWords  = 60 // outlets cut the same copy at different lengths: its beginning is what they share
	titleTimes = 2  // a word of the title weighs as much as one that stands so often in the lead
	mostTerms  = 24 // of an item; the rarest are kept
	stemRunes  = 6  // forms of a word differ in their ends, in all of our languages
)

// A signature is what is compared of an item.
type signature struct {
	title   uint64   // of the normalised title; 0 for a title too short to prove anything alone
	link    uint64   // of the article's address; 0 without one
	outlet  uint32   // who wrote it: the host of its address, else the feed
	terms   []term   // sorted by id
	numbers []uint32 // of the title, sorted
	tongue  uint16   // the language
	abroad  []term   // what it has in common with its like in other languages, sorted by id
	figures []uint32 // of the title, as other languages write them, sorted
	themes  []uint32 // of the rules that fired
	words   int      // of the title
	undoes  bool     // the title tells that something is taken back
}

// A term is a stem of an item and how often it stands there, the title counted more.
type term struct {
	id    uint32
	times uint8
}

// hash64 is the same in all processes: replicas must come to the same stories.
func hash64(s string) uint64 { return xxhash.Sum64String(s) }

// hash32 names a term of one language, and whatever else a block holds.
func hash32(s string) uint32 { return uint32(hash64(s)) & (1<<(idBits-1) - 1) }

// hashAbroad names a term of all languages.
func hashAbroad(s string) uint32 { return hash32(s) | 1<<(idBits-1) }

// sign reads an item. spell, if not nil, is told the word behind each term.
func sign(it watcher.Item, spell func(id uint32, word string)) signature {
	title, lead := text.Tokens(it.Title), text.Tokens(it.Lead)
	s := signature{words: len(title), outlet: hash32(cmp.Or(it.Host(), string(it.FeedID))), tongue: tongue(it)}
	if it.URL != "" {
		s.link = hash64(article(it.URL))
	}
	var b strings.Builder
	times := make(map[uint32]int)
	for i, t := range title {
		b.WriteString(t.Word)
		b.WriteByte(' ')
		if isNumber(t.Word) {
			s.numbers = append(s.numbers, hash32(t.Word))
		}
		s.undoes = s.undoes || undoes(t.Word)
		id := termOf(title, i)
		times[id] += titleTimes
		if spell != nil {
			spell(id, t.Word)
		}
	}
	s.undoes = s.undoes || undoesInChinese(b.String())
	if s.words >= fewestWords {
		s.title = hash64(b.String())
	}
	for i := range lead[:min(len(lead), leadWords)] {
		id := termOf(lead, i)
		times[id]++
		if spell != nil {
			spell(id, lead[i].Word)
		}
	}
	s.terms = sorted(times)
	slices.Sort(s.numbers)
	s.numbers = slices.Compact(s.numbers)
	r := reader{times: make(map[uint32]int), spell: spell}
	r.read(it.Title, title, titleTimes)
	slices.Sort(r.figures)
	s.figures = slices.Compact(r.figures)
	r.figures = nil
	r.read(it.Lead, lead[:min(len(lead), leadWords)], 1)
	s.abroad = sorted(r.times)
	return s
}

func sorted(times map[uint32]int) []term {
	out := make([]term, 0, len(times))
	for id, n := range times {
		out = append(out, term{id, uint8(min(n, 255))})
	}
	slices.SortFunc(out, func(a, b term) int { return cmp.Compare(a.id, b.id) })
	return out
}

// termOf is the term of the i'th token: its stem, and for an ideograph the pair that it
// begins, since one alone says little.
func termOf(tokens []text.Token, i int) uint32 {
	w := tokens[i].Word
	if r, _ := utf8.DecodeRuneInString(w); text.IsIdeograph(r) && i+1 < len(tokens) && tokens[i+1].Start == tokens[i].End {
		return hash32(w + tokens[i+1].Word)
	}
	if isNumber(w) {
		return hash32(w)
	}
	return hash32(stem(w))
}

// stem is the beginning of a word, which its forms share.
func stem(w string) string {
	n := 0
	for at := range w {
		if n == stemRunes {
			return w[:at]
		}
		n++
	}
	return w
}

func isNumber(w string) bool { return strings.IndexFunc(w, unicode.IsDigit) >= 0 }

// sameNumbers reports whether two titles may speak of the same figures: the numbers of
// one are among those of the other.
func sameNumbers(a, b []uint32) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); !ok {
			return false
		}
	}
	return true
}

// plainPath is how long the last part of a path must be to name an article by itself.
const plainPath = 12

// article is the address of an article: without what comes after a path that names it, such
// as where on its front page the outlet linked it.
func article(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	last := path.Base(u.Path)
	if len(last) < plainPath || strings.IndexFunc(last, unicode.IsDigit) < 0 && strings.Count(last, "-") < 3 {
		return link
	}
	host := strings.ToLower(u.Hostname())
	for _, p := range []string{"www.", "m.", "amp."} {
		host = strings.TrimPrefix(host, p)
	}
	return host + u.Path
}
