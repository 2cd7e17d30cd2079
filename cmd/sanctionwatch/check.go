package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/config"
)

// withConfig is the flag of the verbs that read the configuration.
type withConfig struct {
	Config string `short:"c" help:"The configuration file; - for standard input." default:"sanctionwatch.yaml" env:"SANCTIONWATCH_CONFIG" placeholder:"FILE"`
}

// load reads the configuration. Its error is diag.Problems.
func (w withConfig) load(a *app) (*config.Config, error) {
	if w.Config == "-" {
		data, err := io.ReadAll(io.LimitReader(a.in, 2<<20))
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		c, problems := config.Parse("-", data)
		return c, problems.Err()
	}
	c, problems := config.Load(w.Config)
	return c, problems.Err()
}

type checkCmd struct {
	withConfig
}

// Run loads everything and says what it found.
func (c *checkCmd) Run(a *app) error {
	cfg, err := c.load(a)
	if err != nil {
		return err
	}
	if _, err := cfg.Plan(io.Discard, a.log); err != nil {
		return err
	}
	own := 0
	for _, r := range cfg.Set.Rules() {
		own += len(r.Tests.Match) + len(r.Tests.Reject)
	}
	exclusions := ""
	for _, x := range cfg.Set.Exclusions() {
		own += len(x.Tests.Match) + len(x.Tests.Reject)
		exclusions = count(len(cfg.Set.Exclusions()), "exclusion") + ", "
	}
	fmt.Fprintf(a.out, "%s: all good\n", cfg.Path)
	fmt.Fprintf(a.out, "  %s, %s, %s%s (%s pass), %s\n  plan %s\n",
		count(len(cfg.Feeds), "feed"), count(len(cfg.Set.Rules()), "rule"), exclusions,
		vocabularies(len(cfg.Set.Vocabularies())), count(own, "sample"), count(len(cfg.Channels), "channel"), cfg.Hash)
	if cfg.Ops.Channel != "" {
		fmt.Fprintf(a.out, "  feeds in trouble are told to channel %s, those that do not answer after %s\n", cfg.Ops.Channel, duration(cfg.Ops.Failing()))
	}
	warnings := cfg.Set.Lint()
	if len(warnings) > 0 {
		fmt.Fprintf(a.out, "  %s: see sanctionwatch rules lint\n", count(len(warnings), "warning"))
	}
	return nil
}

// duration writes 1h for 1h0m0s.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func vocabularies(n int) string {
	if n == 1 {
		return "1 vocabulary"
	}
	return fmt.Sprintf("%d vocabularies", n)
}
