package match_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// drawnTerms are the vocabularies of drawn queries.
func drawnTerms() map[string]map[string][]string {
	return map[string]map[string][]string{
		"v": {"en": {"a", "b c", "MAZ-543", "sanction"}, "zh": {"制裁", "鉀肥"}},
		"w": {"en": {"c", "maz5*"}, "ru": {"санкция", "калий"}, "be": {"калій", "санкци?"}},
		"s": {"en": {"belta.by", "zh", "bel*"}},
	}
}

// A drawnItem is an item with the values of its fields, as the package comment says they are
// compared.
type drawnItem struct {
	item   watcher.Item
	feed   watcher.Feed
	values map[string][]string
}

func drawItem(t *rapid.T) drawnItem {
	d := drawnItem{values: map[string][]string{}}
	d.item = watcher.Item{Title: drawText(t), Lead: drawText(t), Body: drawText(t)}
	if rapid.Bool().Draw(t, "repeat") {
		d.item.Lead = d.item.Title + ". " + d.item.Lead
	}
	d.item.Author = rapid.SampledFrom([]string{"", "a", "Maz b", "b a. санкция", "制裁 MAZ-543"}).Draw(t, "author")
	address := rapid.SampledFrom([]struct {
		url         string
		urls, hosts []string
	}{
		{"", nil, nil},
		{
			"https://www.EN.Belta.by/Great-Stone/a_b?id=7",
			[]string{"https://www.en.belta.by/great-stone/a_b?id=7", "https www en belta by great stone a b id 7"},
			[]string{"en.belta.by", "belta.by", "by"},
		},
		{
			"https://example.org/%D0%BA%D0%B0%D0%BB%D0%B8%D0%B9/",
			[]string{"https://example.org/%d0%ba%d0%b0%d0%bb%d0%b8%d0%b9/", "https://example.org/калий/", "https example org калий"},
			[]string{"example.org", "org"},
		},
		{
			"https://xn--b1aew.xn--p1ai:8080/x",
			[]string{"https://xn--b1aew.xn--p1ai:8080/x", "https xn b1aew xn p1ai 8080 x"},
			[]string{"xn--b1aew.xn--p1ai", "xn--p1ai", "мвд.рф", "рф"},
		},
	}).Draw(t, "url")
	d.item.URL, d.values["url"], d.values["site"] = address.url, address.urls, address.hosts
	if rapid.Bool().Draw(t, "feed has an address") {
		d.feed.URL = "https://feeds.example.org/rss"
		if address.url == "" {
			d.values["site"] = []string{"feeds.example.org", "example.org", "org"}
		}
	}
	d.feed.ID, d.feed.Name = "belta-en", "BelTA  English"
	d.values["feed"] = []string{"belta-en", "belta english"}
	d.feed.Language = rapid.SampledFrom([]string{"", "en", "be_BY"}).Draw(t, "feed's lang")
	d.item.Language = rapid.SampledFrom([]string{"", "zh", "zh-Hant", "ru"}).Draw(t, "lang")
	if lang := cmp.Or(d.item.Language, d.feed.Language); lang != "" {
		d.values["lang"] = []string{strings.ReplaceAll(strings.ToLower(lang), "_", "-")}
	}
	if d.feed.Country = rapid.SampledFrom([]string{"", "by", "CN"}).Draw(t, "country"); d.feed.Country != "" {
		d.values["country"] = []string{strings.ToLower(d.feed.Country)}
	}
	if rapid.Bool().Draw(t, "tags") {
		d.item.Tags, d.feed.Tags = []string{"Ökonomie", "Foreign  Trade"}, []string{"Official"}
		d.values["tag"] = []string{"okonomie", "foreign trade", "official"}
		d.values["category"] = d.values["tag"]
	}
	return d
}

// drawText draws a text of words that the terms below are made of and what stands between words.
func drawText(t *rapid.T) string {
	common := rapid.SampledFrom([]string{"a", "b", "c", "A", "maz", "MAZ", "543", "maz543", "制", "裁", "x"})
	other := rapid.SampledFrom([]string{
		"санкция", "Санкции", "cанкция", "калій", "калию", "MАZ", "МAZ", "ＭＡＺ", "sanctions", "Sanction's", "鉀肥", "钾", "肥",
		"ガ", "ス", "カ\u3099", "Łódź", "lodz", "ma\u200bz", "m\u00adaz", "ma\u200ez", "\u202emaz\u202c", "\xd0", "a\xff", "qu’a", "5G",
		"STRASSE", "straße", "a`b", "Ёлка", "елка", "가나", "ไทย", "½", "ab", "bc", "cop", "сор", "cоp",
	})
	gap := rapid.SampledFrom([]string{
		" ", " ", " ", " ", "-", "/", ", ", "", ". ", ".\n\n", "\u00a0", "\u2011", "\u200b", "\u2060", " - ", "_", "\ufeff", "。",
	})
	var b strings.Builder
	for range rapid.IntRange(0, 12).Draw(t, "words") {
		word := common
		if rapid.IntRange(0, 3).Draw(t, "rare") == 0 {
			word = other
		}
		b.WriteString(word.Draw(t, "word"))
		b.WriteString(gap.Draw(t, "gap"))
	}
	return b.String()
}

// drawer draws queries that the language allows.
type drawer struct {
	t     *rapid.T
	mode  string // CASE or STEM, if what is drawn stands in one
	field string // the innermost text field
	call  bool   // in a call
}

// term is a word, phrase or vocabulary.
func (d drawer) term() string {
	plain := []string{
		"a", "b", "c", "MAZ-543", "maz543", "制裁", `"制 裁"`, `"a b"`, `"b a"`, `"a a"`, "@v", "@w", "MAZ", `"b maz543 c"`, "543-a",
		"a-b-c", "санкция", "санкции", "cанкция", "калій", "калий", "sanction", "钾肥", `"鉀 肥"`, "ガス", `"ガ ス"`, "Łódź", "lodz",
		"МАZ-543", `"MАZ 543"`, "5G", "Straße", "qu'a", "ёлка", "가나", "A", `"制裁 a"`, "cоp", "сор",
	}
	globs := []string{"maz5*", `"maz 543*"`, "maz-5*", "maz?43", "санкци?", "sanct*s", `"sanct* maz"`, "cанк*", `"maz54? c"`, "lod?", "maz54*-a"}
	if d.mode != "STEM" {
		plain = append(plain, globs...)
	}
	return rapid.SampledFrom(plain).Draw(d.t, "term")
}

// place is a query for places in the text.
func (d drawer) place(depth int) string {
	if depth == 0 || rapid.IntRange(0, 2).Draw(d.t, "leaf") == 0 {
		return d.term()
	}
	inner := func() string { return "(" + d.place(depth-1) + ")" }
	switch rapid.IntRange(0, 5).Draw(d.t, "kind") {
	case 0:
		return inner() + " OR " + inner()
	case 1:
		return d.compare("CASE", depth)
	case 2:
		return d.compare("STEM", depth)
	}
	op := rapid.SampledFrom([]string{"NEAR", "ONEAR", "NOT NEAR", "NOT ONEAR"}).Draw(d.t, "op")
	distance := rapid.SampledFrom([]string{"0", "1", "2", "5", "S", "P"}).Draw(d.t, "distance")
	return inner() + " " + op + "/" + distance + " " + inner()
}

// compare is places under CASE or STEM, of which only one can be.
func (d drawer) compare(mode string, depth int) string {
	if d.mode == "" {
		d.mode = mode
	}
	d.call = true
	return d.mode + "(" + d.place(depth-1) + ")"
}

// query is any query.
func (d drawer) query(depth int) string {
	if depth == 0 {
		return d.place(2)
	}
	inner := func() string { return "(" + d.query(depth-1) + ")" }
	switch rapid.IntRange(0, 9).Draw(d.t, "kind") {
	case 0:
		return inner() + " AND " + inner()
	case 1:
		return inner() + " OR " + inner()
	case 2:
		return inner() + " NOT " + inner()
	case 3:
		n, first := rapid.IntRange(1, 4).Draw(d.t, "n"), ""
		if rapid.IntRange(0, 3).Draw(d.t, "beginning") == 0 {
			first = fmt.Sprintf("FIRST/%d", rapid.IntRange(1, 8).Draw(d.t, "words"))
		}
		return fmt.Sprintf("ATLEAST/%d(%s(%s))", n, first, d.place(2))
	case 4:
		d.call = true
		return fmt.Sprintf("FIRST/%d%s", rapid.IntRange(1, 8).Draw(d.t, "n"), inner())
	case 5:
		return d.under(depth)
	case 6:
		return d.comparing(depth)
	case 7:
		return d.value()
	}
	return d.place(2)
}

// comparing is any query under CASE or STEM.
func (d drawer) comparing(depth int) string {
	if d.mode == "" {
		d.mode = rapid.SampledFrom([]string{"CASE", "STEM"}).Draw(d.t, "mode")
	}
	d.call = true
	return d.mode + "(" + d.query(depth-1) + ")"
}

// under is any query under a field that is searched.
func (d drawer) under(depth int) string {
	fields := map[string][]string{
		"": {"title", "lead", "hlead", "body", "text", "author"}, "text": {"title", "lead", "hlead", "body"},
		"hlead": {"title", "lead"}, "author": {},
	}[d.field]
	if len(fields) == 0 || d.call && d.field == "" { // author may not stand in a call
		fields = []string{cmp.Or(d.field, "title")}
	}
	if d.field == "author" {
		return d.place(depth)
	}
	d.field = rapid.SampledFrom(fields).Draw(d.t, "field")
	return d.field + ":(" + d.query(depth-1) + ")"
}

// value is a query for the value of a field; places where none may stand.
func (d drawer) value() string {
	if d.call || d.field != "" {
		return d.place(2)
	}
	values := map[string][]string{
		"url":  {"great-stone", `"great stone"`, "gre*one", "калий", `"id=7"`, "a_b", "sport", `"8080/x"`},
		"site": {"belta.by", "by", "bel*.by", "example.org", "elta.by", "мвд.рф", "xn--p1ai", "www.en.belta.by", "@s"},
		"feed": {"belta-en", `"belta english"`, "bel*", "belta", "@s"}, "lang": {"zh", "zh-hant", "ru", "en", "be-by", "be", "zh-hans"},
		"country": {"by", "cn", "BY"}, "tag": {"official", `"foreign trade"`, "for*", "foreign", "okonomie"},
		"category": {"official", "Ökonomie", "off?cial"},
	}
	field := rapid.SampledFrom(slices.Sorted(maps.Keys(values))).Draw(d.t, "value of")
	value := func() string { return rapid.SampledFrom(values[field]).Draw(d.t, "value") }
	if field == "site" || field == "feed" {
		switch rapid.IntRange(0, 5).Draw(d.t, "values") {
		case 0:
			return fmt.Sprintf("%s:(%s NOT %s)", field, value(), value())
		case 1:
			return fmt.Sprintf("%s:(%s AND %s)", field, value(), value())
		}
	}
	return fmt.Sprintf("%s:(%s OR %s)", field, value(), value())
}

// tally counts what queries were drawn and held.
type tally map[string]*[2]int

func (c tally) add(n query.Node, held bool) {
	query.Walk(n, func(n query.Node) bool {
		kind := strings.TrimPrefix(fmt.Sprintf("%T", n), "*query.")
		if f, ok := n.(*query.Field); ok {
			kind = f.Name + ":"
		}
		if c[kind] == nil {
			c[kind] = &[2]int{}
		}
		if c[kind][0]++; held {
			c[kind][1]++
		}
		return true
	})
}

// TestTheMachineAgreesWithTheDefinitions compares the machine with one that tries everything, on
// random items with four queries each. `make referee` runs a million of them.
func TestTheMachineAgreesWithTheDefinitions(t *testing.T) {
	terms := drawnTerms()
	list := map[string]*match.Vocabulary{}
	for name := range terms {
		list[name] = &match.Vocabulary{Name: name, Terms: terms[name]}
	}
	lookup := func(name string) (*match.Vocabulary, bool) { v, ok := list[name]; return v, ok }
	held, all, kinds := 0, 0, tally{}
	rapid.Check(t, func(t *rapid.T) {
		item := drawItem(t)
		it := item.item
		d := match.NewDoc(it, item.feed)
		referee := newBrute([texts]string{it.Title, it.Lead, it.Body, it.Author}, item.values, terms)
		for range 4 { // on one Doc, to meet what it keeps
			n, err := query.Parse(drawer{t: t}.query(rapid.IntRange(0, 3).Draw(t, "depth")))
			require.NoError(t, err)
			q, err := match.Compile(n, lookup)
			require.NoError(t, err)
			ok, spans := q.Eval(d)
			require.Equal(t, referee.holds(n, unlimited()), ok, "%s on %q of %q", n, it, item.feed)
			checkSpans(t, it, ok, spans)
			if want, sure := referee.spans(n); sure {
				require.Equal(t, want, extents(spans), "%s on %q", n, it)
			}
			trace := q.Explain(d)
			require.Equal(t, ok, trace.Pass, "%s on %q", n, it)
			require.Equal(t, spans[:min(20, len(spans))], trace.Spans)
			all++
			if ok {
				held++
			}
			kinds.add(n, ok)
		}
	})
	require.Greater(t, held, all/10, "the queries must hold often enough to mean something")
	require.Less(t, held, all*9/10)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%-10s in %d queries, %d of them held", kind, kinds[kind][0], kinds[kind][1])
	}
}

// spans is where a query for places without NEAR holds, which its definition tells; not sure for
// others.
func (b *brute) spans(n query.Node) (list []watcher.Span, sure bool) {
	sure = true
	query.Walk(n, func(n query.Node) bool {
		switch n := n.(type) {
		case *query.Near, *query.And, *query.Not, *query.AtLeast:
			sure = false
		case *query.Field:
			sure = sure && b.isText(n.Name)
		}
		return sure
	})
	if !sure {
		return nil, false
	}
	order := func(x, y run) int { return cmp.Or(x.text-y.text, x.first-y.first, x.last-y.last) }
	for _, r := range slices.SortedFunc(maps.Keys(b.runs(n, unlimited())), order) {
		if r.text != author {
			tokens := b.tokens[r.text]
			field := []watcher.Field{watcher.Title, watcher.Lead, watcher.Body}[r.text]
			list = append(list, watcher.Span{Field: field, Start: tokens[r.first].Start, End: tokens[r.last].End})
		}
	}
	return list, true
}

func (b *brute) isText(field string) bool { return query.IsText(field) || field == "author" }

// extents are spans without what was found.
func extents(spans []watcher.Span) []watcher.Span {
	var list []watcher.Span
	for _, s := range spans {
		list = append(list, watcher.Span{Field: s.Field, Start: s.Start, End: s.End})
	}
	return list
}

// checkSpans checks what every list of spans must be.
func checkSpans(t *rapid.T, it watcher.Item, ok bool, spans []watcher.Span) {
	require.True(t, ok || spans == nil)
	order := map[watcher.Field]int{watcher.Title: 0, watcher.Lead: 1, watcher.Body: 2}
	for i, s := range spans {
		require.NotEmpty(t, s.Term)
		require.NotEmpty(t, it.Text(s.Field)[s.Start:s.End])
		if i > 0 {
			before := spans[i-1]
			require.False(t, order[before.Field] > order[s.Field] ||
				before.Field == s.Field && before.Start > s.Start, "%v", spans)
			require.NotEqual(t, before, s)
		}
	}
}
