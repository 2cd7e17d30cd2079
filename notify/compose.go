package notify

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// How long the texts of a message may be, in characters, and its lists, in entries:
// with all of them full a message still fits into one of Slack's.
const (
	maxHeadline = 300
	maxName     = 80
	maxQuote    = 300
	maxSentence = 400 // of a reason in words, or a query
	maxClause   = 60
	maxWord     = 40
	maxWords    = 6 // of a clause
	maxClauses  = 8 // of a rule
	maxRules    = 8
	maxThemes   = 8
)

// Compose makes the message of a delivery. It is pure: the same delivery makes the same
// message at every attempt, but for Repeat.
func Compose(o watcher.Outgoing) Message {
	d, a := o.Delivery, o.Alert
	m := Message{
		Delivery: Clean(string(d.ID), maxName), Story: Clean(string(d.StoryID), maxName),
		Alert: Clean(string(d.AlertID), maxName),
		Kind:  d.Kind, Reason: a.Reason, Severity: a.Severity,
		Items: a.Story.Items, First: a.Story.First.UTC(), Last: a.Story.Last.UTC(),
		Repeat: o.Repeat, PlanHash: Clean(a.PlanHash, 12),
	}
	m.setHeadline(a)
	if a.Notice != nil {
		m.setNotice(a)
		return m
	}
	m.setOutlets(a.Story)
	m.Quote = quote(a.Item, a.Matches)
	m.setWhy(a)
	m.Novelty = novelty(a)
	if d.Kind == watcher.Update {
		m.restate(a)
	}
	return m
}

// setHeadline fills in what the item that raised the alert says of itself.
func (m *Message) setHeadline(a watcher.Alert) {
	it := a.Item
	m.Headline = Clean(it.Title, maxHeadline)
	m.URL, m.Host = link(it.URL)
	m.Feed = Clean(a.Feed.Name, maxName)
	m.Language = Clean(cmp.Or(it.Language, a.Feed.Language), 16)
	m.Official = a.Feed.Official
	m.Seen = it.Seen.UTC()
	if !it.Published.IsZero() {
		m.Published = it.Published.UTC()
	}
	m.Feed = cmp.Or(m.Feed, m.Host, Clean(string(it.FeedID), maxName))
	m.Headline = cmp.Or(m.Headline, Clean(it.Lead, maxHeadline), Clean(a.Story.Headline, maxHeadline), "(no title)")
}

// restate makes the message tell the whole story from its beginning, which is what a
// message that is brought up to date shows.
func (m *Message) restate(a watcher.Alert) {
	m.Severity = a.Story.Severity
	m.Headline = cmp.Or(Clean(a.Story.Headline, maxHeadline), m.Headline)
	if len(a.Story.Themes) > 0 {
		m.Themes = cleaned(a.Story.Themes, maxThemes)
	}
	if a.Item.ID == a.Story.Lead || len(a.Story.Outlets) == 0 {
		return
	}
	if len(m.Quote) > 0 {
		m.QuoteSource = m.Feed
	}
	lead := a.Story.Outlets[0] // a story's first outlet is the one that opened it
	m.URL, m.Host = link(lead.URL)
	m.Feed = cmp.Or(Clean(lead.Name, maxName), m.Host, Clean(string(lead.Feed), maxName))
	m.Language, m.Official = Clean(a.Story.Language, 16), lead.Official
	m.Published = lead.At.UTC()
}

// setOutlets fills in who carries the story.
func (m *Message) setOutlets(s watcher.Story) {
	m.OutletCount = max(len(s.Feeds), len(s.Outlets))
	m.Outlets = make([]watcher.Outlet, 0, min(len(s.Outlets), watcher.MaxOutlets))
	for _, o := range s.Outlets[:cap(m.Outlets)] {
		address, host := link(o.URL)
		o.URL, o.Host = address, cmp.Or(host, Clean(o.Host, maxName))
		o.Name = cmp.Or(Clean(o.Name, maxName), o.Host, Clean(string(o.Feed), maxName))
		o.Language, o.At = Clean(o.Language, 16), o.At.UTC()
		m.Outlets = append(m.Outlets, o)
		if o.Language != "" && !slices.Contains(m.Languages, o.Language) {
			m.Languages = append(m.Languages, o.Language)
		}
	}
	slices.Sort(m.Languages)
	slices.SortStableFunc(m.Outlets, func(x, y watcher.Outlet) int { return x.At.Compare(y.At) })
}

// setWhy fills in the themes and the rules, the weightiest first.
func (m *Message) setWhy(a watcher.Alert) {
	ms := slices.Clone(a.Matches)
	slices.SortStableFunc(ms, func(x, y watcher.Match) int { return y.Severity.Rank() - x.Severity.Rank() })
	for _, x := range ms[:min(len(ms), maxRules)] {
		id, theme := Clean(x.RuleID, maxName), Clean(x.Theme, maxName)
		m.Why = append(m.Why, Why{
			RuleID: id, RuleTitle: cmp.Or(Clean(x.RuleTitle, maxHeadline), id), Theme: theme,
			Severity: x.Severity, Escalated: Clean(x.Escalated, maxSentence), Clauses: clauses(a.Item, x.Spans),
		})
		if theme != "" && !slices.Contains(m.Themes, theme) {
			m.Themes = append(m.Themes, theme)
		}
	}
	if len(ms) == 0 { // an edited headline may fire no rule any more; the story's still hold
		for _, r := range cleaned(a.Story.Rules, maxRules) {
			m.Why = append(m.Why, Why{RuleID: r, RuleTitle: r})
		}
		m.Themes = cleaned(a.Story.Themes, maxThemes)
	}
}

func cleaned(list []string, limit int) []string {
	out := make([]string, 0, min(len(list), limit))
	for _, s := range list[:cap(out)] {
		out = append(out, Clean(s, maxName))
	}
	return out
}

// clauses says which clauses of a rule were met, each with the words that met it.
func clauses(it watcher.Item, spans []watcher.Span) []string {
	var order []string
	words := make(map[string][]string)
	for _, s := range spans {
		word := Clean(written(it, s), maxWord)
		clause := cmp.Or(Clean(s.Clause, maxClause), word)
		if clause == "" {
			continue
		}
		known, ok := words[clause]
		if !ok {
			if len(order) == maxClauses {
				continue
			}
			order = append(order, clause)
		}
		same := func(w string) bool { return strings.EqualFold(w, word) }
		if word != "" && len(known) <= maxWords && !slices.ContainsFunc(known, same) {
			known = append(known, word)
		}
		words[clause] = known
	}
	out := make([]string, 0, len(order))
	for _, c := range order {
		ws := words[c]
		if len(ws) > maxWords {
			ws = append(ws[:maxWords:maxWords], "…")
		}
		if len(ws) == 0 || len(ws) == 1 && strings.EqualFold(strings.Trim(c, `"'`), ws[0]) {
			out = append(out, c)
			continue
		}
		out = append(out, c+": "+strings.Join(ws, ", "))
	}
	return out
}

// written returns the words of a span as the item has them, or the rule's own term
// where the item no longer has that text.
func written(it watcher.Item, s watcher.Span) string {
	if text := it.Text(s.Field); valid(text, s) {
		return text[s.Start:s.End]
	}
	return s.Term
}

// valid reports whether a span lies in text and cuts no character.
func valid(text string, s watcher.Span) bool {
	return s.Start >= 0 && s.Start < s.End && s.End <= len(text) &&
		utf8.RuneStart(text[s.Start]) && (s.End == len(text) || utf8.RuneStart(text[s.End]))
}

// novelty says in words why people are told.
func novelty(a watcher.Alert) string {
	var titles, raised []string
	for _, x := range a.Matches {
		t := cmp.Or(Clean(x.RuleTitle, maxHeadline), Clean(x.RuleID, maxName))
		titles = append(titles, t)
		if x.Severity == a.Severity {
			raised = append(raised, t)
		}
	}
	_, host := link(a.Item.URL)
	outlet := cmp.Or(Clean(a.Feed.Name, maxName), host, Clean(string(a.Item.FeedID), maxName))
	var s string
	switch a.Reason {
	case watcher.NewStory:
		s = cmp.Or(Clean(a.Join.Why, maxSentence), "no known story tells it")
	case watcher.Escalation:
		s = "severity rose to " + string(a.Severity) + ": " + strings.Join(raised, ", ")
	case watcher.Official:
		s = "first official source: " + outlet
	case watcher.NewRule:
		s = "another rule fired: " + strings.Join(titles, ", ")
	case watcher.Coverage:
		s = "more coverage: " + outlet
	default:
		s = a.Reason.Words()
	}
	return strings.TrimSuffix(Clean(s, maxSentence), ":")
}
