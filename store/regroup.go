package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Split takes items out of a story into one of their own, in one order with all records, so
// that nothing is lost beside a daemon at work, and returns both. Every clusterer learns
// it, and joins the items and what is left never again. Nobody is told: what was told stays
// with the old story, and if that was told, the new one counts as told.
func (s *Store) Split(
	ctx context.Context, id watcher.StoryID, items []watcher.ItemID,
) (rest, own watcher.Story, err error) {
	err = s.inOrder(ctx, func(tx *sql.Tx) error {
		l := &ledger{ctx: ctx, s: s, tx: tx}
		old, err := l.Story(id)
		if err != nil {
			return err
		}
		js, err := readJoined(ctx, tx, old.ID)
		if err != nil {
			return err
		}
		taken, left, err := l.part(old.ID, js, items)
		if err != nil {
			return err
		}
		own = watcher.Story{Told: old.Told}
		if own.ID, err = l.freeID(taken[0].Item.ID); err != nil {
			return err
		}
		rest, own = divide(old, own, left, taken)
		if err := errors.Join(l.saveStory(own), l.saveStory(rest), l.keepApart(taken)); err != nil {
			return err
		}
		why := watcher.Join{Story: own.ID, Signature: "split", Score: 1, Why: "a person took it out of story " + string(old.ID)}
		return l.move(taken, own.ID, func(watcher.Join) watcher.Join { return why })
	})
	if err != nil {
		return rest, own, fmt.Errorf("split story %s: %w", id, err)
	}
	return rest, own, nil
}

// part chooses items of a story, both parts in the order of recording.
func (l *ledger) part(id watcher.StoryID, js []Joined, items []watcher.ItemID) (taken, left []Joined, err error) {
	for _, j := range js {
		if slices.Contains(items, j.Item.ID) {
			taken = append(taken, j)
			continue
		}
		left = append(left, j)
	}
	for _, it := range items {
		if slices.ContainsFunc(taken, func(j Joined) bool { return j.Item.ID == it }) {
			continue
		}
		other, err := l.StoryOf(it)
		switch {
		case err != nil:
			return nil, nil, err
		case other.ID == "":
			return nil, nil, fmt.Errorf("item %s is in no story", it)
		}
		return nil, nil, fmt.Errorf("item %s is in story %s, not in %s", it, other.ID, id)
	}
	switch {
	case len(taken) == 0:
		return nil, nil, errors.New("no item was named")
	case len(left) == 0:
		return nil, nil, errors.New("these are all its items: leave it one")
	}
	return taken, left, nil
}

// freeID returns an id for a story that an item opens which may have opened one before.
func (l *ledger) freeID(lead watcher.ItemID) (watcher.StoryID, error) {
	const query = `SELECT (SELECT COUNT(*) FROM stories WHERE id = $1) + (SELECT COUNT(*) FROM merged WHERE story_id = $1)`
	for n := 0; ; n++ {
		id := watcher.NewStoryID(lead)
		if n > 0 {
			id = watcher.NewStoryID(watcher.ItemID(fmt.Sprintf("%s split %d", lead, n)))
		}
		used, err := one(l.ctx, l.tx, "story "+string(id), scalar[int], query, string(id))
		if err != nil || used == 0 {
			return id, err
		}
	}
}

// keepApart remembers that items are never to be joined again with those that stay in their
// story.
func (l *ledger) keepApart(taken []Joined) error {
	const query = `INSERT INTO apart (item_id, other_id)
		SELECT t.item_id, o.item_id FROM members t JOIN members o ON o.story_id = t.story_id
		WHERE t.item_id IN LIST($1) AND o.item_id NOT IN LIST($1) ON CONFLICT DO NOTHING`
	ids := make([]watcher.ItemID, len(taken))
	for i, j := range taken {
		ids[i] = j.Item.ID
	}
	if _, err := exec(l.ctx, l.tx, l.s.sql(query), list(ids)); err != nil {
		return fmt.Errorf("keep items apart: %w", err)
	}
	return nil
}

// move makes items members of a story, as the latest, so that every clusterer learns it.
func (l *ledger) move(js []Joined, to watcher.StoryID, why func(watcher.Join) watcher.Join) error {
	const (
		leave = `DELETE FROM members WHERE item_id = $1`
		join  = `INSERT INTO members (item_id, story_id, joined) VALUES ($1, $2, $3)`
	)
	for _, j := range js {
		text, err := asJSON(why(j.Join))
		if err != nil {
			return err
		}
		if _, err := exec(l.ctx, l.tx, leave, string(j.Item.ID)); err != nil {
			return fmt.Errorf("move item %s: %w", j.Item.ID, err)
		}
		if _, err := exec(l.ctx, l.tx, join, string(j.Item.ID), string(to), text); err != nil {
			return fmt.Errorf("move item %s: %w", j.Item.ID, err)
		}
	}
	return nil
}

// saveStory writes a story.
func (l *ledger) saveStory(st watcher.Story) error {
	const query = `INSERT INTO stories (id, story, written) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET story = excluded.story, written = excluded.written`
	text, err := asJSON(st)
	if err != nil {
		return err
	}
	if _, err = exec(l.ctx, l.tx, query, string(st.ID), text, ms(time.Now())); err != nil {
		return fmt.Errorf("save story %s: %w", st.ID, err)
	}
	return nil
}

// Merge joins other into a story, in one order with all records, and returns it. Its items,
// alerts and deliveries go there: in a channel that had a message of both, the older one is
// what later news belongs to, and a first message of other that nobody has tried to send yet
// becomes an answer to it. What a person took apart of the two is joined again. To merge
// what is merged already does nothing.
func (s *Store) Merge(ctx context.Context, id, other watcher.StoryID) (into watcher.Story, err error) {
	err = s.inOrder(ctx, func(tx *sql.Tx) error {
		l := &ledger{ctx: ctx, s: s, tx: tx}
		from, err := l.Story(other)
		if err != nil {
			return err
		}
		if into, err = l.Story(id); err != nil {
			return err
		}
		if into.ID == from.ID {
			if id == other {
				return errors.New("they are the same")
			}
			return nil
		}
		into, err = l.merge(into, from)
		return err
	})
	if err != nil {
		return into, fmt.Errorf("merge story %s into %s: %w", other, id, err)
	}
	return into, nil
}

func (l *ledger) merge(into, from watcher.Story) (watcher.Story, error) {
	own, err := readJoined(l.ctx, l.tx, into.ID)
	if err != nil {
		return into, err
	}
	more, err := readJoined(l.ctx, l.tx, from.ID)
	if err != nil {
		return into, err
	}
	if len(own) == 0 || len(more) == 0 {
		return into, errors.New("what is told of feeds is no news: it has no items")
	}
	all := unite(into, from, own, more)
	if err := l.saveStory(all); err != nil {
		return into, err
	}
	apart, err := l.rejoin(into.ID, from.ID)
	if err != nil {
		return into, err
	}
	if apart { // every clusterer must hear that they are no more
		if err := l.move(own, into.ID, func(j watcher.Join) watcher.Join { return j }); err != nil {
			return into, err
		}
	}
	if err := l.move(more, into.ID, func(j watcher.Join) watcher.Join {
		j.Why = strings.TrimPrefix(fmt.Sprintf("%s; a person merged story %s into this one", j.Why, from.ID), "; ")
		return j
	}); err != nil {
		return into, err
	}
	return all, l.hand(from.ID, into.ID)
}

// rejoin forgets that items of two stories are apart, and reports whether some were.
func (l *ledger) rejoin(a, b watcher.StoryID) (bool, error) {
	const (
		both  = `(SELECT item_id FROM members WHERE story_id IN ($1, $2))`
		query = `DELETE FROM apart WHERE item_id IN ` + both + ` AND other_id IN ` + both
	)
	n, err := exec(l.ctx, l.tx, query, string(a), string(b))
	if err != nil {
		return false, fmt.Errorf("join again what was apart: %w", err)
	}
	return n > 0, nil
}

// hand gives all that a story still has to another, and remembers where it went.
func (l *ledger) hand(from, to watcher.StoryID) error {
	for _, query := range []string{
		`UPDATE alerts SET story_id = $2 WHERE story_id = $1`,
		`UPDATE deliveries SET kind = 'reply' WHERE story_id = $1 AND kind = 'post' AND state = 'pending' AND attempts = 0
			AND EXISTS (SELECT 1 FROM deliveries b WHERE b.story_id = $2 AND b.channel = deliveries.channel
				AND b.kind = 'post' AND b.state IN ('pending', 'sending', 'unsure', 'sent'))`,
		`UPDATE deliveries SET story_id = $2 WHERE story_id = $1`,
		`UPDATE merged SET into_id = $2 WHERE into_id = $1`,
		`INSERT INTO merged (story_id, into_id) VALUES ($1, $2)`,
	} {
		if _, err := exec(l.ctx, l.tx, query, string(from), string(to)); err != nil {
			return fmt.Errorf("hand over story %s: %w", from, err)
		}
	}
	_, err := exec(l.ctx, l.tx, `DELETE FROM stories WHERE id = $1`, string(from))
	return err
}
