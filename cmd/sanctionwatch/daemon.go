package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
	"github.com/sanctionwatch/sanctionwatch/web"
)

// A daemon is all packages wired together. newDaemon is the only door.
type daemon struct {
	store    *store.Store
	source   *feed.Client
	watcher  *watcher.Watcher
	engine   *schedule.Engine
	hubs     *websub.Subscriber
	registry *prometheus.Registry
	owner    string
	out      io.Writer // of console channels
	log      *slog.Logger
	reloads  *reloadMetrics

	mu       sync.Mutex     // held while a reload is built and swapped in
	cfg      *config.Config // guarded by mu after newDaemon
	broken   string         // guarded by mu: the last refused files, to say it once
	draining atomic.Bool
}

// newDaemon opens the store, brings its schema up to date and puts the plan in use.
// Nothing runs yet.
func newDaemon(ctx context.Context, cfg *config.Config, out io.Writer, log *slog.Logger) (*daemon, error) {
	st, err := store.Open(ctx, cfg.Store, log)
	if err != nil {
		return nil, err
	}
	d := &daemon{store: st, out: out, log: log, owner: owner()}
	if err := d.wire(ctx, cfg); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return d, nil
}

func (d *daemon) wire(ctx context.Context, cfg *config.Config) error {
	if err := d.store.Migrate(ctx); err != nil {
		return err
	}
	d.registry = prometheus.NewRegistry()
	d.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	d.reloads = newReloadMetrics(d.registry)
	d.registry.MustRegister(newBacklog(d.store), newFeedHealth(d), newByState(d.store))
	d.source = feed.New(cfg.Fetch, d.log)
	d.source.Holds = true // until its poll is over
	d.source.Known = d.store.Sightings
	countArticles(d.registry, d.source)
	d.watcher = watcher.New(d.store, d.source, story.New(story.Options{Window: cfg.Stories.Window}),
		newMeter(d.registry), d.log)
	look, err := d.healthTask(cfg)
	if err != nil {
		return err
	}
	d.hubs = websub.New(websub.Options{PublicURL: cfg.Web.PublicURL, MaxBody: int64(cfg.Fetch.MaxBody)},
		subscriptions{d.store, func() time.Duration { return d.config().Fetch.Floor }}, d.source, d.watcher, d.registry, d.log)
	d.engine, err = schedule.NewEngine(d.store.Driver(), d.owner, append(d.tasks(), look), d.watcher.Deliver, d.log)
	if err != nil {
		return err
	}
	d.store.Enqueue(d.engine.Enqueue)
	return d.use(ctx, cfg)
}

// owner names this process among the replicas of a deployment.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// tasks is the periodic work.
func (d *daemon) tasks() []schedule.Task {
	every := func(expr string) (s schedule.Task) {
		s.Schedule, _ = schedule.Parse(expr) // a constant, held by a test
		return s
	}
	prune := every("@every 1h")
	prune.Name, prune.Run = "prune", func(ctx context.Context) error {
		n, err := d.store.Prune(ctx, time.Now())
		if err == nil && n != (store.Pruned{}) {
			d.log.Info("archive pruned", "items", n.Items, "stories", n.Stories)
		}
		return err
	}
	// A job that was lost in spite of all, such as by a hand in the database, must not
	// take its delivery with it; those that have a job get no second one.
	requeue := every("@every 5m")
	requeue.Name, requeue.Run = "requeue", func(ctx context.Context) error {
		if err := d.workers(ctx, d.config()); err != nil {
			return err
		}
		_, err := d.store.Requeue(ctx)
		return err
	}
	hubs := every("@every 1m")
	hubs.Name, hubs.Run = "hubs", d.hubs.Tend
	return []schedule.Task{prune, requeue, hubs}
}

// use builds the plan of cfg and puts it in use; all that can go wrong goes wrong
// before anything changes.
func (d *daemon) use(ctx context.Context, cfg *config.Config) error {
	p, err := cfg.Plan(d.out, d.log)
	if err != nil {
		return err
	}
	if d.cfg != nil {
		cfg.Keep(p, d.cfg, d.watcher.Plan())
	}
	if err := d.workers(ctx, cfg); err != nil {
		return err
	}
	if err := d.store.Sync(ctx, cfg.Feeds); err != nil { // the last that may fail
		return err
	}
	d.source.Use(cfg.Access)
	d.watcher.Use(p)
	d.cfg = cfg
	d.reloads.used(cfg)
	d.revive(ctx, cfg)
	return nil
}

// workers sees to it that each channel has one, and each that something waits for.
func (d *daemon) workers(ctx context.Context, cfg *config.Config) error {
	waiting, err := d.store.WaitingChannels(ctx)
	if err != nil {
		return err
	}
	return d.engine.Channels(append(waiting, cfg.ChannelNames()...))
}

// reviveFor is how old an alert may be whose dead letters are tried again.
const reviveFor = 48 * time.Hour

// revive tries dead letters again, at the start and at each reload: an operator who
// mended a token or an address will have asked for one of them.
func (d *daemon) revive(ctx context.Context, cfg *config.Config) {
	n, err := d.store.Revive(ctx, time.Now().Add(-reviveFor), cfg.ChannelNames())
	switch {
	case err != nil:
		d.log.Warn("dead letters not tried again", "err", err)
	case n > 0:
		d.log.Info("dead letters are tried again", "deliveries", n)
	}
}

// reload reads the files again. Files of rules that are broken keep their last good
// version, which the error says while the others are taken; any other mistake changes
// nothing, nor do files that are the same.
func (d *daemon) reload(ctx context.Context) (web.Reloaded, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.cfg
	cfg, problems := config.Reload(old.Path, old)
	if cfg == nil {
		d.reloads.refused()
		if d.unsaid(problems) {
			d.log.Error("reload refused: the plan in use stays", "plan", old.Hash, "mistakes", len(problems), "err", problems[0])
		}
		return web.Reloaded{}, &web.Invalid{Err: problems}
	}
	res := web.Reloaded{Hash: cfg.Hash, Feeds: len(cfg.Feeds), Rules: len(cfg.Set.Rules())}
	if cfg.Hash == old.Hash {
		d.cfg = cfg // it says the same, but may know of other broken files
		d.reloads.used(cfg)
		return res, d.stale(cfg, problems)
	}
	if err := d.use(ctx, cfg); err != nil {
		d.reloads.refused()
		d.log.Error("reload refused: the plan in use stays", "plan", old.Hash, "err", err)
		return web.Reloaded{}, err
	}
	res.Changed = true
	d.log.Info("reloaded", "plan", cfg.Hash, "was", old.Hash, "feeds", res.Feeds, "rules", res.Rules,
		"channels", len(cfg.Channels), "stale", len(cfg.Stale))
	if !reflect.DeepEqual(old.Store, cfg.Store) || !reflect.DeepEqual(old.Fetch, cfg.Fetch) || old.Web != cfg.Web {
		d.log.Warn("changes under store, fetch and web take effect at the next start, but for fetch.schedule and fetch.floor")
	}
	return res, d.stale(cfg, problems)
}

// unsaid reports whether mistakes are others than those that were logged last.
func (d *daemon) unsaid(problems diag.Problems) bool {
	text := problems.Error()
	said := text == d.broken
	d.broken = text
	return !said
}

// toldMistakes bounds how many mistakes of one file are logged.
const toldMistakes = 10

// stale names the files that were not taken in the log, once, and in the error; nil where
// there is none.
func (d *daemon) stale(cfg *config.Config, problems diag.Problems) error {
	unsaid := d.unsaid(problems)
	if len(cfg.Stale) == 0 {
		return nil
	}
	invalid := &web.Invalid{Err: problems}
	for _, s := range cfg.Stale {
		invalid.Kept = append(invalid.Kept, s.File)
		if !unsaid {
			continue
		}
		mistakes := s.Problems[:min(len(s.Problems), toldMistakes)]
		if s.New {
			d.log.Error("file not taken: it is new and stays out", "file", s.File, "mistakes", len(s.Problems), "err", mistakes)
			continue
		}
		d.log.Error("file not taken: its last good version stays in use", "file", s.File, "mistakes", len(s.Problems), "err", mistakes)
	}
	return invalid
}

// config returns the configuration in use.
func (d *daemon) config() *config.Config {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cfg
}

// ready says whether traffic may come.
func (d *daemon) ready(ctx context.Context) error {
	if d.draining.Load() {
		return errors.New("draining")
	}
	if err := d.store.Ping(ctx); err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// hostPatience is how long a poll waits for its host before it makes room for others.
const hostPatience = 2 * time.Second

// serve runs everything until stop closes, then drains: ready turns 503 and no poll
// starts, the web server serves on for drain, and deliveries under way end or are
// handed back.
func (d *daemon) serve(ctx context.Context, l net.Listener, stop <-chan struct{}, drain time.Duration) error {
	polls, endPolls := context.WithCancel(ctx)
	jobs, endJobs := context.WithCancel(ctx)
	pages, endPages := context.WithCancel(ctx)
	defer endPages()
	g, failed := errgroup.WithContext(ctx)
	d.source.Patience = hostPatience
	g.Go(func() error {
		schedule.NewPoller(d.store, d.owner, 0, d.poll, d.log).Run(polls)
		return nil
	})
	g.Go(func() error { d.follow(polls); return nil })
	g.Go(func() error {
		defer endPages()
		return d.engine.Run(jobs)
	})
	if l != nil {
		g.Go(func() error { return web.Serve(pages, l, d.site().Handler(), d.log) })
	}
	g.Go(func() error {
		select {
		case <-stop:
		case <-failed.Done():
		}
		d.draining.Store(true)
		endPolls()
		if failed.Err() == nil {
			pause(failed, drain)
		}
		d.watcher.End()
		endJobs()
		return nil
	})
	err := g.Wait()
	endPolls()
	endJobs()
	return err
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (d *daemon) poll(ctx context.Context, st watcher.FeedState) error {
	defer d.source.Done(st.ID)
	_, err := d.watcher.Poll(ctx, st)
	return err
}

// follow reloads when a file changes.
func (d *daemon) follow(ctx context.Context) {
	for ctx.Err() == nil {
		cfg := d.config()
		round, again := context.WithCancel(ctx)
		config.Watch(round, cfg.Watch, func() {
			if res, _ := d.reload(ctx); res.Changed { // the reload says what is wrong itself
				again() // the new files may lie elsewhere
			}
		}, d.log)
		again()
	}
}

// close ends what newDaemon opened.
func (d *daemon) close() {
	d.source.Close()
	if err := d.store.Close(); err != nil {
		d.log.Warn("store not closed cleanly", "err", err)
	}
}
