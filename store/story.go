package store

import (
	"context"
	"fmt"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Story returns a story as it is now.
func (s *Store) Story(ctx context.Context, id watcher.StoryID) (watcher.Story, error) {
	return readStory(ctx, s.read, id)
}

func readStory(ctx context.Context, q querier, id watcher.StoryID) (watcher.Story, error) {
	const query = `SELECT story FROM stories WHERE id = $1`
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
