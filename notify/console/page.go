package console

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// gutter is the width of the labels on the left of a message's parts.
const gutter = 9

// maxNamed is how many outlets are named; the coverage line counts all.
const maxNamed = 6

// A page lays out one message.
type page struct {
	b     *bytes.Buffer
	pen   pen
	width int
	bar   style // of the frame
}

// message prints a Post or a Reply.
func (p *page) message(m notify.Message, channel string) {
	p.bar = tint(m.Severity)
	p.head(m, channel)
	p.headline(m)
	if len(m.Facts) > 0 {
		p.facts(m)
		p.foot(m)
		return
	}
	p.para("", "", text{{source(m), dim}})
	if m.Repeat {
		p.para("", "", text{{"possibly a repeat: nobody saw whether an earlier attempt arrived", dim}})
	}
	if len(m.Quote) > 0 && m.QuoteText() != m.Headline {
		p.line("")
		p.para("  ", "  ", p.quote(m, plain))
	}
	p.line("")
	for _, w := range m.Why {
		p.part("why", text{{w.RuleTitle, plain}, {rank(w), dim}})
		if w.Escalated != "" {
			p.part("", text{{"escalated by ", dim}, {w.Escalated, plain}})
		}
		for _, c := range w.Clauses {
			p.part("", clause(c))
		}
	}
	p.outlets(m)
	if m.Novelty != "" {
		label := "news"
		if m.Reason == watcher.NewStory {
			label = "new"
		}
		p.part(label, text{{m.Novelty, plain}})
	}
	if m.URL != "" {
		// A link is never broken over lines: it must stay one word for the terminal.
		p.line(p.pen.paint(dim, pad("link", gutter)) + m.URL)
	}
	p.foot(m)
}

// update prints the one line of an Update.
func (p *page) update(m notify.Message) {
	s := "↻ updated: " + notify.Emoji(m.Severity) + " " + m.Headline
	tail := ""
	if c, _, _ := strings.Cut(m.CoverageLine(), ", first: "); c != "" {
		tail = " · " + c
	}
	s = shorten(s, max(p.width-columnsOf(tail), p.width/2))
	p.b.WriteString(p.pen.paint(dim, shorten(s+tail, p.width)) + "\n\n")
}

// head prints the upper edge of the frame: how much it matters, about what, where.
func (p *page) head(m notify.Message, channel string) {
	left := "┏━ "
	if m.Kind == watcher.Reply {
		left = "┏━ ↳ "
	}
	label := notify.Emoji(m.Severity) + " " + notify.Label(m.Severity)
	about := strings.Join(append([]string{m.Reason.Words()}, m.Themes...), " · ")
	right := " " + notify.Clean(channel, 24) + " ━"
	about = shorten(about, p.width-columnsOf(left+label+right)-5)
	fill := p.width - columnsOf(left+label+"  "+about+" "+right)
	p.b.WriteString(p.pen.paint(p.bar, left) + p.pen.paint(p.bar|bold, label) + "  " + about + " " +
		p.pen.paint(p.bar, strings.Repeat("━", max(fill, 1))+right) + "\n")
}

// foot prints the lower edge: what an operator asks for when something is wrong.
func (p *page) foot(m notify.Message) {
	ids := []string{"story " + m.Story, "delivery " + m.Delivery}
	if m.PlanHash != "" {
		ids = append(ids, "plan "+m.PlanHash)
	}
	s := shorten(strings.Join(ids, " · "), p.width-3)
	p.b.WriteString(p.pen.paint(p.bar, "┗━ ") + p.pen.paint(dim, s) + "\n\n")
}

// headline prints the title, with the words in bold if it is what made a rule fire.
func (p *page) headline(m notify.Message) {
	if m.QuoteText() == m.Headline {
		p.para("", "", p.quote(m, bold))
		return
	}
	p.para("", "", text{{m.Headline, bold}})
}

// quote marks the words that made a rule fire: in bold and the severity's colour, or
// *so* where there is no colour. The others have the style base.
func (p *page) quote(m notify.Message, base style) text {
	var t text
	for _, r := range m.Quote {
		switch {
		case r.Bold && p.pen.on:
			t = append(t, run{r.Text, bold | p.bar})
		case r.Bold:
			t = append(t, run{"*" + r.Text + "*", base})
		default:
			t = append(t, run{r.Text, base})
		}
	}
	if m.QuoteSource != "" {
		t = append(t, run{" (" + m.QuoteSource + ")", dim})
	}
	return t
}

func (p *page) outlets(m notify.Message) {
	c := m.CoverageLine()
	if c == "" {
		return
	}
	p.part("outlets", text{{c, plain}})
	if len(m.Outlets) < 2 {
		return
	}
	var t text
	for i, o := range m.Outlets {
		if i == maxNamed {
			t = append(t, run{fmt.Sprintf(" and %d more", m.OutletCount-maxNamed), dim})
			break
		}
		if i > 0 {
			t = append(t, run{", ", dim})
		}
		t = append(t, run{o.Name, plain}, run{" " + o.At.Format("15:04"), dim})
	}
	p.part("", t)
}

// part prints a labelled part of the message.
func (p *page) part(label string, t text) {
	p.para(p.pen.paint(dim, pad(label, gutter)), strings.Repeat(" ", gutter), t)
}

// para prints wrapped text, with first before its first line and rest before others.
func (p *page) para(first, rest string, t text) {
	lead := first
	for _, l := range wrap(t, p.width-2-columnsOf(rest)) {
		p.line(lead + p.pen.text(l))
		lead = rest
	}
}

// line prints one line inside the frame.
func (p *page) line(s string) {
	p.b.WriteString(strings.TrimRight(p.pen.paint(p.bar, "┃")+" "+s, " ") + "\n")
}

// source says who wrote it, where and when.
func source(m notify.Message) string {
	parts := []string{m.Feed}
	if m.Official {
		parts[0] += " (official)"
	}
	if m.Host != "" && m.Host != m.Feed {
		parts = append(parts, m.Host)
	}
	if m.Language != "" {
		parts = append(parts, m.Language)
	}
	when := "seen " + notify.Stamp(m.Seen, m.Seen)
	if !m.Published.IsZero() {
		when = "published " + notify.Stamp(m.Published, m.Seen) + ", " + when
	}
	return strings.Join(append(parts, when), " · ")
}

func rank(w notify.Why) string {
	if w.Severity == "" {
		return ""
	}
	return "  " + string(w.Severity)
}

// clause sets the name of a clause apart from the words that met it.
func clause(c string) text {
	if name, words, ok := strings.Cut(c, ": "); ok {
		return text{{name + ": ", dim}, {words, plain}}
	}
	return text{{c, plain}}
}
