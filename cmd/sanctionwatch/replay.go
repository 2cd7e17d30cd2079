package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/notify/console"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

type replayCmd struct {
	Files  []string `arg:"" name:"file" help:"Items as JSON lines, as rules eval reads them; - for standard input."`
	Config string   `short:"c" help:"Rules, feeds and routes to use; the embedded ones without it." placeholder:"FILE"`
	JSON   bool     `help:"End with one line of JSON."`
	Quiet  bool     `short:"q" help:"Print no messages, only what they come to."`
}

// replayConfig is the configuration of a replay without a file of its own.
const replayConfig = "channels: {desk: {console: {}}}\n"

// A replayed is the outcome of a replay; design and readers call the shape stable.
type replayed struct {
	Items            int      `json:"items"`
	Matched          int      `json:"matched"`
	Stories          int      `json:"stories"`
	Alerts           int      `json:"alerts"`
	Messages         int      `json:"messages"`
	Seconds          float64  `json:"seconds"`
	ItemsPerSecond   float64  `json:"items_per_second"`
	PeakRSS          float64  `json:"peak_rss_mb"`
	MessagesPerStory float64  `json:"messages_per_story"` // first messages of a story in a channel
	Largest          []retold `json:"largest"`
}

// Run sends items through the whole line, at the times they were published, into a
// store of its own. Every channel prints; nothing leaves the machine.
func (c *replayCmd) Run(a *app) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sanctionwatch-replay-")
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer os.RemoveAll(dir)
	cfg.Store.DSN, cfg.Store.DSNFile = "sqlite:"+filepath.Join(dir, "replay.db"), ""
	cfg.Stories.MaxAge = -1
	out := a.out
	if c.Quiet || c.JSON {
		out = io.Discard
	}
	for name := range cfg.Channels {
		cfg.Channels[name] = config.Channel{Console: &console.Options{}}
	}
	d, err := newDaemon(context.Background(), cfg, out, logger(a.err, 4, "text"))
	if err != nil {
		return err
	}
	defer d.close()
	return c.replay(a, d)
}

func (c *replayCmd) config() (*config.Config, error) {
	if c.Config == "" {
		cfg, problems := config.Parse("replay.yaml", []byte(replayConfig))
		return cfg, problems.Err()
	}
	cfg, problems := config.Load(c.Config)
	return cfg, problems.Err()
}

func (c *replayCmd) replay(a *app, d *daemon) error {
	jobs, end := context.WithCancel(context.Background())
	defer end()
	var g errgroup.Group
	g.Go(func() error { return d.engine.Run(jobs) })
	start := time.Now()
	t, err := c.take(a, d)
	if err == nil {
		_, err = d.settled(context.Background(), 10*time.Minute)
	}
	r := replayed{Items: t.Items, Matched: t.Matched, Stories: t.Stories, Alerts: t.Alerts, Messages: t.Messages}
	r.Seconds = time.Since(start).Seconds()
	r.ItemsPerSecond = float64(r.Items) / max(r.Seconds, 1e-9)
	r.PeakRSS = peakRSS()
	end()
	if err := errors.Join(err, g.Wait()); err != nil {
		return err
	}
	posts, err := told(context.Background(), d.store)
	if err != nil {
		return err
	}
	r.MessagesPerStory = posts.perStory()
	if r.Largest, err = largest(context.Background(), d.store, mostLargest); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.out, r)
	}
	fmt.Fprintf(a.out, "%s: %d matched, %s, %s, %s; %.0f items/s, peak %.0f MB\n", count(r.Items, "item"), r.Matched,
		stories(r.Stories), count(r.Alerts, "alert"), count(r.Messages, "message"), r.ItemsPerSecond, r.PeakRSS)
	return writeStoriesTold(a.out, posts, r.Largest)
}

// replayBatch is how many items of one feed are taken at once, as a poll would bring.
const replayBatch = 500

// take sends all items in order of date.
func (c *replayCmd) take(a *app, d *daemon) (watcher.Tally, error) {
	var total watcher.Tally
	items, err := c.items(a)
	if err != nil {
		return total, err
	}
	slices.SortStableFunc(items, func(x, y watcher.Item) int { return x.Seen.Compare(y.Seen) })
	p := newProgress(a.err, "replayed", len(items))
	defer p.end()
	for len(items) > 0 {
		n := 1
		for n < len(items) && n < replayBatch && items[n].FeedID == items[0].FeedID {
			n++
		}
		f := replayFeed(d, items[0])
		got, err := d.watcher.Take(context.Background(), f, items[:n], false)
		if err != nil {
			return total, err
		}
		total.Add(got)
		items = items[n:]
		for range n {
			p.step(f.Name)
		}
	}
	return total, nil
}

// replayFeed is the plan's feed of an item, or one made up from its source.
func replayFeed(d *daemon, it watcher.Item) watcher.Feed {
	if f, ok := d.watcher.Plan().Feeds[it.FeedID]; ok {
		return f
	}
	name := string(it.FeedID)
	if h := hostOf(name); h != "" {
		name = strings.TrimPrefix(h, "www.")
	}
	return watcher.Feed{ID: it.FeedID, Name: name, URL: string(it.FeedID), Language: it.Language}
}

// items reads all files.
func (c *replayCmd) items(a *app) ([]watcher.Item, error) {
	var out []watcher.Item
	for _, name := range c.Files {
		in := a.in
		if name != "-" {
			f, err := os.Open(name)
			if err != nil {
				return nil, err
			}
			defer func() { _ = f.Close() }() // only read
			in = f
		}
		got, err := readItems(name, in)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// readItems reads labelled or plain items, one JSON object a line.
func readItems(name string, in io.Reader) ([]watcher.Item, error) {
	var out []watcher.Item
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		var j struct {
			ID, Source, URL, Title, Summary, Lead, Body, Lang, Date string
		}
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return nil, fmt.Errorf("%s:%d: not a JSON object of an item: write {\"title\":…,\"summary\":…,\"url\":…,\"date\":…}", name, n)
		}
		at := itemTime(j.Date)
		key := feed.Canonical(j.URL)
		if key == "" {
			key = name + " " + strconv.Itoa(n) + " " + j.ID
		}
		lead := j.Lead
		if lead == "" {
			lead = j.Summary
		}
		out = append(out, watcher.Item{
			ID: watcher.NewItemID(key), FeedID: watcher.FeedID(j.Source), GUID: j.ID, URL: j.URL, Title: j.Title,
			Lead: lead, Body: j.Body, Language: j.Lang, Published: at, Seen: at,
		})
	}
	return out, lines.Err()
}

// itemTime reads the forms that dates of items have; now if it is none of them.
func itemTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Now()
}

// peakRSS is the most memory this process had, in MB, as Linux counts it; 0 elsewhere.
func peakRSS() float64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for line := range strings.Lines(string(raw)) {
			if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				return kb / 1024
			}
		}
	}
	return 0
}
