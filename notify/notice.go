package notify

import (
	"cmp"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxNotice is how long what a notice says may be, in characters.
const maxNotice = 900

// A Fact is a line of a message that tells no news but how it stands with feeds: a text,
// or a time.
type Fact struct {
	Label string
	Text  string
	At    time.Time
}

// String is the fact for readers; ref is when the message was made.
func (f Fact) String(ref time.Time) string {
	if f.At.IsZero() {
		return f.Text
	}
	return Stamp(f.At, ref)
}

// setNotice fills in a message of Trouble or Recovered: what is wrong in place of who
// tells it.
func (m *Message) setNotice(a watcher.Alert) {
	n := a.Notice
	m.URL, m.Host, m.Language, m.Official, m.Novelty = "", "", "", false, ""
	m.Headline = cmp.Or(Clean(a.Item.Title, maxHeadline), Clean(a.Story.Headline, maxHeadline))
	m.Feed = Clean(a.Feed.Name, maxName)
	m.Quote, m.Why, m.Themes, m.Outlets, m.OutletCount, m.Items = nil, nil, nil, nil, 0, 0
	m.fact("what", Clean(n.What, maxNotice), time.Time{})
	m.fact("since", "", n.Since)
	m.fact("last success", "", n.LastSuccess)
	m.fact("last item", "", n.LastItem)
	m.fact("to do", Clean(n.Cure, maxNotice), time.Time{})
}

func (m *Message) fact(label, text string, at time.Time) {
	if text != "" || !at.IsZero() {
		m.Facts = append(m.Facts, Fact{label, text, at.UTC()})
	}
}

// SampleTrouble makes up the delivery of a trouble at a time, for trying out a channel.
func SampleTrouble(channel string, now time.Time) watcher.Outgoing {
	o := Sample(channel, now)
	a := &o.Alert
	a.Reason, a.Severity, a.Matches, a.Join = watcher.Trouble, watcher.Medium, nil, watcher.Join{}
	a.Item = watcher.Item{Title: a.Feed.Name + " does not answer as a feed", Seen: now.UTC()}
	a.Story = watcher.Story{ID: a.Story.ID, Headline: a.Item.Title, Severity: a.Severity, Told: true}
	a.Notice = &watcher.Notice{
		What: "the last 4 polls failed: HTTP 503 <Service Unavailable>", Since: now.Add(-70 * time.Minute).UTC(),
		LastSuccess: now.Add(-70 * time.Minute).UTC(), LastItem: now.Add(-30 * time.Hour).UTC(),
		Cure: "see whether " + a.Feed.URL + " opens from here; it is asked again in 80 min, and this is told when it is well",
	}
	return o
}
