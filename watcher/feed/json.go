package feed

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"
)

// The bounds of JSON: bytes of one item, and members of the feed besides the items.
const (
	maxRaw     = 2 << 20
	maxMembers = 1_000
	maxMember  = 64 << 10 // bytes of one
)

// parseJSON reads JSON Feed. Items are taken one by one, so that a document that ends
// early, or has one bad item, still gives the others.
func parseJSON(text string, h Hints, base *url.URL, notes []string) (*Document, error) {
	j := splitJSON(text)
	top := j.top
	_, isFeed := top["items"]
	if version := jsonString(top["version"]); !isFeed && !strings.Contains(version, "jsonfeed") {
		return nil, refuseJSON(top)
	}
	good := j.items[:0:0]
	for _, raw := range j.items {
		if raw, whole := usable(raw); raw != nil {
			good = append(good, raw)
			if !whole && !slices.Contains(notes, lostMember) {
				notes = append(notes, lostMember)
			}
		}
	}
	delete(top, "items")
	if top["version"] == nil {
		top["version"] = json.RawMessage(`"https://jsonfeed.org/version/1.1"`)
	}
	whole, begun, lost, cut := joinJSON(top, good), j.begun, j.lost, j.cut // what it was made of is free to go
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	f, err := parser.ParseString(whole)
	if err != nil {
		return nil, fmt.Errorf("parse feed: %w", err)
	}
	d := translate(f, h)
	d.Kind, d.Notes, d.Partial = "JSON Feed", notes, cut
	if cut {
		d.Notes = append(d.Notes, "the document ends early")
	}
	d.undouble()
	d.absolute(base)
	d.Hub = hubOf(h, jsonHubs(top, base))
	d.missing(begun, lost)
	return d, nil
}

// joinJSON writes a feed of members and items that were taken apart.
func joinJSON(top map[string]json.RawMessage, items []json.RawMessage) string {
	var b strings.Builder
	size := 0
	for _, raw := range items {
		size += len(raw) + 1
	}
	b.Grow(size + 1<<10)
	b.WriteByte('{')
	for _, key := range slices.Sorted(maps.Keys(top)) {
		name, _ := json.Marshal(key) // a string always can
		b.Write(name)
		b.WriteByte(':')
		b.Write(top[key])
		b.WriteByte(',')
	}
	b.WriteString(`"items":[`)
	for i, raw := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(raw)
	}
	b.WriteString("]}")
	return b.String()
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

var jsonStartRE = regexp.MustCompile(`\{\s*"`)

// jsonBehind returns where a JSON Feed begins behind what a program printed by mistake,
// -1 if there is none.
func jsonBehind(text string) int {
	if m := jsonStartRE.FindStringIndex(text); m != nil && strings.Contains(text[m[0]:], "jsonfeed.org/version") {
		return m[0]
	}
	return -1
}

// lostMember notes that an item has a member that JSON Feed does not allow there.
const lostMember = "members of the wrong kind were left out"

// usable returns an item that gofeed can read: without the members that are of the wrong
// kind, and nil if it is no object or too large.
func usable(raw json.RawMessage) (item json.RawMessage, whole bool) {
	if len(raw) > maxRaw || !strings.HasPrefix(string(raw), "{") {
		return nil, false
	}
	if json.Unmarshal(raw, &jsonfeed.Item{}) == nil {
		return raw, true
	}
	members := map[string]json.RawMessage{}
	if json.Unmarshal(raw, &members) != nil {
		return nil, false
	}
	for name, value := range members {
		one, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil || json.Unmarshal(one, &jsonfeed.Item{}) != nil {
			delete(members, name)
		}
	}
	raw, err := json.Marshal(members)
	if err != nil || len(members) == 0 {
		return nil, false
	}
	return raw, false
}

// A splitter takes a JSON Feed apart: the members of the object, and the elements of
// "items" apart. It reads on behind an item that is no JSON.
type splitter struct {
	text  string
	dec   *json.Decoder
	base  int // where in text the decoder's text begins
	tries int // places where an item was looked for behind broken ones

	top   map[string]json.RawMessage
	items []json.RawMessage
	begun int  // items in the document
	cut   bool // the text ends early or goes wrong
	lost  tally
}

func splitJSON(text string) *splitter {
	j := &splitter{text: text, top: map[string]json.RawMessage{}, dec: json.NewDecoder(strings.NewReader(text))}
	if t, err := j.dec.Token(); err != nil || t != json.Delim('{') {
		j.cut = err != nil
		return j
	}
	if j.cut = !j.members(); j.cut {
		j.salvage()
	}
	return j
}

var itemsRE = regexp.MustCompile(`"items"\s*:\s*\[`)

// salvage reads the items where a member before them is no JSON.
func (j *splitter) salvage() {
	if _, ok := j.top["items"]; ok {
		return
	}
	if m := itemsRE.FindStringIndex(j.text[j.offset():]); m != nil {
		j.top["items"] = nil
		j.resume(j.offset()+m[1], "[")
		j.list()
	}
}

// members reads the members of the feed; false if its end is missing.
func (j *splitter) members() bool {
	for members := 0; j.dec.More(); members++ {
		t, err := j.dec.Token()
		if err != nil || members == maxMembers {
			return false
		}
		key, _ := t.(string)
		if key != "items" {
			var raw json.RawMessage
			if err := j.dec.Decode(&raw); err != nil {
				return false
			}
			if len(raw) <= maxMember {
				j.top[key] = raw
			}
			continue
		}
		j.top[key] = nil
		if t, err := j.dec.Token(); err != nil || t != json.Delim('[') {
			return false
		}
		if !j.list() {
			return false
		}
	}
	_, err := j.dec.Token()
	return err == nil
}

// list reads the items up to the end of their list; false if that is missing.
func (j *splitter) list() bool {
	for j.dec.More() {
		var raw json.RawMessage
		if err := j.dec.Decode(&raw); err != nil {
			at := j.offset()
			if strings.HasPrefix(j.text[at:], "]") { // behind a comma too many
				at++
				j.resume(at+len(j.text[at:])-len(strings.TrimLeft(j.text[at:], " \t\r\n,")), "{")
				return true
			}
			next := j.next(at)
			why := lostBroken
			if next < 0 {
				why = lostCut
			}
			j.begun++
			j.lost.add(1, why)
			if next < 0 {
				return false
			}
			j.resume(next, "[")
			continue
		}
		if j.begun++; len(j.items) < maxItems {
			j.items = append(j.items, raw)
		} else {
			j.lost.add(1, lostBeyond)
		}
	}
	_, err := j.dec.Token()
	return err == nil
}

// offset is where the value begins that could not be read.
func (j *splitter) offset() int {
	at := min(j.base+int(j.dec.InputOffset()), len(j.text))
	return at + len(j.text[at:]) - len(strings.TrimLeft(j.text[at:], " \t\r\n"))
}

// resume reads on at a place inside a list or an object.
func (j *splitter) resume(at int, opening string) {
	j.dec = json.NewDecoder(strings.NewReader(opening + j.text[at:]))
	_, _ = j.dec.Token()
	j.base = at - len(opening)
}

var nextItemRE = regexp.MustCompile(`\}\s*,\s*\{`)

// next returns where the next item begins behind a broken one, -1 if there is none. What
// has neither id nor text is something inside an item.
func (j *splitter) next(at int) int {
	for ; j.tries < maxRewinds; j.tries++ {
		m := nextItemRE.FindStringIndex(j.text[at:])
		if m == nil {
			return -1
		}
		at += m[1] - 1
		var item map[string]json.RawMessage
		if json.NewDecoder(strings.NewReader(j.text[at:])).Decode(&item) != nil {
			continue
		}
		for _, name := range []string{"id", "content_text", "content_html"} {
			if item[name] != nil {
				return at
			}
		}
	}
	return -1
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
