package main

import (
	"encoding/json"
	"fmt"
	"runtime"
)

type versionCmd struct {
	JSON bool `help:"As JSON."`
}

// Run prints the version.
func (c *versionCmd) Run(a *app) error {
	v := map[string]string{"version": buildVersion(), "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
	if c.JSON {
		return json.NewEncoder(a.out).Encode(v)
	}
	fmt.Fprintf(a.out, "sanctionwatch %s (%s, %s)\n", v["version"], v["go"], v["platform"])
	return nil
}
