package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A piece is a stretch of a mrkdwn text: plain words, or what stood between < and >.
type piece struct {
	kind  byte // 0 for words, '!' '@' '#' for mentions and dates, 'l' for a link
	value string
	label string
}

// pieces takes a mrkdwn text apart as Slack does: only & < > are special here.
func pieces(s string) []piece {
	var out []piece
	words := func(t string) {
		if t != "" {
			out = append(out, piece{value: t})
		}
	}
	for {
		i := strings.IndexByte(s, '<')
		j := -1
		if i >= 0 {
			j = strings.IndexByte(s[i:], '>')
		}
		if j < 0 {
			words(s)
			return out
		}
		words(s[:i])
		inner := s[i+1 : i+j]
		s = s[i+j+1:]
		value, label, _ := strings.Cut(inner, "|")
		switch {
		case inner == "":
			words("<>")
		case strings.ContainsRune("!@#", rune(inner[0])):
			out = append(out, piece{kind: inner[0], value: value[1:], label: label})
		default:
			out = append(out, piece{kind: 'l', value: value, label: label})
		}
	}
}

// unescape turns the three escapes of mrkdwn back.
func unescape(s string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s)
}

// Mentions returns all that would call people or name channels in a message: such as
// "!channel", "@U0123" or "#C0123", from its text and its blocks. Dates call nobody.
func (m Message) Mentions() []string {
	out := mentions(m.Text)
	m.walk(func(o map[string]any) {
		switch kindOf(o) {
		case "mrkdwn":
			s, _ := o["text"].(string)
			out = append(out, mentions(s)...)
		case "broadcast":
			s, _ := o["range"].(string)
			out = append(out, "!"+s)
		case "user", "usergroup", "channel", "team":
			s, _ := o[kindOf(o)+"_id"].(string)
			out = append(out, "@"+s)
		}
	})
	return out
}

func mentions(s string) []string {
	var out []string
	for _, p := range pieces(s) {
		if p.kind != 0 && p.kind != 'l' && !strings.HasPrefix(p.value, "date^") {
			out = append(out, string(p.kind)+p.value)
		}
	}
	return out
}

// A Link is a link in a message as a reader sees it.
type Link struct{ URL, Text string }

// Links returns the links of a message, of its blocks and its text.
func (m Message) Links() []Link {
	var out []Link
	add := func(s string) {
		for _, p := range pieces(s) {
			if p.kind == 'l' {
				out = append(out, Link{unescape(p.value), unescape(p.label)})
			}
		}
	}
	add(m.Text)
	m.walk(func(o map[string]any) {
		text, _ := o["text"].(string)
		switch kindOf(o) {
		case "mrkdwn":
			add(text)
		case "link":
			to, _ := o["url"].(string)
			out = append(out, Link{to, text})
		}
	})
	return out
}

// Read returns the words of a message as a reader sees them, without markup, one line
// for each block or part of one; of a message without blocks those of its text.
func (m Message) Read() string {
	if m.Blocks == nil {
		return spoken(m.Text)
	}
	var b strings.Builder
	m.walk(func(o map[string]any) {
		text, _ := o["text"].(string)
		switch kindOf(o) {
		case "mrkdwn":
			b.WriteString(spoken(text) + " ")
		case "text", "link", "plain_text":
			b.WriteString(text)
		case "date":
			text, _ = o["fallback"].(string)
			b.WriteString(text)
		case "context", "section", "rich_text_section", "rich_text_quote", "header":
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
		}
	})
	return b.String()
}

// spoken returns a mrkdwn text with its labels in the place of links and dates.
func spoken(s string) string {
	var b strings.Builder
	for _, p := range pieces(s) {
		switch {
		case p.kind == 0:
			b.WriteString(unescape(p.value))
		case p.label != "":
			b.WriteString(unescape(p.label))
		default:
			b.WriteString(unescape(p.value))
		}
	}
	return b.String()
}

// walk calls fn for every object in the blocks of a message, in the order of reading.
func (m Message) walk(fn func(map[string]any)) {
	var list any
	if json.Unmarshal(m.Blocks, &list) == nil {
		walk(list, fn)
	}
}

func walk(v any, fn func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, fn)
		}
	case map[string]any:
		fn(v)
		for _, k := range []string{"text", "fields", "elements", "accessory", "title"} {
			walk(v[k], fn)
		}
	}
}

// A run is a stretch of words in one style.
type run struct {
	text  string
	style string // some of "*_~`"
}

// styles takes the *bold*, _italic_, ~struck~ and `code` of mrkdwn apart. As in Slack a
// mark opens only after a space, punctuation or the start, before something other than
// a space, and closes the other way round: a mark beside a letter is only a character.
func styles(s string) []run {
	var out []run
	var on []rune
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, run{s[start:end], string(on)})
		}
	}
	for i, r := range s {
		if !strings.ContainsRune("*_~`", r) || (slices.Contains(on, '`') && r != '`') {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+1:])
		k := slices.Index(on, r)
		switch {
		case k < 0 && outside(before) && !gap(after) && closes(s[i+1:], r):
			flush(i)
			on = append(on, r)
			start = i + 1
		case k >= 0 && !gap(before) && outside(after):
			flush(i)
			on = slices.Delete(on, k, k+1)
			start = i + 1
		}
	}
	flush(len(s))
	return out
}

// closes reports whether mark r is closed again in the same line.
func closes(s string, r rune) bool {
	line, _, _ := strings.Cut(s, "\n")
	for i, c := range line {
		after, _ := utf8.DecodeRuneInString(line[i+1:])
		if c == r && i > 0 && outside(after) {
			return true
		}
	}
	return false
}

// outside reports whether r may stand outside of a mark; nothing (RuneError) may.
func outside(r rune) bool {
	return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

func gap(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) }
