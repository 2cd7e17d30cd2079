package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/trial"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type rulesEvalCmd struct {
	withRules

	File           string   `arg:"" help:"Labelled items as JSON lines; - for standard input."`
	JSON           bool     `help:"As one JSON object; the flags below add keys to it."`
	SkipBorderline bool     `help:"Leave out items that readers would argue about."`
	Why            bool     `help:"Explain each missed item and each noise."`
	Baselines      bool     `help:"Judge by bare words too: theme words, the country, both."`
	Intervals      bool     `help:"With --json: add 95 % intervals and what each rule found; the table has them."`
	Against        []string `help:"Compare with the rules in these files or folders; builtin for the embedded ones." placeholder:"PATH"`
}

// Run measures precision and recall.
func (c *rulesEvalCmd) Run(a *app) error {
	s, err := c.good()
	if err != nil {
		return err
	}
	others, err := c.others()
	if err != nil {
		return err
	}
	in := a.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	ev, err := trial.Eval(in, s, trial.EvalOptions{
		SkipBorderline: c.SkipBorderline, Min: watcher.Low, Why: c.Why, Baselines: c.Baselines,
		Intervals: c.Intervals, Against: others,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if err := c.write(a.out, ev); err != nil {
		return err
	}
	for _, bad := range ev.Bad {
		fmt.Fprintf(a.err, "%s:%d: not read: %v\n", c.File, bad.Line, bad.Err)
	}
	if len(ev.Bad) > 0 {
		return errFound
	}
	return nil
}

// others are the rules to compare with, nil for none.
func (c *rulesEvalCmd) others() (*rules.Set, error) {
	if len(c.Against) == 0 {
		return nil, nil
	}
	s, problems := config.LoadRules(c.Against, c.Vocabularies)
	return s, problems.Err()
}

// write writes all that was asked for.
func (c *rulesEvalCmd) write(w io.Writer, ev *trial.Evaluation) error {
	if c.JSON {
		return ev.WriteJSON(w)
	}
	if err := ev.WriteTable(w); err != nil {
		return err
	}
	if c.Why {
		if err := ev.WriteWhy(w); err != nil {
			return err
		}
	}
	if ev.Against != nil {
		return ev.Against.WriteTable(w, strings.Join(c.Against, ", "))
	}
	return nil
}
