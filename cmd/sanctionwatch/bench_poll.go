package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

type benchPollCmd struct {
	Snapshots []string      `arg:"" optional:"" name:"snapshots" help:"A feed's documents over time: a folder, a .tar or a .tar.zst of files called by their Unix time, one path a feed. An invented feed without any."`
	Every     time.Duration `default:"10m" help:"How often both ask."`
	JSON      bool          `help:"One line of JSON a feed."`
}

// A polledSeries is what clients made of the snapshots of one feed.
type polledSeries struct {
	Name      string         `json:"name"`
	Snapshots int            `json:"snapshots"`
	First     time.Time      `json:"first"`
	Last      time.Time      `json:"last"`
	Articles  int            `json:"articles"` // by link and guid, in all snapshots together
	Clients   []polledClient `json:"clients"`
}

// A polledClient is what one client asked for and saw.
type polledClient struct {
	Name        string  `json:"name"`
	Requests    int     `json:"requests"`
	NotModified int     `json:"not_modified"`
	Bytes       int64   `json:"bytes"` // received, headers included
	New         int     `json:"new"`   // articles taken for new
	Twice       int     `json:"twice"` // of these, not for the first time
	Missed      int     `json:"missed"`
	Edited      int     `json:"edited"` // taken for another wording of a known article
	Seconds     float64 `json:"seconds"`
}

// Run polls a loopback publisher that shows each snapshot from its time on. The clock is
// the snapshots': ten months pass in seconds. HTTP, parser, store and rules are the real ones.
func (c *benchPollCmd) Run(a *app) error {
	if c.Every < time.Minute {
		return errors.New("bench poll: --every is at least 1m")
	}
	paths := c.Snapshots
	if len(paths) == 0 {
		paths = []string{""}
	}
	for _, path := range paths {
		name, shots := "an invented newsroom", ownSnapshots()
		if path != "" {
			var err error
			if shots, err = readSnapshots(path); err != nil {
				return err
			}
			name, _, _ = strings.Cut(filepath.Base(filepath.Clean(path)), ".")
		}
		s, err := c.series(a, name, shots)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if c.JSON {
			if err := printJSON(a.out, s); err != nil {
				return err
			}
			continue
		}
		if err := s.write(a.out, c.Every); err != nil {
			return err
		}
	}
	return nil
}

func (c *benchPollCmd) series(a *app, name string, shots []snapshot) (*polledSeries, error) {
	known := knowArticles(shots)
	s := &polledSeries{
		Name: name, Snapshots: len(shots), Articles: known.count(),
		First: shots[0].at, Last: shots[len(shots)-1].at,
	}
	every := "@every " + c.Every.String()
	for _, k := range []struct {
		name string
		poll func(url string, r *polledClient) (poller, error)
	}{
		{"plain gofeed", func(url string, r *polledClient) (poller, error) {
			return newPlainPoller(url, c.Every, known, r), nil
		}},
		{"sanctionwatch", func(url string, r *polledClient) (poller, error) {
			return newOwnPoller(url, every, known, r)
		}},
		{"at the publisher's pace", func(url string, r *polledClient) (poller, error) {
			return newOwnPoller(url, "", known, r)
		}},
	} {
		pub := newRepeated(shots)
		res := polledClient{Name: k.name}
		p, err := k.poll(pub.url(), &res)
		if err != nil {
			return nil, errors.Join(err, pub.close())
		}
		start := time.Now()
		err = pub.pass(p, newProgress(a.err, k.name, len(shots)))
		if err = errors.Join(err, p.close(), pub.close()); err != nil {
			return nil, err
		}
		res.Seconds = time.Since(start).Seconds()
		res.Requests, res.NotModified, res.Bytes = int(pub.requests.Load()), int(pub.unchanged.Load()), pub.bytes.Load()
		s.Clients = append(s.Clients, res)
	}
	return s, nil
}

func (s *polledSeries) write(w io.Writer, every time.Duration) error {
	fmt.Fprintf(w, "%s: %d snapshots from %s to %s, %d articles; asked every %v\n",
		s.Name, s.Snapshots, s.First.Format(time.DateOnly), s.Last.Format(time.DateOnly), s.Articles, every)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "client\trequests\tunchanged\tMB received\tnew\tnew again\tmissed\tedits\tseconds\t\n")
	for _, c := range s.Clients {
		fmt.Fprintf(t, "%s\t%d\t%d\t%.1f\t%d\t%d\t%d\t%d\t%.1f\t\n", c.Name, c.Requests, c.NotModified,
			float64(c.Bytes)/1e6, c.New, c.Twice, c.Missed, c.Edited, c.Seconds)
	}
	fmt.Fprint(t, "\t\t\t\t\t\t\t\t\t\n")
	return t.Flush()
}

// A poller asks a publisher. poll asks at a moment and returns when it comes again.
type poller interface {
	poll(now time.Time) (time.Time, error)
	close() error
}

// plainPoller asks as most small programs do: all of the document each time, and an article
// is known by its link and title.
type plainPoller struct {
	url   string
	every time.Duration
	http  *http.Client
	seen  map[string]bool // by link and title
	last  string          // the last body: the same is not parsed again, which only saves time
	known *articles
	times map[int]int // how often an article was new
	res   *polledClient
}

func newPlainPoller(url string, every time.Duration, known *articles, res *polledClient) *plainPoller {
	return &plainPoller{
		url: url, every: every, res: res, seen: map[string]bool{}, known: known, times: map[int]int{},
		http: &http.Client{Transport: &http.Transport{}, Timeout: time.Minute},
	}
}

func (p *plainPoller) poll(now time.Time) (time.Time, error) {
	next := now.Add(p.every)
	resp, err := p.http.Get(p.url) //nolint:noctx // it has no manners, but a time-out
	if err != nil {
		return next, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) == p.last {
		return next, err
	}
	p.last = string(body)
	doc, err := gofeed.NewParser().ParseString(p.last)
	if err != nil {
		return next, nil //nolint:nilerr // it takes the document for an empty one
	}
	for _, it := range doc.Items {
		key := it.Link + "\x00" + it.Title
		if p.seen[key] {
			continue
		}
		p.seen[key] = true
		p.res.New++
		p.times[p.known.of(it.Link, it.GUID)]++
	}
	return next, nil
}

func (p *plainPoller) close() error {
	p.res.judge(p.known, p.times)
	p.http.CloseIdleConnections()
	return nil
}

// ownPoller is the real line: client, timetable, rules and a store of its own.
type ownPoller struct {
	dir       string
	daemon    *daemon
	client    *feed.Client
	timetable *schedule.Timetable
	feed      watcher.Feed
	cursor    watcher.Cursor
	known     *articles
	times     map[int]int // how often an article was new
	res       *polledClient
}

func newOwnPoller(url, every string, known *articles, res *polledClient) (*ownPoller, error) {
	p := &ownPoller{known: known, times: map[int]int{}, res: res}
	p.feed = watcher.Feed{ID: "bench", Name: "Bench", URL: url, Private: true, Schedule: every}
	var err error
	if p.timetable, err = schedule.NewTimetable("", time.Minute, []watcher.Feed{p.feed}); err != nil {
		return nil, err
	}
	cfg, problems := config.Parse("bench.yaml", []byte(replayConfig))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "sanctionwatch-bench-"); err != nil {
		return nil, err
	}
	cfg.Store.DSN = "sqlite:" + filepath.Join(p.dir, "bench.db")
	log := slog.New(slog.DiscardHandler)
	if p.daemon, err = newDaemon(context.Background(), cfg, io.Discard, log); err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	p.client = feed.New(cfg.Fetch, log)
	p.client.Hurry()
	return p, nil
}

func (p *ownPoller) poll(now time.Time) (time.Time, error) {
	ctx := context.Background()
	b, err := p.client.Fetch(ctx, p.feed, p.cursor)
	if err != nil {
		return now, err
	}
	known, err := p.daemon.store.Sightings(ctx, b.Items)
	if err != nil {
		return now, err
	}
	for i, it := range b.Items {
		switch known[i] {
		case watcher.Unknown:
			p.times[p.known.of(it.URL, it.GUID)]++
		case watcher.Edited:
			p.res.Edited++
		case watcher.Known, watcher.Held:
		}
	}
	t, err := p.daemon.watcher.Take(ctx, p.feed, b.Items, false)
	if err != nil {
		return now, err
	}
	p.res.New += t.New
	p.cursor = b.Cursor
	return p.timetable.Next(p.feed, 0, b.Hints, now), nil
}

// judge counts what was taken for new twice, or never.
func (c *polledClient) judge(known *articles, times map[int]int) {
	for article := range known.count() {
		if n := times[article]; n == 0 {
			c.Missed++
		} else {
			c.Twice += n - 1
		}
	}
}

// close counts what was seen and removes the store.
func (p *ownPoller) close() error {
	p.res.judge(p.known, p.times)
	p.client.Close()
	p.daemon.close()
	return os.RemoveAll(p.dir)
}
