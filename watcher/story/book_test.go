package story_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func item(title, lead string, after time.Duration) watcher.Item {
	at := noon.Add(after)
	return watcher.Item{
		ID: watcher.NewItemID(title + lead + at.String()), Title: title, Lead: lead, Published: at, Seen: at,
	}
}

// told learns items as a store would give them back and returns the story of each.
func told(t *testing.T, b *story.Book, items ...watcher.Item) []watcher.StoryID {
	t.Helper()
	var out []watcher.StoryID
	for i, it := range items {
		j := b.Assign(it, matched(it))
		require.NotEmpty(t, j.Why)
		s := j.Story
		if s == "" {
			s = watcher.NewStoryID(it.ID)
		}
		b.Learn(watcher.Member{Seq: int64(i + 1), Story: s, Item: it})
		out = append(out, s)
	}
	return out
}

// matched is what rules on Belarus, potash and sanctions would find in a title.
func matched(it watcher.Item) []watcher.Match {
	m := watcher.Match{RuleID: "r"}
	for _, w := range []string{"Belarus", "potash", "sanctions", "white"} {
		if i := strings.Index(strings.ToLower(it.Title), strings.ToLower(w)); i >= 0 {
			m.Spans = append(m.Spans, watcher.Span{Field: watcher.Title, Start: i, End: i + len(w), Term: w})
		}
	}
	return []watcher.Match{m}
}

const wireLead = "The council agreed on Monday to stop the transit of potash from Soligorsk through the port of Klaipeda, two diplomats said, after a debate that lasted several weeks."

func TestSameNewsFromThreeOutletsIsOneStory(t *testing.T) {
	for name, items := range map[string][]watcher.Item{
		"the same title, another lead": {
			item("Council stops transit of potash from Soligorsk", wireLead, 0),
			item("COUNCIL STOPS TRANSIT OF POTASH FROM SOLIGORSK", "Our correspondent reports.", time.Hour),
			item("Council stops transit of potash from Soligorsk!", "", 2*time.Hour),
		},
		"another title, the same wire copy": {
			item("Council stops transit of potash", wireLead, 0),
			item("No more fertiliser through Klaipeda: ministers act", wireLead, time.Hour),
			item("Potash transit ends", wireLead+" More follows.", 3*time.Hour),
		},
		"a cut lead": {
			item("Council stops potash transit", wireLead, 0),
			item("Potash transit is over, ministers say", wireLead[:120], time.Hour),
		},
		"nearly the same title": {
			item("Council stops transit of potash from Soligorsk, diplomats say", "", 0),
			item("Council stops transit of potash from Soligorsk - diplomats", "", time.Hour),
		},
		"Russian": {
			item("Литва прекращает транзит белорусских калийных удобрений", "Решение вступает в силу со вторника, сообщили в правительстве страны.", 0),
			item("Литва прекращает транзит белорусских калийных удобрений через Клайпеду", "Решение вступает в силу со вторника, сообщили в правительстве страны.", time.Hour),
		},
		"Chinese": {
			item("立陶宛停止白俄罗斯钾肥过境运输", "政府表示该决定将于星期二生效。", 0),
			item("立陶宛停止白俄罗斯钾肥过境", "政府表示该决定将于星期二生效。", time.Hour),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := told(t, story.New(story.Options{}), items...)
			for _, s := range got {
				require.Equal(t, got[0], s)
			}
		})
	}
}

func TestDifferentNewsStayApart(t *testing.T) {
	for name, items := range map[string][]watcher.Item{
		"a series by number": {
			item("War in Ukraine: what happened on day 396", "The main events of the day.", 0),
			item("War in Ukraine: what happened on day 397", "The main events of the day.", 24*time.Hour),
		},
		"a price of the day": {
			item("Potash price on 27 March: 310 dollars a tonne", "The price at the close.", 0),
			item("Potash price on 28 March: 312 dollars a tonne", "The price at the close.", 24*time.Hour),
		},
		"the same title a week later": {
			item("Weekly review of sanctions on Belarus", "The council met.", 0),
			item("Weekly review of sanctions on Belarus", "A new list was published.", 7*24*time.Hour),
		},
		"one subject, two events": {
			item("Ministers ban potash imports from Belarus", "They adopted the measure on Monday after months of talks; contracts signed before June may run until the autumn, and farmers are promised help.", 0),
			item("Belarus potash company sues council", "The exporter lodged a complaint with the judges in Luxembourg and asks for its frozen accounts back, its lawyer told reporters outside the building.", time.Hour),
		},
		"short titles": {
			item("Belarus sanctions", "Canada lists nine companies of the defence industry that make optics and chassis; their directors may no longer enter the country.", 0),
			item("Belarus sanctions", "Switzerland follows the union's eighth package, which bars three banks from messages of payment and stops the sale of drones.", time.Hour),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := told(t, story.New(story.Options{}), items...)
			seen := map[watcher.StoryID]bool{}
			for _, s := range got {
				require.False(t, seen[s], "joined")
				seen[s] = true
			}
		})
	}
}

func TestJoinSaysWhy(t *testing.T) {
	b := story.New(story.Options{})
	first := item("Council stops transit of potash from Soligorsk", wireLead, 0)
	require.Equal(t, "no story of the last days shares its words", b.Assign(first, nil).Why)
	told(t, b, first)
	j := b.Assign(item("Ministers act", wireLead, time.Hour), nil)
	require.Equal(t, "near text", j.Signature)
	require.Greater(t, j.Score, 0.6)
	j = b.Assign(item("Council stops transit of potash 2", wireLead[:60], time.Hour), nil)
	require.NotEqual(t, "none", j.Signature, "a figure that only one title has is no contradiction")
	j = b.Assign(item("Weather in Minsk is mild", "No snow is expected.", time.Hour), nil)
	require.Empty(t, j.Story)
}

func TestBookForgetsWhatLeftTheWindow(t *testing.T) {
	b := story.New(story.Options{Window: 24 * time.Hour})
	for i := range 5000 {
		it := item(fmt.Sprintf("Story of station %d on the line to Brest", i), "", time.Duration(i)*time.Minute)
		b.Learn(watcher.Member{Seq: int64(i), Story: watcher.NewStoryID(it.ID), Item: it})
		b.Learn(watcher.Member{Seq: int64(i), Story: watcher.NewStoryID(it.ID), Item: it}) // twice is once
	}
	require.InDelta(t, 24*60, b.Len(), 2)
	require.Empty(t, b.Assign(item("Story of station 7 on the line to Brest", "", 5000*time.Minute), nil).Story)
	require.NotEmpty(t, b.Assign(item("Story of station 4990 on the line to Brest", "", 5000*time.Minute), nil).Story)
}

// invented returns the i'th of many items, in words that are as common as words are.
func invented(i int) watcher.Item {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	z := rand.NewZipf(r, 1.05, 10, 200_000)
	words := func(n int) string {
		var b strings.Builder
		for range n {
			for v := z.Uint64() * 2654435761 % 0xffffff; v > 0; v /= 16 {
				b.WriteByte("etaoinsrhldcumgp"[v%16])
			}
			b.WriteByte(' ')
		}
		return b.String()
	}
	it := item(words(9), words(30), time.Duration(i)*time.Second)
	it.ID, it.URL = watcher.NewItemID(fmt.Sprint(i)), fmt.Sprintf("https://host%d.example/a/%d-news-of-the-day", i%50, i)
	return it
}

// BenchmarkAssign is the cost of an item beside a small and a large window, and the memory
// of an item in it. "-bench Assign -large" adds a window of a million items, which takes
// minutes to fill.
func BenchmarkAssign(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if *large {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		var before, after runtime.MemStats
		story.New(story.Options{}) // reads the lexicon
		runtime.GC()
		runtime.ReadMemStats(&before)
		book := story.New(story.Options{Window: 1000 * time.Hour})
		for i := range n {
			it := invented(i)
			book.Learn(watcher.Member{Seq: int64(i), Story: watcher.NewStoryID(it.ID), Item: it})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		asked := make([]watcher.Item, 64)
		for i := range asked {
			asked[i] = invented(n + i)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				book.Assign(asked[i%len(asked)], nil)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/item")
		})
		runtime.KeepAlive(book)
	}
}

var large = flag.Bool("large", false, "benchmarks with a million items too")

func TestNewsIsJoinedAcrossLanguages(t *testing.T) {
	in := func(lang string, it watcher.Item) watcher.Item {
		it.Language = lang
		it.URL = ""
		return it
	}
	potash := []watcher.Match{{Theme: "potash"}}
	items := []watcher.Item{
		in("en", item("Lithuania to halt transit of 12 million tonnes of Belaruskali potash", "The railway ends its contract on 1 February, minister Skuodis said.", 0)),
		in("ru", item("Литва остановит транзит 12 млн тонн калия «Беларуськалия»", "Контракт с железной дорогой прекращается, сообщил министр Скуодис.", time.Hour)),
		in("pl", item("Litwa wstrzyma tranzyt 12 mln ton nawozów Biełaruśkali", "Kolej kończy kontrakt, powiedział minister Skuodis.", 2*time.Hour)),
		in("zh", item("立陶宛将停止1200万吨白俄罗斯钾肥过境", "铁路合同将于2月终止。", 3*time.Hour)),
		in("de", item("Litauen stoppt Transit von zwölf Millionen Tonnen Kali", "Die Bahn kündigt den Vertrag mit Belaruskali.", 4*time.Hour)),
	}
	b := story.New(story.Options{})
	first := watcher.NewStoryID(items[0].ID)
	b.Learn(watcher.Member{Seq: 1, Story: first, Item: items[0], Themes: []string{"potash"}})
	for i, it := range items[1:] {
		j := b.Assign(it, potash)
		require.Equal(t, first, j.Story, "%s: %s", it.Title, j.Why)
		require.Equal(t, "same event in another language", j.Signature)
		require.Contains(t, j.Why, "Lithuania")
		require.Empty(t, b.Assign(it, []watcher.Match{{Theme: "airspace"}}).Story, "another theme")
		if i == 0 {
			require.Contains(t, j.Why, "12000000")
		}
	}
	for name, it := range map[string]watcher.Item{
		"another figure":  in("ru", item("Литва остановит транзит 15 млн тонн калия «Беларуськалия»", "Контракт с железной дорогой прекращается.", time.Hour)),
		"another place":   in("ru", item("Беларусь построит порт для калия под Петербургом", "«Беларуськалий» вложит деньги в терминал.", time.Hour)),
		"a week later":    in("ru", item("Литва остановит транзит 12 млн тонн калия «Беларуськалия»", "Контракт прекращается.", 7*24*time.Hour)),
		"the theme alone": in("fr", item("La potasse bélarusse reste sous sanctions", "", time.Hour)),
	} {
		require.Empty(t, b.Assign(it, potash).Story, name)
	}
}
