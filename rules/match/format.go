package match

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is the columns that a tree keeps to, unless it is very deep.
const width = 100

// Format writes the trace as a tree for a terminal, one node a line: PASS or FAIL, the node, the
// reason, which goes below a long node; below a word or vocabulary what was found, and as which term.
// A call or field and its only argument are one line. With color verdicts are green and red.
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
	inner := t
	for inner.wraps() {
		inner = inner.Children[0]
	}
	indent := strings.Repeat("  ", depth)
	room := max(width-2*depth-len("FAIL "), width/3)
	node := clipTo(t.Node, room)
	line := indent + verdict + " " + node
	switch reason := inner.Reason; {
	case reason == "":
	case utf8.RuneCountInString(node)+len("  ()")+utf8.RuneCountInString(reason) <= room:
		line += "  (" + reason + ")"
	default:
		line += "\n" + indent + "       " + clipTo(reason, room-2)
	}
	fmt.Fprintln(w, line)
	if len(inner.Children) == 0 {
		for i, s := range inner.Spans {
			found := s.Term
			if i < len(inner.Found) && inner.Found[i] != s.Term {
				found = fmt.Sprintf("%s (%s)", inner.Found[i], s.Term)
			}
			fmt.Fprintf(w, "%s       %s at %d: %s\n", indent, s.Field, s.Start, found)
		}
	}
	for _, child := range inner.Children {
		child.format(w, color, depth+1)
	}
}

// wraps reports whether the node says nothing but what its only child says, such as title:a.
func (t *Trace) wraps() bool {
	return t.Reason == "" && len(t.Children) == 1 && t.Children[0].Pass == t.Pass &&
		strings.Contains(t.Node, t.Children[0].Node)
}

// clipTo shortens text to n runes.
func clipTo(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}
