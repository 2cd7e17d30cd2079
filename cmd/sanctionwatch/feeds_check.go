package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

// stale is when a feed without anything new is worth a look.
const stale = 30 * day

type feedsCheckCmd struct {
	withConfig

	IDs  []string `arg:"" optional:"" name:"feed" help:"Ids or names of feeds to check; all if none is named."`
	JSON bool     `help:"As JSON lines."`
}

// A feedCheck is the outcome of one feed's check.
type feedCheck struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	URL    string    `json:"url"`
	State  string    `json:"state"` // a word of feedStates
	Items  int       `json:"items"`
	Latest time.Time `json:"latest,omitzero"`
	PerDay float64   `json:"per_day,omitzero"`
	Hub    string    `json:"hub,omitempty"`
	Notes  []string  `json:"notes,omitempty"`
	Error  string    `json:"error,omitempty"`
	Cure   string    `json:"cure,omitempty"`

	FullText string `json:"full_text,omitempty"` // how it went with the articles of a few items
}

// tried is how many articles of a full-text feed are read to see how it goes.
const tried = 3

// feedStates are the states of a checked feed, with a sign for those who see no colour.
var feedStates = map[string]cell{
	"ok":     {text: "✓ ok", colour: green},
	"notes":  {text: "~ notes", colour: yellow}, // read, and something is worth knowing
	"failed": {text: "✗ failed", colour: red},
}

// Run polls feeds without recording anything.
func (c *feedsCheckCmd) Run(a *app) error {
	cfg, err := c.load(a)
	if err != nil {
		return err
	}
	feeds, err := chosen(cfg.Feeds, c.IDs)
	if err != nil {
		return err
	}
	client := feed.New(cfg.Fetch, a.log)
	client.Use(cfg.Access)
	defer client.Close()
	got := checkFeeds(client, feeds, newProgress(a.err, "checked", len(feeds)))
	show := printChecks
	if c.JSON {
		show = printCheckLines
	}
	if err := show(a, got); err != nil {
		return err
	}
	if slices.ContainsFunc(got, feedCheck.failed) {
		return errFound
	}
	return nil
}

// chosen are the feeds with the ids or names given.
func chosen(all []watcher.Feed, ids []string) ([]watcher.Feed, error) {
	if len(ids) == 0 {
		return all, nil
	}
	known := make([]string, len(all))
	for i, f := range all {
		known[i] = string(f.ID)
	}
	var out []watcher.Feed
	for _, id := range ids {
		i := slices.IndexFunc(all, func(f watcher.Feed) bool { return string(f.ID) == id })
		if i < 0 {
			i = slices.IndexFunc(all, func(f watcher.Feed) bool { return strings.EqualFold(f.Name, id) })
		}
		switch near := diag.Closest(id, known); {
		case i >= 0:
			out = append(out, all[i])
		case near != "":
			return nil, fmt.Errorf("no feed has the id or name %q; did you mean %q?", id, near)
		default:
			return nil, fmt.Errorf("no feed has the id or name %q", id)
		}
	}
	return out, nil
}

// checkFeeds reads feeds side by side; the client asks each host one thing at a time.
func checkFeeds(client *feed.Client, feeds []watcher.Feed, p *progress) []feedCheck {
	got := make([]feedCheck, len(feeds))
	var g errgroup.Group
	g.SetLimit(schedule.DefaultWorkers)
	for i, f := range feeds {
		g.Go(func() error {
			got[i] = checkFeed(client, f)
			p.step(f.Name)
			return nil
		})
	}
	_ = g.Wait() // no check returns an error
	p.end()
	return got
}

func checkFeed(client *feed.Client, f watcher.Feed) feedCheck {
	r := feedCheck{ID: string(f.ID), Name: f.Name, URL: f.URL, State: "failed"}
	full := f.FullText
	f.FullText = false
	b, err := client.Fetch(context.Background(), f, watcher.Cursor{})
	if err != nil {
		r.Error, r.Cure = reason(err), cure(err, f.URL)
		return r
	}
	r.Items, r.Hub, r.Notes = len(b.Items), b.Hub.URL, b.Notes
	r.Latest, r.PerDay = rate(b.Items)
	now := time.Now()
	if b.MovedTo != "" {
		r.Notes = append(r.Notes, "moved for good to "+feed.Place(b.MovedTo)+": change its url")
	}
	switch {
	case r.Items == 0:
		r.Notes = append(r.Notes, "no items: is it the right feed?")
	case r.Latest.IsZero():
		r.Notes = append(r.Notes, "no dates: items count as published when they are seen")
	case now.Sub(r.Latest) > stale:
		r.Notes = append(r.Notes, "nothing new for "+age(r.Latest, now))
	}
	r.State = "ok"
	if len(r.Notes) > 0 {
		r.State = "notes"
	}
	if full {
		read := client.ReadArticles(context.Background(), f, b.Items[max(0, len(b.Items)-tried):])
		if r.FullText = read.String(); read.Read < read.Asked {
			r.State = "notes"
		}
	}
	return r
}

func (r feedCheck) failed() bool { return r.State == "failed" }

func printCheckLines(a *app, got []feedCheck) error {
	for _, r := range got {
		if err := printJSON(a.out, r); err != nil {
			return err
		}
	}
	return nil
}

// printChecks shows the feeds that can be read, then those that cannot, with what to do.
func printChecks(a *app, got []feedCheck) error {
	now := time.Now()
	var t columns
	t.heads("STATE", "FEED", "NAME", "ITEMS", "NEWEST", "HOW OFTEN", "NOTES")
	states := map[string]int{}
	for _, r := range got {
		states[r.State]++
		if !r.failed() {
			notes := r.Notes
			if r.FullText != "" {
				notes = append(slices.Clone(notes), "full text: "+r.FullText)
			}
			t.add(feedStates[r.State], left(r.ID), left(short(r.Name, 36)), right(fmt.Sprint(r.Items)),
				right(age(r.Latest, now)), right(often(r.PerDay)), left(strings.Join(notes, "; ")))
		}
	}
	if states["failed"] < len(got) {
		if err := t.print(a.out); err != nil {
			return err
		}
	}
	for _, r := range got {
		if !r.failed() {
			continue
		}
		if err := r.printFailure(a); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.out, "\n%s: %d ok, %d with notes, %d failed\n", count(len(got), "feed"), states["ok"], states["notes"], states["failed"])
	return err
}

// printFailure says of one feed why it cannot be read, and what may help.
func (r feedCheck) printFailure(a *app) error {
	t := columns{indent: "\n"}
	t.add(feedStates["failed"], left(r.ID), left(short(r.Name, 36)), left(r.URL))
	if err := t.print(a.out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "  %s: %s\n", safe(r.Error), safe(r.Cure))
	return err
}
