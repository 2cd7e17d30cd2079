package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

type feedsCmd struct {
	Parse feedsParseCmd `cmd:"" help:"Print what is read from a feed document, as JSON."`
	Check feedsCheckCmd `cmd:"" help:"Poll each feed once, without recording anything, and say how it is."`
}

type feedsParseCmd struct {
	Document string `arg:"" optional:"" help:"File or address; - for standard input."`
	Batch    bool   `help:"Read JSON lines {\"file\",\"url\",\"headers\"} and print one line for each."`
	Private  bool   `help:"Allow an address inside your own network."`
}

// most is how many bytes of a document are read from a file.
const most = 64 << 20

// Run prints what is read from a document.
func (c *feedsParseCmd) Run(a *app) error {
	switch {
	case c.Batch && c.Document == "":
		return c.batch(a)
	case c.Batch:
		return errors.New("feeds parse --batch reads standard input: name no document")
	case c.Document == "":
		return errors.New("feeds parse needs a file or an address, - for standard input, or --batch")
	}
	doc := c.one(a)
	if err := printJSON(a.out, doc); err != nil {
		return err
	}
	if doc.Error != "" {
		return errFound
	}
	return nil
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// one reads the document that the command line names. FEED_URL and FEED_HEADERS give a
// file the address and headers that it came with.
func (c *feedsParseCmd) one(a *app) *feed.Document {
	if strings.HasPrefix(c.Document, "https://") || strings.HasPrefix(c.Document, "http://") {
		client := feed.New(feed.Options{AllowPrivateAddresses: c.Private}, a.log)
		defer client.Close()
		res, err := client.Get(context.Background(), watcher.Feed{ID: "parse", URL: c.Document}, watcher.Cursor{})
		if err != nil {
			return &feed.Document{Error: err.Error()}
		}
		return parse(res.Body, feed.Hints{URL: res.URL, Header: res.Header})
	}
	h := feed.Hints{URL: os.Getenv("FEED_URL")}
	if raw := os.Getenv("FEED_HEADERS"); raw != "" {
		var err error
		if h.Header, err = headers([]byte(raw)); err != nil {
			return &feed.Document{Error: "FEED_HEADERS: " + err.Error()}
		}
	}
	return parseFile(a, c.Document, h)
}

func parseFile(a *app, name string, h feed.Hints) *feed.Document {
	body, err := readAll(a, name)
	if err != nil {
		return &feed.Document{Error: err.Error()}
	}
	return parse(body, h)
}

func readAll(a *app, name string) ([]byte, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	return io.ReadAll(io.LimitReader(in, most))
}

func parse(body []byte, h feed.Hints) *feed.Document {
	doc, err := feed.Parse(body, h)
	if err != nil {
		return &feed.Document{Error: err.Error()}
	}
	return doc
}

// headers reads a JSON object of header lines; a value may be one text or a list.
func headers(raw []byte) (http.Header, error) {
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, errors.New(`not a JSON object of headers, such as {"Content-Type":"text/xml"}`)
	}
	h := http.Header{}
	for k, v := range m {
		switch v := v.(type) {
		case string:
			h.Add(k, v)
		case []any:
			for _, x := range v {
				h.Add(k, fmt.Sprint(x))
			}
		}
	}
	return h, nil
}

// batch reads one document for each line, in order, in this process.
func (c *feedsParseCmd) batch(a *app) error {
	in := bufio.NewScanner(a.in)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(a.out)
	for in.Scan() {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		var job struct {
			File    string          `json:"file"`
			URL     string          `json:"url"`
			Headers json.RawMessage `json:"headers"`
		}
		doc := &feed.Document{Error: "this line is not a JSON object with file, url, headers"}
		if json.Unmarshal(line, &job) == nil {
			h := feed.Hints{URL: job.URL}
			h.Header, _ = headers(job.Headers) // no headers where there are none
			doc = parseFile(a, job.File, h)
		}
		if err := printJSON(out, doc); err != nil {
			return err
		}
		if err := out.Flush(); err != nil { // the reader may wait for each answer
			return err
		}
	}
	return in.Err()
}

type feedsCheckCmd struct {
	withConfig

	IDs  []string `arg:"" optional:"" name:"id" help:"Feeds to check; all if none is named."`
	JSON bool     `help:"As JSON lines."`
}

// A feedCheck is the outcome of one feed's check.
type feedCheck struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	URL    string    `json:"url"`
	Items  int       `json:"items"`
	Latest time.Time `json:"latest,omitzero"`
	Notes  []string  `json:"notes,omitempty"`
	Error  string    `json:"error,omitempty"`
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
	got := make([]feedCheck, len(feeds))
	p := newProgress(a.err, "checked", len(feeds))
	var g errgroup.Group
	g.SetLimit(schedule.DefaultWorkers)
	var mu sync.Mutex
	bad := 0
	for i, f := range feeds {
		g.Go(func() error {
			got[i] = checkFeed(client, f)
			p.step(f.Name)
			mu.Lock()
			defer mu.Unlock()
			if got[i].Error != "" {
				bad++
			}
			return nil
		})
	}
	_ = g.Wait() // no check returns an error
	p.end()
	if err := c.print(a, got); err != nil {
		return err
	}
	if bad > 0 {
		fmt.Fprintf(a.err, "%d of %s cannot be read\n", bad, count(len(got), "feed"))
		return errFound
	}
	return nil
}

func chosen(all []watcher.Feed, ids []string) ([]watcher.Feed, error) {
	if len(ids) == 0 {
		return all, nil
	}
	var out []watcher.Feed
	for _, id := range ids {
		i := slices.IndexFunc(all, func(f watcher.Feed) bool { return string(f.ID) == id })
		if i < 0 {
			return nil, fmt.Errorf("no feed has the id %q", id)
		}
		out = append(out, all[i])
	}
	return out, nil
}

func checkFeed(client *feed.Client, f watcher.Feed) feedCheck {
	r := feedCheck{ID: string(f.ID), Name: f.Name, URL: f.URL}
	b, err := client.Fetch(context.Background(), f, watcher.Cursor{})
	if err != nil {
		r.Error = err.Error()
		return r
	}
	r.Items, r.Notes = len(b.Items), b.Notes
	if b.MovedTo != "" {
		r.Notes = append(r.Notes, "moved for good to "+b.MovedTo)
	}
	for _, it := range b.Items {
		if it.Published.After(r.Latest) {
			r.Latest = it.Published
		}
	}
	return r
}

func (c *feedsCheckCmd) print(a *app, got []feedCheck) error {
	if c.JSON {
		for _, r := range got {
			if err := printJSON(a.out, r); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "FEED\tITEMS\tLATEST\tSTATE")
	for _, r := range got {
		latest, state := "-", "ok"
		if !r.Latest.IsZero() {
			latest = r.Latest.UTC().Format("2006-01-02 15:04")
		}
		if len(r.Notes) > 0 {
			state = "repaired: " + strings.Join(r.Notes, "; ")
		}
		if r.Error != "" {
			state = r.Error
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", r.ID, r.Items, latest, state)
	}
	return w.Flush()
}

// hostOf is the host of an address, for people.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Hostname()
}
