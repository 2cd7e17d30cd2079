package store

import (
	"context"
	"fmt"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// An AlertFilter chooses alerts. The zero value means all.
type AlertFilter struct {
	Theme    string           // a match of the alert has this theme
	Channel  string           // a message of the alert was addressed to it
	Story    watcher.StoryID  // of this story
	Severity watcher.Severity // this or higher
	News     bool             // leave out more coverage of what was told
	Since    time.Time        // raised at or after
	Before   int64            // what the page before returned; 0 for the first
	Limit    int              // rows a page, 50 if 0, 1000 at most
}

type alertRow struct {
	watcher.Alert
	seq int64
}

// Alerts returns a page of alerts, latest first, and what Before must be for the next
// page, 0 if this is the last.
func (s *Store) Alerts(ctx context.Context, f AlertFilter) ([]watcher.Alert, int64, error) {
	const query = `SELECT a.seq, a.alert FROM alerts a
		WHERE a.seq < $1 AND a.raised >= $2 AND a.severity >= $3
		AND ($4 = '' OR a.story_id = $4)
		AND ($5 = '' OR EXISTS (SELECT 1 FROM alert_themes t WHERE t.theme = $5 AND t.alert_seq = a.seq))
		AND ($6 = '' OR EXISTS (SELECT 1 FROM deliveries d WHERE d.alert_id = a.id AND d.channel = $6))
		AND ($7 = '' OR a.reason <> $7)
		ORDER BY a.seq DESC LIMIT $8`
	n := pageSize(f.Limit)
	without := ""
	if f.News {
		without = string(watcher.Coverage)
	}
	rows, err := all(ctx, s.read, scanAlert, query, below(f.Before), ms(f.Since), f.Severity.Rank(), string(f.Story), f.Theme,
		f.Channel, without, n+1)
	if err != nil {
		return nil, 0, fmt.Errorf("read alerts: %w", err)
	}
	rows, next := page(rows, n, func(r alertRow) int64 { return r.seq })
	alerts := make([]watcher.Alert, len(rows))
	for i, r := range rows {
		alerts[i] = r.Alert
	}
	return alerts, next, nil
}

func scanAlert(scan scanner) (r alertRow, err error) {
	var text string
	if err := scan(&r.seq, &text); err != nil {
		return r, err
	}
	err = fromJSON(text, &r.Alert)
	return r, err
}

// Alert returns an alert and its deliveries, in the order they were addressed.
func (s *Store) Alert(ctx context.Context, id watcher.AlertID) (watcher.Alert, []watcher.Delivery, error) {
	const (
		query = `SELECT a.seq, a.alert FROM alerts a WHERE a.id = $1`
		sent  = `SELECT ` + deliveryColumns + ` FROM deliveries d WHERE d.alert_id = $1 ORDER BY d.seq`
	)
	r, err := one(ctx, s.read, "alert "+string(id), scanAlert, query, string(id))
	if err != nil {
		return watcher.Alert{}, nil, err
	}
	rows, err := all(ctx, s.read, scanDelivery, sent, string(id))
	if err != nil {
		return watcher.Alert{}, nil, fmt.Errorf("deliveries of alert %s: %w", id, err)
	}
	return r.Alert, deliveries(rows), nil
}
