package watcher

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Identifiers are made from what they name, never from a clock or a counter, so that
// work repeated after a crash meets the rows of the first try. Each has 16 characters
// (80 bits): at a hundred million items a collision has a chance of one in 10^8.
type (
	// A FeedID is the operator's name for a feed.
	FeedID string
	// An ItemID names an item across feeds.
	ItemID string
	// A StoryID names a story.
	StoryID string
	// An AlertID names an alert.
	AlertID string
	// A DeliveryID names one message of an alert to one channel.
	DeliveryID string
)

// NewItemID returns the identity of an item known by key, which is its canonical link
// or, where a feed gives none, its guid or a hash of its text with the feed's id.
func NewItemID(key string) ItemID { return ItemID(digest("item", key)) }

// NewStoryID returns the identity of the story that lead opened.
func NewStoryID(lead ItemID) StoryID { return StoryID(digest("story", string(lead))) }

// NewAlertID returns the identity of the alert that an item raised in a story.
func NewAlertID(s StoryID, it ItemID, r Reason, text string) AlertID {
	return AlertID(digest("alert", string(s), string(it), string(r), text))
}

// NewDeliveryID returns the identity of an alert's message to a channel.
func NewDeliveryID(a AlertID, channel string, k Kind) DeliveryID {
	return DeliveryID(digest("delivery", string(a), channel, string(k)))
}

var idEncoding = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return idEncoding.EncodeToString(sum[:10])
}
