package main

import (
	"context"
	"fmt"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type storiesSplitCmd struct {
	withConfig

	ID    watcher.StoryID  `arg:"" help:"Id of the story."`
	Items []watcher.ItemID `arg:"" name:"item" help:"Ids of the items to take out, as stories show prints them."`
}

// Run takes items out of a story. It may run beside a daemon, which obeys at once.
func (c *storiesSplitCmd) Run(a *app) error {
	ctx := context.Background()
	st, err := c.openStore(ctx, a, true)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }() // what it wrote is committed
	if _, err := st.Story(ctx, c.ID); err != nil {
		return noStory(c.ID, err)
	}
	rest, own, err := st.Split(ctx, c.ID, c.Items)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "story %s keeps %s\nstory %s has %s: %s\n", rest.ID, count(rest.Items, "item"), own.ID, count(own.Items, "item"), safe(own.Headline))
	if own.Told {
		fmt.Fprintf(a.out, "nobody is told of this: messages stay as they were, and both stories count as told. The next news in %s is a message of its own\n", own.ID)
	}
	return nil
}

type storiesMergeCmd struct {
	withConfig

	ID    watcher.StoryID `arg:"" help:"Id of the story that stays."`
	Other watcher.StoryID `arg:"" help:"Id of the story that is joined into it."`
}

// Run joins a story into another. It may run beside a daemon, which obeys at once.
func (c *storiesMergeCmd) Run(a *app) error {
	ctx := context.Background()
	st, err := c.openStore(ctx, a, true)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }() // what it wrote is committed
	into, err := st.Story(ctx, c.ID)
	if err != nil {
		return noStory(c.ID, err)
	}
	from, err := st.Story(ctx, c.Other)
	if err != nil {
		return noStory(c.Other, err)
	}
	s, err := st.Merge(ctx, c.ID, c.Other)
	if err != nil {
		return err
	}
	if into.ID == from.ID {
		fmt.Fprintf(a.out, "story %s is part of %s already\n", c.Other, s.ID)
		return nil
	}
	fmt.Fprintf(a.out, "story %s is part of %s now: %s, %s: %s\n", from.ID, s.ID, count(s.Items, "item"), count(len(s.Feeds), "outlet"), safe(s.Headline))
	if into.Told && from.Told {
		fmt.Fprintln(a.out, "where a channel has a message of both, later news goes to the older one; the other is left as it is")
	}
	return nil
}
