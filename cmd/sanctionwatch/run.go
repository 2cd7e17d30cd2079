package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
	"github.com/sanctionwatch/sanctionwatch/web"
)

type runCmd struct {
	withConfig

	Once  bool          `help:"Poll every feed once, deliver, and leave."`
	Wait  time.Duration `help:"With --once: how long to wait for deliveries." default:"2m"`
	Drain time.Duration `help:"How long to serve on after TERM, not ready, so that balancers notice." default:"5s"`
}

// Run is the daemon.
func (c *runCmd) Run(a *app) error {
	cfg, err := c.load(a)
	if err != nil {
		return err
	}
	ctx := context.Background()
	var l net.Listener
	if !c.Once && cfg.Web.Listen != "off" {
		if l, err = web.Listen(cfg.Web); err != nil {
			return err
		}
		defer l.Close()
	}
	d, err := newDaemon(ctx, cfg, a.out, a.log)
	if err != nil {
		return err
	}
	defer d.close()
	stop := onTerm(a.log)
	if c.Once {
		return c.once(ctx, a, d, stop)
	}
	d.onHUP()
	a.log.Info("watching", "version", buildVersion(), "plan", cfg.Hash, "feeds", len(cfg.Feeds),
		"rules", len(cfg.Set.Rules()), "channels", cfg.ChannelNames(), "listen", address(l))
	if err := d.serve(ctx, l, stop, c.Drain); err != nil {
		return err
	}
	a.log.Info("stopped")
	return nil
}

func address(l net.Listener) string {
	if l == nil {
		return "off"
	}
	return "http://" + l.Addr().String()
}

// onHUP reloads at each SIGHUP, for the life of the process.
func (d *daemon) onHUP() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGHUP)
	go func() {
		for range ch {
			ctx := context.Background()
			res, err := d.reload(ctx)
			if err != nil || res.Changed {
				continue
			}
			d.log.Info("reload: nothing changed", "plan", res.Hash)
			d.revive(ctx, d.config())
		}
	}()
}

// once polls every feed once, delivers, and reports.
func (c *runCmd) once(ctx context.Context, a *app, d *daemon, stop <-chan struct{}) error {
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	states, err := d.store.ClaimAll(ctx, d.owner, schedule.Lease)
	if err != nil {
		return err
	}
	g, _ := errgroup.WithContext(ctx)
	jobs, endJobs := context.WithCancel(ctx)
	g.Go(func() error { return d.engine.Run(jobs) })
	polls, pollErr := d.pollAll(ctx, states, newProgress(a.err, "polled", len(states)))
	pollErr = errors.Join(pollErr, d.lookAfterFeeds(ctx))
	left, waitErr := d.settled(ctx, c.Wait)
	endJobs()
	if err := errors.Join(pollErr, waitErr, g.Wait(), d.store.Release(context.WithoutCancel(ctx), d.owner)); err != nil {
		return err
	}
	return c.report(a, d, polls, left, start)
}

// pollAll polls the claimed feeds, as many at once as the daemon does.
func (d *daemon) pollAll(ctx context.Context, states []watcher.FeedState, p *progress) ([]watcher.Poll, error) {
	var mu sync.Mutex
	var out []watcher.Poll
	var g errgroup.Group
	g.SetLimit(schedule.DefaultWorkers)
	var trouble []error
	for _, st := range states {
		g.Go(func() error {
			res, err := d.safely(ctx, st)
			mu.Lock()
			defer mu.Unlock()
			out = append(out, res)
			if err != nil {
				trouble = append(trouble, err)
			}
			p.step(res.Feed.Name)
			return nil
		})
	}
	_ = g.Wait() // what went wrong is in trouble: one feed must not end the others' polls
	p.end()
	return out, errors.Join(trouble...)
}

// safely polls a feed; a panic is an error of that feed.
func (d *daemon) safely(ctx context.Context, st watcher.FeedState) (res watcher.Poll, err error) {
	defer d.source.Done(st.ID)
	defer func() {
		if v := recover(); v != nil {
			res = watcher.Poll{Feed: watcher.Feed{ID: st.ID, Name: string(st.ID)}, Err: fmt.Errorf("panic: %v", v)}
		}
	}()
	return d.watcher.Poll(ctx, st)
}

// settled waits until no delivery is on its way, for at most the time given, and
// returns how many are left.
func (d *daemon) settled(ctx context.Context, most time.Duration) (int, error) {
	end := time.Now().Add(most)
	for {
		n, err := d.store.Unsettled(ctx)
		if err != nil || n == 0 || time.Now().After(end) {
			return n, err
		}
		pause(ctx, 50*time.Millisecond)
	}
}

func (c *runCmd) report(a *app, d *daemon, polls []watcher.Poll, left int, since time.Time) error {
	var t watcher.Tally
	bad := 0
	for _, p := range polls {
		t.Add(p.Tally)
		if p.Err != nil {
			bad++
			fmt.Fprintf(a.err, "feed %s (%s): %v\n", p.Feed.ID, p.Feed.URL, p.Err)
		}
	}
	fmt.Fprintf(a.err, "%s polled, %d failed: %s, %d new, %d matched, %s, %s\n",
		count(len(polls), "feed"), bad, count(t.Items, "item"), t.New, t.Matched, count(t.Alerts, "alert"), count(t.Messages, "message"))
	if t.Held > 0 {
		fmt.Fprintf(a.err, "%d matched and were recorded, but not told: the first poll of a feed is a baseline (stories.catch_up), and old items are never told (stories.max_age)\n", t.Held)
	}
	dead, err := deadSince(context.Background(), d.store, since)
	if err != nil {
		return err
	}
	for _, dl := range dead {
		fmt.Fprintf(a.err, "channel %s refused a message for good: %s\n", dl.Channel, dl.LastError)
	}
	if left > 0 {
		fmt.Fprintf(a.err, "%d messages are still on their way: the next run goes on with them\n", left)
	}
	if len(dead) > 0 || left > 0 {
		return errFound
	}
	return nil
}

// deadSince returns the dead letters of attempts that began after a time.
func deadSince(ctx context.Context, s *store.Store, t time.Time) ([]watcher.Delivery, error) {
	all, _, err := s.Deliveries(ctx, store.DeliveryFilter{State: watcher.Dead, Limit: 1000})
	return slices.DeleteFunc(all, func(d watcher.Delivery) bool { return d.Tried.Before(t) }), err
}
