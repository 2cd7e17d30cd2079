package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var regroupClaims = []claim{
	{"ASplitMakesTwoStoriesOfOne", regroupSplit},
	{"ASplitTellsClusterersWhatIsApart", regroupApart},
	{"ASplitTellsNobody", regroupQuiet},
	{"ASplitThatMakesNoSenseChangesNothing", regroupRefused},
	{"ASplitLeavesOutletsThatSharedALinkWithTheirItem", regroupShared},
	{"TheItemThatOpenedAStoryCanBeTakenOut", regroupLead},
	{"AMergeMakesOneStoryOfTwo", regroupMerge},
	{"AMergeKeepsTheOlderMessageAsTheParent", regroupParent},
	{"AMergeMayBeRepeatedAndFollowed", regroupAgain},
	{"AMergeUndoesASplit", regroupUndo},
	{"RegroupedStoriesArePruned", regroupPrune},
	{"SplitsMergesAndRecordsDoNotLoseEachOther", regroupBeside},
}

// joined returns the record of an item that joins the story of r as the line would have it:
// with a feed, a rule and a theme more.
func joined(r watcher.Record, it watcher.Item, sev watcher.Severity, ds ...func(watcher.Alert) watcher.Delivery) watcher.Record {
	n := follow(r, it, watcher.Coverage, ds...)
	feed := string(it.FeedID)
	m := watcher.Match{ItemID: it.ID, RuleID: feed + "-rule", Theme: feed + "-theme", Severity: sev}
	n.Matches = []watcher.Match{m}
	st := r.Story
	st.Items++
	st.Feeds = append(append([]string{}, st.Feeds...), feed)
	st.Rules = append(append([]string{}, st.Rules...), m.RuleID)
	st.Themes = append(append([]string{}, st.Themes...), m.Theme)
	st.Outlets = append(append([]watcher.Outlet{}, st.Outlets...), outletOf(it, "The "+feed))
	if sev.Above(st.Severity) {
		st.Severity = sev
	}
	if it.Published.After(st.Last) {
		st.Last = it.Published
	}
	n.Story, n.Alert.Story = st, st
	return n
}

func outletOf(it watcher.Item, name string) watcher.Outlet {
	return watcher.Outlet{Feed: it.FeedID, Name: name, Host: it.Host(), URL: it.URL, Language: it.Language, At: it.Published}
}

// trio writes a story of three items, told to the desk.
func trio(t *testing.T, s *store.Store) (a, b, c watcher.Record) {
	t.Helper()
	a = record(item("belta", 1), "desk")
	a.Story.Outlets[0].Language = a.Item.Language
	second, third := item("tut", 2), item("xin", 3)
	second.Published = second.Published.Add(time.Minute)
	third.Published, third.Language = third.Published.Add(2*time.Minute), "zh"
	b = joined(a, second, watcher.Critical, to("desk", watcher.Update))
	c = joined(b, third, watcher.Low)
	write(t, s, a, b, c)
	sent(t, s, a.Deliveries[0], "ts1")
	return a, b, c
}

func members(t *testing.T, s *store.Store, after int64) (ms []watcher.Member) {
	t.Helper()
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) (err error) {
		ms, err = l.Members(after, time.Time{})
		return err
	}))
	return ms
}

func split(t *testing.T, s *store.Store, id watcher.StoryID, items ...watcher.ItemID) (rest, own watcher.Story) {
	t.Helper()
	rest, own, err := s.Split(t.Context(), id, items)
	require.NoError(t, err)
	for _, st := range []watcher.Story{rest, own} {
		got, err := s.Story(t.Context(), st.ID)
		require.NoError(t, err)
		require.Equal(t, got, st, "it is what was saved")
	}
	return rest, own
}

func merge(t *testing.T, s *store.Store, id, other watcher.StoryID) watcher.Story {
	t.Helper()
	st, err := s.Merge(t.Context(), id, other)
	require.NoError(t, err)
	return st
}

func regroupSplit(t *testing.T, s *store.Store) {
	a, b, c := trio(t, s)
	rest, own := split(t, s, a.Story.ID, c.Item.ID, b.Item.ID)
	require.Equal(t, a.Story.Outlets, rest.Outlets)
	require.Equal(t, watcher.Story{
		ID: a.Story.ID, Headline: a.Item.Title, Lead: a.Item.ID, Items: 1, Feeds: []string{"belta"},
		Rules: []string{"potash-rail"}, Themes: []string{"potash"}, Severity: watcher.High, Told: true,
		First: a.Item.Published, Last: a.Item.Published, Outlets: rest.Outlets,
	}, rest)
	require.Equal(t, watcher.Story{
		ID: watcher.NewStoryID(b.Item.ID), Headline: b.Item.Title, Language: "en", Lead: b.Item.ID, Items: 2,
		Feeds: []string{"tut", "xin"}, Rules: []string{"tut-rule", "xin-rule"}, Themes: []string{"tut-theme", "xin-theme"},
		Severity: watcher.Critical, Told: true, First: b.Item.Published, Last: c.Item.Published,
		Outlets: []watcher.Outlet{outletOf(b.Item, "The tut"), outletOf(c.Item, "The xin")},
	}, own, "opened by the first of them, in the order of recording")
	js, err := s.Joined(t.Context(), own.ID)
	require.NoError(t, err)
	require.Len(t, js, 2)
	require.Equal(t, watcher.Join{Story: own.ID, Signature: "split", Score: 1, Why: "a person took it out of story " + string(a.Story.ID)}, js[0].Join)
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		st, err := l.StoryOf(c.Item.ID)
		require.Equal(t, own, st)
		return err
	}))
}

func regroupApart(t *testing.T, s *store.Store) {
	a, b, c := trio(t, s)
	before := members(t, s, 0)
	_, own := split(t, s, a.Story.ID, c.Item.ID)
	news := members(t, s, before[len(before)-1].Seq)
	require.Len(t, news, 1, "who knew the story hears of what was taken out alone")
	require.Equal(t, own.ID, news[0].Story)
	require.Equal(t, c.Item.ID, news[0].Item.ID)
	require.ElementsMatch(t, []watcher.ItemID{a.Item.ID, b.Item.ID}, news[0].Apart)
	require.Empty(t, members(t, s, 0)[0].Apart)
}

func regroupQuiet(t *testing.T, s *store.Store) {
	client := withJobs(t, s)
	a, b, c := trio(t, s)
	queued := jobs(t, client)
	rest, own := split(t, s, a.Story.ID, c.Item.ID)
	require.Equal(t, queued, jobs(t, client))
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		told, err := l.Told(rest.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"desk"}, told)
		told, err = l.Told(own.ID)
		require.Empty(t, told, "its news is a message of its own")
		return err
	}))
	require.Equal(t, "ts1", outgoing(t, s, b.Deliveries[0].ID).Parent.Ref)
	require.Equal(t, rest, outgoing(t, s, b.Deliveries[0].ID).Alert.Story, "an update tells what is left")
	other := c.Item
	other.FeedID = "new"
	require.Equal(t, []watcher.Sighting{watcher.Known}, sightings(t, s, other), "of this people know")
}

func regroupRefused(t *testing.T, s *store.Store) {
	a, b, c := trio(t, s)
	lone := record(item("lone", 9))
	write(t, s, lone)
	require.NoError(t, s.Archive(t.Context(), []watcher.Item{item("plain", 1)}))
	before := members(t, s, 0)
	for want, ids := range map[string][]watcher.ItemID{
		"no item was named":       nil,
		"these are all its items": {a.Item.ID, b.Item.ID, c.Item.ID},
		"is in story " + string(lone.Story.ID) + ", not in " + string(a.Story.ID): {b.Item.ID, lone.Item.ID},
		"is in no story": {b.Item.ID, item("plain", 1).ID},
	} {
		_, _, err := s.Split(t.Context(), a.Story.ID, ids)
		require.ErrorContains(t, err, want)
	}
	_, _, err := s.Split(t.Context(), "nobody", []watcher.ItemID{a.Item.ID})
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.Merge(t.Context(), a.Story.ID, "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.Merge(t.Context(), a.Story.ID, a.Story.ID)
	require.ErrorContains(t, err, "they are the same")
	require.Equal(t, before, members(t, s, 0))
	st, err := s.Story(t.Context(), a.Story.ID)
	require.NoError(t, err)
	require.Equal(t, c.Story, st)
}

func regroupShared(t *testing.T, s *store.Store) {
	a := record(item("belta", 1))
	b := joined(a, item("tut", 2), watcher.Low)
	again := outletOf(b.Item, "Tut in Russian") // the same link in another feed, which made no item
	again.Feed, again.Official = "tut-ru", true
	b.Story.Outlets, b.Story.Feeds, b.Story.Official = append(b.Story.Outlets, again), append(b.Story.Feeds, "tut-ru"), true
	b.Story.Feeds = append(b.Story.Feeds, "unnamed") // beyond the outlets that a story names
	write(t, s, a, b)
	rest, own := split(t, s, a.Story.ID, b.Item.ID)
	require.Equal(t, []string{"belta", "unnamed"}, rest.Feeds)
	require.False(t, rest.Official)
	require.Equal(t, []string{"tut", "tut-ru"}, own.Feeds)
	require.True(t, own.Official)
	require.Equal(t, again, own.Outlets[1])
}

func regroupLead(t *testing.T, s *store.Store) {
	a, b, c := trio(t, s)
	rest, own := split(t, s, a.Story.ID, a.Item.ID)
	require.Equal(t, a.Story.ID, rest.ID, "what was told keeps its id")
	require.NotEqual(t, rest.ID, own.ID)
	require.Equal(t, b.Item.ID, rest.Lead)
	require.Equal(t, b.Item.Title, rest.Headline)
	require.Equal(t, b.Item.URL, rest.Outlets[0].URL)
	require.Equal(t, 2, rest.Items)
	_, third := split(t, s, rest.ID, c.Item.ID)
	require.Equal(t, watcher.NewStoryID(c.Item.ID), third.ID)
}

func regroupMerge(t *testing.T, s *store.Store) {
	a, b, _ := trio(t, s)
	r := record(item("xin", 7))
	r.Item.Published = r.Item.Published.Add(-time.Hour)
	r.Alert, r.Story.Told, r.Story.Official, r.Story.First = nil, false, true, r.Item.Published
	r.Story.Outlets[0].Official = true
	write(t, s, r)
	before := members(t, s, 0)
	got := merge(t, s, a.Story.ID, r.Story.ID)
	require.Equal(t, a.Story.ID, got.ID)
	require.Equal(t, 4, got.Items)
	require.Equal(t, []string{"belta", "tut", "xin"}, got.Feeds)
	require.Len(t, got.Outlets, 3)
	require.Equal(t, a.Item.URL, got.Outlets[0].URL, "the first is the one that opened it")
	require.Equal(t, r.Item.Published, got.First)
	require.Equal(t, b.Story.Severity, got.Severity)
	require.True(t, got.Told)
	require.True(t, got.Official)
	news := members(t, s, before[len(before)-1].Seq)
	require.Len(t, news, 1)
	require.Equal(t, a.Story.ID, news[0].Story)
	js, err := s.Joined(t.Context(), got.ID)
	require.NoError(t, err)
	require.Equal(t, "first; a person merged story "+string(r.Story.ID)+" into this one", js[3].Join.Why)
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, c.Stories)
}

func regroupParent(t *testing.T, s *store.Store) {
	older, younger := record(item("belta", 1), "desk", "mail", "hook"), record(item("tut", 2), "desk", "mail", "hall")
	write(t, s, older, younger)
	sent(t, s, younger.Deliveries[0], "ts2")
	sent(t, s, older.Deliveries[0], "ts1")
	tried := younger.Deliveries[1]
	tried.State, tried.Attempts = watcher.Unsure, 1
	require.NoError(t, s.Settle(t.Context(), tried))
	late := record(item("xin", 3), "hook", "hall")
	write(t, s, late)
	got := merge(t, s, younger.Story.ID, older.Story.ID)
	got = merge(t, s, got.ID, late.Story.ID)
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		told, err := l.Told(got.ID)
		require.ElementsMatch(t, []string{"desk", "mail", "hook", "hall"}, told)
		return err
	}))
	n := follow(watcher.Record{Story: got}, item("far", 4), watcher.Escalation, to("desk", watcher.Reply), to("hook", watcher.Reply))
	write(t, s, n)
	require.Equal(t, "ts1", outgoing(t, s, n.Deliveries[0].ID).Parent.Ref, "the older message")
	require.True(t, outgoing(t, s, n.Deliveries[1].ID).Waiting)
	require.Equal(t, watcher.Post, outgoing(t, s, older.Deliveries[2].ID).Delivery.Kind)
	require.Equal(t, watcher.Post, outgoing(t, s, tried.ID).Delivery.Kind, "it may have arrived")
	for _, d := range late.Deliveries {
		require.Equal(t, watcher.Reply, outgoing(t, s, d.ID).Delivery.Kind, "not another first message")
	}
	as, _, err := s.Alerts(t.Context(), store.AlertFilter{Story: got.ID})
	require.NoError(t, err)
	require.Len(t, as, 4)
}

func regroupAgain(t *testing.T, s *store.Store) {
	a, b, c := record(item("belta", 1)), record(item("tut", 2)), record(item("xin", 3))
	write(t, s, a, b, c)
	first := merge(t, s, b.Story.ID, c.Story.ID)
	seq := members(t, s, 0)
	require.Equal(t, first, merge(t, s, b.Story.ID, c.Story.ID), "once more")
	require.Equal(t, seq, members(t, s, 0))
	merge(t, s, a.Story.ID, b.Story.ID)
	for _, id := range []watcher.StoryID{b.Story.ID, c.Story.ID} {
		st, err := s.Story(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, a.Story.ID, st.ID, "who asks for it is led there")
		require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
			st, err := l.Story(id)
			require.Equal(t, a.Story.ID, st.ID, "and so is a clusterer that knew it")
			return err
		}))
	}
	_, own := split(t, s, c.Story.ID, c.Item.ID)
	require.NotEqual(t, c.Story.ID, own.ID, "whose id leads elsewhere")
	require.Equal(t, 1, own.Items)
}

func regroupUndo(t *testing.T, s *store.Store) {
	for i, intoOld := range []bool{true, false} {
		a := record(item("belta", i), "desk")
		b := joined(a, item("tut", i), watcher.Low)
		write(t, s, a, b)
		rest, own := split(t, s, a.Story.ID, b.Item.ID)
		before := members(t, s, 0)
		x, y := rest.ID, own.ID
		if !intoOld {
			x, y = y, x
		}
		require.Equal(t, 2, merge(t, s, x, y).Items)
		after := members(t, s, before[len(before)-1].Seq)
		require.Len(t, after, 2, "both are learned anew, for they are apart no more")
		for _, m := range after {
			require.Empty(t, m.Apart)
			require.Equal(t, x, m.Story)
		}
	}
}

func regroupPrune(t *testing.T, s *store.Store) {
	a, b, c := trio(t, s)
	d := b.Deliveries[0]
	d.State = watcher.Dropped
	require.NoError(t, s.Settle(t.Context(), d))
	_, own := split(t, s, a.Story.ID, c.Item.ID)
	split(t, s, a.Story.ID, b.Item.ID)
	merge(t, s, own.ID, a.Story.ID)
	require.Equal(t, store.Pruned{Stories: 2}, prune(t, s, now().Add(keepMatched+time.Hour)))
	requireNothing(t, s)
	_, err := s.Story(t.Context(), a.Story.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func regroupBeside(t *testing.T, s *store.Store) {
	a, b, c := trio(t, s)
	var wg sync.WaitGroup
	var errs [2]error
	wg.Go(func() {
		for range 10 {
			_, own, err := s.Split(t.Context(), a.Story.ID, []watcher.ItemID{b.Item.ID, c.Item.ID})
			if err == nil {
				_, err = s.Merge(t.Context(), a.Story.ID, own.ID)
			}
			errs[0] = errors.Join(errs[0], err)
		}
	})
	wg.Go(func() {
		for n := range 20 {
			errs[1] = errors.Join(errs[1], s.Order(t.Context(), func(l watcher.Ledger) error {
				st, err := l.StoryOf(c.Item.ID)
				if err != nil {
					return err
				}
				r := record(item("more", 10+n))
				st.Items++
				r.Story, r.Alert = st, nil
				return l.Write(r)
			}))
		}
	})
	wg.Wait()
	require.NoError(t, errors.Join(errs[:]...))
	all, err := s.Stories(t.Context(), store.StoryFilter{})
	require.NoError(t, err)
	total := 0
	for _, st := range all {
		js, err := s.Joined(t.Context(), st.ID)
		require.NoError(t, err)
		require.Len(t, js, st.Items, "no count was lost")
		total += st.Items
	}
	require.Equal(t, 23, total)
}
