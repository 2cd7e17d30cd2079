package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The bounds of an item's texts, in bytes.
const (
	maxTitle  = 500
	maxLead   = 4_000
	maxBody   = 100_000
	maxAuthor = 200
	maxTags   = 30
	maxTag    = 100
	maxURL    = 4_000
)

// headline is how much of its text an item without a title is called by.
const headline = 120

// Convert returns the items of a document of feed f, read at now, as plain text, oldest
// first. An item's identity is its canonical link. Where there is none, or it is that of
// the site or of other items too, it is the feed with the item's guid, and where that is
// missing or shared the feed with the item's text. Of two items with the same identity the first in the document stays.
func (d *Document) Convert(f watcher.Feed, now time.Time) []watcher.Item {
	items, _ := d.convert(f, now)
	return items
}

// convert also says which items it left out.
func (d *Document) convert(f watcher.Feed, now time.Time) ([]watcher.Item, []string) {
	items := make([]watcher.Item, 0, len(d.Items))
	for _, e := range d.Items {
		items = append(items, d.item(e, f, now))
	}
	site := []string{Canonical(d.Feed.Link), Canonical(f.URL), ""}
	links := shared(items, func(it watcher.Item) string { return Canonical(it.URL) })
	guids := shared(items, func(it watcher.Item) string { return it.GUID })
	seen := map[watcher.ItemID]bool{}
	var lost tally
	kept := items[:0]
	for _, it := range items {
		link := Canonical(it.URL)
		switch {
		case !slices.Contains(site, link) && !links[link]:
			it.ID = watcher.NewItemID(link)
		case it.GUID != "" && !guids[it.GUID]:
			it.ID = watcher.NewItemID(string(f.ID) + "\x00guid\x00" + it.GUID)
		default:
			sum := sha256.Sum256([]byte(it.Title + "\x00" + it.Lead))
			it.ID = watcher.NewItemID(string(f.ID) + "\x00text\x00" + hex.EncodeToString(sum[:16]))
		}
		switch {
		case it.Title == "" && it.URL == "":
			lost.add(1, lostBlank)
		case seen[it.ID]:
			lost.add(1, lostTwice)
		default:
			seen[it.ID] = true
			kept = append(kept, it)
		}
	}
	oldestFirst(kept)
	return kept, lost.notes()
}

// item turns one entry into an item that has no identity yet.
func (d *Document) item(e Entry, f watcher.Feed, now time.Time) watcher.Item {
	title := line(plain(e.Title))
	lead, body := plain(e.Summary), plain(e.Content)
	if lead == "" {
		lead = body
	}
	lead, body = cutWords(lead, maxLead), cutWords(body, maxBody)
	if len(body) <= len(lead) {
		body = ""
	}
	if title == "" {
		title = beginning(lead)
	}
	it := watcher.Item{
		FeedID: f.ID, GUID: cutBytes(e.guid, maxURL), Title: cutWords(title, maxTitle), Lead: lead, Body: body,
		Author:    cutWords(line(plain(e.Author)), maxAuthor),
		Language:  language(first(e.language, f.Language, d.Feed.Language)),
		Published: e.Published, Updated: e.Updated, Seen: now,
	}
	if len(e.Link) <= maxURL && Canonical(e.Link) != "" {
		it.URL = Clean(e.Link)
	}
	for _, t := range e.tags {
		if t = cutWords(line(plain(t)), maxTag); t != "" && len(it.Tags) < maxTags {
			it.Tags = append(it.Tags, t)
		}
	}
	return it
}

// shared returns the keys that several different items of a document have. The same item
// given twice does not share its key.
func shared(items []watcher.Item, key func(watcher.Item) string) map[string]bool {
	owners := map[string]string{}
	several := map[string]bool{}
	for _, it := range items {
		k := key(it)
		title, ok := owners[k]
		if !ok {
			owners[k] = it.Title
		}
		several[k] = several[k] || ok && title != it.Title
	}
	return several
}

// oldestFirst sorts items by date if all have one; else it turns them round, for feeds
// put the newest first.
func oldestFirst(items []watcher.Item) {
	slices.Reverse(items)
	for _, it := range items {
		if it.Published.IsZero() {
			return
		}
	}
	slices.SortStableFunc(items, func(a, b watcher.Item) int { return a.Published.Compare(b.Published) })
}

// beginning returns the first line of a text as a title.
func beginning(text string) string {
	title, _, _ := strings.Cut(text, "\n")
	if len(title) <= headline {
		return title
	}
	return cutWords(title, headline) + "\u2026"
}

// language returns a language tag in the form of BCP 47, or "" for what is none.
func language(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if len(tag) > 35 {
		return ""
	}
	for _, c := range []byte(tag) {
		if !isAlphanumeric(c) && c != '-' {
			return ""
		}
	}
	return tag
}
