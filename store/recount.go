package store

import (
	"slices"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// divide returns a story without the items taken, and the one that those make.
func divide(old, own watcher.Story, left, taken []Joined) (watcher.Story, watcher.Story) {
	var gone, stay []watcher.Outlet
	for _, o := range old.Outlets {
		switch {
		case carries(taken, o) && !carries(left, o):
			gone = append(gone, o)
		default:
			stay = append(stay, o)
		}
	}
	own = recount(own, taken, old.Outlets, gone)
	rest := recount(old, left, old.Outlets, stay)
	for _, f := range old.Feeds { // those beyond the outlets that a story names
		if !slices.Contains(own.Feeds, f) {
			rest.Feeds = append(rest.Feeds, f)
		}
	}
	rest.Feeds = set(rest.Feeds)
	official := func(o watcher.Outlet) bool { return o.Official }
	own.Official = slices.ContainsFunc(own.Outlets, official)
	if slices.ContainsFunc(old.Outlets, official) { // else it is one that is not named
		rest.Official = slices.ContainsFunc(rest.Outlets, official)
	}
	return rest, own
}

// unite returns a story with the items of another.
func unite(into, from watcher.Story, own, more []Joined) watcher.Story {
	known := slices.Concat(into.Outlets, from.Outlets)
	all := recount(into, slices.Concat(own, more), known, known)
	all.Feeds = set(slices.Concat(all.Feeds, into.Feeds, from.Feeds))
	all.Told, all.Official = into.Told || from.Told, into.Official || from.Official
	return all
}

// carries reports whether an outlet carries one of the items. One that carries what another
// feed brought first is known by the link.
func carries(js []Joined, o watcher.Outlet) bool {
	return slices.ContainsFunc(js, func(j Joined) bool {
		return j.Item.FeedID == o.Feed || j.Item.URL != "" && j.Item.URL == o.URL
	})
}

// recount returns a story as its items tell it. Names of outlets come from those known; more
// are outlets that carry it besides those of its items.
func recount(s watcher.Story, js []Joined, known, more []watcher.Outlet) watcher.Story {
	lead := max(slices.IndexFunc(js, func(j Joined) bool { return j.Item.ID == s.Lead }), 0)
	first := js[lead].Item
	if s.Lead != first.ID {
		s.Lead, s.Headline, s.Language = first.ID, first.Title, first.Language
	}
	s.Items, s.Severity, s.First, s.Last = len(js), watcher.Info, first.When(), first.When()
	s.Feeds, s.Rules, s.Themes, s.Outlets = nil, nil, nil, nil
	carry := func(o watcher.Outlet) {
		if slices.Contains(s.Feeds, string(o.Feed)) {
			return
		}
		s.Feeds = append(s.Feeds, string(o.Feed))
		if len(s.Outlets) < watcher.MaxOutlets {
			s.Outlets = append(s.Outlets, o)
		}
	}
	carry(outlet(first, known)) // a story's first outlet is the one that opened it
	for _, j := range js {
		carry(outlet(j.Item, known))
		if t := j.Item.When(); t.Before(s.First) {
			s.First = t
		}
		if t := j.Item.When(); t.After(s.Last) {
			s.Last = t
		}
		for _, m := range j.Matches {
			s.Rules, s.Themes = append(s.Rules, m.RuleID), append(s.Themes, m.Theme)
			if m.Severity.Above(s.Severity) {
				s.Severity = m.Severity
			}
		}
	}
	for _, o := range more {
		carry(o)
	}
	s.Feeds, s.Rules, s.Themes = set(s.Feeds), set(s.Rules), set(s.Themes)
	return s
}

// outlet is who brought an item, by the name it is known by.
func outlet(it watcher.Item, known []watcher.Outlet) watcher.Outlet {
	o := watcher.Outlet{Feed: it.FeedID, Name: string(it.FeedID)}
	if i := slices.IndexFunc(known, func(k watcher.Outlet) bool { return k.Feed == it.FeedID }); i >= 0 {
		o = known[i]
	}
	o.Host, o.URL, o.Language, o.At = it.Host(), it.URL, it.Language, it.When()
	return o
}

// set sorts strings and takes doubles away.
func set(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
