package story

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// leadWords is how many words of the lead count: outlets cut syndicated copy at
// different lengths, and its beginning is what they share.
const leadWords = 60

// A signature is what is compared of an item.
type signature struct {
	exact   uint64   // of the normalised title
	title   []uint64 // words and word pairs of the title, sorted
	pairs   []uint64 // word pairs of title and lead, sorted
	numbers []string // of the title, sorted
	words   int      // of the title
	shared  []string // words of the title, sorted, to say what two have in common
}

// seed makes hashes equal within one process, which is as long as a Book lives.
var seed = maphash.MakeSeed()

func sign(it watcher.Item) signature {
	title := words(it.Title, 0)
	lead := words(it.Lead, leadWords)
	s := signature{exact: maphash.String(seed, strings.Join(title, " ")), words: len(title)}
	for _, w := range title {
		s.title = append(s.title, maphash.String(seed, w))
		if isNumber(w) {
			s.numbers = append(s.numbers, w)
		}
	}
	s.title = append(s.title, pairsOf(title)...)
	s.pairs = append(pairsOf(title), pairsOf(lead)...)
	s.shared = title
	slices.Sort(s.shared)
	s.shared = slices.Compact(s.shared)
	slices.Sort(s.numbers)
	s.numbers = slices.Compact(s.numbers)
	s.title, s.pairs = set(s.title), set(s.pairs)
	return s
}

// words returns the folded words of a text, at most n (0 for all).
func words(s string, n int) []string {
	var out []string
	for _, t := range text.Tokens(s) {
		if n > 0 && len(out) == n {
			break
		}
		out = append(out, t.Word)
	}
	return out
}

func pairsOf(ws []string) []uint64 {
	if len(ws) < 2 {
		return nil
	}
	out := make([]uint64, 0, len(ws)-1)
	for i := range len(ws) - 1 {
		out = append(out, maphash.String(seed, ws[i]+" "+ws[i+1]))
	}
	return out
}

func set(hs []uint64) []uint64 {
	slices.Sort(hs)
	return slices.Compact(hs)
}

func isNumber(w string) bool {
	return strings.IndexFunc(w, unicode.IsDigit) >= 0
}

// overlap returns the size of the intersection of two sorted sets.
func overlap(a, b []uint64) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}

// jaccard is the share of two sets that both have.
func jaccard(a, b []uint64) float64 {
	both := overlap(a, b)
	if all := len(a) + len(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}

// containment is the share of the smaller set that the larger has.
func containment(a, b []uint64) float64 {
	if small := min(len(a), len(b)); small > 0 {
		return float64(overlap(a, b)) / float64(small)
	}
	return 0
}

// sameNumbers reports whether two titles may speak of the same figures: the numbers of
// one are among those of the other.
func sameNumbers(a, b []string) bool {
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
