package trial

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// writeRules writes what each rule found, the noisiest first, and which never fired.
func (e *Evaluation) writeRules(w io.Writer) error {
	ids := slices.SortedFunc(maps.Keys(e.Rules), func(a, b string) int {
		if n := e.Rules[b].Noise - e.Rules[a].Noise; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\n\tfound\tnoise\tprecision\t95 %\t\n")
	var silent []string
	for _, id := range ids {
		h := e.Rules[id]
		n := h.Found + h.Noise
		if n == 0 {
			silent = append(silent, id)
			continue
		}
		fmt.Fprintf(t, "rule %s\t%d\t%d\t%s\t%s\t\n", id, h.Found, h.Noise, percent(float64(h.Found)/float64(n), n), interval(h.Found, n))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return writeList(w, "never fired:", silent)
}

// writeList writes names after a heading, over several lines if they are many, and
// nothing if there is none.
func writeList(w io.Writer, heading string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	var b strings.Builder
	column := len(heading)
	b.WriteString("\n" + heading)
	for i, name := range names {
		if i < len(names)-1 {
			name += ","
		}
		if column+1+len(name) > width {
			b.WriteString("\n ")
			column = 1
		}
		b.WriteString(" " + name)
		column += 1 + len(name)
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// Intervals are the Wilson score intervals at 95 % of an Evaluation's shares.
type Intervals struct {
	Relevant  Bounds            `json:"relevant"`
	Themes    map[string]Bounds `json:"themes"`
	Languages map[string]Bounds `json:"languages"`
	Rules     map[string]Bounds `json:"rules"` // precision only
}

// Bounds are the lower and the upper end of the intervals of two shares; nil where the
// share is of nothing.
type Bounds struct {
	Precision []float64 `json:"precision,omitempty"`
	Recall    []float64 `json:"recall,omitempty"`
}

// bounds are the intervals of a score.
func bounds(s *Score) Bounds { return Bounds{span(s.TP, s.TP+s.FP), span(s.TP, s.TP+s.FN)} }

// span is the ends of the interval of k out of n, nil where n is 0.
func span(k, n int) []float64 {
	if n == 0 {
		return nil
	}
	low, high := wilson(k, n)
	return []float64{low, high}
}

// intervals are those of all shares.
func (e *Evaluation) intervals() *Intervals {
	in := &Intervals{
		Relevant: bounds(&e.Relevant), Themes: map[string]Bounds{}, Languages: map[string]Bounds{},
		Rules: map[string]Bounds{},
	}
	for key, s := range e.Themes {
		in.Themes[key] = bounds(s)
	}
	for key, s := range e.Languages {
		in.Languages[key] = bounds(s)
	}
	for id, h := range e.Rules {
		in.Rules[id] = Bounds{Precision: span(h.Found, h.Found+h.Noise)}
	}
	return in
}

// interval prints the Wilson score interval of k out of n at 95 %, "" where n is 0.
func interval(k, n int) string {
	if n == 0 {
		return ""
	}
	low, high := wilson(k, n)
	return fmt.Sprintf("%.0f-%.0f", 100*low, 100*high)
}

// wilson is the score interval of k out of n at 95 % (E. B. Wilson, 1927): it holds for
// few items and for shares near 0 and 1, where plus and minus does not.
func wilson(k, n int) (low, high float64) {
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(mid-half, 0), min(mid+half, 1)
}
