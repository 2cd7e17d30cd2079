package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Message is what people are told, free of any channel's markup. All its texts are
// plain, bounded and clean as [Clean] says; a channel escapes them for its own markup
// and adds nothing but layout. Compose is the door.
type Message struct {
	Delivery string // id, the same at every attempt
	Story    string // id
	Alert    string // id

	Kind     watcher.Kind
	Reason   watcher.Reason
	Severity watcher.Severity // of the alert; of the story for an Update
	Themes   []string         // the weightiest first

	Headline  string
	URL       string // http or https, all ASCII; "" where there is none
	Host      string // of URL, for readers
	Feed      string // the outlet's name
	Language  string
	Official  bool      // the outlet is a government, regulator or court
	Published time.Time // zero where the feed gave no date
	Seen      time.Time

	Quote       []Run  // the sentence that made a rule fire; may be empty
	QuoteSource string // the outlet it is from, when that is not Feed
	Why         []Why

	Outlets     []watcher.Outlet // the earliest first, at most watcher.MaxOutlets
	OutletCount int              // all of them
	Items       int
	Languages   []string // of the outlets, in order
	First, Last time.Time

	Facts []Fact // of Trouble and Recovered, which have no item, rule or outlet

	Novelty  string // why the story is no duplicate; after the first telling, what is news
	Repeat   bool   // an earlier attempt may have arrived
	PlanHash string // of the operator's files that raised the alert, shortened
}

// A Run is a stretch of text in one weight.
type Run struct {
	Text string
	Bold bool
}

// A Why says which rule fired, and which of its clauses with which words.
type Why struct {
	RuleID    string
	RuleTitle string
	Theme     string
	Severity  watcher.Severity
	Escalated string   // the query that raised the severity, if one did
	Clauses   []string // such as "@potash: калий, хлоркалий"
}

// Label is a severity as it is printed: "HIGH".
func Label(s watcher.Severity) string { return strings.ToUpper(Clean(string(s), 16)) }

// Emoji is a severity as a coloured sign.
func Emoji(s watcher.Severity) string {
	switch s {
	case watcher.Critical:
		return "🔴"
	case watcher.High:
		return "🟠"
	case watcher.Medium:
		return "🟡"
	case watcher.Low:
		return "🔵"
	}
	return "⚪"
}

// Subject says the message in one line: "[HIGH] potash: headline". What comes after
// the first telling says so: "[HIGH] potash, first official source: headline".
func (m Message) Subject() string {
	about := slices.Clone(m.Themes[:min(len(m.Themes), 1)])
	if m.Kind != watcher.Post || m.Reason != watcher.NewStory {
		about = append(about, m.Reason.Words())
	}
	s := "[" + Label(m.Severity) + "] "
	if len(about) > 0 {
		s += strings.Join(about, ", ") + ": "
	}
	return s + m.Headline
}

// QuoteText is the quote without weights.
func (m Message) QuoteText() string {
	var b strings.Builder
	for _, r := range m.Quote {
		b.WriteString(r.Text)
	}
	return b.String()
}

// CoverageLine says who carries the story: "12 outlets, 4 languages, first: BelTA
// 08:14 UTC".
func (m Message) CoverageLine() string {
	if len(m.Outlets) == 0 {
		return ""
	}
	first := m.Outlets[0]
	at := first.Name + " " + Stamp(first.At, m.Seen)
	if m.OutletCount == 1 {
		return "1 outlet: " + at
	}
	s := fmt.Sprintf("%d outlets", m.OutletCount)
	if m.Items > m.OutletCount {
		s += fmt.Sprintf(", %d items", m.Items)
	}
	if len(m.Languages) > 1 {
		s += fmt.Sprintf(", %d languages", len(m.Languages))
	}
	return s + ", first: " + at
}

// In returns the message with its times in a place's own time.
func (m Message) In(loc *time.Location) Message {
	for _, t := range []*time.Time{&m.Published, &m.Seen, &m.First, &m.Last} {
		if !t.IsZero() {
			*t = t.In(loc)
		}
	}
	m.Facts = slices.Clone(m.Facts)
	for i := range m.Facts {
		if at := &m.Facts[i].At; !at.IsZero() {
			*at = at.In(loc)
		}
	}
	m.Outlets = slices.Clone(m.Outlets)
	for i := range m.Outlets {
		m.Outlets[i].At = m.Outlets[i].At.In(loc)
	}
	return m
}

// Stamp writes a time for readers: the clock alone on the day of ref, else the day too.
func Stamp(t, ref time.Time) string {
	if t.IsZero() {
		return "undated"
	}
	ref = ref.In(t.Location())
	switch {
	case t.Year() != ref.Year():
		return t.Format("2 Jan 2006 15:04 MST")
	case t.YearDay() != ref.YearDay():
		return t.Format("2 Jan 15:04 MST")
	}
	return t.Format("15:04 MST")
}
