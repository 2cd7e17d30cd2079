package trial

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// A Comparison says what rules gain and lose against others on the same items.
type Comparison struct {
	Relevant  Score             `json:"relevant"` // of the others
	Themes    map[string]*Score `json:"themes"`
	Languages map[string]*Score `json:"languages"`
	Found     []Headline        `json:"found"`      // that the others missed
	Lost      []Headline        `json:"lost"`       // that the others found
	NoiseGone []Headline        `json:"noise_gone"` // that the others let through
	NoiseNew  []Headline        `json:"noise_new"`  // that the others left alone

	now *Evaluation
}

// A Headline names an item for a reader.
type Headline struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// compare says what e gains and loses against others.
func compare(e, others *Evaluation, items []Labelled) *Comparison {
	titles := make(map[string]string, len(items))
	for _, l := range items {
		titles[l.ID] = l.Title
	}
	without := func(list, other []string) []Headline {
		drop := map[string]bool{}
		for _, id := range other {
			drop[id] = true
		}
		out := []Headline{}
		for _, id := range list {
			if !drop[id] {
				out = append(out, Headline{id, titles[id]})
			}
		}
		return out
	}
	return &Comparison{
		Relevant: others.Relevant, Themes: others.Themes, Languages: others.Languages, now: e,
		Found: without(others.Missed, e.Missed), Lost: without(e.Missed, others.Missed),
		NoiseGone: without(others.Noise, e.Noise), NoiseNew: without(e.Noise, others.Noise),
	}
}

// WriteTable writes the scores of both, the difference in points, and the items that the
// rules judge otherwise than the others, which are called name.
func (c *Comparison) WriteTable(w io.Writer, name string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, now, was *Score) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", name,
			percent(was.Precision, was.TP+was.FP), percent(now.Precision, now.TP+now.FP),
			points(was.Precision, now.Precision, was.TP+was.FP, now.TP+now.FP),
			percent(was.Recall, was.TP+was.FN), percent(now.Recall, now.TP+now.FN),
			points(was.Recall, now.Recall, was.TP+was.FN, now.TP+now.FN))
	}
	fmt.Fprintf(t, "\nagainst %s\tprecision was\tnow\tpoints\trecall was\tnow\tpoints\t\n", clip(name, 30))
	row("relevant", &c.now.Relevant, &c.Relevant)
	for _, part := range []struct {
		name     string
		now, was map[string]*Score
	}{{"theme ", c.now.Themes, c.Themes}, {"language ", c.now.Languages, c.Languages}} {
		both := maps.Clone(part.now)
		maps.Copy(both, part.was)
		for _, key := range slices.Sorted(maps.Keys(both)) {
			now, was := part.now[key], part.was[key]
			if now == nil {
				now = &Score{}
			}
			if was == nil {
				was = &Score{}
			}
			row(named(part.name, key), now, was)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, list := range []struct {
		what  string
		items []Headline
	}{{"found now", c.Found}, {"missed now", c.Lost}, {"noise gone", c.NoiseGone}, {"noise now", c.NoiseNew}} {
		if len(list.items) > 0 {
			fmt.Fprintf(w, "\n%s: %d\n", list.what, len(list.items))
		}
		for _, h := range list.items {
			fmt.Fprintf(w, "  %s  %s\n", h.ID, clip(h.Title, width-4-len(h.ID)))
		}
	}
	if len(c.Found)+len(c.Lost)+len(c.NoiseGone)+len(c.NoiseNew) > 0 {
		return nil
	}
	_, err := fmt.Fprint(w, "\nboth judge every item alike\n")
	return err
}

// points is a difference of shares of n and m in percentage points, "" where one is of
// nothing.
func points(was, now float64, n, m int) string {
	if n == 0 || m == 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f", 100*(now-was))
}
