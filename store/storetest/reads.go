package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var readClaims = []claim{
	{"AlertsArePagedLatestFirst", readAlertPages},
	{"AlertsAreFiltered", readAlertFilter},
	{"DeliveriesArePagedAndFiltered", readDeliveries},
	{"TheArchiveIsPagedOldestFirst", readArchive},
	{"AStoryListsItsItems", readStory},
	{"StoriesAreFilteredLatestFirst", readStories},
	{"AStorySaysWhyEachItemJoined", readJoined},
	{"CountsCount", readCounts},
	{"APingAndASizeAreAnswered", readPing},
	{"ACancelledContextStopsARead", readCancelled},
}

func readAlertPages(t *testing.T, s *store.Store) {
	var want []watcher.AlertID
	for i := range 7 {
		r := record(item("belta", i))
		write(t, s, r)
		want = append([]watcher.AlertID{r.Alert.ID}, want...)
	}
	var got []watcher.AlertID
	var sizes []int
	f := store.AlertFilter{Limit: 3}
	for {
		page, before, err := s.Alerts(t.Context(), f)
		require.NoError(t, err)
		sizes = append(sizes, len(page))
		for _, a := range page {
			got = append(got, a.ID)
		}
		if f.Before = before; before == 0 {
			break
		}
		write(t, s, record(item("tut", len(sizes)))) // what comes meanwhile shifts nothing
	}
	require.Equal(t, want, got)
	require.Equal(t, []int{3, 3, 1}, sizes)
}

func readAlertFilter(t *testing.T, s *store.Store) {
	potash := record(item("belta", 1), "desk", "mail")
	low := record(item("belta", 2), "desk")
	low.Alert.Severity, low.Alert.Raised = watcher.Low, now().Add(-time.Hour)
	low.Alert.Matches[0].Theme = "5g"
	more := follow(potash, item("tut", 3), watcher.Coverage)
	more.Alert.Matches = nil
	write(t, s, potash, low, more)
	for name, c := range map[string]struct {
		f    store.AlertFilter
		want []watcher.Record
	}{
		"all":        {store.AlertFilter{}, []watcher.Record{more, low, potash}},
		"theme":      {store.AlertFilter{Theme: "5g"}, []watcher.Record{low}},
		"coverage":   {store.AlertFilter{Theme: "potash"}, []watcher.Record{more, potash}},
		"no theme":   {store.AlertFilter{Theme: "airspace"}, nil},
		"channel":    {store.AlertFilter{Channel: "mail"}, []watcher.Record{potash}},
		"story":      {store.AlertFilter{Story: potash.Story.ID}, []watcher.Record{more, potash}},
		"severity":   {store.AlertFilter{Severity: watcher.High}, []watcher.Record{more, potash}},
		"news":       {store.AlertFilter{News: true}, []watcher.Record{low, potash}},
		"since":      {store.AlertFilter{Since: now().Add(-time.Minute)}, []watcher.Record{more, potash}},
		"everything": {store.AlertFilter{Theme: "potash", Channel: "desk", Severity: watcher.Info, News: true}, []watcher.Record{potash}},
	} {
		page, next, err := s.Alerts(t.Context(), c.f)
		require.NoError(t, err, name)
		require.Zero(t, next, name)
		var got, want []watcher.AlertID
		for _, a := range page {
			got = append(got, a.ID)
		}
		for _, r := range c.want {
			want = append(want, r.Alert.ID)
		}
		require.Equal(t, want, got, name)
	}
	_, _, err := s.Alert(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func readDeliveries(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "a", "b", "c")
	n := record(item("belta", 2), "a")
	write(t, s, r, n)
	gone := sent(t, s, r.Deliveries[1], "ts")
	read := func(f store.DeliveryFilter) ([]watcher.Delivery, int64) {
		ds, next, err := s.Deliveries(t.Context(), f)
		require.NoError(t, err)
		return ds, next
	}
	ds, next := read(store.DeliveryFilter{Limit: 2})
	require.Equal(t, []watcher.Delivery{n.Deliveries[0], r.Deliveries[2]}, ds)
	require.NotZero(t, next)
	ds, next = read(store.DeliveryFilter{Limit: 2, Before: next})
	require.Equal(t, []watcher.Delivery{gone, r.Deliveries[0]}, ds)
	require.Zero(t, next)
	ds, _ = read(store.DeliveryFilter{State: watcher.Sent})
	require.Equal(t, []watcher.Delivery{gone}, ds)
	ds, _ = read(store.DeliveryFilter{Channel: "a", State: watcher.Pending})
	require.Equal(t, []watcher.Delivery{n.Deliveries[0], r.Deliveries[0]}, ds)
}

func readArchive(t *testing.T, s *store.Store) {
	var want []watcher.Item
	for i := range 5 {
		it := item("belta", i)
		it.Seen = now().Add(time.Duration(i-5) * time.Hour)
		want = append(want, it)
		require.NoError(t, s.Archive(t.Context(), []watcher.Item{it}))
	}
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{item("tut", 1)}))
	var got []watcher.Item
	f := store.ItemFilter{Feed: "belta", Since: want[1].Seen, Limit: 3}
	for range 2 {
		items, next, err := s.Items(t.Context(), f)
		require.NoError(t, err)
		got, f.After = append(got, items...), next
	}
	require.Zero(t, f.After)
	require.Equal(t, want[1:], got)
}

func readStory(t *testing.T, s *store.Store) {
	r := record(item("belta", 1))
	n := follow(r, item("tut", 2), watcher.Coverage)
	write(t, s, r, n, record(item("belta", 3)))
	items, err := s.StoryItems(t.Context(), r.Story.ID)
	require.NoError(t, err)
	require.Equal(t, []watcher.Item{r.Item, n.Item}, items)
	st, err := s.Story(t.Context(), r.Story.ID)
	require.NoError(t, err)
	require.Equal(t, n.Story, st, "as it is now")
	_, err = s.Story(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func readStories(t *testing.T, s *store.Store) {
	potash, low := record(item("belta", 1)), record(item("belta", 2))
	low.Matches[0].RuleID, low.Matches[0].Theme = "tower", "5g"
	write(t, s, potash)
	time.Sleep(2 * time.Millisecond) // the store tells milliseconds apart
	middle := now()
	write(t, s, low)
	for name, c := range map[string]struct {
		f    store.StoryFilter
		want []watcher.Story
	}{
		"all":      {store.StoryFilter{}, []watcher.Story{low.Story, potash.Story}},
		"limit":    {store.StoryFilter{Limit: 1}, []watcher.Story{low.Story}},
		"theme":    {store.StoryFilter{Theme: "potash"}, []watcher.Story{potash.Story}},
		"rule":     {store.StoryFilter{Rule: "tower"}, []watcher.Story{low.Story}},
		"since":    {store.StoryFilter{Since: middle}, []watcher.Story{low.Story}},
		"one rule": {store.StoryFilter{Theme: "potash", Rule: "tower"}, nil},
	} {
		got, err := s.Stories(t.Context(), c.f)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func readJoined(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	n := follow(r, item("tut", 2), watcher.Coverage, to("mail", watcher.Update))
	n.Join = watcher.Join{Story: r.Story.ID, Signature: "near text", Score: 0.7, Why: "70 % alike"}
	write(t, s, r, n, record(item("belta", 3), "desk"))
	edited := n
	edited.Join = watcher.Join{Story: r.Story.ID, Signature: "same link", Score: 1}
	write(t, s, edited)
	js, err := s.Joined(t.Context(), r.Story.ID)
	require.NoError(t, err)
	require.Equal(t, []store.Joined{
		{Item: r.Item, Join: r.Join, Matches: r.Matches}, {Item: n.Item, Join: n.Join, Matches: n.Matches},
	}, js, "an edit changes no reason")
	ds, _, err := s.Deliveries(t.Context(), store.DeliveryFilter{Story: r.Story.ID})
	require.NoError(t, err)
	require.Equal(t, []watcher.Delivery{n.Deliveries[0], r.Deliveries[0]}, ds)
}

func readCounts(t *testing.T, s *store.Store) {
	requireNothing(t, s)
	plan(t, s, feeds(3)...)
	plan(t, s, feeds(2)...)
	old := record(item("belta", 1), "a", "b")
	for i := range old.Deliveries {
		old.Deliveries[i].Created = now().Add(-time.Duration(i+1) * time.Hour)
	}
	write(t, s, old, record(item("belta", 2), "a"))
	sent(t, s, old.Deliveries[1], "ts")
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{item("tut", 1)}))
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.Counts{
		Feeds: 2, Items: 3, Matched: 2, Stories: 2, Alerts: 2,
		Deliveries:      map[watcher.State]int{watcher.Pending: 2, watcher.Sent: 1},
		OldestUnsettled: old.Deliveries[0].Created,
	}, c)
}

func readPing(t *testing.T, s *store.Store) {
	require.NoError(t, s.Ping(t.Context()))
	before, err := s.Size(t.Context())
	require.NoError(t, err)
	require.Positive(t, before)
	var items []watcher.Item
	for i := range 2000 {
		items = append(items, item("belta", i))
	}
	require.NoError(t, s.Archive(t.Context(), items))
	after, err := s.Size(t.Context())
	require.NoError(t, err)
	require.Greater(t, after, before)
}

func readCancelled(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, s.Ping(ctx))
	require.Error(t, s.Archive(ctx, []watcher.Item{item("belta", 1)}))
	require.Equal(t, []watcher.Sighting{watcher.Unknown}, sightings(t, s, item("belta", 1)))
}
