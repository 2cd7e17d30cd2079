package config

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/console"
	"github.com/sanctionwatch/sanctionwatch/notify/email"
	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/webhook"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

// slackGap is the least time between two messages of a Slack channel, as Slack asks.
const slackGap = time.Second

// Plan builds the watcher's plan. Console channels print to out.
func (c *Config) Plan(out io.Writer, log *slog.Logger) (*watcher.Plan, error) {
	router, err := c.router()
	if err != nil {
		return nil, err
	}
	tt, err := schedule.NewTimetable(c.Fetch.Schedule, c.Fetch.Floor, c.Feeds)
	if err != nil {
		return nil, err
	}
	p := &watcher.Plan{
		Hash: c.Hash, Feeds: make(map[watcher.FeedID]watcher.Feed, len(c.Feeds)),
		Matcher: c.Set, Router: router, Timetable: tt,
		Channels: make(map[string]watcher.Channel, len(c.Channels)),
		Window:   c.Stories.Window, MaxAge: c.Stories.MaxAge, CatchUp: c.Stories.CatchUp, Learn: health.Learn,
	}
	for _, f := range c.Feeds {
		p.Feeds[f.ID] = f
	}
	for name, ch := range c.Channels {
		if p.Channels[name], err = ch.build(name, out, log); err != nil {
			return nil, fmt.Errorf("channel %s: %w", name, err)
		}
	}
	return p, nil
}

// Keep makes a new plan go on with the channels that did not change: a mail channel knows
// who has got a message that others still wait for.
func (c *Config) Keep(p *watcher.Plan, old *Config, in *watcher.Plan) {
	for name, ch := range c.Channels {
		if was, ok := old.Channels[name]; ok && reflect.DeepEqual(was, ch) {
			p.Channels[name] = in.Channels[name]
		}
	}
}

// ChannelNames returns the names of the channels in order.
func (c *Config) ChannelNames() []string { return slices.Sorted(maps.Keys(c.Channels)) }

// router builds the routing tree; with one channel and no route, that is the route.
func (c *Config) router() (*notify.Router, error) {
	root := c.Route
	if root.Channel == "" && len(c.Channels) == 1 {
		root.Channel = c.ChannelNames()[0]
	}
	known := notify.Known{Channels: c.ChannelNames()}
	for _, f := range c.Feeds {
		known.Feeds = append(known.Feeds, string(f.ID))
	}
	if c.Set != nil {
		for _, r := range c.Set.Rules() {
			known.Rules = append(known.Rules, r.ID)
			known.Themes = append(known.Themes, r.Theme)
		}
	}
	return notify.NewRouter(root, known)
}

// build makes the channel's notifier.
func (ch Channel) build(name string, out io.Writer, log *slog.Logger) (watcher.Channel, error) {
	var n notify.Notifier
	var gap time.Duration
	var err error
	switch {
	case ch.Slack != nil:
		gap = slackGap
		n, err = slack.New(*ch.Slack, log)
	case ch.Email != nil:
		n, err = email.New(*ch.Email, log)
	case ch.Webhook != nil:
		n, err = webhook.New(*ch.Webhook, log)
	case ch.Console != nil:
		n, err = console.New(*ch.Console, out)
	}
	if err != nil {
		return watcher.Channel{}, err
	}
	return watcher.Channel{Name: name, Notifier: n, Gap: gap, Updates: n.Updates()}, nil
}
