package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A running is a daemon in a process of its own.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	dir  string // of its files
	url  string
	log  *buffer
	done chan error
}

// A buffer may be read while a process writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// launch starts a daemon over the files given and waits until it is ready.
func launch(t *testing.T, files map[string]string) *running {
	t.Helper()
	addr := freePort(t)
	r := &running{t: t, url: "http://" + addr, log: &buffer{}, done: make(chan error, 1)}
	files["sanctionwatch.yaml"] = fmt.Sprintf(
		"feeds: [feeds.yaml]\nrules: [rules]\nstore: {dsn: \"sqlite:%s/d.db\"}\nfetch: {schedule: \"@every 1s\", floor: 1s, allow_private_addresses: true}\n"+
			"channels: {desk: {console: {color: never}}}\nweb: {listen: %q, enable_reload: true}\n", t.TempDir(), addr)
	r.dir = write(t, files)
	ctx, cancel := context.WithCancel(context.Background())
	r.cmd = command(ctx, t, "run", "-c", filepath.Join(r.dir, "sanctionwatch.yaml"), "--drain", "300ms")
	r.cmd.Stdout, r.cmd.Stderr = r.log, r.log
	require.NoError(t, r.cmd.Start())
	go func() { r.done <- r.cmd.Wait() }()
	t.Cleanup(func() {
		cancel()
		if t.Failed() {
			t.Log(r.log.String())
		}
	})
	r.await(func() bool { code, _ := r.get("/-/ready"); return code == http.StatusOK }, "ready")
	return r
}

func (r *running) await(cond func() bool, what string) {
	r.t.Helper()
	require.Eventually(r.t, cond, time.Minute, 20*time.Millisecond, what)
}

func (r *running) get(path string) (int, string) { return r.do(http.MethodGet, path) }

func (r *running) do(method, path string) (int, string) {
	req, err := http.NewRequestWithContext(context.Background(), method, r.url+path, nil)
	require.NoError(r.t, err)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	return res.StatusCode, string(body)
}

func (r *running) write(name, text string) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
}

func (r *running) exitCode() int {
	r.t.Helper()
	select {
	case <-r.done:
		return r.cmd.ProcessState.ExitCode()
	case <-time.After(time.Minute):
		require.Fail(r.t, "the daemon does not end")
		return -1
	}
}

func oneFeed(url string) string { return fmt.Sprintf("feeds: [{id: a, url: \"%s/a\"}]\n", url) }

func TestDaemonAlertsServesItsPageAndEndsCleanlyOnTERM(t *testing.T) {
	p := newPress(t)
	r := launch(t, map[string]string{"feeds.yaml": oneFeed(p.URL), "rules/rule.yaml": potashRule})
	r.await(func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.polls["a"] > 1 }, "the baseline is over")
	p.publish("a", "Belarusian potash &lt;script&gt;alert(1)&lt;/script&gt; is stopped", "")
	r.await(func() bool { return strings.Contains(r.log.String(), "Belarusian potash") }, "the console has the alert")
	code, page := r.get("/")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, page, "potash")
	require.NotContains(t, page, "<script>")
	r.await(func() bool {
		_, m := r.get("/metrics")
		return strings.Contains(m, `sanctionwatch_outbox_deliveries{state="sent"} 1`)
	}, "the delivery is settled")
	_, metrics := r.get("/metrics")
	for _, name := range []string{
		`sanctionwatch_deliveries_total{channel="desk",outcome="ok"} 1`, "sanctionwatch_config_last_reload_successful 1",
		`sanctionwatch_rule_matches_total{rule="test-potash",theme="potash"} 1`, `sanctionwatch_outbox_deliveries{state="sent"} 1`,
	} {
		require.Contains(t, metrics, name)
	}
	out, _, code := output(t, "healthcheck", "--url", r.url, "--ready")
	require.Equal(t, exitDone, code, out)

	require.NoError(t, r.cmd.Process.Signal(syscall.SIGTERM))
	r.await(func() bool { code, _ := r.get("/-/ready"); return code == http.StatusServiceUnavailable || code == 0 }, "draining")
	require.Equal(t, exitDone, r.exitCode())
	_, _, code = output(t, "healthcheck", "--url", r.url)
	require.Equal(t, exitFound, code)
}

func TestReloadTakesGoodFilesAndKeepsTheLastGoodVersionOfBadOnes(t *testing.T) {
	p := newPress(t)
	r := launch(t, map[string]string{"feeds.yaml": oneFeed(p.URL), "rules/rule.yaml": potashRule})
	r.await(func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.polls["a"] > 1 }, "the baseline is over")

	// A file that changes is taken by itself.
	steel := strings.NewReplacer("test-potash", "test-steel", "potash", "steel").Replace(potashRule)
	r.write("rules/steel.yaml", steel)
	r.await(func() bool { return strings.Contains(r.log.String(), "msg=reloaded") }, "the new rule is in use")
	_, metrics := r.get("/metrics")
	require.Contains(t, metrics, "sanctionwatch_rules 2")
	require.Contains(t, metrics, "sanctionwatch_config_files_stale 0")

	// A broken one keeps its last good version, which is told with its place over HTTP, in
	// the log and as a metric; one beside it is taken.
	r.write("rules/steel.yaml", strings.Replace(steel, "query: (", "query: ((", 1))
	r.await(func() bool { return strings.Contains(r.log.String(), "file not taken") }, "the broken file is kept")
	require.Contains(t, r.log.String(), "its last good version stays in use")
	require.Contains(t, r.log.String(), "steel.yaml:6:")
	r.write("rules/iron.yaml", strings.NewReplacer("test-potash", "test-iron", "potash", "iron").Replace(potashRule))
	code, body := r.do(http.MethodPost, "/-/reload")
	require.Equal(t, http.StatusUnprocessableEntity, code)
	require.Contains(t, body, "taken, but for the files below")
	require.Contains(t, body, "rules/steel.yaml\n")
	require.Contains(t, body, "steel.yaml:6:")
	_, metrics = r.get("/metrics")
	for _, want := range []string{
		"sanctionwatch_config_last_reload_successful 0", "sanctionwatch_config_files_stale 1", "sanctionwatch_rules 3",
	} {
		require.Contains(t, metrics, want)
	}
	p.publish("a", "Belarusian steel is stopped", "")
	p.publish("a", "Belarusian iron is stopped", "")
	r.await(func() bool {
		return strings.Contains(r.log.String(), "Belarusian steel") && strings.Contains(r.log.String(), "Belarusian iron")
	}, "the old rule goes on beside the new one")

	// SIGHUP reads again.
	r.write("rules/steel.yaml", steel)
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGHUP))
	r.await(func() bool {
		_, m := r.get("/metrics")
		return strings.Contains(m, "sanctionwatch_config_last_reload_successful 1") &&
			strings.Contains(m, "sanctionwatch_config_files_stale 0")
	}, "good again")
	code, body = r.do(http.MethodPost, "/-/reload")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `"changed":false,"feeds":1,"rules":3`)
}

func TestABrokenRootFileChangesNothing(t *testing.T) {
	p := newPress(t)
	r := launch(t, map[string]string{"feeds.yaml": oneFeed(p.URL), "rules/rule.yaml": potashRule})
	r.write("rules/steel.yaml", strings.NewReplacer("test-potash", "test-steel", "potash", "steel").Replace(potashRule))
	r.write("feeds.yaml", "feeds: [{id: a, url: nowhere}]\n")
	r.await(func() bool { return strings.Contains(r.log.String(), "reload refused") }, "the broken file is refused")
	code, body := r.do(http.MethodPost, "/-/reload")
	require.Equal(t, http.StatusUnprocessableEntity, code)
	require.Contains(t, body, "nothing was changed")
	require.Contains(t, body, "feeds.yaml:1:22: ")
	_, metrics := r.get("/metrics")
	require.Contains(t, metrics, "sanctionwatch_config_last_reload_successful 0")
	require.Contains(t, metrics, "sanctionwatch_rules 1")
}

func TestABrokenRuleFileIsRefusedAtAColdStart(t *testing.T) {
	dir := write(t, map[string]string{
		"c.yaml":       "channels: {desk: {console: {}}}\nrules: [rules]\nweb: {listen: \"off\"}\n",
		"rules/a.yaml": strings.Replace(potashRule, "query: (", "query: ((", 1),
	})
	_, errOut, code := output(t, "run", "-c", filepath.Join(dir, "c.yaml"))
	require.Equal(t, exitFault, code)
	require.Contains(t, errOut, "a.yaml:6:")
}

// TestReloadFollowsAConfigMap swaps a link as Kubernetes does with a mounted folder.
func TestReloadFollowsAConfigMap(t *testing.T) {
	p := newPress(t)
	r := launch(t, map[string]string{
		"feeds.yaml": oneFeed(p.URL), "rules/..v1/rule.yaml": potashRule,
		"rules/..v2/rule.yaml": strings.Replace(potashRule, "severity: high", "severity: low", 1), "rules/empty.yaml": potashRule,
	})
	swap := func(version string) {
		t.Helper()
		tmp := filepath.Join(r.dir, "rules", "..data_tmp")
		require.NoError(t, os.Symlink(version, tmp))
		require.NoError(t, os.Rename(tmp, filepath.Join(r.dir, "rules", "..data")))
	}
	swap("..v1")
	require.NoError(t, os.Remove(filepath.Join(r.dir, "rules", "empty.yaml")))
	require.NoError(t, os.Symlink("..data/rule.yaml", filepath.Join(r.dir, "rules", "rule.yaml")))
	reloads := func() int { return strings.Count(r.log.String(), "msg=reloaded") }
	r.await(func() bool { return reloads() > 0 }, "the mounted folder is read")
	before := reloads()
	swap("..v2")
	r.await(func() bool { return reloads() > before }, "the first swap")
	before = reloads()
	swap("..v1")
	r.await(func() bool { return reloads() > before }, "the second swap")
}

func TestPortInUseEndsTheStartWithOneMessage(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	dir := write(t, map[string]string{"c.yaml": fmt.Sprintf("channels: {desk: {console: {}}}\nweb: {listen: %q}\n", l.Addr())})
	_, errOut, code := output(t, "run", "-c", filepath.Join(dir, "c.yaml"))
	require.Equal(t, exitFault, code)
	require.Contains(t, errOut, "web.listen "+l.Addr().String()+": ")
	require.Contains(t, errOut, "address already in use")
	require.Equal(t, 1, strings.Count(errOut, "\n"))
}

func TestSecondDaemonOnTheSameDatabaseIsRefused(t *testing.T) {
	p := newPress(t)
	r := launch(t, map[string]string{"feeds.yaml": oneFeed(p.URL), "rules/rule.yaml": potashRule})
	raw, err := os.ReadFile(filepath.Join(r.dir, "sanctionwatch.yaml"))
	require.NoError(t, err)
	text := string(raw)
	text = text[:strings.Index(text, "web:")] + "web: {listen: \"off\"}\n"
	r.write("second.yaml", text)
	_, errOut, code := output(t, "run", "--once", "-c", filepath.Join(r.dir, "second.yaml"))
	require.Equal(t, exitFault, code)
	require.Contains(t, errOut, fmt.Sprint(r.cmd.Process.Pid), "says who has it")
}
