package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

// A lame publisher answers as a feed, or with 500 while it is down.
type lame struct {
	*httptest.Server
	down  atomic.Bool
	polls atomic.Int64
}

func newLame(t *testing.T) *lame {
	l := &lame{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		defer l.polls.Add(1)
		if l.down.Load() {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "<rss version='2.0'><channel><title>x</title><item><title>Calm</title><link>https://x.example/1</link>"+
			"<pubDate>Mon, 02 Feb 2026 10:00:00 GMT</pubDate></item></channel></rss>")
	}))
	t.Cleanup(l.Close)
	return l
}

// await waits until the publisher was polled n times more.
func (l *lame) await(t *testing.T, n int64) {
	t.Helper()
	until := l.polls.Load() + n
	require.Eventually(t, func() bool { return l.polls.Load() >= until }, time.Minute, 20*time.Millisecond, "polled")
}

func opsConfig(dir, api string) string {
	return fmt.Sprintf(`
feeds: [feeds.yaml]
rules: [rule.yaml]
store: {dsn: "sqlite:%s/ops.db"}
fetch: {schedule: "@every 1s", floor: 1s, allow_private_addresses: true}
channels:
  desk: {console: {color: never}}
  ops: {slack: {token_file: token, channel: C000000001, api_url: %q}}
route: {channel: desk}
ops: {channel: ops, failing_after: 2s}
web: {listen: "off"}
`, dir, api)
}

// TestAFeedInTroubleIsToldOnceAndSoIsItsRecovery kills the daemon between all steps.
func TestAFeedInTroubleIsToldOnceAndSoIsItsRecovery(t *testing.T) {
	slack, err := slacktest.Start(slacktest.Options{Token: "xoxb-test"})
	require.NoError(t, err)
	defer slack.Close()
	p := newLame(t)
	cfg := write(t, map[string]string{
		"sanctionwatch.yaml": opsConfig(t.TempDir(), slack.APIURL()), "token": "xoxb-test", "rule.yaml": potashRule,
		"feeds.yaml": fmt.Sprintf("feeds: [{id: a, name: Lame Press, url: \"%s/a\"}]\n", p.URL),
	}) + "/sanctionwatch.yaml"
	daemon := func(work func()) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var log buffer
		cmd := command(ctx, t, "run", "-c", cfg)
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
	told := func(n int) {
		require.Eventually(t, func() bool { return len(slack.Messages()) >= n }, time.Minute, 20*time.Millisecond, "%d told", n)
	}
	daemon(func() { p.await(t, 2) })
	p.down.Store(true)
	daemon(func() { told(1) })
	daemon(func() { p.await(t, 1) }) // fails still: nothing new
	p.down.Store(false)
	daemon(func() { told(2) })
	daemon(func() { p.await(t, 3) })

	msgs := slack.Messages()
	require.Len(t, msgs, 2)
	first, second := msgs[0].Read(), msgs[1].Read()
	for _, want := range []string{"trouble", "Lame Press does not answer as a feed", "500", "last success", "last item", p.URL + "/a opens"} {
		require.Contains(t, first, want)
	}
	require.Contains(t, second, "Lame Press is well again")
	require.Equal(t, msgs[0].TS, msgs[1].ThreadTS, "the recovery is in the trouble's thread")
}

func TestMetricsAndPageSayHowFeedsAre(t *testing.T) {
	p, well := newLame(t), newLame(t)
	r := launch(t, map[string]string{
		"feeds.yaml": fmt.Sprintf("feeds: [{id: a, url: \"%s/a\"}, {id: b, url: \"%s/b\"}]\n", p.URL, well.URL), "rules/rule.yaml": potashRule,
	})
	has := func(path string, lines ...string) func() bool {
		return func() bool {
			_, text := r.get(path)
			for _, l := range lines {
				if !strings.Contains(text, l) {
					return false
				}
			}
			return true
		}
	}
	r.await(has("/metrics", `sanctionwatch_feed_up{feed="a"} 1`, `sanctionwatch_feed_silent{feed="a"} 0`,
		`sanctionwatch_feed_last_item_timestamp_seconds{feed="a"} 1.7700264e+09`, `sanctionwatch_feed_next_due_timestamp_seconds{feed="a"}`), "up")
	p.down.Store(true)
	r.await(has("/metrics", `sanctionwatch_feed_up{feed="a"} 0`, `sanctionwatch_feed_up{feed="b"} 1`), "down")
	r.await(has("/", "1 in trouble", "HTTP 500", "not known yet"), "the page says so")
	r.write("feeds.yaml", fmt.Sprintf("feeds: [{id: b, url: \"%s/b\"}]\n", well.URL))
	r.await(func() bool { return !has("/metrics", `feed="a"`)() }, "a removed feed has no metrics")
}

func TestOnceTellsOfAFeedThatHasEnded(t *testing.T) {
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer gone.Close()
	dir := write(t, map[string]string{
		"c.yaml": fmt.Sprintf("feeds: [feeds.yaml]\nrules: [rule.yaml]\nstore: {dsn: \"sqlite:%s/o.db\"}\nfetch: {allow_private_addresses: true}\n"+
			"channels: {desk: {console: {color: never}}}\nops: {channel: desk}\n", t.TempDir()),
		"rule.yaml": potashRule, "feeds.yaml": fmt.Sprintf("feeds: [{id: a, name: Old Paper, url: \"%s/a\"}]\n", gone.URL),
	})
	out, errOut, code := output(t, "run", "--once", "-c", dir+"/c.yaml")
	require.Equal(t, exitDone, code, errOut)
	require.Equal(t, 1, strings.Count(out, "Old Paper has ended"), out+errOut)
	out, errOut, code = output(t, "run", "--once", "-c", dir+"/c.yaml")
	require.Equal(t, exitDone, code, errOut)
	require.NotContains(t, out, "Old Paper")
}
