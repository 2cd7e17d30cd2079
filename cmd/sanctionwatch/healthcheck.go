package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

type healthcheckCmd struct {
	URL     string        `help:"Address of the daemon." default:"http://127.0.0.1:8080" env:"SANCTIONWATCH_URL"`
	Ready   bool          `help:"Ask whether it is ready, not only alive."`
	Timeout time.Duration `help:"How long to wait for the answer." default:"5s"`
}

// Run asks a running daemon whether it is healthy; an image without a shell needs it.
func (c *healthcheckCmd) Run(a *app) error {
	path := "/-/healthy"
	if c.Ready {
		path = "/-/ready"
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.URL, "/")+path, nil)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Fprintf(a.out, "no answer: %v\n", err)
		return errFound
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		fmt.Fprintf(a.out, "answer cut off: %v\n", err)
		return errFound
	}
	fmt.Fprintf(a.out, "%s", body)
	if res.StatusCode != http.StatusOK {
		return errFound
	}
	return nil
}
