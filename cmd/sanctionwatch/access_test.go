package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The secrets of the tests, which nothing but the publisher may see.
const (
	canaryToken = "c4nary-t0ken"
	canaryKey   = "c4nary-k3y"
)

// asking is a press that answers only those who say who they are.
func asking(t *testing.T, p *press) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+canaryToken || r.Header.Get("X-Api-Key") != canaryKey {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		p.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestFeedThatAsksIsReadAndItsSecretsStayInTheirFiles(t *testing.T) {
	p := newPress(t)
	url := asking(t, p)
	r := launch(t, map[string]string{
		"feeds.yaml": oneFeed(p.URL), "rules/rule.yaml": potashRule, "s/token": canaryToken + "\n", "s/key": canaryKey + "\n",
	})
	cfg := filepath.Join(r.dir, "sanctionwatch.yaml")
	r.write("feeds.yaml", fmt.Sprintf(`feeds:
  - {id: a, url: "%s/a"}
  - {id: asks, url: "%s/asks", private: true, auth: {token_file: s/token}, header_files: {X-Api-Key: s/key}}
`, p.URL, url))
	r.await(func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.polls["asks"] > 0 }, "the reload lets it in")
	checked, errOut, code := output(t, "feeds", "check", "-c", cfg)
	require.Equal(t, exitDone, code, checked+errOut)

	r.write("s/token", canaryToken+"-of-yesterday")
	r.await(func() bool { return strings.Contains(r.log.String(), "does not take what the files") }, "a wrong token is told")
	again, errOut2, code := output(t, "feeds", "check", "-c", cfg)
	require.Equal(t, exitFound, code)
	require.Contains(t, again, "HTTP 401 Unauthorized: the publisher does not take what the files of auth or header_files hold")
	parsed, errOut3, code := output(t, "feeds", "parse", "--private", url+"/asks")
	require.Equal(t, exitFound, code, "feeds parse knows of no configuration")
	require.Contains(t, parsed, "the publisher asks who you are")

	_, page := r.get("/")
	_, metrics := r.get("/metrics")
	for _, text := range []string{r.log.String(), checked, errOut, again, errOut2, parsed, errOut3, page, metrics, memory(t, cfg)} {
		require.NotContains(t, text, "c4nary")
	}
}

// memory is all bytes of the database that a configuration names.
func memory(t *testing.T, cfg string) string {
	t.Helper()
	text, err := os.ReadFile(cfg)
	require.NoError(t, err)
	m := regexp.MustCompile(`sqlite:([^"]+)`).FindStringSubmatch(string(text))
	require.NotNil(t, m)
	files, err := filepath.Glob(m[1] + "*")
	require.NoError(t, err)
	all := ""
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		all += string(data)
	}
	require.Contains(t, all, "asks", "it is the right file")
	return all
}
