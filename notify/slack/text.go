package slack

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/notify"
)

// text is the top-level text of a message: what notifications and screen readers tell
// where there are blocks, and the whole message where there are none.
func text(m notify.Message, bs []slack.Block) string {
	if bs != nil {
		return notification(m)
	}
	return plainText(m)
}

// notification reads like a headline with the words that made it news.
func notification(m notify.Message) string {
	s := notify.Emoji(m.Severity) + " " + m.Subject()
	if m.Host != "" {
		s += " (" + m.Host + ")"
	}
	if q := m.QuoteText(); q != "" && q != m.Headline {
		s += "\n" + q
	}
	return escape(s)
}

// plainText tells all that the blocks tell, in lines of about 4,000 characters in all.
func plainText(m notify.Message) string {
	lines := []string{notification(m)}
	if m.URL != "" {
		// In this form Slack shows the address itself: a label could lie about it.
		lines = append(lines, "<"+linkTarget(m.URL)+">")
	}
	if len(m.Facts) > 0 {
		lines = append(lines, facts(m)...)
	} else {
		lines = append(lines, escape(source(m))+" · "+times(m))
	}
	if c := m.CoverageLine(); c != "" {
		lines = append(lines, escape(c))
	}
	for i, w := range m.Why {
		if i == 3 {
			break
		}
		lines = append(lines, escape(cut(why(w), 250)))
	}
	if m.Novelty != "" {
		lines = append(lines, escape(news(m)))
	}
	if m.Repeat {
		lines = append(lines, escape(repeated))
	}
	return strings.Join(lines, "\n")
}

// escape takes the three characters that Slack parses out of a text.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// linkTarget writes an address so that it cannot end its link early.
func linkTarget(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20").Replace(s)
}
