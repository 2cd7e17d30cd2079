package watcher_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// memory is a store in memory with the contract's semantics, for the line's decisions.
type memory struct {
	mu         sync.Mutex
	items      map[watcher.ItemID]watcher.Item
	storyOf    map[watcher.ItemID]watcher.StoryID
	stories    map[watcher.StoryID]watcher.Story
	members    []watcher.Member
	alerts     map[watcher.AlertID]watcher.Alert
	deliveries []watcher.Delivery
	polls      []watcher.FeedState
	free       map[string]time.Time
	broken     error // what Write answers
	order      sync.Mutex
}

func newMemory() *memory {
	return &memory{
		items: map[watcher.ItemID]watcher.Item{}, storyOf: map[watcher.ItemID]watcher.StoryID{},
		stories: map[watcher.StoryID]watcher.Story{}, alerts: map[watcher.AlertID]watcher.Alert{},
		free: map[string]time.Time{},
	}
}

var (
	_ watcher.Store  = (*memory)(nil)
	_ watcher.Ledger = (*memory)(nil)
)

func (m *memory) Sighting(it watcher.Item) (watcher.Sighting, watcher.ItemID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.items[it.ID]
	switch {
	case !ok:
		return watcher.Unknown, it.ID, nil
	case old.FeedID == it.FeedID && old.TextHash() != it.TextHash():
		return watcher.Edited, it.ID, nil
	case old.FeedID != it.FeedID && m.storyOf[it.ID] != "" && !m.stories[m.storyOf[it.ID]].Told:
		return watcher.Held, it.ID, nil
	}
	return watcher.Known, it.ID, nil
}

func (m *memory) Sightings(_ context.Context, items []watcher.Item) ([]watcher.Sighting, error) {
	var out []watcher.Sighting
	for _, it := range items {
		s, _, _ := m.Sighting(it)
		out = append(out, s)
	}
	return out, nil
}

func (m *memory) Archive(_ context.Context, items []watcher.Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, it := range items {
		m.items[it.ID] = it
	}
	return m.broken
}

func (m *memory) Order(_ context.Context, fn func(watcher.Ledger) error) error {
	m.order.Lock()
	defer m.order.Unlock()
	return fn(m)
}

func (m *memory) Members(seq int64, _ time.Time) ([]watcher.Member, error) {
	return m.members[seq:], nil
}

func (m *memory) Story(id watcher.StoryID) (watcher.Story, error) { return m.stories[id], nil }

func (m *memory) StoryOf(id watcher.ItemID) (watcher.Story, error) {
	return m.stories[m.storyOf[id]], nil
}

func (m *memory) Told(id watcher.StoryID) ([]string, error) {
	var out []string
	for _, d := range m.deliveries {
		if d.StoryID == id && d.Kind == watcher.Post && d.State != watcher.Dead && !slices.Contains(out, d.Channel) {
			out = append(out, d.Channel)
		}
	}
	return out, nil
}

func (m *memory) Updating(id watcher.StoryID, channel string) (bool, error) {
	return slices.ContainsFunc(m.deliveries, func(d watcher.Delivery) bool {
		return d.StoryID == id && d.Channel == channel && d.Kind == watcher.Update && d.State == watcher.Pending
	}), nil
}

func (m *memory) Write(r watcher.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.items[r.Item.ID] = r.Item
	if r.Story.ID != "" {
		if m.storyOf[r.Item.ID] == "" {
			m.members = append(m.members, watcher.Member{Seq: int64(len(m.members) + 1), Story: r.Story.ID, Item: r.Item})
		}
		m.storyOf[r.Item.ID] = r.Story.ID
		m.stories[r.Story.ID] = r.Story
	}
	if r.Alert != nil {
		m.alerts[r.Alert.ID] = *r.Alert
	}
	m.deliveries = append(m.deliveries, r.Deliveries...)
	return nil
}

func (m *memory) SavePoll(_ context.Context, st watcher.FeedState) error {
	m.polls = append(m.polls, st)
	return nil
}

func (m *memory) at(id watcher.DeliveryID) *watcher.Delivery {
	for i := range m.deliveries {
		if m.deliveries[i].ID == id {
			return &m.deliveries[i]
		}
	}
	return nil
}

func (m *memory) Outgoing(_ context.Context, id watcher.DeliveryID) (watcher.Outgoing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.at(id)
	if d == nil {
		return watcher.Outgoing{}, errors.New("no such delivery")
	}
	o := watcher.Outgoing{Delivery: *d, Alert: m.alerts[d.AlertID]}
	for _, p := range m.deliveries {
		if p.StoryID != d.StoryID || p.Channel != d.Channel || p.Kind != watcher.Post || p.ID == d.ID {
			continue
		}
		if d.Kind == watcher.Update {
			o.Alert = m.alerts[p.AlertID]
			o.Alert.Story = m.stories[d.StoryID]
		}
		switch p.State {
		case watcher.Sent:
			o.Parent = p.Receipt
		case watcher.Pending, watcher.Sending, watcher.Unsure:
			o.Waiting = true
		}
	}
	return o, nil
}

func (m *memory) Settle(_ context.Context, d watcher.Delivery) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.at(d.ID) = d
	return nil
}

func (m *memory) Reserve(_ context.Context, ch string, gap, patience time.Duration) (time.Time, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := time.Now()
	if m.free[ch].After(at) {
		at = m.free[ch]
	}
	if time.Until(at) > patience {
		return at.Add(-patience), false, nil
	}
	m.free[ch] = at.Add(gap)
	return at, true, nil
}

func (m *memory) Hold(_ context.Context, ch string, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if until.After(m.free[ch]) {
		m.free[ch] = until
	}
	return nil
}

// words is a matcher whose rules are "word severity" pairs.
type words map[string]watcher.Severity

func (w words) Match(it watcher.Item, _ watcher.Feed) []watcher.Match {
	var out []watcher.Match
	for _, word := range slices.Sorted(keys(w)) {
		if i := strings.Index(it.Title, word); i >= 0 {
			out = append(out, watcher.Match{
				ItemID: it.ID, RuleID: word, Theme: "theme-" + word, Severity: w[word],
				Spans: []watcher.Span{{Field: watcher.Title, Start: i, End: i + len(word), Term: word}},
			})
		}
	}
	return out
}

func keys(w words) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range w {
			if !yield(k) {
				return
			}
		}
	}
}

// firstWord clusters items by the first word of their title.
type firstWord map[string]watcher.StoryID

func (c firstWord) Learn(m watcher.Member) { c[strings.Fields(m.Item.Title)[0]] = m.Story }

func (c firstWord) Assign(it watcher.Item, _ []watcher.Match) watcher.Join {
	return watcher.Join{Story: c[strings.Fields(it.Title)[0]], Signature: "near text"}
}

// to routes every alert to the same channels.
type to []string

func (r to) Route(watcher.Alert) []string { return r }

// hourly is a timetable.
type hourly struct{}

func (hourly) Next(_ watcher.Feed, _ int, h watcher.Hints, now time.Time) time.Time {
	return now.Add(max(time.Hour, h.Wait))
}

func (hourly) Moved(st watcher.FeedState, _ string, _ error, _ time.Time) watcher.FeedState {
	return st
}

// channel is a notifier that plays its answers in turn, then accepts everything.
type channel struct {
	mu      sync.Mutex
	answers []error
	got     []watcher.Outgoing
	times   []time.Time
	history map[watcher.DeliveryID]bool // what Find knows; nil for a channel without look-up
}

func (c *channel) Notify(_ context.Context, o watcher.Outgoing) (watcher.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, o)
	c.times = append(c.times, time.Now())
	if len(c.answers) > 0 {
		err := c.answers[0]
		c.answers = c.answers[1:]
		if err != nil {
			return watcher.Receipt{}, err
		}
	}
	return watcher.Receipt{Ref: fmt.Sprint("ts", len(c.got))}, nil
}

// finder is a channel that can be asked what arrived.
type finder struct{ *channel }

func (f finder) Find(_ context.Context, o watcher.Outgoing) (watcher.Receipt, bool, error) {
	return watcher.Receipt{Ref: "found"}, f.history[o.Delivery.ID], nil
}

// source plays a script of batches.
type source struct {
	batches []watcher.Batch
	errs    []error
	cursors []watcher.Cursor
}

func (s *source) Fetch(_ context.Context, _ watcher.Feed, c watcher.Cursor) (watcher.Batch, error) {
	s.cursors = append(s.cursors, c)
	b, err := s.batches[0], s.errs[0]
	s.batches, s.errs = s.batches[1:], s.errs[1:]
	return b, err
}

func setup(t testing.TB, p *watcher.Plan, src watcher.Source) (*watcher.Watcher, *memory) {
	t.Helper()
	m := newMemory()
	w := watcher.New(m, src, firstWord{}, uncounted{}, slog.New(slog.DiscardHandler))
	if p.Matcher == nil {
		p.Matcher = words{"potash": watcher.Medium, "ban": watcher.High}
	}
	if p.Router == nil {
		p.Router = to{"desk"}
	}
	p.Timetable = hourly{}
	w.Use(p)
	return w, m
}

var wire = watcher.Feed{ID: "wire", Name: "Wire"}

func news(feed watcher.FeedID, title string, age time.Duration) watcher.Item {
	now := time.Now()
	return watcher.Item{
		ID: watcher.NewItemID(string(feed) + title), FeedID: feed, URL: "https://" + string(feed) + ".example/" + title,
		Title: title, Published: now.Add(-age), Seen: now,
	}
}

// uncounted is a meter that counts nothing.
type uncounted struct{}

func (uncounted) Polled(watcher.Poll, watcher.FeedState)    {}
func (uncounted) Matched([]watcher.Match)                   {}
func (uncounted) Took(watcher.Tally)                        {}
func (uncounted) Tried(watcher.Delivery, string, time.Time) {}
