package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

var (
	kills = flag.Int("kills", 12, "how often TestKilledAtRandomLosesNothing kills the daemon; make crash has more")
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of its random moments")
)

// stationNames make headlines that no clusterer takes for one story.
var stationNames = []string{
	"Orsha", "Polotsk", "Lida", "Brest", "Pinsk", "Gomel", "Mozyr", "Zhlobin", "Bobruisk", "Slutsk",
	"Molodechno", "Vitebsk", "Grodno", "Baranovichi", "Soligorsk", "Borisov", "Mogilev", "Krichev", "Volkovysk", "Osipovichi",
}

var eventWords = []string{
	"strike halts", "auction sells", "fire delays", "court frees", "flood blocks", "audit questions", "merger moves", "drone films", "storm scatters", "ministry weighs",
}

// TestKilledAtRandomLosesNothing kills a daemon with SIGKILL at random moments of a run
// in which 200 items match, and counts what the readers of ten Slack channels saw.
func TestKilledAtRandomLosesNothing(t *testing.T) {
	t.Logf("seed %d, %d kills", *seed, *kills)
	rnd := rand.New(rand.NewPCG(*seed, 0))
	slack, err := slacktest.Start(slacktest.Options{Token: "xoxb-test", Seed: *seed})
	require.NoError(t, err)
	defer slack.Close()
	slack.Script(slacktest.Failing(500).By(.03), slacktest.Limited("1").By(.03), slacktest.Swallowed().On("chat.postMessage").By(.03))
	p := newPress(t)
	cfg := write(t, map[string]string{
		"sanctionwatch.yaml": killedConfig(slack.APIURL(), t.TempDir()), "feeds.yaml": killedFeeds(p.URL),
		"rule.yaml": potashRule, "token": "xoxb-test\n",
	}) + "/sanctionwatch.yaml"

	daemon := func(work func()) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cmd := command(ctx, t, "--log-level=warn", "run", "-c", cfg)
		var log bytes.Buffer
		cmd.Stderr = &log
		require.NoError(t, cmd.Start())
		defer func() {
			_ = cmd.Process.Kill() // SIGKILL
			_ = cmd.Wait()
			if t.Failed() {
				t.Log(log.String())
			}
		}()
		work()
	}
	all := titles()
	daemon(func() { awaitPolls(t, p, 1) })
	published := 0
	for i := range *kills {
		for ; published < len(all)*(i+1)/(*kills); published++ {
			p.publish(fmt.Sprint("f", published%10), all[published], "")
		}
		daemon(func() { time.Sleep(time.Duration(rnd.IntN(2500)) * time.Millisecond) })
	}
	slack.Script() // Slack is well again
	daemon(func() { awaitMessages(t, slack, all) })
	lost, doubled := tally(slack.Messages(), all)
	t.Logf("lost %d, doubled %d of %d", len(lost), len(doubled), len(all))
	require.Empty(t, lost)
	require.Empty(t, doubled)
}

func killedConfig(api, dir string) string {
	var b strings.Builder
	b.WriteString("feeds: [feeds.yaml]\nrules: [rule.yaml]\n" +
		"store: {dsn: \"sqlite:" + dir + "/killed.db\"}\n" +
		"fetch: {schedule: \"@every 1s\", floor: 1s, allow_private_addresses: true}\n" +
		"web: {listen: \"off\"}\nchannels:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "  c%d: {slack: {token_file: token, channel: C00000000%d, api_url: %q}}\n", i, i, api)
	}
	b.WriteString("route:\n  channel: c0\n  routes:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "    - {match: {feed: f%d}, channel: c%d}\n", i, i)
	}
	return b.String()
}

func killedFeeds(url string) string {
	var b strings.Builder
	b.WriteString("feeds:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "  - {id: f%d, url: \"%s/f%d\"}\n", i, url, i)
	}
	return b.String()
}

// titles are 200 headlines that are 200 stories.
func titles() []string {
	var out []string
	for i, s := range stationNames {
		for k, e := range eventWords {
			out = append(out, fmt.Sprintf("%s %s Belarusian potash at kilometre %d", s, e, 100+i*17+k*311))
		}
	}
	return out
}

// awaitPolls waits until each feed was polled and answered n times.
func awaitPolls(t *testing.T, p *press, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for i := range 10 {
			if p.polls[fmt.Sprint("f", i)] < n+1 { // the poll after it shows that it was recorded
				return false
			}
		}
		return true
	}, time.Minute, 20*time.Millisecond)
}

// awaitMessages waits until every title was seen and nothing moves any more.
func awaitMessages(t *testing.T, slack *slacktest.Server, all []string) {
	t.Helper()
	require.Eventually(t, func() bool {
		lost, _ := tally(slack.Messages(), all)
		return len(lost) == 0
	}, 3*time.Minute, 200*time.Millisecond)
	time.Sleep(2 * time.Second) // for a double to show itself
}

// tally says which titles no reader saw and which one saw twice.
func tally(msgs []slacktest.Message, all []string) (lost, doubled []string) {
	seen := map[string]int{}
	for _, m := range msgs {
		text := m.Read()
		for _, title := range all {
			if strings.Contains(text, title) {
				seen[title]++
			}
		}
	}
	for _, title := range all {
		switch n := seen[title]; {
		case n == 0:
			lost = append(lost, title)
		case n > 1:
			doubled = append(doubled, title)
		}
	}
	return lost, doubled
}
