package watcher

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Watcher carries items along the line. New is the only door.
type Watcher struct {
	store  Store
	source Source
	meter  Meter
	log    *slog.Logger
	plan   atomic.Pointer[Plan]
	ending atomic.Bool // no further attempt at a delivery begins

	mu        sync.Mutex // held while a record is decided and written
	clusterer Clusterer  // guarded by mu
	learned   int64      // guarded by mu: the last Member.Seq that clusterer knows
}

// New returns a watcher that has no plan yet.
func New(s Store, src Source, c Clusterer, m Meter, log *slog.Logger) *Watcher {
	return &Watcher{store: s, source: src, clusterer: c, meter: m, log: log}
}

// Use makes p the plan of everything that starts from now on.
func (w *Watcher) Use(p *Plan) { w.plan.Store(p) }

// End keeps Deliver from beginning further attempts, for a shutdown: what is put off is
// given back.
func (w *Watcher) End() { w.ending.Store(true) }

// Plan returns the plan in use, nil before the first.
func (w *Watcher) Plan() *Plan { return w.plan.Load() }

// A Tally counts what became of items.
type Tally struct {
	Items    int // given
	New      int // not known before
	Edited   int // known with other wording
	Matched  int // new or edited, and a rule fired
	Stories  int // opened
	Alerts   int // raised, coverage included
	Messages int // deliveries written, updates in place included
	Held     int // matched, and not told because too old or of a baseline
}

// Add adds what u counted.
func (t *Tally) Add(u Tally) {
	t.Items += u.Items
	t.New += u.New
	t.Edited += u.Edited
	t.Matched += u.Matched
	t.Stories += u.Stories
	t.Alerts += u.Alerts
	t.Messages += u.Messages
	t.Held += u.Held
}

// mostTrouble is how many items in a row Take fails to record before it stops trying:
// one may be odd, several mean that the store cannot be used.
const mostTrouble = 3

// Take carries items of one feed, oldest first, from match to the outbox. With baseline
// set they are of the feed's first poll. Items are recorded one by one: an error is of
// some of them, the others are safe, and the same call may be made again.
func (w *Watcher) Take(ctx context.Context, f Feed, items []Item, baseline bool) (Tally, error) {
	p := w.plan.Load()
	t := Tally{Items: len(items)}
	known, err := w.store.Sightings(ctx, items)
	if err != nil {
		return t, fmt.Errorf("look up items: %w", err)
	}
	var plain []Item
	plainNew := 0
	var trouble []error
	defer func() { w.meter.Took(Tally{New: plainNew}) }()
	flush := func() error {
		if len(plain) == 0 {
			return nil
		}
		if err := w.store.Archive(ctx, plain); err != nil {
			return fmt.Errorf("archive %d items: %w", len(plain), err)
		}
		plain = plain[:0]
		return nil
	}
	for i, it := range items {
		if known[i] == Known || (known[i] == Held && baseline) {
			continue
		}
		if it.Seen.IsZero() {
			it.Seen = time.Now()
		}
		ms := p.Matcher.Match(it, f)
		w.meter.Matched(ms)
		if len(ms) == 0 && known[i] == Unknown {
			t.New++
			plainNew++
			plain = append(plain, it)
			continue
		}
		if err := flush(); err != nil {
			return t, err
		}
		got, err := w.record(ctx, p, f, it, ms, baseline)
		if err == nil {
			t.Add(got)
			w.meter.Took(got)
			continue
		}
		trouble = append(trouble, fmt.Errorf("record item %s: %w", it.ID, err))
		if ctx.Err() != nil || len(trouble) == mostTrouble {
			return t, errors.Join(trouble...)
		}
	}
	return t, errors.Join(append(trouble, flush())...)
}

// recordTime is how long a record may take, its wait for the deployment-wide order
// included.
const recordTime = 30 * time.Second

// record decides the fate of one item that a rule fired on, or whose wording changed,
// inside the deployment-wide order.
func (w *Watcher) record(
	ctx context.Context, p *Plan, f Feed, it Item, ms []Match, baseline bool,
) (t Tally, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() {
		if v := recover(); v != nil { // one odd item must not stop the others
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, recordTime)
	defer cancel()
	err = w.store.Order(ctx, func(l Ledger) error {
		t = Tally{}
		s, id, err := l.Sighting(it)
		if err != nil || s == Known { // another replica was first
			return err
		}
		it.ID = id
		before, err := l.StoryOf(it.ID)
		if err != nil {
			return err
		}
		rec := Record{Item: it, Matches: ms}
		switch {
		case before.ID != "":
			rec.Story = before.edited(it, f, ms)
			rec.Join = Join{Story: before.ID, Signature: "same link", Score: 1, Why: "the same article, edited or in another feed"}
		case len(ms) == 0:
			t.Edited++
			return l.Write(rec)
		default:
			if before, rec.Join, err = w.assign(l, p, it, ms); err != nil {
				return err
			}
			rec.Story = before.with(it, f, ms)
		}
		t.count(s, before, ms)
		if err := w.tell(l, p, f, &rec, before, baseline, &t); err != nil {
			return err
		}
		return l.Write(rec)
	})
	return t, err
}

func (t *Tally) count(s Sighting, before Story, ms []Match) {
	switch s {
	case Edited:
		t.Edited++
	case Unknown:
		t.New++
	case Known, Held:
	}
	if len(ms) > 0 {
		t.Matched++
	}
	if before.ID == "" {
		t.Stories++
	}
}

// assign brings the clusterer up to date with what was recorded and asks it.
func (w *Watcher) assign(l Ledger, p *Plan, it Item, ms []Match) (Story, Join, error) {
	members, err := l.Members(w.learned, it.Seen.Add(-p.window()))
	if err != nil {
		return Story{}, Join{}, err
	}
	for _, m := range members {
		w.clusterer.Learn(m)
		w.learned = m.Seq
	}
	j := w.clusterer.Assign(it, ms)
	if j.Story == "" {
		return Story{}, j, nil
	}
	s, err := l.Story(j.Story)
	if errors.Is(err, ErrNotFound) { // pruned while the clusterer still knew it
		return Story{}, Join{Signature: "none", Why: "its story is forgotten"}, nil
	}
	return s, j, err
}

// tell raises the alert of a record and addresses its deliveries, if there is a reason.
func (w *Watcher) tell(l Ledger, p *Plan, f Feed, rec *Record, before Story, baseline bool, t *Tally) error {
	if ok, why := p.tellable(rec.Item, baseline); !ok {
		if len(rec.Matches) > 0 {
			t.Held++
			w.log.Debug("not told", "item", rec.Item.ID, "story", rec.Story.ID, "reason", why)
		}
		return nil
	}
	reason := Coverage
	if len(rec.Matches) > 0 {
		reason = decide(before, rec.Item, f, rec.Matches)
	}
	if reason == Coverage && !tellsMore(before, rec.Story) {
		return nil
	}
	sev, _, _ := highest(rec.Matches)
	rec.Story.Told = rec.Story.Told || reason == NewStory
	a := Alert{
		ID:     NewAlertID(rec.Story.ID, rec.Item.ID, reason, rec.Item.TextHash()),
		Reason: reason, Severity: sev, Story: rec.Story, Item: rec.Item, Feed: f,
		Matches: rec.Matches, Join: rec.Join, PlanHash: p.Hash, Raised: time.Now(),
	}
	if reason == Coverage || sev.Rank() < 0 {
		a.Severity = rec.Story.Severity
	}
	var err error
	if rec.Deliveries, err = address(l, p, a); err != nil {
		return err
	}
	rec.Alert = &a
	t.Alerts++
	t.Messages += len(rec.Deliveries)
	return nil
}

// tellsMore reports whether a told story has something to show that its message lacks.
func tellsMore(before, after Story) bool {
	return before.Told && (len(after.Feeds) > len(before.Feeds) || after.Headline != before.Headline)
}

// address turns an alert into deliveries: one Post for each channel that has not heard
// of the story, else a Reply for news and an Update where a message can be changed.
func address(l Ledger, p *Plan, a Alert) ([]Delivery, error) {
	told, err := l.Told(a.Story.ID)
	if err != nil {
		return nil, err
	}
	var out []Delivery
	add := func(channel string, k Kind) {
		out = append(out, Delivery{
			ID: NewDeliveryID(a.ID, channel, k), AlertID: a.ID, StoryID: a.Story.ID,
			Channel: channel, Kind: k, State: Pending, Created: a.Raised,
		})
	}
	if a.Reason != Coverage {
		for _, c := range p.Router.Route(a) {
			if slices.Contains(told, c) {
				add(c, Reply)
				continue
			}
			add(c, Post)
		}
	}
	if a.Reason == NewStory {
		return out, nil
	}
	for _, c := range told {
		if !p.Channels[c].Updates {
			continue
		}
		waits, err := l.Updating(a.Story.ID, c)
		if err != nil {
			return nil, err
		}
		if !waits {
			add(c, Update)
		}
	}
	return out, nil
}
