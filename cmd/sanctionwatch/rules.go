package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/trial"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type rulesCmd struct {
	Lint    rulesLintCmd    `cmd:"" help:"Say what in the rules is allowed but unwise; exits with 1 if there is any."`
	Test    rulesTestCmd    `cmd:"" help:"Run the samples in the rule files."`
	List    rulesListCmd    `cmd:"" help:"List the rules."`
	Explain rulesExplainCmd `cmd:"" help:"Show how rules judge an item, and why: hits and non-hits."`
	Eval    rulesEvalCmd    `cmd:"" help:"Measure precision and recall on labelled items."`
	Fmt     rulesFmtCmd     `cmd:"" help:"Lay out the queries in rule files in their one canonical form."`
	Convert rulesConvertCmd `cmd:"" help:"Turn a query of Factiva, Lexis, Brandwatch or Meltwater into ours, or say what has no equal; exits with 1 then."`
}

// withRules is the flags of the verbs that read rules.
type withRules struct {
	Rules        []string `help:"Rule files or folders; vocabularies may lie among them." placeholder:"PATH"`
	Vocabularies []string `help:"Vocabulary files or folders; the embedded ones without it." placeholder:"PATH"`
	Config       string   `short:"c" help:"Take the rules of this configuration; the embedded ones without any of the three." env:"SANCTIONWATCH_CONFIG" placeholder:"FILE"`
}

// load reads and compiles the rules. A set may come with problems: those of samples
// that do not pass.
func (w withRules) load() (*rules.Set, diag.Problems) {
	if w.Config != "" && len(w.Rules) == 0 {
		c, problems := config.Load(w.Config)
		if c == nil {
			return nil, problems
		}
		return c.Set, nil
	}
	return config.LoadRules(w.Rules, w.Vocabularies)
}

// good is load for verbs that need rules whose samples pass.
func (w withRules) good() (*rules.Set, error) {
	s, problems := w.load()
	return s, problems.Err()
}

type rulesLintCmd struct{ withRules }

// Run prints warnings.
func (c *rulesLintCmd) Run(a *app) error {
	s, err := c.good()
	if err != nil {
		return err
	}
	warnings := s.Lint()
	if len(warnings) == 0 {
		fmt.Fprintf(a.out, "%s: nothing to say\n", count(len(s.Rules()), "rule"))
		return nil
	}
	warnings.Format(a.out, colours(a.out))
	fmt.Fprintf(a.out, "\n%s\n", count(len(warnings), "warning"))
	return errFound
}

type rulesTestCmd struct {
	withRules

	JUnit string `name:"junit" help:"Write a report for a build server to this file." placeholder:"FILE"`
}

// Run runs the samples of all rules.
func (c *rulesTestCmd) Run(a *app) error {
	s, problems := c.load()
	if s == nil {
		return problems.Err()
	}
	report := trial.Test(s)
	if c.JUnit != "" {
		f, err := os.Create(c.JUnit)
		if err != nil {
			return err
		}
		if err := errors.Join(report.WriteJUnit(f), f.Close()); err != nil {
			return fmt.Errorf("write %s: %w", c.JUnit, err)
		}
	}
	if err := report.WriteTable(a.out); err != nil {
		return err
	}
	if len(problems) > 0 { // samples that do not pass: the table names them
		return errFound
	}
	return nil
}

type rulesListCmd struct {
	withRules

	JSON bool `help:"As JSON lines."`
}

// Run lists the rules.
func (c *rulesListCmd) Run(a *app) error {
	s, err := c.good()
	if err != nil {
		return err
	}
	if c.JSON {
		for _, r := range s.Rules() {
			if err := printJSON(a.out, r); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tTHEME\tSEVERITY\tSTATUS\tSAMPLES\tTITLE")
	for _, r := range s.Rules() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", r.ID, r.Theme, r.Severity, r.Status,
			len(r.Tests.Match)+len(r.Tests.Reject), r.Title)
	}
	return w.Flush()
}

type rulesExplainCmd struct {
	withRules

	Rule string `help:"Only this rule; all without it."`
	Item string `help:"The item: an address, or a file with one JSON object of title, summary, body, lang, url; - for standard input." required:""`
	JSON bool   `help:"As JSON."`
}

// Run shows how rules judge an item. It exits with 1 if none fires.
func (c *rulesExplainCmd) Run(a *app) error {
	s, err := c.good()
	if err != nil {
		return err
	}
	it, err := c.item(a)
	if err != nil {
		return err
	}
	if _, ok := s.Rule(c.Rule); !ok && c.Rule != "" {
		return fmt.Errorf("no rule %q: see sanctionwatch rules list", c.Rule)
	}
	ex, err := trial.Explain(s, it, watcher.Feed{ID: it.FeedID, Language: it.Language}, c.Rule)
	if err != nil {
		return err
	}
	if c.JSON {
		err = ex.WriteJSON(a.out)
	} else {
		err = ex.WriteText(a.out, colours(a.out))
	}
	if err == nil && len(ex.Fired()) == 0 {
		return errFound
	}
	return err
}

// item reads the item to explain. A page at an address is read for its title and
// description, as outlets write them for others to show.
func (c *rulesExplainCmd) item(a *app) (watcher.Item, error) {
	if strings.HasPrefix(c.Item, "https://") || strings.HasPrefix(c.Item, "http://") {
		return fetchItem(a, c.Item)
	}
	raw, err := readAll(a, c.Item)
	if err != nil {
		return watcher.Item{}, err
	}
	items, err := readItems(c.Item, strings.NewReader(compact(raw)))
	if err != nil || len(items) != 1 {
		return watcher.Item{}, fmt.Errorf("%s: write one JSON object such as {\"title\":\"…\",\"summary\":\"…\",\"lang\":\"en\"}", c.Item)
	}
	return items[0], nil
}

// compact puts a JSON object on one line.
func compact(raw []byte) string {
	var v json.RawMessage
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(b)
}
