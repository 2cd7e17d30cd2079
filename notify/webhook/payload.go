package webhook

import (
	"time"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Version is that of the payload. It rises when a field changes or goes.
const Version = 1

// A Payload is the body of a post; the package comment shows one.
type Payload struct {
	Version   int              `json:"version"`
	Delivery  string           `json:"delivery"`
	Story     string           `json:"story"`
	Alert     string           `json:"alert"`
	Kind      watcher.Kind     `json:"kind"`
	Reason    watcher.Reason   `json:"reason"`
	Severity  watcher.Severity `json:"severity"`
	Themes    []string         `json:"themes"`
	Headline  string           `json:"headline"`
	URL       string           `json:"url"`
	Host      string           `json:"host"`
	Feed      string           `json:"feed"`
	Language  string           `json:"language"`
	Official  bool             `json:"official"`
	Published time.Time        `json:"published,omitzero"`
	Seen      time.Time        `json:"seen,omitzero"`
	Quote     Quote            `json:"quote"`
	Why       []Why            `json:"why"`
	Coverage  Coverage         `json:"coverage"`
	Novelty   string           `json:"novelty"`
	Repeat    bool             `json:"repeat"`
	Plan      string           `json:"plan"`
	Notice    *Notice          `json:"notice,omitempty"`
}

// A Notice says how it stands with a feed, or with many.
type Notice struct {
	What        string    `json:"what"`
	Cure        string    `json:"cure"`
	Since       time.Time `json:"since,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	LastItem    time.Time `json:"last_item,omitzero"`
}

// A Quote is the sentence that made a rule fire.
type Quote struct {
	Text   string   `json:"text"`
	Source string   `json:"source"` // the outlet, when it is not the headline's
	Words  [][2]int `json:"words"`  // start and end of each word that fired, in characters
}

// A Why says which rule fired.
type Why struct {
	Rule      string           `json:"rule"`
	Title     string           `json:"title"`
	Theme     string           `json:"theme"`
	Severity  watcher.Severity `json:"severity"`
	Escalated string           `json:"escalated"`
	Clauses   []string         `json:"clauses"`
}

// Coverage says who carries the story.
type Coverage struct {
	Outlets   int       `json:"outlets"`
	Items     int       `json:"items"`
	Languages []string  `json:"languages"`
	First     time.Time `json:"first,omitzero"`
	Last      time.Time `json:"last,omitzero"`
	Named     []Outlet  `json:"named"` // the earliest first, at most 50
}

// An Outlet carries the story.
type Outlet struct {
	Name     string    `json:"name"`
	Host     string    `json:"host"`
	URL      string    `json:"url"`
	Language string    `json:"language"`
	Official bool      `json:"official"`
	At       time.Time `json:"at,omitzero"`
}

// newPayload makes the body of a message. Lists are never null.
func newPayload(m notify.Message) Payload {
	p := Payload{
		Version: Version, Delivery: m.Delivery, Story: m.Story, Alert: m.Alert,
		Kind: m.Kind, Reason: m.Reason, Severity: m.Severity, Themes: filled(m.Themes),
		Headline: m.Headline, URL: m.URL, Host: m.Host, Feed: m.Feed, Language: m.Language,
		Official: m.Official, Published: m.Published, Seen: m.Seen,
		Quote: Quote{Text: m.QuoteText(), Source: m.QuoteSource, Words: [][2]int{}},
		Why:   make([]Why, 0, len(m.Why)),
		Coverage: Coverage{
			Outlets: m.OutletCount, Items: m.Items, Languages: filled(m.Languages),
			First: m.First, Last: m.Last, Named: make([]Outlet, 0, len(m.Outlets)),
		},
		Novelty: m.Novelty, Repeat: m.Repeat, Plan: m.PlanHash,
	}
	p.Notice = newNotice(m.Facts)
	at := 0
	for _, r := range m.Quote {
		end := at + utf8.RuneCountInString(r.Text)
		if r.Bold {
			p.Quote.Words = append(p.Quote.Words, [2]int{at, end})
		}
		at = end
	}
	for _, w := range m.Why {
		p.Why = append(p.Why, Why{w.RuleID, w.RuleTitle, w.Theme, w.Severity, w.Escalated, filled(w.Clauses)})
	}
	for _, o := range m.Outlets {
		p.Coverage.Named = append(p.Coverage.Named, Outlet{o.Name, o.Host, o.URL, o.Language, o.Official, o.At})
	}
	return p
}

func newNotice(facts []notify.Fact) *Notice {
	if len(facts) == 0 {
		return nil
	}
	var n Notice
	for _, f := range facts {
		switch f.Label {
		case "what":
			n.What = f.Text
		case "to do":
			n.Cure = f.Text
		case "since":
			n.Since = f.At
		case "last success":
			n.LastSuccess = f.At
		case "last item":
			n.LastItem = f.At
		}
	}
	return &n
}

func filled(list []string) []string { return append([]string{}, list...) }
