package main

import (
	"fmt"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/opml"
)

type feedsExportCmd struct {
	withConfig

	Files []string `arg:"" optional:"" name:"file" help:"Feed files; - for standard input; the feeds of the configuration if none is named."`
}

// Run prints the feeds as OPML. How feeds are reached stays here: a list is made to be
// given away.
func (c *feedsExportCmd) Run(a *app) error {
	feeds, err := c.feeds(a)
	if err != nil {
		return err
	}
	return opml.Write(a.out, "Feeds of sanctionwatch", feeds)
}

func (c *feedsExportCmd) feeds(a *app) ([]watcher.Feed, error) {
	if len(c.Files) == 0 {
		cfg, err := c.load(a)
		if err != nil {
			return nil, err
		}
		for _, f := range cfg.Feeds {
			if !cfg.Access[f.ID].IsZero() {
				fmt.Fprintf(a.err, "%s: its credentials, headers and certificates are left out\n", f.ID)
			}
		}
		return cfg.Feeds, nil
	}
	sources := make([]diag.Source, len(c.Files))
	for i, name := range c.Files {
		data, err := readAll(a, name)
		if err != nil {
			return nil, err
		}
		sources[i] = diag.Source{Name: name, Data: data}
	}
	feeds, problems := config.ReadFeeds(sources)
	return feeds, problems.Err()
}
