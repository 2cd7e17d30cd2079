package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// openStore opens the store of the configuration to read it, or to change it, beside a
// daemon that may be at work on it.
func (w withConfig) openStore(ctx context.Context, a *app, change bool) (*store.Store, error) {
	cfg, err := w.load(a)
	if err != nil {
		return nil, err
	}
	o := cfg.Store
	o.ReadOnly, o.Beside = !change, change
	st, err := store.Open(ctx, o, a.log)
	if err != nil {
		return nil, err
	}
	if err := st.Migrate(ctx); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

type storiesListCmd struct {
	withConfig

	Since store.Duration `help:"Only those that an item joined or changed within this time, such as 48h or 7d." placeholder:"TIME"`
	Theme string         `help:"Only those with an item that a rule of this theme fired on."`
	Rule  string         `help:"Only those with an item that this rule fired on." placeholder:"ID"`
	Limit int            `help:"How many at most, up to 1000." default:"50"`
	JSON  bool           `help:"As JSON, one story a line."`
}

// A listed is a story in a list; programs read the shape.
type listed struct {
	ID        watcher.StoryID  `json:"id"`
	First     time.Time        `json:"first"`
	Latest    time.Time        `json:"latest"`
	Severity  watcher.Severity `json:"severity"`
	Headline  string           `json:"headline"`
	Outlets   int              `json:"outlets"`
	Languages []string         `json:"languages"`
	Items     int              `json:"items"`
	Themes    []string         `json:"themes"`
	Told      bool             `json:"told"`
}

func listOf(st watcher.Story) listed {
	return listed{
		ID: st.ID, First: st.First, Latest: st.Last, Severity: st.Severity, Headline: st.Headline,
		Outlets: len(st.Feeds), Languages: languages(st), Items: st.Items, Themes: st.Themes, Told: st.Told,
	}
}

// languages are those of the outlets that a story names.
func languages(st watcher.Story) []string {
	out := []string{}
	for _, o := range st.Outlets {
		if o.Language != "" {
			out = append(out, o.Language)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Run lists stories.
func (c *storiesListCmd) Run(a *app) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return fmt.Errorf("--limit %d: write 1 to 1000", c.Limit)
	}
	ctx := context.Background()
	st, err := c.openStore(ctx, a, false)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }() // only read
	f := store.StoryFilter{Theme: c.Theme, Rule: c.Rule, Limit: c.Limit}
	if c.Since > 0 {
		f.Since = time.Now().Add(-time.Duration(c.Since))
	}
	found, err := st.Stories(ctx, f)
	if err != nil {
		return err
	}
	if c.JSON {
		for _, s := range found {
			if err := printJSON(a.out, listOf(s)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(found) == 0 {
		fmt.Fprintln(a.err, "no stories")
		return nil
	}
	return printStories(a, found)
}

func printStories(a *app, found []watcher.Story) error {
	var t columns
	t.heads("STORY", "FIRST (UTC)", "LATEST (UTC)", "SEVERITY", "OUTLETS", "LANGUAGES", "ITEMS", "TOLD", "THEMES", "HEADLINE")
	for _, s := range found {
		l := listOf(s)
		t.add(left(string(l.ID)), left(minute(l.First)), left(minute(l.Latest)), left(string(l.Severity)),
			right(fmt.Sprint(l.Outlets)), left(strings.Join(l.Languages, " ")), right(fmt.Sprint(l.Items)),
			left(yesNo(l.Told)), left(strings.Join(l.Themes, " ")), left(l.Headline))
	}
	return t.print(a.out)
}

// minute writes a time for people, in UTC.
func minute(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
