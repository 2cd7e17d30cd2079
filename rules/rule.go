package rules

import (
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Status says how far a rule is trusted.
type Status string

// The statuses. Experimental is the default; a deprecated rule loads and is tested, but
// does not fire.
const (
	Experimental Status = "experimental"
	Stable       Status = "stable"
	Deprecated   Status = "deprecated"
)

// Statuses lists all statuses.
func Statuses() []Status { return []Status{Experimental, Stable, Deprecated} }

// A Rule is one thing to watch for, as its author wrote it.
type Rule struct {
	ID             string           `yaml:"id" json:"id"`
	Title          string           `yaml:"title" json:"title"`
	Theme          string           `yaml:"theme" json:"theme"`           // a slug; else from a tag theme.x
	Severity       watcher.Severity `yaml:"severity" json:"severity"`     // else from level
	Level          watcher.Severity `yaml:"level" json:"-"`               // another name of severity
	Status         Status           `yaml:"status" json:"status"`         // default experimental
	Owner          string           `yaml:"owner" json:"owner,omitempty"` // whom to ask
	Description    string           `yaml:"description" json:"description,omitempty"`
	Tags           []string         `yaml:"tags" json:"tags,omitempty"`
	References     []string         `yaml:"references" json:"references,omitempty"`
	FalsePositives []string         `yaml:"falsepositives" json:"falsepositives,omitempty"` // known ones, in words
	Query          string           `yaml:"query" json:"query"`
	Escalate       []Escalation     `yaml:"escalate" json:"escalate,omitempty"`
	Tests          Tests            `yaml:"tests" json:"tests"`

	File string `yaml:"-" json:"file"` // where the rule stands
	Line int    `yaml:"-" json:"line"`
	Hash string `yaml:"-" json:"hash"` // of all that decides, the terms of its vocabularies too

	origin

	node       query.Node // of Query
	query      *match.Query
	whens      []query.Node   // of Escalate
	when       []*match.Query // of Escalate
	exclusions []*Exclusion   // that reach the rule, by id
}

// An Escalation raises the severity of items for which a second query holds as well.
type Escalation struct {
	When     string           `yaml:"when" json:"when"`
	Severity watcher.Severity `yaml:"severity" json:"severity"`
}

// Tests are the samples that prove a rule or an exclusion.
type Tests struct {
	Match  []Sample `yaml:"match" json:"match,omitempty"`   // it must hold for these
	Reject []Sample `yaml:"reject" json:"reject,omitempty"` // and not for these
}

// A Sample is an item to try a rule on. What it leaves out is empty.
type Sample struct {
	Title    string           `yaml:"title" json:"title"`
	Lead     string           `yaml:"lead" json:"lead,omitempty"`
	Summary  string           `yaml:"summary" json:"-"` // another name of lead
	Body     string           `yaml:"body" json:"body,omitempty"`
	Author   string           `yaml:"author" json:"author,omitempty"`
	Lang     string           `yaml:"lang" json:"lang,omitempty"`
	URL      string           `yaml:"url" json:"url,omitempty"`
	Tags     []string         `yaml:"tags" json:"tags,omitempty"`
	Feed     string           `yaml:"feed" json:"feed,omitempty"`         // id of the feed
	Country  string           `yaml:"country" json:"country,omitempty"`   // of the feed
	Severity watcher.Severity `yaml:"severity" json:"severity,omitempty"` // that a match must have; empty for any
}

// Item is the sample as an item and the feed it would come from.
func (s Sample) Item() (watcher.Item, watcher.Feed) {
	lead := s.Lead
	if lead == "" {
		lead = s.Summary
	}
	it := watcher.Item{
		ID: watcher.NewItemID(s.Title + "\n" + lead), FeedID: watcher.FeedID(s.Feed), URL: s.URL,
		Title: s.Title, Lead: lead, Body: s.Body, Author: s.Author, Language: s.Lang, Tags: s.Tags,
	}
	f := watcher.Feed{
		ID: it.FeedID, Name: s.Feed, Language: s.Lang, Country: s.Country,
	}
	return it, f
}

// origin is where a rule, vocabulary or exclusion was written.
type origin struct {
	src  *diag.File
	path string // in src, such as rules[2]; empty where it is the whole file
}

// at is the path of a field below the origin.
func (o origin) at(field string) string {
	if o.path == "" || field == "" {
		return o.path + field
	}
	return o.path + "." + field
}

// problem is a mistake in a field.
func (o origin) problem(field, msg, cure string) diag.Problem {
	return o.src.Problem(o.at(field), msg, cure)
}

// lacks reports whether a field that came out empty is missing or written empty. One of
// the wrong type is neither: it has been reported.
func (o origin) lacks(field string) bool {
	kind := o.src.Kind(o.at(field))
	return kind == "empty" || kind == "text"
}
