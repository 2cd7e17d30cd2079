package slack

import (
	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/notify"
)

// notice lays out how it stands with feeds: what is wrong large, its times small.
func notice(m notify.Message) []slack.Block {
	bs := []slack.Block{slack.NewRichTextBlock(blockID(m.Delivery),
		slack.NewRichTextSection(
			plain(notify.Emoji(m.Severity)+" "), bold(notify.Label(m.Severity)), plain(topic(m))),
		slack.NewRichTextSection(bold(printable(m.Headline, "(no title)"))))}
	var times []slack.MixedElement
	for _, f := range m.Facts {
		if !f.At.IsZero() {
			// Every character of it is ours.
			times = append(times, slack.NewTextBlockObject(slack.MarkdownType, f.Label+" "+date(f.At, m.Seen), false, false))
			continue
		}
		bs = append(bs, slack.NewContextBlock("", words(f.Label+": "+f.Text)))
	}
	if len(times) > 0 {
		bs = append(bs, slack.NewContextBlock("", times...))
	}
	if m.Repeat {
		bs = append(bs, slack.NewContextBlock("", words(repeated)))
	}
	return bs
}

// facts are the same as lines of text.
func facts(m notify.Message) []string {
	var out []string
	for _, f := range m.Facts {
		if f.At.IsZero() {
			out = append(out, escape(f.Label+": "+f.Text))
			continue
		}
		out = append(out, f.Label+" "+date(f.At, m.Seen))
	}
	return out
}
