package watcher

import (
	"net/url"
	"strings"
	"time"
)

// An Item is one piece of news in one feed, as plain text.
type Item struct {
	ID        ItemID    `json:"id"`
	FeedID    FeedID    `json:"feed"`
	GUID      string    `json:"guid,omitempty"` // as the feed gives it
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	Lead      string    `json:"lead,omitempty"`
	Body      string    `json:"body,omitempty"`
	Author    string    `json:"author,omitempty"`
	Language  string    `json:"language,omitempty"`
	Tags      []string  `json:"tags,omitempty"`
	Published time.Time `json:"published,omitzero"` // zero where the feed gives no date
	Updated   time.Time `json:"updated,omitzero"`
	Seen      time.Time `json:"seen,omitzero"` // when we first read it
}

// Host returns the host name of the item's link without "www.", or "".
func (it Item) Host() string {
	u, err := url.Parse(it.URL)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// When returns the time that counts for an item: published, unless the feed gives no
// date or one in the future; then when we saw it.
func (it Item) When() time.Time {
	if it.Published.IsZero() || (!it.Seen.IsZero() && it.Published.After(it.Seen)) {
		return it.Seen
	}
	return it.Published
}

// TextHash identifies the wording of an item: two sightings with the same hash need no
// second look. Of the body it tells only whether there is one, since the rest of a page
// changes without news.
func (it Item) TextHash() string {
	body := "no body"
	if it.Body != "" {
		body = "body"
	}
	return digest("text", it.Title, it.Lead, body)
}

// Sighting says what the store knows of an item. Two feeds that word the same link
// differently are no edit: else each poll of one would undo the other's.
type Sighting int

// The sightings.
const (
	Unknown Sighting = iota // never recorded
	Known                   // recorded with the same wording
	Held                    // the same, from another feed, in a story that nobody was told of
	Edited                  // recorded from the same feed with another title or lead, or without a body
)
