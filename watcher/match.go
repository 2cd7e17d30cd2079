package watcher

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says how much a match matters, from Info to Critical.
type Severity string

// The severities, lowest first.
const (
	Info     Severity = "info"
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists all severities, lowest first.
func Severities() []Severity { return []Severity{Info, Low, Medium, High, Critical} }

// ParseSeverity reads a severity by its name.
func ParseSeverity(s string) (Severity, error) {
	if v := Severity(s); v.Rank() >= 0 {
		return v, nil
	}
	return "", fmt.Errorf("unknown severity %q: write info, low, medium, high or critical", s)
}

// Rank is the place of a severity from 0 (info) to 4 (critical), -1 for none.
func (s Severity) Rank() int { return slices.Index(Severities(), s) }

// Above reports whether s is higher than t.
func (s Severity) Above(t Severity) bool { return s.Rank() > t.Rank() }

// A Field is a part of an item that has text.
type Field string

// The text fields.
const (
	Title Field = "title"
	Lead  Field = "lead"
	Body  Field = "body"
)

// Text returns the text of a field of the item.
func (it Item) Text(f Field) string {
	switch f {
	case Title:
		return it.Title
	case Lead:
		return it.Lead
	case Body:
		return it.Body
	}
	return ""
}

// A Span is a place in an item that made a rule fire.
type Span struct {
	Field  Field  `json:"field"`
	Start  int    `json:"start"` // byte offsets in Item.Text(Field)
	End    int    `json:"end"`
	Term   string `json:"term"`             // as the rule or vocabulary writes it
	Clause string `json:"clause,omitempty"` // the part of the query it belongs to, such as "@potash"
}

// A Match says that a rule fired on an item, and where.
type Match struct {
	ItemID    ItemID   `json:"item"`
	RuleID    string   `json:"rule"`
	RuleHash  string   `json:"rule_hash"`
	RuleTitle string   `json:"rule_title"`
	Theme     string   `json:"theme"`
	Severity  Severity `json:"severity"`
	Escalated string   `json:"escalated,omitempty"` // the query that raised the severity
	Spans     []Span   `json:"spans"`
}

// A Matcher decides which rules an item fires, in order of rule id. It is immutable
// and safe for concurrent use.
type Matcher interface {
	Match(it Item, f Feed) []Match
}

// highest returns the highest severity of matches, and their themes and rules in order.
func highest(ms []Match) (sev Severity, themes, rules []string) {
	sev = Info
	for _, m := range ms {
		if m.Severity.Above(sev) {
			sev = m.Severity
		}
		themes = merge(themes, m.Theme)
		rules = merge(rules, m.RuleID)
	}
	return sev, themes, rules
}

// merge adds s to the sorted set, without touching the one it was given.
func merge(set []string, s string) []string {
	i, ok := slices.BinarySearchFunc(set, s, strings.Compare)
	if ok {
		return set
	}
	return slices.Insert(slices.Clone(set), i, s)
}
