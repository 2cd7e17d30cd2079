package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// mostLargest is how many of the largest stories a replay lists.
const mostLargest = 10

// A retold is a story of a replay and who told it.
type retold struct {
	Story     watcher.StoryID `json:"story"`
	Items     int             `json:"items"`
	Outlets   int             `json:"outlets"`
	Languages []string        `json:"languages"`
	Headline  string          `json:"headline"`
}

// A telling counts the first messages that channels had of stories: one for each story
// and channel is what is promised.
type telling struct {
	posts, stories, channels, pairs int
}

// perStory is how many first messages a channel had of a story that it was told, on average.
func (t telling) perStory() float64 {
	if t.pairs == 0 {
		return 0
	}
	return float64(t.posts) / float64(t.pairs)
}

// told counts the first messages that were sent.
func told(ctx context.Context, s *store.Store) (telling, error) {
	var t telling
	stories, channels := map[watcher.StoryID]bool{}, map[string]bool{}
	pairs := map[string]bool{}
	f := store.DeliveryFilter{State: watcher.Sent, Limit: 1000}
	for {
		page, next, err := s.Deliveries(ctx, f)
		if err != nil {
			return t, err
		}
		for _, d := range page {
			if d.Kind != watcher.Post {
				continue
			}
			t.posts++
			stories[d.StoryID], channels[d.Channel] = true, true
			pairs[string(d.StoryID)+" "+d.Channel] = true
		}
		if next == 0 {
			t.stories, t.channels, t.pairs = len(stories), len(channels), len(pairs)
			return t, nil
		}
		f.Before = next
	}
}

// largest returns the stories with most items, and of as many those with more outlets.
func largest(ctx context.Context, s *store.Store, most int) ([]retold, error) {
	var members []watcher.Member
	if err := s.Order(ctx, func(l watcher.Ledger) (err error) {
		members, err = l.Members(0, time.Time{})
		return err
	}); err != nil {
		return nil, err
	}
	found := map[watcher.StoryID]*retold{}
	outlets, languages := map[watcher.StoryID]map[string]bool{}, map[watcher.StoryID]map[string]bool{}
	for _, m := range members {
		if found[m.Story] == nil {
			found[m.Story] = &retold{Story: m.Story, Headline: m.Item.Title}
			outlets[m.Story], languages[m.Story] = map[string]bool{}, map[string]bool{}
		}
		found[m.Story].Items++
		outlets[m.Story][cmp.Or(m.Item.Host(), string(m.Item.FeedID))] = true
		if m.Item.Language != "" {
			languages[m.Story][m.Item.Language] = true
		}
	}
	all := []retold{} // never null as JSON
	for id, r := range found {
		r.Outlets, r.Languages = len(outlets[id]), slices.Sorted(maps.Keys(languages[id]))
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b retold) int {
		return cmp.Or(b.Items-a.Items, b.Outlets-a.Outlets, cmp.Compare(a.Headline, b.Headline), cmp.Compare(a.Story, b.Story))
	})
	return all[:min(len(all), most)], nil
}

// writeStoriesTold prints what readers were told: how often, and the largest stories.
func writeStoriesTold(w io.Writer, t telling, list []retold) error {
	if t.posts > 0 {
		fmt.Fprintf(w, "messages per story and channel: %.2f (%s, %s told, %s)\n", t.perStory(),
			count(t.posts, "first message"), stories(t.stories), count(t.channels, "channel"))
	}
	if len(list) == 0 {
		return nil
	}
	c := columns{indent: "  "}
	c.heads("items", "outlets", "languages", "the largest stories")
	for _, r := range list {
		c.add(right(fmt.Sprint(r.Items)), right(fmt.Sprint(r.Outlets)), left(strings.Join(r.Languages, " ")), left(r.Headline))
	}
	return c.print(w)
}
