package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/opml"
)

type feedsImportCmd struct {
	File    string `arg:"" name:"opml" help:"The list that another program exported; - for standard input."`
	Into    string `help:"Add to the end of this feed file instead of printing one." placeholder:"FILE"`
	Private bool   `help:"Take addresses inside your own network too."`
}

// Run turns a list of feeds into entries of a feed file. What is known stays as it is.
func (c *feedsImportCmd) Run(a *app) error {
	data, err := readAll(a, c.File)
	if err != nil {
		return err
	}
	list, err := opml.Read(data)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.name(), err)
	}
	src, known, err := c.target()
	if err != nil {
		return err
	}
	im := newImport(known, src.Name, c.Private)
	for _, o := range list.Outlines {
		im.take(o)
	}
	out := config.NewFeedFile(im.added...)
	if c.Into != "" {
		if out, err = config.AppendFeeds(src, im.added); err != nil {
			return err
		}
	}
	if err := c.write(a, out, len(im.added)); err != nil {
		return err
	}
	return c.report(a, im, list.Problems)
}

func (c *feedsImportCmd) name() string {
	if c.File == "-" {
		return "standard input"
	}
	return c.File
}

// target reads the file that is added to. It may be new.
func (c *feedsImportCmd) target() (diag.Source, []watcher.Feed, error) {
	src := diag.Source{Name: c.Into}
	if c.Into == "" {
		return src, nil, nil
	}
	data, err := os.ReadFile(c.Into)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return src, nil, err
	}
	src.Data = data
	known, problems := config.ReadFeeds([]diag.Source{src})
	return src, known, problems.Err()
}

// write prints the feed file or puts it in its place. Nothing new leaves all as it was.
func (c *feedsImportCmd) write(a *app, out []byte, added int) error {
	switch {
	case added == 0:
		return nil
	case c.Into == "":
		_, err := a.out.Write(out)
		return err
	}
	if err := replaceFile(c.Into, out); err != nil {
		return fmt.Errorf("write %s: %w", c.Into, err)
	}
	return nil
}

// report says what became of every feed: on standard output, unless the feeds go there.
func (c *feedsImportCmd) report(a *app, im *feedImport, damage []opml.Problem) error {
	w := io.Writer(a.out)
	where := " to " + c.Into
	if c.Into == "" {
		w, where = a.err, ""
	}
	var t columns
	for _, f := range im.added {
		t.add(cell{text: "+ added", colour: green}, left(string(f.ID)), left(short(f.Name, 40)), left(feed.Place(f.URL)))
	}
	for _, r := range im.skipped {
		t.add(cell{text: "= known"}, left("-"), left(short(r.name, 40)), left(fmt.Sprintf("line %d: %s", r.line, r.why)))
	}
	for _, p := range damage {
		im.refuse(p.Line, p.Name, p.Msg)
	}
	slices.SortStableFunc(im.refused, func(a, b notTaken) int { return a.line - b.line })
	for _, r := range im.refused {
		t.add(cell{text: "✗ refused", colour: red}, left("-"), left(short(r.name, 40)), left(fmt.Sprintf("line %d: %s", r.line, r.why)))
	}
	if err := t.print(w); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s added%s, %d known already, %d refused\n", count(len(im.added), "feed"), where, len(im.skipped), len(im.refused))
	if len(im.refused) > 0 {
		return errFound
	}
	return nil
}

// A feedImport gathers what becomes of the feeds of a list.
type feedImport struct {
	private bool
	ids     map[string]bool
	places  map[string]string // where an address is known from, by feed.SameFeed

	added            []watcher.Feed
	skipped, refused []notTaken
}

// A notTaken is a feed that was left out.
type notTaken struct {
	line      int
	name, why string
}

func newImport(known []watcher.Feed, file string, private bool) *feedImport {
	im := &feedImport{private: private, ids: map[string]bool{}, places: map[string]string{}}
	for _, f := range known {
		im.ids[string(f.ID)] = true
		im.places[feed.SameFeed(f.URL)] = fmt.Sprintf("the address is that of %s in %s", f.ID, file)
	}
	return im
}

func (im *feedImport) refuse(line int, name, why string) {
	im.refused = append(im.refused, notTaken{line, name, why})
}

// take adds a feed, or says why not.
func (im *feedImport) take(o opml.Outline) {
	f := o.Feed
	f.Name = named(f)
	inside := feed.Inside(f.URL)
	switch place, known := im.places[feed.SameFeed(f.URL)]; {
	case known:
		im.skipped = append(im.skipped, notTaken{o.Line, f.Name, place})
		return
	case inside && !im.private:
		im.refuse(o.Line, f.Name, "the address is inside your own network; take it with --private")
		return
	case f.Private && !im.private:
		im.refuse(o.Line, f.Name, "the list wants it to live inside your own network; take it with --private")
		return
	}
	f.Private = f.Private || inside
	if id := string(f.ID); id == "" || im.ids[id] {
		f.ID = watcher.FeedID(config.NewFeedID(f.Name, f.URL, func(id string) bool { return im.ids[id] }))
	}
	if err := config.CheckFeed(f); err != nil {
		im.refuse(o.Line, f.Name, err.Error())
		return
	}
	im.ids[string(f.ID)] = true
	im.places[feed.SameFeed(f.URL)] = fmt.Sprintf("the address is that of line %d too", o.Line)
	im.added = append(im.added, f)
}

// named is the name of a feed, or its host.
func named(f watcher.Feed) string {
	name := strings.TrimFunc(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, f.Name), unicode.IsSpace)
	if name == "" {
		return strings.TrimPrefix(hostOf(f.URL), "www.")
	}
	return name
}
