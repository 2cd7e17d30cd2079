package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/trial"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type rulesEvalCmd struct {
	withRules

	File           string   `arg:"" help:"Labelled items as JSON lines; - for standard input."`
	JSON           bool     `help:"As one JSON object."`
	SkipBorderline bool     `help:"Leave out items that readers would argue about."`
	Why            bool     `help:"Explain each missed item and each noise."`
	Baselines      bool     `help:"Judge by bare words too: theme words, the country, both."`
	Against        []string `help:"Compare with the rules in these files or folders; builtin for the embedded ones." placeholder:"PATH"`
}

// Run measures precision and recall.
func (c *rulesEvalCmd) Run(a *app) error {
	s, err := c.good()
	if err != nil {
		return err
	}
	raw, err := readAll(a, c.File)
	if err != nil {
		return err
	}
	ev, err := c.eval(s, raw)
	if err != nil {
		return err
	}
	if c.JSON {
		err = ev.WriteJSON(a.out)
	} else {
		err = ev.WriteTable(a.out)
	}
	if err == nil && c.Why && !c.JSON {
		err = ev.WriteWhy(a.out)
	}
	if err == nil && len(c.Against) > 0 && !c.JSON {
		err = c.compare(a, ev, raw)
	}
	for _, bad := range ev.Bad {
		fmt.Fprintf(a.err, "%s:%d: not read: %v\n", c.File, bad.Line, bad.Err)
	}
	if err == nil && len(ev.Bad) > 0 {
		return errFound
	}
	return err
}

func (c *rulesEvalCmd) eval(s *rules.Set, raw []byte) (*trial.Evaluation, error) {
	ev, err := trial.Eval(bytes.NewReader(raw), s, trial.EvalOptions{
		SkipBorderline: c.SkipBorderline, Min: watcher.Low, Why: c.Why, Baselines: c.Baselines,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	return ev, nil
}

// compare says what the rules gain and lose against others on the same items.
func (c *rulesEvalCmd) compare(a *app, ev *trial.Evaluation, raw []byte) error {
	s, problems := config.LoadRules(c.Against, c.Vocabularies)
	if s == nil {
		return problems.Err()
	}
	other, err := c.eval(s, raw)
	if err != nil {
		return err
	}
	p, q := ev.Relevant, other.Relevant
	fmt.Fprintf(a.out, "\nagainst %s: precision %+.1f points (was %.1f%%), recall %+.1f points (was %.1f%%)\n",
		strings.Join(c.Against, ", "), 100*(p.Precision-q.Precision), 100*q.Precision, 100*(p.Recall-q.Recall), 100*q.Recall)
	return errors.Join(
		list(a, "found now", other.Missed, ev.Missed), list(a, "missed now", ev.Missed, other.Missed),
		list(a, "noise gone", other.Noise, ev.Noise), list(a, "noise now", ev.Noise, other.Noise))
}

// list prints the ids that are in one list and not in the other.
func list(a *app, what string, in, notIn []string) error {
	var ids []string
	for _, id := range in {
		if !slices.Contains(notIn, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(a.out, "  %s: %s\n", what, strings.Join(ids, ", "))
	return err
}
