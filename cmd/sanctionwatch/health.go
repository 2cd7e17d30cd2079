package main

import (
	"context"
	"time"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

// healthTask looks after the feeds. A reload that changes ops.failing_after is obeyed at
// once, but for how often the task runs.
func (d *daemon) healthTask(cfg *config.Config) (schedule.Task, error) {
	s, err := schedule.Parse("@every " + cfg.Ops.Every().String())
	return schedule.Task{Name: "health", Schedule: s, Run: d.lookAfterFeeds}, err
}

// lookAfterFeeds tells of feeds in trouble and of those that are well again.
func (d *daemon) lookAfterFeeds(ctx context.Context) error {
	feeds, err := d.feedStates(ctx)
	if err != nil {
		return err
	}
	cfg := d.config()
	teller := health.Teller{Options: cfg.Ops, PlanHash: cfg.Hash}
	for _, t := range teller.Pass(feeds, time.Now()) {
		told, err := d.store.Tell(ctx, t.Was, t.Now, t.Record)
		switch {
		case err != nil:
			return err
		case !told || t.Words == "": // another replica was first, or nobody need know
		case t.Bad:
			d.log.Warn("feed in trouble", "what", t.Words, "channel", cfg.Ops.Channel)
		default:
			d.log.Info("feed is well again", "what", t.Words, "channel", cfg.Ops.Channel)
		}
	}
	return nil
}

// feedStates reads what is remembered of the feeds in the plan, by id. A feed whose row
// is of another address is left out: the store learns of a reload in a moment.
func (d *daemon) feedStates(ctx context.Context) ([]health.Feed, error) {
	rows, err := d.store.Feeds(ctx)
	if err != nil {
		return nil, err
	}
	plan := d.watcher.Plan()
	var out []health.Feed
	for _, r := range rows {
		if f, ok := plan.Feeds[r.ID]; ok && r.Active && r.URL == f.URL {
			out = append(out, health.Feed{Feed: f, State: r.FeedState})
		}
	}
	return out, nil
}
