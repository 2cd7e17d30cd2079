package slacktest

import "fmt"

// richBlock checks an element of a rich_text block, which holds a run of elements.
func (c *checker) richBlock(at string, v any) {
	kind := kindOf(v)
	optional := ""
	switch kind {
	case "rich_text_section":
	case "rich_text_quote":
		optional = "border"
	case "rich_text_preformatted":
		optional = "border language"
	case "rich_text_list":
		c.richList(at, v)
		return
	default:
		c.say(at+"/type", "unsupported type: %s", kind)
		return
	}
	o, ok := c.object(at, v, "elements", optional)
	if !ok {
		return
	}
	for i, e := range c.list(at+"/elements", o["elements"], 1000) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if k := kindOf(e); kind == "rich_text_preformatted" && k != "text" && k != "link" {
			c.say(here+"/type", "unsupported type: %s", k)
			continue
		}
		c.richElement(here, e)
	}
}

func (c *checker) richList(at string, v any) {
	o, ok := c.object(at, v, "elements style", "indent border offset")
	if !ok {
		return
	}
	if s := o["style"]; s != "bullet" && s != "ordered" {
		c.say(at+"/style", "must be one of: bullet, ordered")
	}
	for i, e := range c.list(at+"/elements", o["elements"], 1000) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if kindOf(e) != "rich_text_section" {
			c.say(here+"/type", "must be rich_text_section")
			continue
		}
		c.richBlock(here, e)
	}
}

// richElement checks what may stand in a run of rich text.
func (c *checker) richElement(at string, v any) {
	var required, optional string
	kind := kindOf(v)
	switch kind {
	case "text":
		required, optional = "text", "style"
	case "link":
		required, optional = "url", "text unsafe style"
	case "emoji":
		required, optional = "name", "unicode skin_tone style"
	case "date":
		required, optional = "timestamp format", "timezone url fallback style"
	case "user":
		required, optional = "user_id", "style"
	case "usergroup":
		required, optional = "usergroup_id", "style"
	case "channel":
		required, optional = "channel_id", "style"
	case "team":
		required, optional = "team_id", "style"
	case "broadcast":
		required, optional = "range", "style"
	case "color":
		required = "value"
	default:
		c.say(at+"/type", "unsupported type: %s", kind)
		return
	}
	o, ok := c.object(at, v, required, optional)
	if !ok {
		return
	}
	c.style(at+"/style", o["style"])
	switch kind {
	case "text":
		c.length(at+"/text", o["text"], 1, maxText)
	case "link":
		c.url(at+"/url", o["url"])
	case "date":
		n, ok := o["timestamp"].(float64)
		if !ok || n != float64(int64(n)) {
			c.say(at+"/timestamp", "must provide an integer")
		}
		c.length(at+"/format", o["format"], 1, MaxText)
	}
}

func (c *checker) style(at string, v any) {
	if v == nil {
		return
	}
	o, ok := c.object(at, v, "", "bold italic strike code underline highlight client_highlight unlink")
	if !ok {
		return
	}
	for k, on := range o {
		if _, is := on.(bool); !is {
			c.say(at+"/"+k, "must be a boolean")
		}
	}
}
