package watcher

import (
	"slices"
	"time"
)

// A Story is one piece of news, however many items tell it.
type Story struct {
	ID       StoryID   `json:"id"`
	Headline string    `json:"headline"`
	Language string    `json:"language,omitempty"`
	Lead     ItemID    `json:"lead"`
	Items    int       `json:"items"`
	Feeds    []string  `json:"feeds"` // ids, in order
	Rules    []string  `json:"rules"`
	Themes   []string  `json:"themes"`
	Severity Severity  `json:"severity"`
	First    time.Time `json:"first"` // when the earliest item was published
	Last     time.Time `json:"last"`  // when the latest item was published
	Official bool      `json:"official,omitempty"`
	Told     bool      `json:"told"` // an alert was raised for it
	Outlets  []Outlet  `json:"outlets"`
}

// An Outlet is who carries a story, where, and since when. A story keeps the first
// MaxOutlets of them; Story.Items counts all.
type Outlet struct {
	Feed     FeedID    `json:"feed"`
	Name     string    `json:"name"`
	Host     string    `json:"host"`
	URL      string    `json:"url"`
	Language string    `json:"language,omitempty"`
	Official bool      `json:"official,omitempty"`
	At       time.Time `json:"at"`
}

// MaxOutlets is how many outlets a story names.
const MaxOutlets = 50

// A Join says which story an item belongs to and why. An empty Story opens a new one;
// Why then says what the nearest story lacked.
type Join struct {
	Story     StoryID `json:"story"`
	Signature string  `json:"signature"` // "same link", "same title", "near text", "none"
	Score     float64 `json:"score"`     // 0 to 1
	Why       string  `json:"why"`
}

// A Member is a recorded item of a story, as the clusterer learns it.
type Member struct {
	Seq    int64 // order of recording, rising
	Story  StoryID
	Item   Item     // ID, FeedID, URL, Title, Lead, Language, Published, Seen
	Themes []string // of the rules that fired on it
	Apart  []ItemID // items that a person took it apart from: it joins no story of theirs again
}

// A Clusterer decides which story an item belongs to. It is called by one goroutine at
// a time, and learns every recorded item, its own and those of other replicas, through
// Learn before it is asked again. A Member that it knows is learned again when a person
// moved it to another story.
type Clusterer interface {
	Assign(it Item, ms []Match) Join
	Learn(m Member)
}

// with returns the story after item it of feed f joined it.
func (s Story) with(it Item, f Feed, ms []Match) Story {
	if s.ID == "" {
		sev, _, _ := highest(ms)
		s = Story{
			ID: NewStoryID(it.ID), Headline: it.Title, Language: it.Language, Lead: it.ID,
			Severity: sev, First: it.When(), Last: it.When(),
		}
	}
	s.Items++
	if it.When().Before(s.First) {
		s.First = it.When()
	}
	if it.When().After(s.Last) {
		s.Last = it.When()
	}
	return s.carry(it, f, ms)
}

// edited returns the story after its item it was reworded, or came in another feed.
func (s Story) edited(it Item, f Feed, ms []Match) Story {
	if s.Lead == it.ID {
		s.Headline = it.Title
	}
	return s.carry(it, f, ms)
}

// carry adds to a story what an item's rules say and who carries it.
func (s Story) carry(it Item, f Feed, ms []Match) Story {
	sev, _, _ := highest(ms)
	for _, m := range ms {
		s.Rules, s.Themes = merge(s.Rules, m.RuleID), merge(s.Themes, m.Theme)
	}
	if len(ms) > 0 && sev.Above(s.Severity) {
		s.Severity = sev
	}
	s.Official = s.Official || f.Official
	if slices.Contains(s.Feeds, string(it.FeedID)) {
		return s
	}
	s.Feeds = merge(s.Feeds, string(it.FeedID))
	if len(s.Outlets) < MaxOutlets {
		s.Outlets = append(slices.Clone(s.Outlets), Outlet{
			Feed: it.FeedID, Name: f.Name, Host: it.Host(), URL: it.URL,
			Language: it.Language, Official: f.Official, At: it.When(),
		})
	}
	return s
}
