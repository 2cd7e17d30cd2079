package notify

import (
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Explain draws the tree as an alert goes through it: what each route asks, whether it
// holds and why not, and the channels at the end. A route that an earlier one kept the
// alert from is marked as not asked.
//
//	route                                          desk
//	├─ [0] theme: potash; continue                 compliance   <- here
//	└─ [1] severity: info, low                     no: severity is high
//
//	channels: compliance
func (r *Router) Explain(a watcher.Alert) string {
	ends := make(map[*node]bool)
	r.root.walk(a, func(n *node) { ends[n] = true })
	var lines [][2]string
	r.root.draw(a, "", "", true, ends, &lines)
	width := 0
	for _, l := range lines {
		width = max(width, runes(l[0]))
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s%s  %s\n", l[0], strings.Repeat(" ", width-runes(l[0])), l[1])
	}
	fmt.Fprintf(&b, "\nchannels: %s\n", strings.Join(r.Route(a), ", "))
	return b.String()
}

// draw adds the line of a node and those under it. The first prefix is for its own
// line, the second for its children's.
func (n *node) draw(a watcher.Alert, first, rest string, asked bool, ends map[*node]bool, out *[][2]string) {
	verdict, miss := n.channel, n.test.miss(a)
	switch {
	case !asked:
		verdict = "not asked"
	case miss != "":
		verdict = "no: " + miss
	case ends[n]:
		verdict += "  <- here"
	}
	*out = append(*out, [2]string{first + n.title(), verdict})
	asked = asked && miss == ""
	for i := range n.routes {
		c := &n.routes[i]
		branch, trunk := "├─ ", "│  "
		if i == len(n.routes)-1 {
			branch, trunk = "└─ ", "   "
		}
		c.draw(a, rest+branch, rest+trunk, asked, ends, out)
		if c.test.miss(a) == "" && !c.goOn {
			asked = false
		}
	}
}

// title says which route it is and what it asks.
func (n *node) title() string {
	i := strings.LastIndexByte(n.path, '[')
	if i < 0 {
		return n.path
	}
	var asks []string
	for _, f := range n.test.fields() {
		asks = append(asks, f.name+": "+strings.Join(f.want, ", "))
	}
	if len(asks) == 0 {
		asks = append(asks, "everything")
	}
	if n.goOn {
		asks = append(asks, "continue")
	}
	return n.path[i:] + " " + strings.Join(asks, "; ")
}
