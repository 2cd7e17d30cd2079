package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Write writes a record: the item, its story, its place in the story, what matched, and
// once only the alert, its deliveries and the jobs of those that are Pending.
func (l *ledger) Write(r watcher.Record) error {
	id, err := l.recordedID(r.Item)
	if err != nil {
		return err
	}
	r.Item.ID = id
	if err := upsertItems(l.ctx, l.tx, []watcher.Item{r.Item}); err != nil {
		return fmt.Errorf("write item %s: %w", id, err)
	}
	if r.Story.ID == "" {
		return nil
	}
	if err := l.writeStory(r, id); err != nil {
		return fmt.Errorf("write story %s: %w", r.Story.ID, err)
	}
	if err := l.writeMatches(r.Matches, id); err != nil {
		return fmt.Errorf("write matches of item %s: %w", id, err)
	}
	if r.Alert == nil {
		return nil
	}
	if err := l.writeAlert(*r.Alert); err != nil {
		return fmt.Errorf("write alert %s: %w", r.Alert.ID, err)
	}
	if err := l.writeDeliveries(r.Deliveries); err != nil {
		return fmt.Errorf("write deliveries of alert %s: %w", r.Alert.ID, err)
	}
	return nil
}

func (l *ledger) writeStory(r watcher.Record, id watcher.ItemID) error {
	const (
		story = `INSERT INTO stories (id, story, written) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET story = excluded.story, written = excluded.written`
		member = `INSERT INTO members (item_id, story_id, joined) VALUES ($1, $2, $3) ON CONFLICT (item_id) DO NOTHING`
	)
	text, err := asJSON(r.Story)
	if err != nil {
		return err
	}
	joined, err := asJSON(r.Join)
	if err != nil {
		return err
	}
	if _, err := exec(l.ctx, l.tx, story, string(r.Story.ID), text, ms(time.Now())); err != nil {
		return err
	}
	_, err = exec(l.ctx, l.tx, member, string(id), string(r.Story.ID), joined)
	return err
}

// writeMatches keeps every rule that ever fired on the item, in its newest form.
func (l *ledger) writeMatches(matches []watcher.Match, id watcher.ItemID) error {
	const query = `INSERT INTO matches (item_id, rule_id, theme, severity, proof) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (item_id, rule_id) DO UPDATE SET theme = excluded.theme, severity = excluded.severity, proof = excluded.proof`
	for _, m := range matches {
		m.ItemID = id
		text, err := asJSON(m)
		if err != nil {
			return err
		}
		if _, err := exec(l.ctx, l.tx, query, string(id), m.RuleID, m.Theme, m.Severity.Rank(), text); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) writeAlert(a watcher.Alert) error {
	const (
		alert = `INSERT INTO alerts (id, story_id, reason, severity, raised, alert) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO NOTHING`
		theme = `INSERT INTO alert_themes (theme, alert_seq) SELECT $1, seq FROM alerts WHERE id = $2`
	)
	text, err := asJSON(a)
	if err != nil {
		return err
	}
	n, err := exec(l.ctx, l.tx, alert, string(a.ID), string(a.Story.ID), string(a.Reason), a.Severity.Rank(), ms(a.Raised), text)
	if err != nil || n == 0 {
		return err
	}
	var themes []string
	for _, m := range a.Matches {
		themes = append(themes, m.Theme)
	}
	if len(themes) == 0 { // more coverage, by an edit that no rule fires on
		themes = slices.Clone(a.Story.Themes)
	}
	slices.Sort(themes)
	for _, t := range slices.Compact(themes) {
		if _, err := exec(l.ctx, l.tx, theme, t, string(a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// writeDeliveries inserts the deliveries that are not there and the jobs of those.
func (l *ledger) writeDeliveries(ds []watcher.Delivery) error {
	const query = `INSERT INTO deliveries (id, alert_id, story_id, channel, kind, state, attempts, not_before, tried,
		receipt_ref, receipt_target, receipt_at, last_error, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING`
	var fresh []watcher.Delivery
	for _, d := range ds {
		n, err := exec(l.ctx, l.tx, query, string(d.ID), string(d.AlertID), string(d.StoryID), d.Channel,
			string(d.Kind), string(d.State), d.Attempts, ms(d.NotBefore), ms(d.Tried), clean(d.Receipt.Ref),
			clean(d.Receipt.Target), ms(d.Receipt.At), clean(d.LastError), ms(d.Created))
		if err != nil {
			return err
		}
		if n > 0 && d.State == watcher.Pending {
			fresh = append(fresh, d)
		}
	}
	if len(fresh) == 0 || l.s.enqueue == nil {
		return nil
	}
	if err := l.s.enqueue(l.ctx, l.tx, fresh); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}
