package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Limits of Slack, and ours below them. Slack refuses blocks of more than some 13,200
// characters, their JSON counted, and does not say so on any page.
const (
	maxWeight = 12_000
	maxRuns   = 30   // of a quote: each costs some 70 characters of JSON
	maxLine   = 2900 // of a text object, which may have 3,000
)

// A size is how much of the long parts of a message is told.
type size struct {
	why     int // characters of a rule
	outlets int // how many are named with a link
}

// sizes returns the sizes to try, the first that fits is taken.
func sizes() []size { return []size{{700, 6}, {350, 3}, {120, 0}} }

// blocks returns the blocks of a message, nil if they cannot be made to fit.
func blocks(m notify.Message) []slack.Block {
	for _, s := range sizes() {
		if bs := compose(m, s); weight(bs) <= maxWeight {
			return bs
		}
	}
	return nil
}

// weight is the length in characters of blocks as JSON, without the escapes that
// encoding/json adds for the sake of HTML.
func weight(bs []slack.Block) int {
	raw, err := json.Marshal(bs)
	if err != nil {
		return maxWeight + 1
	}
	n := utf8.RuneCount(raw)
	for _, escape := range []string{`\u003c`, `\u003e`, `\u0026`} {
		n -= bytes.Count(raw, []byte(escape)) * (len(escape) - 1)
	}
	return n
}

// blockID is the id of a message's first block.
func blockID(delivery string) string { return "sanctionwatch:" + delivery }

// compose lays a message out: what it is about and the quote large, the proof small.
func compose(m notify.Message, s size) []slack.Block {
	if len(m.Facts) > 0 {
		return notice(m)
	}
	head := []slack.RichTextElement{
		slack.NewRichTextSection(
			plain(notify.Emoji(m.Severity)+" "), bold(notify.Label(m.Severity)), plain(topic(m))),
		slack.NewRichTextSection(headline(m)...),
	}
	if q := quote(m); len(q) > 0 {
		head = append(head, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: q})
	}
	if also := outlets(m, s.outlets); len(also) > 0 {
		head = append(head, slack.NewRichTextSection(also...))
	}
	bs := []slack.Block{slack.NewRichTextBlock(blockID(m.Delivery), head...)}
	line := func(es ...slack.MixedElement) { bs = append(bs, slack.NewContextBlock("", es...)) }
	line(words(source(m)), slack.NewTextBlockObject(slack.MarkdownType, times(m), false, false))
	if c := m.CoverageLine(); c != "" {
		line(words(c))
	}
	if len(m.Why) > 0 {
		line(words(cut(why(m.Why[0]), s.why)))
	}
	if len(m.Why) > 1 {
		line(words(cut(also(m.Why[1:]), s.why)))
	}
	if m.Novelty != "" {
		line(words(news(m)))
	}
	if m.Repeat {
		line(words(repeated))
	}
	return bs
}

const repeated = "⚠️ Possible repeat: an earlier attempt to send this may have arrived."

// topic says what a message is about and why it comes: " · potash, sanctions · new story".
func topic(m notify.Message) string {
	var parts []string
	if len(m.Themes) > 0 {
		parts = append(parts, strings.Join(m.Themes, ", "))
	}
	if m.Kind != watcher.Update {
		parts = append(parts, m.Reason.Words())
	}
	if len(parts) == 0 {
		return " "
	}
	return " · " + strings.Join(parts, " · ")
}

// headline is the title as a link, with the host that the link leads to.
func headline(m notify.Message) []slack.RichTextSectionElement {
	title := printable(m.Headline, "(no title)")
	if m.URL == "" {
		return []slack.RichTextSectionElement{bold(title)}
	}
	return []slack.RichTextSectionElement{
		slack.NewRichTextSectionLinkElement(m.URL, title, &slack.RichTextSectionTextStyle{Bold: true}),
		plain(" · " + printable(m.Host, "link")),
	}
}

// quote is the sentence that made a rule fire, its words in bold. Runs that are too
// many to pay for are joined without weight.
func quote(m notify.Message) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	var rest strings.Builder
	for _, r := range m.Quote {
		switch {
		case r.Text == "":
		case len(out) >= maxRuns:
			rest.WriteString(r.Text)
		case r.Bold:
			out = append(out, bold(r.Text))
		default:
			out = append(out, plain(r.Text))
		}
	}
	if rest.Len() > 0 {
		out = append(out, plain(rest.String()))
	}
	if len(out) > 0 && m.QuoteSource != "" {
		out = append(out, plain(" ("+m.QuoteSource+")"))
	}
	return out
}

// outlets names who else carries the story, at most n of them, with links. A reply has
// none: the first message of its thread does.
func outlets(m notify.Message, n int) []slack.RichTextSectionElement {
	if m.Kind == watcher.Reply {
		return nil
	}
	var out []slack.RichTextSectionElement
	for _, o := range m.Outlets {
		if len(out) >= 2*n {
			break
		}
		if o.URL == "" || o.URL == m.URL || o.Name == m.Feed || len(o.URL) > 300 {
			continue
		}
		sep := ", "
		if len(out) == 0 {
			sep = "Also: "
		}
		link := slack.NewRichTextSectionLinkElement(o.URL, printable(o.Name, o.Host), nil)
		out = append(out, plain(sep), link)
	}
	return out
}

// source says who tells it: "BelTA, official source · be".
func source(m notify.Message) string {
	s := printable(m.Feed, "unknown source")
	if m.Official {
		s += ", official source"
	}
	if m.Language != "" {
		s += " · " + m.Language
	}
	return s
}

// times says when, in the reader's own time zone. It is the one string that Slack
// parses for markup, and every character of it is ours.
func times(m notify.Message) string {
	published := "no date given"
	if !m.Published.IsZero() {
		published = "published " + date(m.Published, m.Seen)
	}
	if m.Seen.IsZero() {
		return published
	}
	return published + " · seen " + date(m.Seen, m.Seen)
}

// date is a time that Slack writes in the reader's zone and language. Those that cannot
// read it get the time in UTC.
func date(t, ref time.Time) string {
	inUTC := notify.Stamp(t.UTC(), ref.UTC())
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), inUTC)
}

// why says which rule fired on what: "Why: Potash ban [potash-ban] · @potash: калий".
func why(w notify.Why) string {
	s := "Why: " + w.RuleTitle
	if w.RuleID != w.RuleTitle {
		s += " [" + w.RuleID + "]"
	}
	if len(w.Clauses) > 0 {
		s += " · " + strings.Join(w.Clauses, " · ")
	}
	if w.Escalated != "" {
		s += " · raised to " + string(w.Severity) + " by " + w.Escalated
	}
	return s
}

// also names the other rules that fired, the weightiest first: their words would only
// say again what the first one's do.
func also(ws []notify.Why) string {
	names := make([]string, len(ws))
	for i, w := range ws {
		names[i] = fmt.Sprintf("%s [%s] %s", w.RuleTitle, w.RuleID, w.Severity)
	}
	return "Also fired: " + strings.Join(names, " · ")
}

// news says why people are told.
func news(m notify.Message) string {
	if m.Reason == watcher.NewStory {
		return "New: " + m.Novelty
	}
	return "News: " + m.Novelty
}

func bold(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, &slack.RichTextSectionTextStyle{Bold: true})
}

func plain(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, nil)
}

// words is a text that Slack does not parse, not even for :emoji:.
func words(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(s, maxLine), false, false)
}

// printable returns s, or other where s shows nothing: Slack refuses an empty text.
func printable(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// cut returns the first n characters of s, the last of them an ellipsis if any are
// missing, and no letter without its marks.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	end, seen := 0, 0
	for i, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			end = i
		}
		if seen++; seen == n {
			break
		}
	}
	return strings.TrimRight(s[:end], " ") + "…"
}
