package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/web"
)

type demoCmd struct {
	For    time.Duration `help:"End by itself after this time." placeholder:"20s"`
	Listen string        `help:"Address of the page." default:"127.0.0.1:0"`
	Color  string        `help:"auto, always or never." enum:"auto,always,never" default:"auto"`
}

// demoConfig is the operator's file of the demo. Feeds are polled every 3 s so that a
// newcomer sees a headline change; no real publisher should be treated so.
const demoConfig = `feeds: [feeds.yaml]
store: {dsn: "sqlite:%s"}
fetch: {schedule: "@every 3s", floor: 1s, allow_private_addresses: true}
stories: {catch_up: 24h}
channels:
  desk: {console: {color: %s}}
web: {listen: %q}
`

// Run shows the whole daemon on loopback: real feeds over HTTP, real rules, a real
// store, the console as channel.
func (c *demoCmd) Run(a *app) error {
	dir, err := os.MkdirTemp("", "sanctionwatch-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(dir)
	pub, err := newPublisher()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer pub.close()
	cfg, err := c.config(dir, pub)
	if err != nil {
		return err
	}
	l, err := web.Listen(cfg.Web)
	if err != nil {
		return err
	}
	defer l.Close()
	log := a.log
	if !log.Enabled(context.Background(), slog.LevelDebug) { // unless asked for, notices would hide the alerts
		log = logger(a.err, slog.LevelWarn, "text")
	}
	d, err := newDaemon(context.Background(), cfg, a.out, log)
	if err != nil {
		return err
	}
	defer d.close()
	return c.show(a, d, pub, l, log)
}

// config writes the operator's files of the demo and loads them as any others.
func (c *demoCmd) config(dir string, pub *publisher) (*config.Config, error) {
	path := filepath.Join(dir, "sanctionwatch.yaml")
	text := fmt.Sprintf(demoConfig, filepath.Join(dir, "demo.db"), c.Color, c.Listen)
	for name, content := range map[string]string{path: text, filepath.Join(dir, "feeds.yaml"): pub.feeds()} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
	}
	cfg, problems := config.Load(path)
	return cfg, problems.Err()
}

// show runs the daemon and says what a newcomer should look at.
func (c *demoCmd) show(a *app, d *daemon, pub *publisher, l net.Listener, log *slog.Logger) error {
	stop := make(chan struct{})
	ended := onTerm(log)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if c.For > 0 {
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	fmt.Fprintf(a.out, "%d sample outlets publish on this machine; %d rules in ten languages watch them.\n"+
		"Each message below is what a reader of the channel would see.\n\n", len(pub.outlets), len(d.config().Set.Rules()))
	var g errgroup.Group
	g.Go(func() error {
		defer cancel()
		return d.serve(context.Background(), l, stop, 0)
	})
	g.Go(func() error {
		defer close(stop)
		c.narrate(ctx, a.out, d, pub, address(l))
		select {
		case <-ended:
		case <-ctx.Done():
		}
		return nil
	})
	err := g.Wait()
	if err == nil {
		err = c.sum(a.out, d, address(l))
	}
	return err
}

// narrate waits for the first round, says what it was, then changes a headline.
func (c *demoCmd) narrate(ctx context.Context, out io.Writer, d *daemon, pub *publisher, page string) {
	if !d.await(ctx, func() bool { return pub.servedAll() }) {
		return
	}
	fmt.Fprintf(out, "That was the first round. The page with alerts and feeds: %s\n", page)
	if c.For == 0 {
		fmt.Fprintln(out, "Ctrl-C ends the demo.")
	}
	fmt.Fprintf(out, "Next, %s edits a headline: its message is brought up to date, not repeated.\n\n", pub.edits)
	pub.edit()
}

// await waits until cond holds and no message is on its way; it reports whether that
// came before ctx ended.
func (d *daemon) await(ctx context.Context, cond func() bool) bool {
	for quiet := 0; quiet < 4; {
		pause(ctx, 150*time.Millisecond)
		if ctx.Err() != nil {
			return false
		}
		n, err := d.store.Unsettled(ctx)
		if err == nil && n == 0 && cond() {
			quiet++
			continue
		}
		quiet = 0
	}
	return true
}

// sum says what the demo did.
func (c *demoCmd) sum(out io.Writer, d *daemon, _ string) error {
	n, err := d.store.Counts(context.Background())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s read; %d of them told %s, each in one message, with a reply only for news; %d stayed silent.\n",
		count(n.Items, "item"), n.Matched, stories(n.Stories), n.Items-n.Matched)
	return nil
}

func stories(n int) string {
	if n == 1 {
		return "1 story"
	}
	return fmt.Sprintf("%d stories", n)
}
