package story_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
)

// The wire's first report, one that was joined to it wrongly, and one like the latter.
var (
	halt  = item("Council stops transit of potash from Soligorsk", wireLead, 0)
	court = item("Judges free cargo of potash from Soligorsk", wireLead[:100]+" Judges at the port freed a cargo and ordered its owner in Vilnius to be paid.", time.Hour)
	echo  = item("Cargo of potash from Soligorsk is free, judges decide", "Judges at the port freed a cargo and ordered its owner in Vilnius to be paid.", 2*time.Hour)
)

const first, other = watcher.StoryID("first"), watcher.StoryID("other")

// split returns a book in which court was taken out of the story of halt.
func split(t *testing.T) *story.Book {
	t.Helper()
	b := story.New(story.Options{})
	b.Learn(watcher.Member{Seq: 1, Story: first, Item: halt})
	require.Equal(t, first, b.Assign(court, nil).Story, "the wrong join")
	b.Learn(watcher.Member{Seq: 2, Story: first, Item: court})
	require.Equal(t, first, b.Assign(echo, nil).Story)
	b.Learn(watcher.Member{Seq: 3, Story: other, Item: court, Apart: []watcher.ItemID{halt.ID}})
	require.Equal(t, 2, b.Len(), "moved, not doubled")
	return b
}

func TestWhatWasTakenOutOfAStoryTakesItsLikeAlong(t *testing.T) {
	b := split(t)
	require.Equal(t, other, b.Assign(court, nil).Story, "the same item again")
	require.Equal(t, other, b.Assign(echo, nil).Story, "one like it")
	require.Equal(t, first, b.Assign(item("Council stops potash transit", wireLead, time.Hour), nil).Story, "one like what is left")
}

func TestTheNextOfKinDecidesNotTheAverage(t *testing.T) {
	b := split(t)
	for i, title := range []string{"Port workers go on strike over wages", "Cranes stand still at night", "Tugs leave for Riga"} {
		b.Learn(watcher.Member{Seq: int64(4 + i), Story: other, Item: item(title, "", time.Hour)})
	}
	like := item("Judges free cargo of potash", wireLead[:100]+" Judges at the port freed a cargo and ordered its owner to be paid.", 2*time.Hour)
	require.Equal(t, other, b.Assign(like, nil).Story, "though it is more like the old story on average")
}

func TestWhatIsApartIsNotJoinedByLinkOrTitle(t *testing.T) {
	for name, same := range map[string]func(a, b watcher.Item) (watcher.Item, watcher.Item){
		"link": func(a, b watcher.Item) (watcher.Item, watcher.Item) {
			a.URL, b.URL = "https://a.example/live", "https://a.example/live"
			return a, b
		},
		"title": func(a, b watcher.Item) (watcher.Item, watcher.Item) { b.Title = a.Title; return a, b },
	} {
		t.Run(name, func(t *testing.T) {
			left, taken := same(halt, court)
			like := taken
			like.ID = "like"
			b := story.New(story.Options{})
			b.Learn(watcher.Member{Seq: 1, Story: other, Item: taken, Apart: []watcher.ItemID{left.ID}})
			b.Learn(watcher.Member{Seq: 2, Story: first, Item: left})
			require.Equal(t, other, b.Assign(taken, nil).Story)
			require.Equal(t, other, b.Assign(like, nil).Story)
			b.Learn(watcher.Member{Seq: 3, Story: "third", Item: taken, Apart: []watcher.ItemID{left.ID}})
			require.Equal(t, watcher.StoryID("third"), b.Assign(like, nil).Story, "it moved again")
		})
	}
}

func TestAnItemThatIsKeptOutOfTheNearestStorySaysSo(t *testing.T) {
	b := story.New(story.Options{})
	b.Learn(watcher.Member{Seq: 1, Story: first, Item: halt})
	b.Learn(watcher.Member{Seq: 2, Story: other, Item: item("Weather in Minsk is mild", "No snow.", 0), Apart: []watcher.ItemID{halt.ID}})
	again := halt
	again.ID = item("Weather in Minsk is mild", "No snow.", 0).ID
	j := b.Assign(again, nil)
	require.Empty(t, j.Story)
	require.Contains(t, j.Why, "a person took it")
}

func TestAMergedStoryTakesLaterItemsOfBoth(t *testing.T) {
	b := split(t)
	b.Learn(watcher.Member{Seq: 4, Story: first, Item: court}) // merged back: apart no more
	require.Equal(t, first, b.Assign(court, nil).Story)
	require.Equal(t, first, b.Assign(echo, nil).Story)
	b.Learn(watcher.Member{Seq: 5, Story: other, Item: halt})
	b.Learn(watcher.Member{Seq: 6, Story: other, Item: court})
	require.Equal(t, other, b.Assign(echo, nil).Story, "merged the other way")
}

func TestABookForgetsWhatIsApartWithItsItems(t *testing.T) {
	b := story.New(story.Options{Window: 24 * time.Hour})
	learn := func(i int) watcher.Item {
		it := item(fmt.Sprintf("Story of station %d on the line to Brest", i), "", time.Duration(i)*time.Minute)
		b.Learn(watcher.Member{Seq: int64(i), Story: watcher.NewStoryID(it.ID), Item: it, Apart: []watcher.ItemID{halt.ID}})
		return it
	}
	var last watcher.Item
	for i := range 5000 {
		last = learn(i)
	}
	b.Learn(watcher.Member{Seq: 5001, Story: first, Item: func() watcher.Item { it := halt; it.Published, it.Seen = last.Seen, last.Seen; return it }()})
	again := halt
	again.ID, again.Published, again.Seen = last.ID, last.Seen, last.Seen
	require.Empty(t, b.Assign(again, nil).Story, "the latest are still apart from it")
	again.ID = item("Story of station 7 on the line to Brest", "", 7*time.Minute).ID
	require.Equal(t, first, b.Assign(again, nil).Story, "the first are over")
}
