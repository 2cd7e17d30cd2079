package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/web"
)

func site() *web.Site {
	return &web.Site{
		Alerts:   func(context.Context, int) ([]web.Alert, error) { return nil, nil },
		Feeds:    func(context.Context) ([]web.Feed, error) { return nil, nil },
		Status:   func(context.Context) (web.Status, error) { return web.Status{PlanHash: "p1"}, nil },
		Ready:    func(context.Context) error { return nil },
		Gatherer: prometheus.NewRegistry(),
		Log:      slog.New(slog.DiscardHandler),
	}
}

func do(t *testing.T, s *web.Site, method, path string, head ...string) (int, string, http.Header) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

func TestReadyTellsTheTruthAndHealthyDependsOnNothing(t *testing.T) {
	s := site()
	code, body, _ := do(t, s, "GET", "/-/ready")
	require.Equal(t, 200, code, body)
	s.Ready = func(context.Context) error { return errors.New("draining") }
	code, body, _ = do(t, s, "GET", "/-/ready")
	require.Equal(t, 503, code)
	require.Equal(t, "not ready: draining\n", body)
	code, _, _ = do(t, s, "GET", "/-/healthy")
	require.Equal(t, 200, code)
}

func TestReloadIsOffUnlessEnabledAndAnswersWithTheReason(t *testing.T) {
	s := site()
	code, body, _ := do(t, s, "POST", "/-/reload")
	require.Equal(t, 403, code)
	require.Contains(t, body, "web.enable_reload")
	s.Reload = func(context.Context) (web.Reloaded, error) {
		return web.Reloaded{Hash: "h2", Changed: true, Feeds: 3, Rules: 4}, nil
	}
	code, body, _ = do(t, s, "POST", "/-/reload")
	require.Equal(t, 200, code)
	require.JSONEq(t, `{"hash":"h2","changed":true,"feeds":3,"rules":4}`, body)
	code, _, _ = do(t, s, "POST", "/-/reload", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, 403, code, "a page elsewhere must not reload us")
	code, _, _ = do(t, s, "GET", "/-/reload")
	require.Equal(t, 405, code)
	s.Reload = func(context.Context) (web.Reloaded, error) {
		return web.Reloaded{}, &web.Invalid{Err: errors.New("rules.yaml:3:4: no")}
	}
	code, body, _ = do(t, s, "POST", "/-/reload")
	require.Equal(t, 422, code)
	require.Equal(t, "nothing was changed:\nrules.yaml:3:4: no\n", body)
	s.Reload = func(context.Context) (web.Reloaded, error) {
		return web.Reloaded{Changed: true}, &web.Invalid{Err: errors.New("a.yaml:3:4: no"), Kept: []string{"a.yaml", "b.yaml"}}
	}
	code, body, _ = do(t, s, "POST", "/-/reload")
	require.Equal(t, 422, code)
	require.Equal(t, "taken, but for the files below; the last good version of each stays in use, "+
		"or none if it is new:\n  a.yaml\n  b.yaml\n\na.yaml:3:4: no\n", body)
	s.Reload = func(context.Context) (web.Reloaded, error) { return web.Reloaded{}, errors.New("disk") }
	code, _, _ = do(t, s, "POST", "/-/reload")
	require.Equal(t, 500, code)
}

func TestPageEscapesWhatFeedsSay(t *testing.T) {
	s := site()
	s.Alerts = func(context.Context, int) ([]web.Alert, error) {
		return []web.Alert{{
			Severity: "high", Headline: `<script>alert(1)</script>`, URL: "javascript:alert(2)", Host: "x.example",
			Quote: []web.Run{{Text: `a <img onerror=x> `}, {Text: "калий", Bold: true}}, Why: []string{"<b>r</b>"},
			Raised: time.Now(), Sent: []string{"desk"}, Dead: []string{"mail"},
		}}, nil
	}
	s.Feeds = func(context.Context) ([]web.Feed, error) {
		return []web.Feed{{Name: "F", URL: "https://f.example", Bad: true, Health: "fails for 2 h: HTTP 500 <x>", Rhythm: "about 12 a day"}, {Name: "G", Bad: true}}, nil
	}
	code, body, head := do(t, s, "GET", "/")
	require.Equal(t, 200, code)
	require.NotContains(t, body, "<script>")
	require.NotContains(t, body, "<img")
	require.NotContains(t, body, "javascript:alert")
	require.Contains(t, body, "<b>калий</b>")
	require.Contains(t, body, "2 in trouble")
	require.Contains(t, body, "HTTP 500 &lt;x&gt;")
	require.Contains(t, head.Get("Content-Security-Policy"), "default-src 'none'")
	require.NotContains(t, head.Get("Content-Security-Policy"), "unsafe")
}

func TestEmptyPageTellsANewcomerWhatToExpect(t *testing.T) {
	_, body, _ := do(t, site(), "GET", "/")
	require.Contains(t, body, "first poll of each feed is a baseline")
	code, css, _ := do(t, site(), "GET", "/static/style.css")
	require.Equal(t, 200, code)
	require.Contains(t, css, "prefers-color-scheme: dark")
	code, _, _ = do(t, site(), "GET", "/nothing")
	require.Equal(t, 404, code)
}

func TestPageWithoutDatabaseSaysSoWithoutDetails(t *testing.T) {
	s := site()
	s.Status = func(context.Context) (web.Status, error) { return web.Status{}, errors.New("secret dsn") }
	code, body, _ := do(t, s, "GET", "/")
	require.Equal(t, 503, code)
	require.NotContains(t, body, "secret")
}

func TestPortInUseIsSaidBeforeAnythingStarts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, err = web.Listen(web.Options{Listen: l.Addr().String()})
	require.ErrorContains(t, err, "address already in use")
	require.ErrorContains(t, err, "web.listen")
}

func TestServeEndsWithItsContextAndFinishesRequests(t *testing.T) {
	l, err := web.Listen(web.Options{Listen: "127.0.0.1:0"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	entered := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-ctx.Done()
		_, _ = io.WriteString(w, strings.Repeat("x", 10))
	})
	done := make(chan error, 1)
	go func() { done <- web.Serve(ctx, l, h, slog.New(slog.DiscardHandler)) }()
	go func() { <-entered; cancel() }()
	res, err := http.Get("http://" + l.Addr().String())
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "xxxxxxxxxx", string(body))
	require.NoError(t, <-done)
}
