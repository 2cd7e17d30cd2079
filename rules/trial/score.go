package trial

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Score counts agreement with the labels. Precision and recall are 0 where nothing was
// predicted or nothing is there to find.
type Score struct {
	TP        int     `json:"tp"` // predicted and labelled
	FP        int     `json:"fp"` // predicted only
	FN        int     `json:"fn"` // labelled only
	TN        int     `json:"tn"` // neither
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// add counts one judgement.
func (s *Score) add(predicted, labelled bool) {
	switch {
	case predicted && labelled:
		s.TP++
	case predicted:
		s.FP++
	case labelled:
		s.FN++
	default:
		s.TN++
	}
}

// finish works out the shares.
func (s *Score) finish() {
	share := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	s.Precision, s.Recall = share(s.TP, s.TP+s.FP), share(s.TP, s.TP+s.FN)
	s.F1 = share(2*s.TP, 2*s.TP+s.FP+s.FN)
}

// An Evaluation says how well rules do on labelled items. Its JSON form is stable.
type Evaluation struct {
	Items     int               `json:"items"`
	Relevant  Score             `json:"relevant"`
	Themes    map[string]*Score `json:"themes"`    // by theme, over all items
	Languages map[string]*Score `json:"languages"` // relevance, by language of the item
	Missed    []string          `json:"missed"`    // ids of relevant items that no rule found
	Noise     []string          `json:"noise"`     // ids of others that a rule found
	Bad       []*LineError      `json:"-"`         // lines that could not be read

	// What follows is there if asked for, but for Rules, which always is.
	Rules     map[string]*Hits `json:"-"`                  // by rule id
	InJSON    map[string]*Hits `json:"rules,omitzero"`     // Rules, with Intervals
	Intervals *Intervals       `json:"intervals,omitzero"` // at 95 %
	Reasons   []Reason         `json:"why,omitzero"`       // of what was missed and of noise
	Baselines []Baseline       `json:"baselines,omitzero"`
	Absent    []string         `json:"absent,omitzero"`  // vocabularies that the baselines lack
	Against   *Comparison      `json:"against,omitzero"` // the others
}

// Hits counts what one rule found.
type Hits struct {
	Found int `json:"found"` // relevant items
	Noise int `json:"noise"` // others
}

// count adds one item and the matches on it.
func (e *Evaluation) count(l Labelled, ms []watcher.Match) {
	found := len(ms) > 0
	e.Items++
	var themes []string
	for _, m := range ms {
		themes = append(themes, m.Theme)
		if l.Relevant {
			e.Rules[m.RuleID].Found++
		} else {
			e.Rules[m.RuleID].Noise++
		}
	}
	e.Relevant.add(found, l.Relevant)
	score(e.Languages, l.Lang).add(found, l.Relevant)
	// A theme's true negatives follow from the rest once all items are counted.
	for _, t := range unique(append(slices.Clone(themes), l.Themes...)) {
		score(e.Themes, t).add(slices.Contains(themes, t), slices.Contains(l.Themes, t))
	}
	switch {
	case l.Relevant && !found:
		e.Missed = append(e.Missed, l.ID)
	case found && !l.Relevant:
		e.Noise = append(e.Noise, l.ID)
	}
}

// finish works out the shares when all items are counted.
func (e *Evaluation) finish() {
	e.Relevant.finish()
	for _, s := range e.Languages {
		s.finish()
	}
	for _, s := range e.Themes {
		s.TN = e.Items - s.TP - s.FP - s.FN
		s.finish()
	}
}

// score is the entry of a key, made if there is none.
func score(m map[string]*Score, key string) *Score {
	if m[key] == nil {
		m[key] = &Score{}
	}
	return m[key]
}

// unique is list sorted, each once.
func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// WriteJSON writes the evaluation as one JSON object.
func (e *Evaluation) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(e)
}

// WriteTable writes the scores as a table: all items, each theme, each language, with
// 95 % intervals, and below it what each rule found.
func (e *Evaluation) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, s *Score) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t\n", name,
			percent(s.Precision, s.TP+s.FP), interval(s.TP, s.TP+s.FP), percent(s.Recall, s.TP+s.FN),
			interval(s.TP, s.TP+s.FN), percent(s.F1, s.TP+s.FP+s.FN), s.TP, s.FP, s.FN, s.TN)
	}
	fmt.Fprint(t, "\tprecision\t95 %\trecall\t95 %\tf1\tfound\tnoise\tmissed\tleft alone\t\n")
	row("relevant", &e.Relevant)
	for _, b := range e.Baselines {
		row("baseline "+b.Name, &b.Score)
	}
	for _, part := range []struct {
		name   string
		scores map[string]*Score
	}{{"theme ", e.Themes}, {"language ", e.Languages}} {
		for _, key := range slices.Sorted(maps.Keys(part.scores)) {
			row(named(part.name, key), part.scores[key])
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := writeList(w, "the baselines lack the vocabularies", e.Absent); err != nil {
		return err
	}
	if err := e.writeRules(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d items, %d missed, %d noise\n", e.Items, len(e.Missed), len(e.Noise))
	if err == nil && len(e.Bad) > 0 {
		_, err = fmt.Fprintf(w, "%d lines could not be read\n", len(e.Bad))
	}
	return err
}

// named is the name of a row.
func named(kind, key string) string { return kind + cmp.Or(key, "unknown") }

// percent prints a share of n, "-" where n is 0.
func percent(x float64, n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*x)
}
