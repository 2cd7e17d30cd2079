package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asMain makes the test binary be sanctionwatch, so that tests run the real thing in
// processes of its own.
const asMain = "SANCTIONWATCH_TEST_MAIN"

func TestMain(m *testing.M) {
	if task := os.Getenv(asReplica); task != "" {
		os.Exit(replica(task, os.Stdin, os.Stdout, os.Stderr))
	}
	if os.Getenv(asMain) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// command is a process of the program with the arguments given.
func command(ctx context.Context, t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = append(os.Environ(), asMain+"=1")
	return cmd
}

// output runs the program to its end and returns what it printed and its exit code.
func output(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := command(ctx, t, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// write writes files below a new folder and returns its path.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(p), 0o755))
		require.NoError(t, os.WriteFile(p, []byte(text), 0o600))
	}
	return dir
}

// potashRule fires on potash near Belarus, whatever else is said.
const potashRule = `
id: test-potash
title: Belarusian potash
theme: potash
severity: high
query: (Belarus* NEAR/8 potash)
tests:
  match: [{title: Belarusian potash is stopped, lang: en}]
  reject: [{title: Canadian potash is cheap, lang: en}]
`

// A press is an HTTP server whose feeds grow while it runs.
type press struct {
	*httptest.Server
	hub   string // that its feeds name, if any
	mu    sync.Mutex
	items map[string][]string // by feed, newest last; guarded by mu
	polls map[string]int      // by feed; guarded by mu
}

func newPress(t testing.TB) *press {
	t.Helper()
	p := &press{items: map[string][]string{}, polls: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// publish adds an item to a feed.
func (p *press) publish(feed, title, lead string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.items[feed])
	p.items[feed] = append(p.items[feed], fmt.Sprintf(
		"<item><title>%s</title><link>https://%s.example/%d</link><description>%s</description><pubDate>%s</pubDate></item>",
		title, feed, n, lead, time.Now().Format(time.RFC1123Z)))
}

// ServeHTTP serves the feed that the path names.
func (p *press) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.polls[name]++
	w.Header().Set("Content-Type", "application/rss+xml")
	if p.hub != "" {
		w.Header().Set("Link", fmt.Sprintf("<%s>; rel=hub, <%s>; rel=self", p.hub, r.URL.Path))
	}
	_, _ = w.Write([]byte(p.document(name)))
}

// document is a feed as it is now; the caller sees to it that it does not grow meanwhile.
func (p *press) document(name string) string {
	return fmt.Sprintf("<rss version='2.0'><channel><title>%s</title><link>https://%s.example/</link>%s</channel></rss>",
		name, name, strings.Join(p.items[name], ""))
}

func writeFile(name string, data []byte) error { return os.WriteFile(name, data, 0o600) }
