package store

import (
	"context"
	"fmt"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Story returns a story as it is now; for one that was merged into another, that one.
func (s *Store) Story(ctx context.Context, id watcher.StoryID) (watcher.Story, error) {
	return readStory(ctx, s.read, id)
}

func readStory(ctx context.Context, q querier, id watcher.StoryID) (watcher.Story, error) {
	const query = `SELECT story FROM stories
		WHERE id = COALESCE((SELECT into_id FROM merged WHERE story_id = $1), $1)`
	return one(ctx, q, "story "+string(id), scanJSON[watcher.Story], query, string(id))
}

// StoryItems returns the items of a story in the order they were recorded, the first
// 1000 of them.
func (s *Store) StoryItems(ctx context.Context, id watcher.StoryID) ([]watcher.Item, error) {
	const query = `SELECT ` + itemColumns + ` FROM members m JOIN items i ON i.id = m.item_id
		WHERE m.story_id = $1 ORDER BY m.seq LIMIT $2`
	items, err := all(ctx, s.read, func(scan scanner) (watcher.Item, error) {
		it, _, err := scanItem(scan)
		return it, err
	}, query, string(id), atMost)
	if err != nil {
		return nil, fmt.Errorf("items of story %s: %w", id, err)
	}
	return items, nil
}

// Matches returns the rules that fired on an item, by rule id, each in its newest form.
func (s *Store) Matches(ctx context.Context, id watcher.ItemID) ([]watcher.Match, error) {
	const query = `SELECT proof FROM matches WHERE item_id = $1 ORDER BY rule_id`
	matches, err := all(ctx, s.read, scanJSON[watcher.Match], query, string(id))
	if err != nil {
		return nil, fmt.Errorf("matches of item %s: %w", id, err)
	}
	return matches, nil
}

// A StoryFilter chooses stories. The zero value means all.
type StoryFilter struct {
	Theme string    // a rule of this theme fired on one of its items
	Rule  string    // this rule did
	Since time.Time // an item joined or changed it at or after
	Limit int       // 50 if 0, 1000 at most
}

// Stories returns stories, the latest changed first. What was told of feeds is none.
func (s *Store) Stories(ctx context.Context, f StoryFilter) ([]watcher.Story, error) {
	const query = `SELECT s.story FROM stories s WHERE s.written >= $1 AND EXISTS (SELECT 1 FROM members m
			WHERE m.story_id = s.id AND ($2 = '' AND $3 = '' OR EXISTS (SELECT 1 FROM matches x
				WHERE x.item_id = m.item_id AND ($2 = '' OR x.theme = $2) AND ($3 = '' OR x.rule_id = $3))))
		ORDER BY s.written DESC, s.id LIMIT $4`
	got, err := all(ctx, s.read, scanJSON[watcher.Story], query, ms(f.Since), f.Theme, f.Rule, pageSize(f.Limit))
	if err != nil {
		return nil, fmt.Errorf("read stories: %w", err)
	}
	return got, nil
}

// A Joined is an item of a story, why it joined, and the rules that fired on it.
type Joined struct {
	Item    watcher.Item    `json:"item"`
	Join    watcher.Join    `json:"join"` // zero for one that joined before this was kept
	Matches []watcher.Match `json:"matches"`
}

// Joined returns the items of a story in the order they were recorded or moved there.
func (s *Store) Joined(ctx context.Context, id watcher.StoryID) ([]Joined, error) {
	return readJoined(ctx, s.read, id)
}

func readJoined(ctx context.Context, q querier, id watcher.StoryID) ([]Joined, error) {
	const (
		items   = `SELECT m.joined, ` + itemColumns + ` FROM members m JOIN items i ON i.id = m.item_id WHERE m.story_id = $1 ORDER BY m.seq`
		matches = `SELECT x.proof FROM members m JOIN matches x ON x.item_id = m.item_id WHERE m.story_id = $1 ORDER BY x.rule_id`
	)
	js, err := all(ctx, q, func(scan scanner) (j Joined, err error) {
		var text string
		if j.Item, _, err = scanItem(scan, &text); err == nil {
			err = fromJSON(text, &j.Join)
		}
		return j, err
	}, items, string(id))
	if err != nil {
		return nil, fmt.Errorf("items of story %s: %w", id, err)
	}
	ms, err := all(ctx, q, scanJSON[watcher.Match], matches, string(id))
	if err != nil {
		return nil, fmt.Errorf("matches of story %s: %w", id, err)
	}
	at := make(map[watcher.ItemID]int, len(js))
	for i, j := range js {
		at[j.Item.ID] = i
	}
	for _, m := range ms {
		if i, ok := at[m.ItemID]; ok {
			js[i].Matches = append(js[i].Matches, m)
		}
	}
	return js, nil
}
