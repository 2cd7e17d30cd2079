package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type storiesShowCmd struct {
	withConfig

	ID   watcher.StoryID `arg:"" help:"Id of the story, as stories list prints it."`
	JSON bool            `help:"As JSON."`
}

// A shownStory is all of one story; programs read the shape.
type shownStory struct {
	listed

	Items  []shownItem  `json:"items"`
	Alerts []shownAlert `json:"alerts"`
}

type shownItem struct {
	ID       watcher.ItemID `json:"id"`
	Time     time.Time      `json:"time"`
	Outlet   string         `json:"outlet"`
	Language string         `json:"language,omitempty"`
	Title    string         `json:"title"`
	URL      string         `json:"url"`
	Join     watcher.Join   `json:"join"`
	Rules    []shownRule    `json:"rules"`
}

// A shownRule is a rule that fired, and the sentence with the words that made it.
type shownRule struct {
	Rule     string           `json:"rule"`
	Theme    string           `json:"theme"`
	Severity watcher.Severity `json:"severity"`
	Sentence string           `json:"sentence,omitempty"`
}

type shownAlert struct {
	ID         watcher.AlertID    `json:"id"`
	Raised     time.Time          `json:"raised"`
	Reason     watcher.Reason     `json:"reason"`
	Severity   watcher.Severity   `json:"severity"`
	Item       watcher.ItemID     `json:"item"`
	Why        string             `json:"why"` // it was no duplicate; for the first, why it opened a story
	Deliveries []watcher.Delivery `json:"deliveries"`
}

// Run shows one story.
func (c *storiesShowCmd) Run(a *app) error {
	ctx := context.Background()
	st, err := c.openStore(ctx, a, false)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }() // only read
	s, err := st.Story(ctx, c.ID)
	if err != nil {
		return noStory(c.ID, err)
	}
	if s.ID != c.ID {
		fmt.Fprintf(a.err, "story %s was merged into %s\n", c.ID, s.ID)
	}
	v, err := readStory(ctx, st, s)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.out, v)
	}
	return v.print(a.out)
}

// noStory says what to do about an id that names no story.
func noStory(id watcher.StoryID, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no story %s: sanctionwatch stories list has their ids", id)
	}
	return err
}

func readStory(ctx context.Context, st *store.Store, s watcher.Story) (shownStory, error) {
	v := shownStory{listed: listOf(s), Items: []shownItem{}, Alerts: []shownAlert{}}
	js, err := st.Joined(ctx, s.ID)
	if err != nil {
		return v, err
	}
	for _, j := range js {
		v.Items = append(v.Items, itemOf(s, j))
	}
	slices.SortStableFunc(v.Items, func(x, y shownItem) int { return x.Time.Compare(y.Time) })
	as, _, err := st.Alerts(ctx, store.AlertFilter{Story: s.ID, Limit: 1000})
	if err != nil {
		return v, err
	}
	ds, _, err := st.Deliveries(ctx, store.DeliveryFilter{Story: s.ID, Limit: 1000})
	if err != nil {
		return v, err
	}
	for _, al := range slices.Backward(as) {
		v.Alerts = append(v.Alerts, alertOf(al, ds))
	}
	return v, nil
}

func itemOf(s watcher.Story, j store.Joined) shownItem {
	it := j.Item
	v := shownItem{
		ID: it.ID, Time: it.When(), Outlet: string(it.FeedID), Language: it.Language, Title: it.Title, URL: it.URL,
		Join: j.Join, Rules: []shownRule{},
	}
	if i := slices.IndexFunc(s.Outlets, func(o watcher.Outlet) bool { return o.Feed == it.FeedID }); i >= 0 {
		v.Outlet = cmp.Or(s.Outlets[i].Name, v.Outlet)
	}
	for _, m := range j.Matches {
		said := notify.Compose(watcher.Outgoing{Alert: watcher.Alert{Item: it, Matches: []watcher.Match{m}}})
		v.Rules = append(v.Rules, shownRule{Rule: m.RuleID, Theme: m.Theme, Severity: m.Severity, Sentence: said.QuoteText()})
	}
	return v
}

// alertOf takes an alert's deliveries from those of the story, which come latest first.
func alertOf(al watcher.Alert, ds []watcher.Delivery) shownAlert {
	v := shownAlert{
		ID: al.ID, Raised: al.Raised, Reason: al.Reason, Severity: al.Severity, Item: al.Item.ID,
		Why: notify.Compose(watcher.Outgoing{Alert: al}).Novelty, Deliveries: []watcher.Delivery{},
	}
	for _, d := range slices.Backward(ds) {
		if d.AlertID == al.ID {
			v.Deliveries = append(v.Deliveries, d)
		}
	}
	return v
}

// print writes the story for people.
func (v shownStory) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", safe(v.Headline))
	told := "nobody was told yet"
	if v.Told {
		told = "told"
	}
	fmt.Fprintf(&b, "story %s, %s, %s; %s\n", v.ID, v.Severity, told, strings.Join(v.Themes, ", "))
	fmt.Fprintf(&b, "%s, %s, %s; %s to %s UTC\n\nItems\n", count(len(v.Items), "item"), count(v.Outlets, "outlet"),
		strings.Join(v.Languages, " "), minute(v.First), minute(v.Latest))
	for _, it := range v.Items {
		it.print(&b)
	}
	b.WriteString("\nAlerts\n")
	if len(v.Alerts) == 0 {
		b.WriteString("  none\n")
	}
	for _, al := range v.Alerts {
		al.print(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (it shownItem) print(b *strings.Builder) {
	fmt.Fprintf(b, "  %s  %s  %s  %s\n      %s\n", minute(it.Time), it.ID, safe(it.Outlet), it.Language, safe(it.Title))
	if it.URL != "" {
		fmt.Fprintf(b, "      %s\n", safe(it.URL))
	}
	fmt.Fprintf(b, "      %s\n", safe(joinWords(it.Join)))
	for _, r := range it.Rules {
		fmt.Fprintf(b, "      rule %s (%s, %s)", r.Rule, r.Theme, r.Severity)
		if r.Sentence != "" {
			fmt.Fprintf(b, ": %s", safe(r.Sentence))
		}
		b.WriteByte('\n')
	}
}

// joinWords says why an item joined its story.
func joinWords(j watcher.Join) string {
	switch j.Signature {
	case "":
		return "joined before reasons were kept"
	case "none":
		return "opened a story: " + j.Why
	case "split":
		return j.Why
	}
	return fmt.Sprintf("joined, %s (%.2f): %s", j.Signature, j.Score, j.Why)
}

func (al shownAlert) print(b *strings.Builder) {
	fmt.Fprintf(b, "  %s  %s  %s, %s, by item %s\n      %s\n", minute(al.Raised), al.ID, al.Reason.Words(), al.Severity, al.Item, safe(al.Why))
	for _, d := range al.Deliveries {
		fmt.Fprintf(b, "      %s: %s %s", safe(d.Channel), d.Kind, d.State)
		if !d.Receipt.At.IsZero() {
			fmt.Fprintf(b, " %s", minute(d.Receipt.At))
		}
		if d.Attempts > 1 {
			fmt.Fprintf(b, ", %s", count(d.Attempts, "attempt"))
		}
		if d.LastError != "" {
			fmt.Fprintf(b, ": %s", safe(d.LastError))
		}
		b.WriteByte('\n')
	}
	if len(al.Deliveries) == 0 {
		b.WriteString("      no message\n")
	}
}
