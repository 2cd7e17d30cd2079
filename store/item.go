package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A sighted is what is known of an item.
type sighted struct {
	id       watcher.ItemID // it was recorded under; empty for an unknown one
	wordings string
	shown    int64
	untold   string // the item's story, if it raised no alert; else empty
}

func (f sighted) sighting(it watcher.Item) watcher.Sighting {
	switch {
	case f.id == "":
		return watcher.Unknown
	case !f.worded(it):
		return watcher.Edited
	case f.held(it.FeedID):
		return watcher.Held
	}
	return watcher.Known
}

// worded reports whether an item was recorded in these words. To lose its body is no edit:
// an article behind a link is read once, and the feed's own text comes at every poll.
func (f sighted) worded(it watcher.Item) bool {
	whole := it
	whole.Body = cmp.Or(it.Body, "the one that it had")
	return strings.Contains(f.wordings, it.TextHash()) || strings.Contains(f.wordings, whole.TextHash())
}

// held reports whether the item's story waits for a feed that may tell it, and this one
// has not been looked at yet.
func (f sighted) held(feed watcher.FeedID) bool {
	var s watcher.Story
	if f.untold == "" || fromJSON(f.untold, &s) != nil || s.Told {
		return false
	}
	return !slices.Contains(s.Feeds, string(feed))
}

// Sightings says for each item what is known of it. It also notes, now and then, that a
// feed still shows an item, so that Prune does not forget it.
func (s *Store) Sightings(ctx context.Context, items []watcher.Item) ([]watcher.Sighting, error) {
	found, err := s.sight(ctx, s.read, items)
	if err != nil {
		return nil, fmt.Errorf("look up %d items: %w", len(items), err)
	}
	out := make([]watcher.Sighting, len(items))
	var again []string
	old := ms(time.Now().Add(-s.noteEvery()))
	for i, f := range found {
		out[i] = f.sighting(items[i])
		if f.id != "" && f.shown < old {
			again = append(again, string(f.id))
		}
	}
	if len(again) > 0 && !s.readOnly {
		if err := s.note(ctx, again); err != nil {
			return nil, fmt.Errorf("note %d items: %w", len(again), err)
		}
	}
	return out, nil
}

// noteEvery is how old the note may get that a feed shows an item.
func (s *Store) noteEvery() time.Duration { return s.keep / 4 }

// note notes that feeds show items now. Rows are taken in order of id, as Archive does,
// so that two replicas never wait for each other.
func (s *Store) note(ctx context.Context, ids []string) error {
	const note = `UPDATE items SET shown = $1 WHERE id = $2`
	slices.Sort(ids)
	now := ms(time.Now())
	return s.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range slices.Compact(ids) {
			if _, err := tx.ExecContext(ctx, note, now, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// sight looks items up, by id and, those not found, by guid.
func (s *Store) sight(ctx context.Context, q querier, items []watcher.Item) ([]sighted, error) {
	const byID = `SELECT i.id, i.wordings, i.shown, COALESCE(s.story, '') FROM items i
		LEFT JOIN members m ON m.item_id = i.id
		LEFT JOIN stories s ON s.id = m.story_id AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.story_id = m.story_id)
		WHERE i.id IN LIST($1)`
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = string(it.ID)
	}
	rows, err := all(ctx, q, func(scan scanner) (f sighted, err error) {
		err = scan(&f.id, &f.wordings, &f.shown, &f.untold)
		return f, err
	}, s.sql(byID), list(ids))
	if err != nil {
		return nil, err
	}
	known := make(map[watcher.ItemID]sighted, len(rows))
	for _, f := range rows {
		known[f.id] = f
	}
	out := make([]sighted, len(items))
	hashes := map[string][]int{} // of the items not found, by guid
	for i, it := range items {
		out[i] = known[it.ID]
		if h := guidHash(it); h != "" && out[i].id == "" {
			hashes[h] = append(hashes[h], i)
		}
	}
	if len(hashes) == 0 {
		return out, nil
	}
	return out, s.sightGUIDs(ctx, q, items, hashes, out)
}

// sightGUIDs fills in items whose link changed under the same guid. Of a guid that a feed
// gave to several items only the latest is looked at, which also bounds the work.
func (s *Store) sightGUIDs(
	ctx context.Context, q querier, items []watcher.Item, hashes map[string][]int, out []sighted,
) error {
	const byGUID = `SELECT guid_hash, id, title, published, wordings, shown FROM items WHERE seq IN (
		SELECT MAX(seq) FROM items WHERE guid_hash <> '' AND guid_hash IN LIST($1) GROUP BY guid_hash)`
	type row struct {
		sighted
		hash, title string
		published   int64
	}
	want := make([]string, 0, len(hashes))
	for h := range hashes {
		want = append(want, h)
	}
	rows, err := all(ctx, q, func(scan scanner) (r row, err error) {
		err = scan(&r.hash, &r.id, &r.title, &r.published, &r.wordings, &r.shown)
		return r, err
	}, s.sql(byGUID), list(want))
	if err != nil {
		return err
	}
	for _, r := range rows {
		for _, i := range hashes[r.hash] {
			sameDate := r.published != 0 && r.published == ms(items[i].Published)
			if r.title == clean(items[i].Title) || sameDate {
				out[i] = r.sighted
			}
		}
	}
	return nil
}

// guidHash is what a guid is looked up by: feeds may give guids of any length.
func guidHash(it watcher.Item) string {
	if it.GUID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(string(it.FeedID) + "\x00" + it.GUID))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Archive records items that no rule matched, in one transaction; wording that changed
// is replaced. An item given twice is kept as it was given last.
func (s *Store) Archive(ctx context.Context, items []watcher.Item) error {
	if len(items) == 0 {
		return nil
	}
	rows := slices.Clone(items)
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b watcher.Item) int { return cmp.Compare(a.ID, b.ID) })
	rows = slices.CompactFunc(rows, func(a, b watcher.Item) bool { return a.ID == b.ID })
	err := s.inTx(ctx, func(tx *sql.Tx) error { return upsertItems(ctx, tx, rows) })
	if err != nil {
		return fmt.Errorf("archive %d items: %w", len(rows), err)
	}
	return nil
}

// upsertChunk is how many items one statement writes.
const upsertChunk = 25

// upsertItems writes items, which must differ in id. A row keeps the feed, guid and time
// of its first sighting, the body that it had where none comes again, and collects the last
// eight wordings.
func upsertItems(ctx context.Context, q querier, items []watcher.Item) error {
	const (
		head = `INSERT INTO items AS i (id, feed_id, guid, guid_hash, url, title, lead, body, author, language, tags,
			published, updated, seen, shown, wordings) VALUES `
		tail = ` ON CONFLICT (id) DO UPDATE SET url = excluded.url, title = excluded.title, lead = excluded.lead,
			body = CASE WHEN excluded.body = '' THEN i.body ELSE excluded.body END, author = excluded.author, language = excluded.language, tags = excluded.tags,
			published = CASE WHEN i.published = 0 THEN excluded.published ELSE i.published END,
			updated = excluded.updated, shown = excluded.shown,
			wordings = CASE WHEN i.wordings LIKE '%' || excluded.wordings || '%' THEN i.wordings
				ELSE SUBSTR(excluded.wordings || ' ' || i.wordings, 1, 135) END`
		columns = 16
	)
	now := time.Now()
	for chunk := range slices.Chunk(items, upsertChunk) {
		args := make([]any, 0, len(chunk)*columns)
		for _, it := range chunk {
			seen := it.Seen
			if seen.IsZero() {
				seen = now
			}
			tags, err := tagText(it.Tags)
			if err != nil {
				return err
			}
			args = append(args, string(it.ID), string(it.FeedID), clean(it.GUID), guidHash(it), clean(it.URL),
				clean(it.Title), clean(it.Lead), clean(it.Body), clean(it.Author), clean(it.Language), tags,
				ms(it.Published), ms(it.Updated), ms(seen), ms(now), it.TextHash())
		}
		if _, err := q.ExecContext(ctx, head+tuples(len(chunk), columns)+tail, args...); err != nil {
			return err
		}
	}
	return nil
}

func tagText(tags []string) (string, error) {
	if len(tags) == 0 {
		return "", nil
	}
	return asJSON(tags)
}

// itemColumns are what scanItem reads after the columns before.
const itemColumns = `i.seq, i.id, i.feed_id, i.guid, i.url, i.title, i.lead, i.body, i.author, i.language, i.tags,
	i.published, i.updated, i.seen`

func scanItem(scan scanner, before ...any) (it watcher.Item, seq int64, err error) {
	var tags string
	var published, updated, seen int64
	err = scan(append(before, &seq, &it.ID, &it.FeedID, &it.GUID, &it.URL, &it.Title, &it.Lead, &it.Body,
		&it.Author, &it.Language, &tags, &published, &updated, &seen)...)
	if err != nil {
		return it, 0, err
	}
	it.Published, it.Updated, it.Seen = at(published), at(updated), at(seen)
	if tags != "" {
		err = fromJSON(tags, &it.Tags)
	}
	return it, seq, err
}

// Item returns a recorded item.
func (s *Store) Item(ctx context.Context, id watcher.ItemID) (watcher.Item, error) {
	const query = `SELECT ` + itemColumns + ` FROM items i WHERE i.id = $1`
	return one(ctx, s.read, "item "+string(id), func(scan scanner) (watcher.Item, error) {
		it, _, err := scanItem(scan)
		return it, err
	}, query, string(id))
}

// An ItemFilter chooses items of the archive. The zero value means all.
type ItemFilter struct {
	Since time.Time // first read at or after
	Feed  watcher.FeedID
	After int64 // what the page before returned; 0 for the first
	Limit int   // rows a page, 50 if 0, 1000 at most
}

// Items returns a page of the archive, in the order of first sighting, and what After
// must be for the next page, 0 if this is the last.
func (s *Store) Items(ctx context.Context, f ItemFilter) ([]watcher.Item, int64, error) {
	const query = `SELECT ` + itemColumns + ` FROM items i
		WHERE i.seq > $1 AND i.seen >= $2 AND ($3 = '' OR i.feed_id = $3) ORDER BY i.seq LIMIT $4`
	type row struct {
		watcher.Item
		seq int64
	}
	n := pageSize(f.Limit)
	rows, err := all(ctx, s.read, func(scan scanner) (r row, err error) {
		r.Item, r.seq, err = scanItem(scan)
		return r, err
	}, query, f.After, ms(f.Since), string(f.Feed), n+1)
	if err != nil {
		return nil, 0, fmt.Errorf("read the archive: %w", err)
	}
	rows, next := page(rows, n, func(r row) int64 { return r.seq })
	items := make([]watcher.Item, len(rows))
	for i, r := range rows {
		items[i] = r.Item
	}
	return items, next, nil
}
