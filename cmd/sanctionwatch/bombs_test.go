package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// podMemory is the memory of the smallest pod that must live.
const podMemory = 128 << 20

// hangingFeeds is more than the poller has workers.
const hangingFeeds = 50

// everyBomb is for make bombs: the large documents take a minute of two processors.
var everyBomb = flag.Bool("every-bomb", false, "TestBombs has all bombs, not every fourth of the large documents")

var silent = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)

// TestBombs runs the daemon as it is built for users in the memory of a small pod, and
// has every feed but one do what a publisher can to hurt it. The one must not suffer.
func TestBombs(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	require.NoError(t, writeFile(secret, []byte("canary-of-the-secret-file")))
	h := newHostile(t)
	bombs := append(h.documents(secret), compressions(t)...)
	if !*everyBomb {
		bombs = everyFourth(bombs)
	}
	bombs = append(bombs, h.answers(t)...)
	bombs = append(bombs, h.hangs(hangingFeeds)...)
	slack, err := slacktest.Start(slacktest.Options{Token: "xoxb-test"})
	require.NoError(t, err)
	defer slack.Close()
	p := newPress(t)
	p.publish("good", "Canadian potash is cheap", "")
	cfg := write(t, map[string]string{
		"sanctionwatch.yaml": bombsConfig(slack.APIURL(), dir), "feeds.yaml": bombsFeeds(h, bombs, p.URL),
		"rule.yaml": potashRule, "token": "xoxb-test\n",
	}) + "/sanctionwatch.yaml"

	d := startVictim(t, cfg)
	require.Eventually(t, func() bool { hanging, _ := h.held(); return hanging == hangingFeeds }, time.Minute, 20*time.Millisecond,
		"not all hanging feeds were asked at once")
	awaitGood(t, p, 2) // its first poll is a baseline, and is recorded
	p.publish("good", "Ministers stop Belarusian potash at the border", "")
	awaitStory(t, slack, "Ministers stop Belarusian potash")
	_, let := h.held()
	require.Zero(t, let, "the news did not wait until the hanging feeds were given up")

	table := d.verdicts(bombs)
	t.Logf("peak memory so far %.1f MiB", float64(d.peak())/(1<<20))
	for i := range 2 { // and again, with all bombs under way for the second time
		awaitGood(t, p, 2)
		title := fmt.Sprint([]string{"Port of Riga refuses Belarusian potash", "Court frees the Belarusian potash trader"}[i])
		p.publish("good", title, "")
		awaitStory(t, slack, title)
	}
	require.Len(t, slack.Messages(), 3, "one message for each story, none for bombs")
	metrics := d.get("/metrics")
	for _, b := range bombs {
		failures := metricOf(t, metrics, `sanctionwatch_feed_failures{feed="`+b.name+`"}`)
		require.Equal(t, b.fails(), failures > 0, "%s: %v failures", b.name, failures)
	}
	require.Contains(t, d.get("/"), "a login page titled")
	peak := d.peak()
	d.end()

	require.Zero(t, h.dtd, "what an entity names is never asked for")
	checkCursors(t, dir, bombs)
	checkSecret(t, dir)
	t.Logf("what a daemon with GOMEMLIMIT=%dMiB said of its feeds\n%s%d bombs, %d messages in time; peak memory (VmHWM) %.1f MiB",
		podMemory>>20, table, len(bombs), len(slack.Messages()), float64(peak)/(1<<20))
	require.Less(t, peak, podMemory)
}

func everyFourth(all []bomb) (some []bomb) {
	for i := 0; i < len(all); i += 4 {
		some = append(some, all[i])
	}
	return some
}

// fails reports whether nothing of a bomb can be used: those that tell only what was left
// out are read as far as that goes.
func (b bomb) fails() bool {
	switch b.want {
	case "", "beyond the number that is read", "more than 100000 elements", "more than 1000 elements", "many times longer",
		"a text longer than 1048576 bytes", "could not be read", "the document ends early", "the connection ended early":
		return false
	}
	return true
}

// cut reports whether a bomb is read, and not to its end.
func (b bomb) cut() bool {
	return strings.HasSuffix(b.want, "ended early") || b.want == "the document ends early"
}

func bombsConfig(api, dir string) string {
	return fmt.Sprintf(`
feeds: [feeds.yaml]
rules: [rule.yaml]
store: {dsn: "sqlite:%s/bombs.db"}
fetch: {schedule: "@every 1s", floor: 1s, timeout: 20s, allow_private_addresses: true}
web: {listen: "127.0.0.1:0"}
channels:
  desk: {slack: {token_file: token, channel: C000000001, api_url: %q}}
route: {channel: desk}
`, dir, api)
}

func bombsFeeds(h *hostile, bombs []bomb, press string) string {
	var b strings.Builder
	b.WriteString("feeds:\n")
	for _, x := range bombs {
		fmt.Fprintf(&b, "  - {id: %s, url: %q}\n", x.name, h.host(x))
	}
	fmt.Fprintf(&b, "  - {id: good, url: %q}\n", press+"/good")
	return b.String()
}

// awaitGood waits until the good feed was asked n times more.
func awaitGood(t *testing.T, p *press, n int) {
	t.Helper()
	polls := func() int { p.mu.Lock(); defer p.mu.Unlock(); return p.polls["good"] }
	before := polls()
	require.Eventually(t, func() bool { return polls() >= before+n }, 2*time.Minute, 20*time.Millisecond, "the good feed was not asked")
}

func awaitStory(t *testing.T, slack *slacktest.Server, title string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, m := range slack.Messages() {
			if strings.Contains(m.Read(), title) {
				return true
			}
		}
		return false
	}, 2*time.Minute, 20*time.Millisecond, "no message on %q", title)
}

// A victim is a daemon in a process of its own, built as for users.
type victim struct {
	t    *testing.T
	cmd  *exec.Cmd
	read chan struct{} // closed when its log has ended

	mu    sync.Mutex
	lines []map[string]any // of its log; guarded by mu
}

// startVictim builds and starts the daemon. A race detector in the test is not in it: it
// takes several times the memory.
func startVictim(t *testing.T, cfg string) *victim {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "sanctionwatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", exe, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	ctx, cancel := context.WithCancel(context.Background())
	v := &victim{t: t, read: make(chan struct{})}
	v.cmd = exec.CommandContext(ctx, exe, "--log-format=json", "run", "--drain=0s", "-c", cfg)
	v.cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", podMemory))
	pipe, err := v.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, v.cmd.Start())
	go v.follow(pipe)
	t.Cleanup(func() {
		cancel()
		<-v.read
		_ = v.cmd.Wait()
	})
	return v
}

func (v *victim) follow(r io.Reader) {
	defer close(v.read)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var x map[string]any
		if json.Unmarshal(lines.Bytes(), &x) != nil {
			x = map[string]any{"msg": lines.Text()} // not of the log: a crash
		}
		v.mu.Lock()
		v.lines = append(v.lines, x)
		v.mu.Unlock()
	}
}

// said is all that was logged of a feed, but once where it was said more often.
func (v *victim) said(id string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []string
	seen := map[string]bool{}
	for _, l := range v.lines {
		if l["feed"] != id {
			continue
		}
		for _, key := range []string{"err", "note"} {
			if s, ok := l[key].(string); ok && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// verdicts waits until each bomb was answered by the words that fit, and tables them.
func (v *victim) verdicts(bombs []bomb) string {
	v.t.Helper()
	var table strings.Builder
	missing := func() (names []string) {
		polled := v.get("/metrics")
		for _, b := range bombs {
			if b.want == "" && metricOf(v.t, polled, `sanctionwatch_feed_last_success_timestamp_seconds{feed="`+b.name+`"}`) == 0 ||
				!strings.Contains(strings.Join(v.said(b.name), "; "), strings.ReplaceAll(b.want, `\"`, `"`)) {
				names = append(names, b.name)
			}
		}
		return names
	}
	end := time.Now().Add(3 * time.Minute)
	for len(missing()) > 0 && time.Now().Before(end) {
		if !v.alive() {
			v.mu.Lock()
			last := v.lines[max(0, len(v.lines)-40):]
			v.mu.Unlock()
			require.FailNow(v.t, "the daemon has ended", "%v", last)
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, b := range bombs {
		words := strings.Join(v.said(b.name), "; ")
		if words == "" {
			words = "read, and nothing of note"
		}
		if !strings.HasPrefix(b.name, "hangs-") || b.name <= "hangs-02" {
			fmt.Fprintf(&table, "%-22s  %s\n", b.name, addressRE.ReplaceAllString(words, ""))
		}
	}
	if names := missing(); len(names) > 0 {
		v.t.Log(table.String())
		require.Empty(v.t, names, "no fitting words")
	}
	return table.String()
}

var addressRE = regexp.MustCompile(`get \S+: `)

func (v *victim) alive() bool {
	return v.cmd.Process.Signal(syscall.Signal(0)) == nil && !closed(v.read)
}

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// get reads a page of the daemon.
func (v *victim) get(path string) string {
	v.t.Helper()
	var base string
	require.Eventually(v.t, func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, l := range v.lines {
			if l["msg"] == "watching" {
				base, _ = l["listen"].(string)
			}
		}
		return base != ""
	}, time.Minute, 10*time.Millisecond)
	resp, err := http.Get(base + path)
	require.NoError(v.t, err, "the daemon does not answer")
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(v.t, err)
	return string(body)
}

func metricOf(t *testing.T, page, name string) float64 {
	t.Helper()
	for line := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			require.NoError(t, err)
			return n
		}
	}
	return 0
}

// peak is the most memory that the process had, of all kinds.
func (v *victim) peak() int {
	v.t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.cmd.Process.Pid))
	require.NoError(v.t, err)
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindStringSubmatch(string(raw))
	require.NotNil(v.t, m)
	kb, err := strconv.Atoi(m[1])
	require.NoError(v.t, err)
	return kb << 10
}

// end asks the daemon to leave, which must be a success.
func (v *victim) end() {
	v.t.Helper()
	require.NoError(v.t, v.cmd.Process.Signal(syscall.SIGTERM))
	<-v.read
	require.NoError(v.t, v.cmd.Wait())
}

// checkCursors looks at what was kept to ask with next time.
func checkCursors(t *testing.T, dir string, bombs []bomb) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{DSN: "sqlite:" + dir + "/bombs.db"}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer st.Close()
	rows, err := st.Feeds(t.Context())
	require.NoError(t, err)
	states := map[string]watcher.FeedState{}
	for _, r := range rows {
		states[string(r.ID)] = r.FeedState
	}
	for _, b := range bombs {
		st, ok := states[b.name]
		require.True(t, ok, b.name)
		if b.fails() || b.cut() {
			require.Empty(t, st.Cursor.ETag, "%s: a validator of what was not read whole", b.name)
			require.Empty(t, st.Cursor.BodyHash, b.name)
		} else {
			require.Equal(t, bombTag, st.Cursor.ETag, b.name)
		}
	}
}

// checkSecret looks for what an entity pointed to in all that was kept.
func checkSecret(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(dir + "/bombs.db*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		require.NoError(t, err)
		require.NotContains(t, string(raw), "canary-of-the-secret-file")
	}
}
