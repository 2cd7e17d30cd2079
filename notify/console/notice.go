package console

import "github.com/sanctionwatch/sanctionwatch/notify"

// factGutter is the width of the labels of facts.
const factGutter = 14

// facts prints how it stands with feeds.
func (p *page) facts(m notify.Message) {
	if m.Repeat {
		p.para("", "", text{{"possibly a repeat: nobody saw whether an earlier attempt arrived", dim}})
	}
	for _, f := range m.Facts {
		p.para(p.pen.paint(dim, pad(f.Label, factGutter)), pad("", factGutter), text{{f.String(m.Seen), plain}})
	}
}
