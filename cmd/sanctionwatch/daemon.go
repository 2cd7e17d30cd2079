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
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
	"github.com/sanctionwatch/sanctionwatch/web"
)

// A daemon is all packages wired together. newDaemon is the only door.
type daemon struct {
	store    *store.Store
	source   *feed.Client
	watcher  *watcher.Watcher
	engine   *schedule.Engine
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
		st.Close()
		return nil, err
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
	d.registry.MustRegister(newBacklog(d.store))
	d.source = feed.New(cfg.Fetch, d.log)
	d.watcher = watcher.New(d.store, d.source, story.New(story.Options{Window: cfg.Stories.Window}),
		watcher.NewMetrics(d.registry), d.log)
	var err error
	d.engine, err = schedule.NewEngine(d.store.Driver(), d.owner, d.tasks(), d.watcher.Deliver, d.log)
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
		_, err := d.store.Requeue(ctx)
		return err
	}
	return []schedule.Task{prune, requeue}
}

// use builds the plan of cfg and puts it in use; all that can go wrong goes wrong
// before anything changes.
func (d *daemon) use(ctx context.Context, cfg *config.Config) error {
	p, err := cfg.Plan(d.out, d.log)
	if err != nil {
		return err
	}
	waiting, err := d.store.WaitingChannels(ctx)
	if err != nil {
		return err
	}
	if err := d.store.Sync(ctx, cfg.Feeds); err != nil {
		return err
	}
	if err := d.engine.Channels(append(waiting, cfg.ChannelNames()...)); err != nil {
		return err
	}
	d.watcher.Use(p)
	d.cfg = cfg
	d.reloads.used(cfg)
	return nil
}

// reload reads the files again. It changes nothing if they are broken or the same.
func (d *daemon) reload(ctx context.Context) (web.Reloaded, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	cfg, problems := config.Load(d.cfg.Path)
	if len(problems) > 0 {
		d.reloads.refused()
		if text := problems.Error(); text != d.broken {
			d.broken = text
			d.log.Error("reload refused: the plan in use stays", "plan", d.cfg.Hash, "mistakes", len(problems), "err", problems[0])
		}
		return web.Reloaded{}, &web.Invalid{Err: problems}
	}
	d.broken = ""
	res := web.Reloaded{Hash: cfg.Hash, Feeds: len(cfg.Feeds), Rules: len(cfg.Set.Rules())}
	if cfg.Hash == d.cfg.Hash {
		d.reloads.used(d.cfg)
		return res, nil
	}
	old := d.cfg
	if err := d.use(ctx, cfg); err != nil {
		d.reloads.refused()
		d.log.Error("reload refused: the plan in use stays", "plan", old.Hash, "err", err)
		return web.Reloaded{}, err
	}
	res.Changed = true
	d.log.Info("reloaded", "plan", cfg.Hash, "was", old.Hash, "feeds", res.Feeds, "rules", res.Rules, "channels", len(cfg.Channels))
	if !reflect.DeepEqual(old.Store, cfg.Store) || !reflect.DeepEqual(old.Fetch, cfg.Fetch) || old.Web != cfg.Web {
		d.log.Warn("changes under store, fetch and web take effect at the next start, but for fetch.schedule and fetch.floor")
	}
	return res, nil
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

// serve runs everything until stop closes, then drains: ready turns 503 and no poll
// starts, the web server serves on for drain, and deliveries under way end or are
// handed back.
func (d *daemon) serve(ctx context.Context, l net.Listener, stop <-chan struct{}, drain time.Duration) error {
	polls, endPolls := context.WithCancel(ctx)
	jobs, endJobs := context.WithCancel(ctx)
	pages, endPages := context.WithCancel(ctx)
	defer endPages()
	g, failed := errgroup.WithContext(ctx)
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
	_, err := d.watcher.Poll(ctx, st)
	return err
}

// follow reloads when a file changes.
func (d *daemon) follow(ctx context.Context) {
	for ctx.Err() == nil {
		cfg := d.config()
		round, again := context.WithCancel(ctx)
		config.Watch(round, cfg.Watch, func() {
			if res, err := d.reload(ctx); err == nil && res.Changed {
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
