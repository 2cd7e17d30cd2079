package story

import (
	"math/bits"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// A Baseline is a simple way to join items, as other readers do it, to compare with.
type Baseline struct {
	Name string
	same func(a, b plain) bool
}

// Baselines are the ways to compare with, none of which looks at the time between items
// within the window.
func Baselines() []Baseline {
	return []Baseline{
		{"the same title", func(a, b plain) bool { return a.title == b.title }},
		{"title Jaccard 0.7", func(a, b plain) bool { return jaccard(a.words, b.words) >= 0.7 }},
		{"SimHash 64, 3 bits", func(a, b plain) bool { return bits.OnesCount64(a.simhash^b.simhash) <= 3 }},
		{"first ten words", func(a, b plain) bool { return a.ten == b.ten }},
	}
}

// Fresh returns a clusterer of this kind that knows nothing.
func (b Baseline) Fresh() watcher.Clusterer { return &scanner{same: b.same} }

// A scanner compares an item with all others.
type scanner struct {
	same    func(a, b plain) bool
	items   []plain
	stories []watcher.StoryID
}

// A plain is what simple ways look at.
type plain struct {
	title   string
	ten     string
	words   map[string]bool
	simhash uint64
}

func plainOf(it watcher.Item) plain {
	p := plain{words: make(map[string]bool)}
	title := folded(it.Title)
	p.title = strings.Join(title, " ")
	for _, w := range title {
		p.words[w] = true
	}
	all := append(title, folded(it.Lead)...)
	p.ten = strings.Join(all[:min(len(all), 10)], " ")
	var votes [64]int
	for _, w := range all {
		h := hash64(w)
		for i := range votes {
			votes[i] += int(h>>i&1)*2 - 1
		}
	}
	for i, v := range votes {
		if v > 0 {
			p.simhash |= 1 << i
		}
	}
	return p
}

func folded(s string) []string {
	var out []string
	for _, t := range text.Tokens(s) {
		out = append(out, t.Word)
	}
	return out
}

func jaccard(a, b map[string]bool) float64 {
	both := 0
	for w := range a {
		if b[w] {
			both++
		}
	}
	if all := len(a) + len(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}

// Assign implements watcher.Clusterer.
func (s *scanner) Assign(it watcher.Item, _ []watcher.Match) watcher.Join {
	p := plainOf(it)
	for i := range s.items {
		if s.same(p, s.items[i]) {
			return watcher.Join{Story: s.stories[i], Score: 1}
		}
	}
	return watcher.Join{}
}

// Learn implements watcher.Clusterer.
func (s *scanner) Learn(m watcher.Member) {
	s.items, s.stories = append(s.items, plainOf(m.Item)), append(s.stories, m.Story)
}
