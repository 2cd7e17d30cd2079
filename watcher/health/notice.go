package health

import (
	"fmt"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// namedFeeds is how many feeds a message of many names.
const namedFeeds = 20

// tellOne tells the trouble of one feed.
func (t Teller) tellOne(l look, now time.Time) Telling {
	n := watcher.Notice{Since: l.health.Since, LastSuccess: l.State.LastSuccess, LastItem: l.State.LastItem}
	n.What, n.Cure = words(l, now)
	a := t.alert(watcher.Trouble, watcher.Medium, headline(l), n, now)
	a.Feed = l.Feed.Feed
	kind := watcher.Post
	if l.mark.Story != "" && !l.mark.Many { // another trouble of a feed that is in one
		a.Story.ID, kind = l.mark.Story, watcher.Reply
	}
	out := telling(l, mark{Kind: l.health.Kind, Story: a.Story.ID, Moved: l.mark.Moved})
	return t.with(out, a, kind)
}

func headline(l look) string {
	switch l.health.Kind {
	case Gone:
		return l.Name + " has ended"
	case Silent:
		return l.Name + " is silent"
	case Failing:
	}
	return l.Name + " does not answer as a feed"
}

// words says what is wrong with a feed, and what an operator may do.
func words(l look, now time.Time) (what, cure string) {
	switch l.health.Kind {
	case Gone:
		return "its publisher says that it is gone for good (410): it is not asked any more",
			"look for its successor at the publisher's and change or remove the feed " + string(l.ID) + " in the feed file"
	case Silent:
		return fmt.Sprintf("it answers, but has brought nothing new for %s; at this time of the week the next item usually comes within %s",
				length(l.State.LastSuccess.Sub(l.health.Since)), length(l.health.Usual)),
			"look whether the publisher still publishes at " + l.URL + ", or has a new feed"
	case Failing:
	}
	what = fmt.Sprintf("the last %d polls failed: %s", l.State.Failures, l.health.Reason)
	if l.health.Since.IsZero() {
		what = "it has never answered; " + what
	}
	return what, "see whether " + l.URL + " opens from here; it is asked again " + when(l.State.NextDue, now) + ", and this is told when it is well"
}

func when(t, now time.Time) string {
	if d := t.Sub(now); d >= time.Minute {
		return "in " + length(d)
	}
	return "soon"
}

// tellMany tells of many feeds in one message.
func (t Teller) tellMany(kind Kind, ls []look, all int, now time.Time) Telling {
	verb := map[Kind]string{Gone: "have ended", Failing: "fail", Silent: "are silent"}[kind]
	var names []string
	n := watcher.Notice{Cure: "look at the network, the name server and the proxy of this machine first"}
	for _, l := range ls {
		names = append(names, l.Name)
		n.LastSuccess, n.LastItem = latest(n.LastSuccess, l.State.LastSuccess), latest(n.LastItem, l.State.LastItem)
	}
	n.Since = n.LastSuccess
	if kind != Failing {
		n.Since, n.Cure = time.Time{}, "look at the page of feeds, which says of each what is wrong"
	}
	head := fmt.Sprintf("%d of %d feeds %s", len(ls), all, verb)
	n.What = listed(names)
	if why := ls[0].State.LastError; kind == Failing && why != "" {
		n.What += "; the first says: " + why
	}
	a := t.alert(watcher.Trouble, watcher.High, head, n, now)
	out := Telling{Was: map[watcher.FeedID]string{}, Now: map[watcher.FeedID]string{}}
	for _, l := range ls {
		out.Was[l.ID] = l.State.Told
		out.Now[l.ID] = mark{Kind: kind, Story: a.Story.ID, Many: true, Moved: l.mark.Moved}.String()
	}
	return t.with(out, a, watcher.Post)
}

// recovered tells that feeds are well; still names those of the same message that are not.
func (t Teller) recovered(ls []look, still []string, now time.Time) Telling {
	first := ls[0]
	out := Telling{Was: map[watcher.FeedID]string{}, Now: map[watcher.FeedID]string{}}
	var n watcher.Notice
	var names []string
	for _, l := range ls {
		out.Was[l.ID], out.Now[l.ID] = l.State.Told, mark{Moved: l.mark.Moved}.String()
		names = append(names, l.Name)
		n.LastSuccess, n.LastItem = latest(n.LastSuccess, l.State.LastSuccess), latest(n.LastItem, l.State.LastItem)
	}
	head := first.Name + " is well again"
	n.What = map[Kind]string{
		Gone: "it is asked again, and answers", Failing: "it answers as a feed again", Silent: "it has brought a new item",
	}[first.mark.Kind]
	if len(ls) > 1 {
		head, n.What = fmt.Sprintf("%d feeds are well again", len(ls)), listed(names)
	}
	if len(still) > 0 {
		n.Cure = "these are not well yet: " + listed(still)
	}
	a := t.alert(watcher.Recovered, watcher.Info, head, n, now)
	if len(ls) == 1 {
		a.Feed = first.Feed.Feed
	}
	kind := watcher.Post
	if first.mark.Story != "" {
		a.Story.ID, kind = first.mark.Story, watcher.Reply
	}
	return t.with(out, a, kind)
}

// moved tells that another address is asked, so that the operator edits the file.
func (t Teller) moved(l look, now time.Time) Telling {
	n := watcher.Notice{
		What: "its publisher has moved it for good, and the new address is asked instead: " + l.State.Adopted,
		Cure: "write that address into the feed file in place of " + l.URL, Since: l.State.MovedSince,
		LastSuccess: l.State.LastSuccess, LastItem: l.State.LastItem,
	}
	a := t.alert(watcher.Trouble, watcher.Low, l.Name+" has moved", n, now)
	a.Feed = l.Feed.Feed
	m := l.mark
	m.Moved = l.State.Adopted
	return t.with(telling(l, m), a, watcher.Post)
}

// alert makes an alert and the story that its messages belong to.
func (t Teller) alert(r watcher.Reason, sev watcher.Severity, head string, n watcher.Notice, now time.Time) watcher.Alert {
	id := watcher.NewStoryID(watcher.ItemID("feeds " + head + now.Format(time.RFC3339Nano)))
	return watcher.Alert{
		Reason: r, Severity: sev, PlanHash: t.PlanHash, Raised: now, Notice: &n,
		Item: watcher.Item{Title: head, Seen: now},
		Story: watcher.Story{
			ID: id, Headline: head, Feeds: []string{}, Rules: []string{}, Themes: []string{}, Outlets: []watcher.Outlet{},
			Severity: sev, First: now, Last: now, Told: true,
		},
	}
}

// with adds an alert to a telling; without a channel only its words.
func (t Teller) with(out Telling, a watcher.Alert, k watcher.Kind) Telling {
	out.Words, out.Bad = a.Item.Title+": "+a.Notice.What, a.Reason == watcher.Trouble
	if t.Channel == "" {
		for id, s := range out.Now {
			m := readMark(s)
			m.Story = ""
			out.Now[id] = m.String()
		}
		return out
	}
	a.ID = watcher.NewAlertID(a.Story.ID, a.Item.ID, a.Reason, a.Item.Title+a.Raised.Format(time.RFC3339Nano))
	out.Record = watcher.Record{Story: a.Story, Alert: &a, Deliveries: []watcher.Delivery{{
		ID: watcher.NewDeliveryID(a.ID, t.Channel, k), AlertID: a.ID, StoryID: a.Story.ID,
		Channel: t.Channel, Kind: k, State: watcher.Pending, Created: a.Raised,
	}}}
	return out
}

func listed(names []string) string {
	if len(names) > namedFeeds {
		return strings.Join(names[:namedFeeds], ", ") + fmt.Sprintf(" and %d more", len(names)-namedFeeds)
	}
	return strings.Join(names, ", ")
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
