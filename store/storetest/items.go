package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var itemClaims = []claim{
	{"AnItemIsKnownOnceArchived", itemKnown},
	{"AnItemComesBackAsItWasGiven", itemWhole},
	{"AnItemIsTheSameInEveryFeed", itemAcrossFeeds},
	{"ANewWordingIsAnEditOnce", itemEdited},
	{"AnOldWordingIsNoEdit", itemOldWording},
	{"ABodyThatComesIsAnEditAndOneThatIsNotGivenAgainIsKept", itemBody},
	{"ALinkThatChangesUnderItsGUIDIsTheSameItem", itemGUID},
	{"AGUIDMeansNothingInAnotherFeed", itemGUIDOtherFeed},
	{"AGUIDOfEveryItemIdentifiesNone", itemGUIDShared},
	{"AGUIDThatIsAPlaceInTheListIdentifiesNothing", itemGUIDPlace},
	{"AnArticleThatNobodyWasToldOfIsHeldForOtherFeeds", itemHeld},
	{"AnItemGivenTwiceIsKeptAsGivenLast", itemTwice},
	{"TextThatNoDatabaseTakesIsCleaned", itemBadText},
	{"ManyItemsAreArchivedTogether", itemMany},
}

func itemKnown(t *testing.T, s *store.Store) {
	a, b := item("belta", 1), item("belta", 2)
	require.Equal(t, []watcher.Sighting{watcher.Unknown, watcher.Unknown}, sightings(t, s, a, b))
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{a}))
	require.Equal(t, []watcher.Sighting{watcher.Known, watcher.Unknown}, sightings(t, s, a, b))
	require.Empty(t, sightings(t, s))
	require.NoError(t, s.Archive(t.Context(), nil))
}

func itemWhole(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	bare := watcher.Item{ID: "bare", FeedID: "belta", Title: "No date", Seen: now()}
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it, bare}))
	for _, want := range []watcher.Item{it, bare} {
		got, err := s.Item(t.Context(), want.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := s.Item(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func itemAcrossFeeds(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	other := it
	other.FeedID, other.GUID = "belta-en", "another"
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, other))
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{other}))
	got, err := s.Item(t.Context(), it.ID)
	require.NoError(t, err)
	require.Equal(t, watcher.FeedID("belta"), got.FeedID)
}

func itemEdited(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	edit := it
	edit.Lead, edit.Seen = "At the port.", it.Seen.Add(time.Hour)
	require.Equal(t, []watcher.Sighting{watcher.Edited}, sightings(t, s, edit))
	write(t, s, watcher.Record{Item: edit})
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, edit))
	got, err := s.Item(t.Context(), it.ID)
	require.NoError(t, err)
	require.Equal(t, "At the port.", got.Lead)
	require.Equal(t, it.Seen, got.Seen, "seen is the first sighting")
}

func itemOldWording(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	edit := it
	for i := range 20 {
		edit.Title = "Wording " + strings.Repeat("x", i)
		require.Equal(t, []watcher.Sighting{watcher.Edited}, sightings(t, s, edit))
		require.NoError(t, s.Archive(t.Context(), []watcher.Item{edit}))
		require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, edit))
	}
	edit.Title = "Wording " + strings.Repeat("x", 15)
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, edit), "two feeds title a link differently")
	require.Equal(t, []watcher.Sighting{watcher.Edited}, sightings(t, s, it), "only eight wordings are kept")
}

func itemBody(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	it.Body = ""
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	whole := it
	whole.Body = "The whole article."
	require.Equal(t, []watcher.Sighting{watcher.Edited}, sightings(t, s, whole))
	write(t, s, watcher.Record{Item: whole})
	require.Equal(t, []watcher.Sighting{watcher.Known, watcher.Known}, sightings(t, s, whole, it))

	first := item("belta", 2)
	first.Body = "Read at the first sight."
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{first}))
	again := first
	again.Body = ""
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, again), "to lose its body is no edit")
	again.Title = "Another headline"
	require.Equal(t, []watcher.Sighting{watcher.Edited}, sightings(t, s, again))
	write(t, s, watcher.Record{Item: again})
	got, err := s.Item(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, "Another headline", got.Title)
	require.Equal(t, "Read at the first sight.", got.Body)
}

func itemGUID(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	r := record(it, "desk")
	write(t, s, r)
	moved := it
	moved.URL = "https://belta.example/corrected/1"
	moved.ID = watcher.NewItemID(moved.URL)
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, moved))
	moved.Title = "Potash train 1 stopped again"
	require.Equal(t, []watcher.Sighting{watcher.Edited}, sightings(t, s, moved))

	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		got, _, err := l.Sighting(moved)
		require.NoError(t, err)
		require.Equal(t, watcher.Edited, got)
		st, err := l.StoryOf(moved.ID)
		require.NoError(t, err)
		require.Equal(t, r.Story.ID, st.ID, "the story follows the item")
		return l.Write(watcher.Record{Item: moved, Matches: r.Matches, Story: st})
	}))
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, moved))
	items, err := s.StoryItems(t.Context(), r.Story.ID)
	require.NoError(t, err)
	require.Len(t, items, 1, "one item, not two")
	require.Equal(t, it.ID, items[0].ID, "the first id stays")
	require.Equal(t, moved.URL, items[0].URL)
	require.Equal(t, moved.Title, items[0].Title)
}

func itemGUIDOtherFeed(t *testing.T, s *store.Store) {
	a, b := item("belta", 1), item("tut", 1)
	b.GUID, b.Title = a.GUID, a.Title
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{a}))
	require.Equal(t, []watcher.Sighting{watcher.Unknown}, sightings(t, s, b))
}

func itemGUIDShared(t *testing.T, s *store.Store) {
	a, b := item("belta", 1), item("belta", 2)
	b.GUID, b.Published = a.GUID, a.Published.Add(time.Minute)
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{a}))
	require.Equal(t, []watcher.Sighting{watcher.Known, watcher.Unknown}, sightings(t, s, a, b),
		"another link, title and date under one guid is news, not an edit")
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		got, _, err := l.Sighting(b)
		require.NoError(t, err)
		require.Equal(t, watcher.Unknown, got, "inside the order as outside")
		return nil
	}))
}

func itemGUIDPlace(t *testing.T, s *store.Store) {
	a, b := item("belta", 1), item("belta", 2)
	a.GUID, b.GUID, a.Published, b.Published = "1", "1", time.Time{}, time.Time{}
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{a}))
	require.Equal(t, []watcher.Sighting{watcher.Unknown}, sightings(t, s, b), "two items without a date are not of one date")
}

func itemHeld(t *testing.T, s *store.Store) {
	r := record(item("belta", 1))
	r.Alert, r.Deliveries, r.Story.Told = nil, nil, false
	write(t, s, r)
	other := r.Item
	other.FeedID = "tut"
	require.Equal(t, []watcher.Sighting{watcher.Known, watcher.Held}, sightings(t, s, r.Item, other))
	r.Story.Feeds = append(r.Story.Feeds, "tut")
	write(t, s, r)
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, other), "it was looked at")
	told := record(item("belta", 2), "desk")
	write(t, s, told)
	other = told.Item
	other.FeedID = "tut"
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, other), "of this one people know")
}

func itemTwice(t *testing.T, s *store.Store) {
	a := item("belta", 1)
	b := a
	b.Title = "The second wording"
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{a, item("belta", 2), b}))
	got, err := s.Item(t.Context(), a.ID)
	require.NoError(t, err)
	require.Equal(t, b.Title, got.Title)
}

func itemBadText(t *testing.T, s *store.Store) {
	it := item("belta", 1)
	it.Title, it.Body, it.GUID = "Nul \x00 and \xff", "\xc3\x28", "\xff\x00"
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, it))
	got, err := s.Item(t.Context(), it.ID)
	require.NoError(t, err)
	require.Equal(t, "Nul  and \uFFFD", got.Title)
	r := record(item("belta", 2), "desk")
	r.Story.Headline, r.Alert.Story.Headline = "Nul \x00", "Nul \x00"
	write(t, s, r)
	d := r.Deliveries[0]
	d.LastError = "answered \x00\xff"
	require.NoError(t, s.Settle(t.Context(), d))
}

func itemMany(t *testing.T, s *store.Store) {
	var items []watcher.Item
	for i := range 333 {
		items = append(items, item("belta", i))
	}
	require.NoError(t, s.Archive(t.Context(), items))
	for _, got := range sightings(t, s, items...) {
		require.Equal(t, watcher.Known, got)
	}
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 333, c.Items)
}
