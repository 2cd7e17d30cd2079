package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type notifyCmd struct {
	Test notifyTestCmd `cmd:"" help:"Send a sample alert to a channel of the configuration."`
}

type notifyTestCmd struct {
	withConfig

	Channel string        `arg:"" help:"Name of the channel."`
	Timeout time.Duration `help:"How long to wait for the channel." default:"30s"`
}

// Run sends a sample alert. It tries once: an operator wants the channel's own words.
func (c *notifyTestCmd) Run(a *app) error {
	cfg, err := c.load(a)
	if err != nil {
		return err
	}
	plan, err := cfg.Plan(a.out, a.log)
	if err != nil {
		return err
	}
	ch, ok := plan.Channels[c.Channel]
	if !ok {
		return fmt.Errorf("no channel %q: the configuration has %s", c.Channel, strings.Join(cfg.ChannelNames(), ", "))
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	r, err := ch.Notifier.Notify(ctx, notify.Sample(c.Channel, time.Now()))
	var unsure *watcher.UncertainError
	switch {
	case errors.As(err, &unsure):
		fmt.Fprintf(a.err, "%s: %v\n", c.Channel, err)
		return errFound
	case err != nil:
		fmt.Fprintf(a.err, "%s: not delivered: %v\n", c.Channel, err)
		return errFound
	}
	fmt.Fprintf(a.err, "%s: delivered (%s)\n", c.Channel, r.Ref)
	return nil
}
