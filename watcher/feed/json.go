package feed

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"
)

// The bounds of JSON: bytes of one item, and members of the feed besides the items.
const (
	maxRaw     = 2 << 20
	maxMembers = 1_000
)

// parseJSON reads JSON Feed. Items are taken one by one, so that a document that ends
// early, or has one bad item, still gives the others.
func parseJSON(text string, h Hints, base *url.URL, notes []string) (*Document, error) {
	top, items, cut := splitJSON(text)
	_, isFeed := top["items"]
	if version := jsonString(top["version"]); !isFeed && !strings.Contains(version, "jsonfeed") {
		return nil, refuseJSON(top)
	}
	if len(items) > maxItems {
		items = items[:maxItems]
		notes = append(notes, fmt.Sprintf("more than %d items: the rest was left out", maxItems))
	}
	good := items[:0:0]
	for _, raw := range items {
		if len(raw) > maxRaw {
			continue
		}
		if json.Unmarshal(raw, &jsonfeed.Item{}) == nil && strings.HasPrefix(string(raw), "{") {
			good = append(good, raw)
		}
	}
	whole, err := json.Marshal(good)
	if err != nil {
		return nil, fmt.Errorf("parse feed: %w", err)
	}
	top["items"] = whole
	if top["version"] == nil {
		top["version"] = json.RawMessage(`"https://jsonfeed.org/version/1.1"`)
	}
	if whole, err = json.Marshal(top); err != nil {
		return nil, fmt.Errorf("parse feed: %w", err)
	}
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	f, err := parser.ParseString(string(whole))
	if err != nil {
		return nil, fmt.Errorf("parse feed: %w", err)
	}
	d := translate(f, h)
	d.Kind, d.Notes, d.Partial = "JSON Feed", notes, cut
	if cut {
		d.Notes = append(d.Notes, "the document ends early")
	}
	d.absolute(base)
	d.missing(len(items))
	return d, nil
}

// absolute resolves the links of a JSON Feed.
func (d *Document) absolute(base *url.URL) {
	d.Feed.Link = resolve(base, d.Feed.Link)
	for i := range d.Items {
		e := &d.Items[i]
		if e.Link == "" && Canonical(e.guid) != "" {
			e.Link = e.guid
		}
		e.Link = resolve(base, e.Link)
		e.Content = resolveHTML(base, e.Content)
		e.ID = first(e.guid, e.Link)
	}
}

// splitJSON returns the members of an object, with the elements of "items" apart; cut if
// the text ends early or goes wrong.
func splitJSON(text string) (top map[string]json.RawMessage, items []json.RawMessage, cut bool) {
	top = map[string]json.RawMessage{}
	dec := json.NewDecoder(strings.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return top, nil, err != nil
	}
	for members := 0; dec.More(); members++ {
		t, err := dec.Token()
		if err != nil || members == maxMembers {
			return top, items, true
		}
		key, _ := t.(string)
		if key != "items" {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return top, items, true
			}
			top[key] = raw
			continue
		}
		top[key] = nil
		if t, err := dec.Token(); err != nil || t != json.Delim('[') {
			return top, items, true
		}
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return top, items, true
			}
			if len(items) <= maxItems {
				items = append(items, raw)
			}
		}
		if _, err := dec.Token(); err != nil {
			return top, items, true
		}
	}
	_, err := dec.Token()
	return top, items, err != nil
}

// refuseJSON says what a JSON document is that is no feed; servers tell errors so.
func refuseJSON(top map[string]json.RawMessage) error {
	for _, key := range []string{"error", "message", "detail", "title", "errors"} {
		if raw := top[key]; raw != nil {
			text := jsonString(raw)
			if text == "" {
				text = string(raw)
			}
			return fmt.Errorf("%w: a JSON answer with the %s %q", ErrNotFeed, key, cutWords(line(fold(text)), 100))
		}
	}
	return fmt.Errorf("%w: a JSON document without items", ErrNotFeed)
}

func jsonString(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
