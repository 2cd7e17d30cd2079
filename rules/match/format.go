package match

import (
	"fmt"
	"io"
	"strings"
)

// Format writes the trace as a tree for a terminal, one node a line: PASS or FAIL, the node, the
// reason; below a word or vocabulary the terms that were found. With color verdicts are green and
// red.
func (t *Trace) Format(w io.Writer, color bool) {
	t.format(w, color, 0)
}

func (t *Trace) format(w io.Writer, color bool, depth int) {
	verdict, paint := "FAIL", "31"
	if t.Pass {
		verdict, paint = "PASS", "32"
	}
	if color {
		verdict = "\x1b[" + paint + "m" + verdict + "\x1b[0m"
	}
	indent := strings.Repeat("  ", depth)
	line := indent + verdict + " " + clip(t.Node)
	if t.Reason != "" {
		line += "  (" + t.Reason + ")"
	}
	fmt.Fprintln(w, line)
	if len(t.Children) == 0 {
		for _, s := range t.Spans {
			fmt.Fprintf(w, "%s       %s at %d: %s\n", indent, s.Field, s.Start, s.Term)
		}
	}
	for _, child := range t.Children {
		child.format(w, color, depth+1)
	}
}
