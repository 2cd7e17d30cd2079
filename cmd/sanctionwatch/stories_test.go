package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lines runs a verb over a daemon's configuration and returns what it printed, by line.
func (r *running) lines(args ...string) []string {
	r.t.Helper()
	out, errOut, code := output(r.t, append(args, "-c", filepath.Join(r.dir, "sanctionwatch.yaml"))...)
	require.Equal(r.t, exitDone, code, errOut)
	return strings.Split(strings.TrimSpace(out), "\n")
}

func TestARunningDaemonObeysASplitAndAMerge(t *testing.T) {
	p := newPress(t)
	r := launch(t, map[string]string{
		"rules/rule.yaml": potashRule,
		"feeds.yaml":      strings.ReplaceAll("feeds: [{id: a, url: \"URL/a\"}, {id: b, url: \"URL/b\"}, {id: c, url: \"URL/c\"}]\n", "URL", p.URL),
	})
	polled := func(feed string) bool { p.mu.Lock(); defer p.mu.Unlock(); return p.polls[feed] > 1 }
	r.await(func() bool { return polled("a") && polled("b") && polled("c") }, "the baselines are over")
	const lead = "The council agreed on Monday to stop the transit of Belarusian potash from Soligorsk through the port"
	p.publish("a", "Council stops transit of Belarusian potash from Soligorsk", lead+" of Klaipeda, two diplomats said.")
	r.await(func() bool { return len(r.lines("stories", "list", "--json")[0]) > 0 }, "the first item is recorded")
	p.publish("b", "Judges free cargo of Belarusian potash from Soligorsk", lead+". Judges freed a cargo and ordered its owner in Vilnius to be paid.")
	r.await(func() bool { return strings.Contains(r.lines("stories", "list", "--json")[0], `"items":2`) }, "the second is joined")

	list := r.lines("stories", "list", "--json")
	require.Len(t, list, 1)
	id := strings.Split(list[0], `"`)[3]
	var taken string
	for _, line := range r.lines("stories", "show", id) {
		if f := strings.Fields(line); len(f) > 3 && f[3] == "b" {
			taken = f[2]
		}
	}
	require.Contains(t, r.lines("stories", "split", id, taken)[0], "keeps 1 item")
	p.publish("c", "Cargo of Belarusian potash from Soligorsk is free, judges decide", "Judges at the port freed a cargo and ordered its owner in Vilnius to be paid.")
	r.await(func() bool {
		return strings.Contains(strings.Join(r.lines("stories", "list", "--json"), ""), `"items":2`)
	}, "the third is joined")
	list = r.lines("stories", "list", "--json")
	require.Len(t, list, 2)
	require.Contains(t, list[0], "Judges free cargo", "with what was taken out, not with what it was taken from")
	require.Contains(t, list[0], `"items":2`)

	own := strings.Split(list[0], `"`)[3]
	require.Contains(t, r.lines("stories", "merge", id, own)[0], "3 items")
	p.publish("c", "Judges decide that the cargo of Belarusian potash from Soligorsk is free", "Judges at the port freed a cargo and ordered its owner in Vilnius to be paid, a clerk said.")
	r.await(func() bool { return strings.Contains(r.lines("stories", "list", "--json")[0], `"items":4`) }, "later news joins the merged story")
	require.Len(t, r.lines("stories", "list", "--json"), 1)
	require.Equal(t, 1, strings.Count(r.log.String(), "kind=post"), "neither verb told anybody")
}
