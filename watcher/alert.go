package watcher

import "time"

// A Reason says why people are told. "The same again" is not one.
type Reason string

// The reasons.
const (
	NewStory   Reason = "new-story"  // the first telling of a story
	Escalation Reason = "escalation" // the story's severity rose
	Official   Reason = "official"   // a first official source carries it
	NewRule    Reason = "new-rule"   // a rule fired that had not fired on it
	Coverage   Reason = "coverage"   // another outlet or a new headline: updates the message, is never a new one
	Trouble    Reason = "trouble"    // something is wrong with feeds: see Notice
	Recovered  Reason = "recovered"  // and is well again
)

// Words says the reason as a reader would.
func (r Reason) Words() string {
	switch r {
	case NewStory:
		return "new story"
	case Escalation:
		return "escalated"
	case Official:
		return "first official source"
	case NewRule:
		return "another rule fired"
	case Coverage:
		return "more coverage"
	}
	return string(r)
}

// An Alert is a decision to tell people of a story, with the proof.
type Alert struct {
	ID       AlertID   `json:"id"`
	Reason   Reason    `json:"reason"`
	Severity Severity  `json:"severity"`
	Story    Story     `json:"story"` // as it was when the alert was raised
	Item     Item      `json:"item"`  // the item that raised it
	Feed     Feed      `json:"feed"`
	Matches  []Match   `json:"matches"`
	Join     Join      `json:"join"` // why the item belongs to the story, or why it is not a duplicate
	PlanHash string    `json:"plan_hash"`
	Raised   time.Time `json:"raised"`
	Notice   *Notice   `json:"notice,omitempty"` // only for Trouble and Recovered, which tell no news
}

// A Notice says in words how it stands with a feed, or with many.
type Notice struct {
	What        string    `json:"what"`
	Cure        string    `json:"cure,omitempty"`
	Since       time.Time `json:"since,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	LastItem    time.Time `json:"last_item,omitzero"`
}

// A Router decides which channels hear of an alert, by name, each once, in the order
// of the routing tree.
type Router interface {
	Route(a Alert) []string
}

// decide says why people should be told that item it of feed f joined story before
// (the zero Story for a new one).
func decide(before Story, it Item, f Feed, ms []Match) Reason {
	if !before.Told {
		return NewStory
	}
	sev, _, rules := highest(ms)
	if sev.Above(before.Severity) {
		return Escalation
	}
	if f.Official && !before.Official {
		return Official
	}
	known := before.Rules
	for _, r := range rules {
		if len(merge(known, r)) != len(known) {
			return NewRule
		}
	}
	return Coverage
}
