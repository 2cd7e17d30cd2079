package story

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Score compares stories that were made with groups that were labelled.
type Score struct {
	Items  int       `json:"items"`
	Pair   Agreement `json:"pair"`   // over pairs of items
	BCubed Agreement `json:"bcubed"` // mean over items
}

// An Agreement is precision, recall and their harmonic mean, from 0 to 1.
type Agreement struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// An Evaluation says how well a way to join items does on labelled groups.
type Evaluation struct {
	Name    string           `json:"name"`
	Items   int              `json:"items"`
	Groups  int              `json:"groups"`
	Stories int              `json:"stories"`
	All     Score            `json:"all"`
	Kinds   map[string]Score `json:"kinds"` // by how the label came, as the file says
	Pairs   int              `json:"different_pairs"`
	Joined  int              `json:"different_joined"` // of Pairs: labelled different and made one
	Wrong   []string         `json:"wrong"`            // the joined pairs and groups, in words
}

// Labelled are groups of items that tell one story each, and pairs that do not.
type Labelled struct {
	// Matcher, if not nil, says which rules fire on the items: those in different languages
	// are joined only if one theme's do.
	Matcher watcher.Matcher

	matched map[watcher.ItemID][]watcher.Match
	items   []watcher.Item
	group   []int    // of each item
	kind    []string // of each group
	groups  int
	pairs   [][2]watcher.Item
}

// mostLine bounds a line of labels, in bytes.
const mostLine = 4 << 20

type labelledItem struct {
	ID      string `json:"id"`
	Source  string `json:"source"`
	URL     string `json:"url"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Lang    string `json:"lang"`
	Date    string `json:"date"`
}

// item is the item as the line would have it; n keeps items without a link apart.
func (l labelledItem) item(n int) watcher.Item {
	at := when(l.Date)
	return watcher.Item{
		ID: watcher.NewItemID(cmp.Or(l.URL, l.Source) + "\n" + l.Title + fmt.Sprint(n)), FeedID: watcher.FeedID(l.Source),
		URL: l.URL, Title: l.Title, Lead: l.Summary, Language: l.Lang, Published: at, Seen: at,
	}
}

// when reads a date of any length that begins as in 2006-01-02T15:04:05.
func when(s string) time.Time {
	s = strings.Replace(strings.TrimSpace(s), "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if len(s) >= len(layout) {
			if t, err := time.Parse(layout, s[:len(layout)]); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// ReadLabelled reads one JSON object a line: a group {"group", "kind", "items": [...]} or a
// pair that is not one story {"label": "different", "a", "b"}. Groups that have the very
// same article in common are one.
func ReadLabelled(r io.Reader) (*Labelled, error) {
	l := &Labelled{matched: make(map[watcher.ItemID][]watcher.Match)}
	same := map[string]int{} // article to group
	in := bufio.NewScanner(r)
	in.Buffer(nil, mostLine)
	n := 0
	for in.Scan() {
		n++
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		var v struct {
			Group string         `json:"group"`
			Kind  string         `json:"kind"`
			Items []labelledItem `json:"items"`
			Label string         `json:"label"`
			A, B  *labelledItem
		}
		if err := json.Unmarshal(line, &v); err != nil {
			return nil, fmt.Errorf("line %d: not a JSON object with group and items, or label, a and b", n)
		}
		switch {
		case v.A != nil && v.B != nil:
			l.pairs = append(l.pairs, [2]watcher.Item{v.A.item(0), v.B.item(1)})
		case len(v.Items) > 0:
			l.add(v.Kind, v.Items, same)
		default:
			return nil, fmt.Errorf("line %d: a group without items", n)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	if len(l.items)+len(l.pairs) == 0 {
		return nil, errors.New("no group and no pair in it")
	}
	l.sort()
	return l, nil
}

func (l *Labelled) add(kind string, items []labelledItem, same map[string]int) {
	g := len(l.kind)
	l.kind = append(l.kind, kind)
	for _, it := range items {
		if old, ok := same[cmp.Or(it.URL, it.Source)+"\n"+it.Title]; ok && old != g {
			l.merge(g, old, same)
			g = old
		}
	}
	for _, it := range items {
		key := cmp.Or(it.URL, it.Source) + "\n" + it.Title
		if _, ok := same[key]; ok && it.URL != "" {
			continue // the very same article again
		}
		same[key] = g
		l.items = append(l.items, it.item(len(l.items)))
		l.group = append(l.group, g)
	}
}

// merge makes group from a part of group to, which keeps the rarer kind of label.
func (l *Labelled) merge(from, to int, same map[string]int) {
	for i, g := range l.group {
		if g == from {
			l.group[i] = to
		}
	}
	for key, g := range same {
		if g == from {
			same[key] = to
		}
	}
	if strings.Contains(l.kind[from], "multi") {
		l.kind[to] = l.kind[from]
	}
}

func (l *Labelled) sort() {
	order := make([]int, len(l.items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return l.items[a].Published.Compare(l.items[b].Published) })
	items, group := make([]watcher.Item, len(order)), make([]int, len(order))
	distinct := map[int]bool{}
	for i, o := range order {
		items[i], group[i] = l.items[o], l.group[o]
		distinct[l.group[o]] = true
	}
	l.items, l.group, l.groups = items, group, len(distinct)
}

// Evaluate gives all items in order of date to a clusterer, and each pair to one of its own.
func (l *Labelled) Evaluate(name string, fresh func() watcher.Clusterer) Evaluation {
	e := Evaluation{Name: name, Items: len(l.items), Groups: l.groups, Pairs: len(l.pairs), Kinds: map[string]Score{}, Wrong: []string{}}
	stories := l.assign(fresh(), l.items)
	distinct := map[watcher.StoryID]bool{}
	kinds := map[string]bool{}
	for i, s := range stories {
		distinct[s] = true
		kinds[l.kind[l.group[i]]] = true
	}
	e.Stories = len(distinct)
	e.All = l.score(stories, func(string) bool { return true })
	for kind := range kinds {
		e.Kinds[kind] = l.score(stories, func(k string) bool { return k == kind })
	}
	for _, p := range l.pairs {
		got := l.assign(fresh(), p[:])
		if got[0] == got[1] {
			e.Joined++
			e.Wrong = append(e.Wrong, fmt.Sprintf("%s | %s", p[0].Title, p[1].Title))
		}
	}
	e.Wrong = append(e.Wrong, l.mixed(stories)...)
	return e
}

// assign gives items to a clusterer, with the rules that fire on them.
func (l *Labelled) assign(c watcher.Clusterer, items []watcher.Item) []watcher.StoryID {
	out := make([]watcher.StoryID, len(items))
	for i, it := range items {
		ms := l.matches(it)
		out[i] = c.Assign(it, ms).Story
		if out[i] == "" {
			out[i] = watcher.NewStoryID(it.ID)
		}
		m := watcher.Member{Seq: int64(i + 1), Story: out[i], Item: it}
		for _, x := range ms {
			m.Themes = append(m.Themes, x.Theme)
		}
		c.Learn(m)
	}
	return out
}

// matches are the rules that fire on an item, none without a Matcher.
func (l *Labelled) matches(it watcher.Item) []watcher.Match {
	if l.Matcher == nil {
		return nil
	}
	ms, ok := l.matched[it.ID]
	if !ok {
		ms = l.Matcher.Match(it, watcher.Feed{ID: it.FeedID, Language: it.Language})
		l.matched[it.ID] = ms
	}
	return ms
}

// score compares stories with labels, for the items of groups of some kinds.
func (l *Labelled) score(stories []watcher.StoryID, of func(kind string) bool) Score {
	type cell struct {
		story watcher.StoryID
		group int
	}
	both, inStory, inGroup := map[cell]int{}, map[watcher.StoryID]int{}, map[int]int{}
	for i, s := range stories {
		both[cell{s, l.group[i]}]++
		inStory[s]++
		inGroup[l.group[i]]++
	}
	var sc Score
	var p, r, right, made, wanted float64
	for i, s := range stories {
		g := l.group[i]
		if !of(l.kind[g]) {
			continue
		}
		sc.Items++
		n := float64(both[cell{s, g}])
		p += n / float64(inStory[s])
		r += n / float64(inGroup[g])
		right += n - 1
		made += float64(inStory[s] - 1)
		wanted += float64(inGroup[g] - 1)
	}
	sc.BCubed = agreement(p, float64(sc.Items), r, float64(sc.Items))
	sc.Pair = agreement(right, made, right, wanted)
	return sc
}

func agreement(p, of, r, all float64) Agreement {
	a := Agreement{Precision: 1, Recall: 1}
	if of > 0 {
		a.Precision = p / of
	}
	if all > 0 {
		a.Recall = r / all
	}
	if sum := a.Precision + a.Recall; sum > 0 {
		a.F1 = 2 * a.Precision * a.Recall / sum
	}
	return a
}

// mixed names the stories that hold items of several groups.
func (l *Labelled) mixed(stories []watcher.StoryID) []string {
	first := map[watcher.StoryID]int{}
	var out []string
	for i, s := range stories {
		f, ok := first[s]
		if !ok {
			first[s] = i
			continue
		}
		if l.group[f] != l.group[i] {
			out = append(out, fmt.Sprintf("%s | %s", l.items[f].Title, l.items[i].Title))
		}
	}
	return out
}
