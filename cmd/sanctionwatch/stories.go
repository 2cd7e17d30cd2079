package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
)

type storiesCmd struct {
	List  storiesListCmd  `cmd:"" help:"The stories, the latest first."`
	Show  storiesShowCmd  `cmd:"" help:"All of one story: its items and why each joined, rules, alerts, deliveries."`
	Split storiesSplitCmd `cmd:"" help:"Take items out of a story into one of their own, for good."`
	Merge storiesMergeCmd `cmd:"" help:"Join another story into a story."`
	Eval  storiesEvalCmd  `cmd:"" help:"Labelled story groups in, precision and recall out."`
}

type storiesEvalCmd struct {
	Files []string `arg:"" name:"file" help:"JSON lines: {\"group\",\"kind\",\"items\"} or {\"label\":\"different\",\"a\",\"b\"}; - for standard input."`
	Rules []string `help:"Rules that say which items in different languages may tell the same; the embedded ones without it." placeholder:"DIR"`
	JSON  bool     `help:"As JSON."`
	Wrong bool     `help:"List the joins that the labels call wrong."`
}

// Run compares the stories that items are joined to with labels, beside simpler ways.
func (c *storiesEvalCmd) Run(a *app) error {
	l, err := c.read(a)
	if err != nil {
		return err
	}
	set, problems := config.LoadRules(c.Rules, nil)
	if set == nil {
		return problems.Err()
	}
	l.Matcher = set
	ours := l.Evaluate("sanctionwatch", func() watcher.Clusterer { return story.New(story.Options{}) })
	all := []story.Evaluation{ours}
	for _, b := range story.Baselines() {
		all = append(all, l.Evaluate(b.Name, b.Fresh))
	}
	if c.JSON {
		return printJSON(a.out, map[string]any{"ours": all[0], "baselines": all[1:]})
	}
	if err := writeStories(a.out, all); err != nil {
		return err
	}
	if c.Wrong {
		for _, w := range ours.Wrong {
			fmt.Fprintln(a.out, w)
		}
	}
	return nil
}

func (c *storiesEvalCmd) read(a *app) (*story.Labelled, error) {
	var ins []io.Reader
	for _, name := range c.Files {
		if name == "-" {
			ins = append(ins, a.in)
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // only read
		ins = append(ins, f)
	}
	return story.ReadLabelled(io.MultiReader(ins...))
}

// writeStories prints a table, one way to join items a line.
func writeStories(w io.Writer, all []story.Evaluation) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	first := all[0]
	if first.Items > 0 {
		fmt.Fprintf(w, "%s in %d labelled groups\n", count(first.Items, "item"), first.Groups)
	}
	for _, kind := range slices.Sorted(maps.Keys(first.Kinds)) {
		fmt.Fprintf(t, "%s\tpairs P\tR\tF1\tB-cubed P\tR\tF1\t\n", kind)
		for _, e := range all {
			s := e.Kinds[kind]
			fmt.Fprintf(t, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", e.Name,
				s.Pair.Precision, s.Pair.Recall, s.Pair.F1, s.BCubed.Precision, s.BCubed.Recall, s.BCubed.F1)
		}
		fmt.Fprint(t, "\t\t\t\t\t\t\t\n")
	}
	if first.Pairs > 0 {
		fmt.Fprintf(t, "%d different pairs\tjoined\t\n", first.Pairs)
		for _, e := range all {
			fmt.Fprintf(t, "%s\t%d\t\n", e.Name, e.Joined)
		}
	}
	return t.Flush()
}
