package main

import (
	"fmt"
	"net/url"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/opml"
)

type feedsExportCmd struct {
	withConfig

	Files []string `arg:"" optional:"" name:"file" help:"Feed files; - for standard input; the feeds of the configuration if none is named."`
}

// Run prints the feeds as OPML. Passwords in addresses stay here: a list is made to be
// given away.
func (c *feedsExportCmd) Run(a *app) error {
	feeds, err := c.feeds(a)
	if err != nil {
		return err
	}
	for i := range feeds {
		open := withoutUser(feeds[i].URL)
		if open == feeds[i].URL {
			continue
		}
		feeds[i].URL = open
		fmt.Fprintf(a.err, "%s: the user name and password in its address are left out\n", feeds[i].ID)
	}
	return opml.Write(a.out, "Feeds of sanctionwatch", feeds)
}

// withoutUser is an address without user name and password.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

func (c *feedsExportCmd) feeds(a *app) ([]watcher.Feed, error) {
	if len(c.Files) == 0 {
		cfg, err := c.load(a)
		if err != nil {
			return nil, err
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
