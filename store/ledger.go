package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Order runs fn inside the deployment-wide order and commits what it wrote, with the
// jobs of its deliveries, if it returns nil; otherwise nothing of it remains. fn must
// use the ledger alone: on SQLite a write of the store itself would wait for ever.
func (s *Store) Order(ctx context.Context, fn func(watcher.Ledger) error) error {
	return s.inOrder(ctx, func(tx *sql.Tx) error {
		return fn(&ledger{ctx: ctx, s: s, tx: tx, ids: map[watcher.ItemID]watcher.ItemID{}})
	})
}

// A ledger is one Order. It holds the order's context because it lives no longer than
// the call that has it.
type ledger struct {
	ctx context.Context
	s   *Store
	tx  *sql.Tx
	ids map[watcher.ItemID]watcher.ItemID // the ids that items are recorded under, from Sighting
}

var _ watcher.Ledger = (*ledger)(nil)

// Sighting says what is known of an item and under which id it is recorded.
func (l *ledger) Sighting(it watcher.Item) (watcher.Sighting, watcher.ItemID, error) {
	found, err := l.s.sight(l.ctx, l.tx, []watcher.Item{it})
	if err != nil {
		return 0, "", fmt.Errorf("look up item %s: %w", it.ID, err)
	}
	id := cmp.Or(found[0].id, it.ID)
	l.ids[it.ID], l.ids[id] = id, id
	return found[0].sighting(it), id, nil
}

// recordedID returns the id that an item is recorded under, its own if it is new.
func (l *ledger) recordedID(it watcher.Item) (watcher.ItemID, error) {
	if _, ok := l.ids[it.ID]; !ok {
		if _, _, err := l.Sighting(it); err != nil {
			return "", err
		}
	}
	return l.ids[it.ID], nil
}

// Members returns the items recorded in stories, or moved to another, after seq and seen
// since the time given.
func (l *ledger) Members(seq int64, since time.Time) ([]watcher.Member, error) {
	const query = `SELECT m.seq, m.story_id, i.id, i.feed_id, i.url, i.title, i.lead, i.language, i.published, i.seen,
		(SELECT string_agg(x.theme, ' ') FROM matches x WHERE x.item_id = i.id),
		(SELECT string_agg(p.other_id, ' ') FROM apart p WHERE p.item_id = i.id)
		FROM members m JOIN items i ON i.id = m.item_id WHERE m.seq > $1 AND i.seen >= $2 ORDER BY m.seq`
	ms, err := all(l.ctx, l.tx, scanMember, query, seq, ms(since))
	if err != nil {
		return nil, fmt.Errorf("read members after %d: %w", seq, err)
	}
	return ms, nil
}

func scanMember(scan scanner) (m watcher.Member, err error) {
	var published, seen int64
	var themes, apart sql.NullString
	err = scan(&m.Seq, &m.Story, &m.Item.ID, &m.Item.FeedID, &m.Item.URL, &m.Item.Title, &m.Item.Lead,
		&m.Item.Language, &published, &seen, &themes, &apart)
	m.Item.Published, m.Item.Seen, m.Themes = at(published), at(seen), strings.Fields(themes.String)
	for id := range strings.FieldsSeq(apart.String) {
		m.Apart = append(m.Apart, watcher.ItemID(id))
	}
	return m, err
}

// Story returns a story.
func (l *ledger) Story(id watcher.StoryID) (watcher.Story, error) {
	return readStory(l.ctx, l.tx, id)
}

// StoryOf returns the story that an item was recorded in, or the zero Story. It follows
// an item whose link changed if Sighting saw it in this order.
func (l *ledger) StoryOf(id watcher.ItemID) (watcher.Story, error) {
	const query = `SELECT s.story FROM members m JOIN stories s ON s.id = m.story_id WHERE m.item_id = $1`
	st, err := one(l.ctx, l.tx, "story of item "+string(id), scanJSON[watcher.Story], query, string(cmp.Or(l.ids[id], id)))
	if errors.Is(err, ErrNotFound) {
		return watcher.Story{}, nil
	}
	return st, err
}

// Told returns the channels that a story's Post went to or is on its way to, in the
// order of the posts.
func (l *ledger) Told(id watcher.StoryID) ([]string, error) {
	const query = `SELECT channel FROM deliveries WHERE story_id = $1 AND kind = 'post'
		AND state IN ('pending', 'sending', 'unsure', 'sent') GROUP BY channel ORDER BY MIN(seq)`
	channels, err := all(l.ctx, l.tx, scalar[string], query, string(id))
	if err != nil {
		return nil, fmt.Errorf("channels told of story %s: %w", id, err)
	}
	return channels, nil
}

// Updating reports whether an Update of the story to the channel waits to be sent. One
// that is being sent does not count: it may have been worded already.
func (l *ledger) Updating(id watcher.StoryID, channel string) (bool, error) {
	const query = `SELECT COUNT(*) FROM deliveries
		WHERE story_id = $1 AND channel = $2 AND kind = 'update' AND state = 'pending'`
	n, err := one(l.ctx, l.tx, "updates of story "+string(id), scalar[int], query, string(id), channel)
	return n > 0, err
}
