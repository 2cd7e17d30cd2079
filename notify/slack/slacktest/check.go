package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Slack's limits, from the pages of docs.slack.dev/reference/block-kit, except MaxWeight.
const (
	MaxBlocks      = 50
	MaxText        = 3000 // of a text object
	MaxHeader      = 150
	MaxField       = 2000 // of a field of a section
	MaxFields      = 10
	MaxContext     = 10 // elements
	MaxMarkdown    = 12_000
	MaxBlockID     = 255
	MaxURL         = 3000
	MaxDescription = 2000 // alt_text

	// MaxWeight is where Slack answers msg_blocks_too_long. No page tells; senders met it
	// at 13,297 characters, those of the blocks' own JSON counted.
	MaxWeight = 13_200
)

// Weight returns the length in characters of blocks as compact JSON with no more escapes
// than JSON needs.
func Weight(blocks []byte) int {
	var v any
	if json.Unmarshal(blocks, &v) != nil {
		return utf8.RuneCount(blocks)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return utf8.RuneCount(blocks)
	}
	return utf8.RuneCount(bytes.TrimSpace(b.Bytes()))
}

// CheckBlocks returns what Slack would find wrong with blocks, in its manner: what must
// be, with a JSON pointer to where.
func CheckBlocks(blocks []byte) []string {
	var c checker
	var list []any
	if err := json.Unmarshal(blocks, &list); err != nil {
		return []string{"[ERROR] must be an array [json-pointer:/blocks]"}
	}
	if len(list) > MaxBlocks {
		c.say("/blocks", "no more than %d items allowed", MaxBlocks)
	}
	for i, b := range list {
		c.block(fmt.Sprintf("/blocks/%d", i), b)
	}
	return c.problems
}

type checker struct {
	problems []string
	ids      []string
}

func (c *checker) say(at, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf("[ERROR] "+format+" [json-pointer:%s]", append(args, at)...))
}

// object checks that v is an object with the fields required and none but the allowed.
func (c *checker) object(at string, v any, required, optional string) (map[string]any, bool) {
	o, ok := v.(map[string]any)
	if !ok {
		c.say(at, "must be an object")
		return nil, false
	}
	need := strings.Fields(required)
	for _, k := range need {
		if _, has := o[k]; !has {
			c.say(at, "missing required field: %s", k)
			ok = false
		}
	}
	allowed := append(append([]string{"type"}, need...), strings.Fields(optional)...)
	for _, k := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(allowed, k) {
			c.say(at, "invalid additional property: %s", k)
			ok = false
		}
	}
	return o, ok
}

// length checks a text and returns it.
func (c *checker) length(at string, v any, least, most int) string {
	s, ok := v.(string)
	if !ok {
		c.say(at, "must be a string")
		return ""
	}
	n := utf8.RuneCountInString(s)
	if n < least {
		c.say(at, "must be more than %d characters", least-1)
	}
	if n > most {
		c.say(at, "must be less than %d characters", most+1)
	}
	return s
}

// list checks the number of elements and returns them.
func (c *checker) list(at string, v any, most int) []any {
	l, ok := v.([]any)
	if !ok {
		c.say(at, "must be an array")
		return nil
	}
	if len(l) == 0 {
		c.say(at, "must have at least 1 item")
	}
	if len(l) > most {
		c.say(at, "no more than %d items allowed", most)
	}
	return l
}

func kindOf(v any) string {
	o, _ := v.(map[string]any)
	kind, _ := o["type"].(string)
	return kind
}

func (c *checker) block(at string, v any) {
	var o map[string]any
	var ok bool
	switch kind := kindOf(v); kind {
	case "section":
		o, _ = c.section(at, v)
	case "header":
		if o, ok = c.object(at, v, "text", "block_id level"); ok {
			c.text(at+"/text", o["text"], MaxHeader, "plain_text")
		}
	case "context":
		if o, ok = c.object(at, v, "elements", "block_id"); ok {
			for i, e := range c.list(at+"/elements", o["elements"], MaxContext) {
				c.contextElement(fmt.Sprintf("%s/elements/%d", at, i), e)
			}
		}
	case "divider":
		o, _ = c.object(at, v, "", "block_id")
	case "image":
		o = c.image(at, v)
	case "markdown":
		if o, ok = c.object(at, v, "text", "block_id"); ok {
			c.length(at+"/text", o["text"], 1, MaxMarkdown)
		}
	case "actions":
		o = c.actions(at, v)
	case "rich_text":
		if o, ok = c.object(at, v, "elements", "block_id"); ok {
			for i, e := range c.list(at+"/elements", o["elements"], 1000) {
				c.richBlock(fmt.Sprintf("%s/elements/%d", at, i), e)
			}
		}
	default:
		c.say(at+"/type", "unsupported type: %s", kind)
	}
	c.blockID(at, o)
}

func (c *checker) blockID(at string, o map[string]any) {
	v, has := o["block_id"]
	if !has {
		return
	}
	id := c.length(at+"/block_id", v, 1, MaxBlockID)
	if slices.Contains(c.ids, id) {
		c.say(at, "block_id: %s already exists", id)
	}
	c.ids = append(c.ids, id)
}

func (c *checker) section(at string, v any) (map[string]any, bool) {
	o, ok := c.object(at, v, "", "text fields accessory block_id expand")
	if !ok {
		return o, false
	}
	text, hasText := o["text"]
	fields, hasFields := o["fields"]
	if !hasText && !hasFields {
		c.say(at, "missing required field: text or fields")
	}
	if hasText {
		c.text(at+"/text", text, MaxText, "mrkdwn", "plain_text")
	}
	if hasFields {
		for i, f := range c.list(at+"/fields", fields, MaxFields) {
			c.text(fmt.Sprintf("%s/fields/%d", at, i), f, MaxField, "mrkdwn", "plain_text")
		}
	}
	return o, true
}

func (c *checker) contextElement(at string, e any) {
	if kindOf(e) == "image" {
		c.image(at, e)
		return
	}
	c.text(at, e, MaxText, "mrkdwn", "plain_text")
}

// text checks a text object.
func (c *checker) text(at string, v any, most int, kinds ...string) {
	kind := kindOf(v)
	if !slices.Contains(kinds, kind) {
		c.say(at+"/type", "must be one of: %s", strings.Join(kinds, ", "))
		return
	}
	optional := "verbatim"
	if kind == "plain_text" {
		optional = "emoji"
	}
	if o, ok := c.object(at, v, "text", optional); ok {
		c.length(at+"/text", o["text"], 1, most)
	}
}

func (c *checker) image(at string, v any) map[string]any {
	o, ok := c.object(at, v, "alt_text", "image_url slack_file title block_id")
	if !ok {
		return o
	}
	c.length(at+"/alt_text", o["alt_text"], 1, MaxDescription)
	if _, has := o["image_url"]; has {
		c.url(at+"/image_url", o["image_url"])
	}
	return o
}

func (c *checker) actions(at string, v any) map[string]any {
	o, ok := c.object(at, v, "elements", "block_id")
	if !ok {
		return o
	}
	for i, e := range c.list(at+"/elements", o["elements"], 25) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if kindOf(e) != "button" {
			c.say(here+"/type", "unsupported type: %s", kindOf(e))
			continue
		}
		b, ok := c.object(here, e, "text", "action_id url value style confirm accessibility_label")
		if !ok {
			continue
		}
		c.text(here+"/text", b["text"], 75, "plain_text")
		if link, has := b["url"]; has {
			c.url(here+"/url", link)
		}
	}
	return o
}

func (c *checker) url(at string, v any) {
	s := c.length(at, v, 1, MaxURL)
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "") {
		c.say(at, "invalid url")
	}
}
