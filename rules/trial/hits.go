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
	if len(silent) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "\nnever fired: %s\n", strings.Join(silent, ", "))
	return err
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
