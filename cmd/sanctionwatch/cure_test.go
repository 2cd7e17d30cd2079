package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestEveryErrorHasACure(t *testing.T) {
	const address = "https://press.example/rss?a=1"
	for _, c := range []struct {
		err  error
		want string
	}{
		{&feed.StatusError{Code: 404}, "try: sanctionwatch feeds discover https://press.example/"},
		{&feed.StatusError{Code: 400}, "does not take our request"},
		{&watcher.RetryError{Err: &feed.StatusError{Code: 429}}, "has had enough for now"},
		{&feed.StatusError{Code: 502}, "has trouble of its own"},
		{&feed.StatusError{Code: 451}, "refuses us"},
		{&net.DNSError{Err: "no such host", Name: "press.example", IsNotFound: true}, "no name server knows press.example"},
		{watcher.ErrBusy, "other feeds of this host took too long"},
		{errors.New("more than 5 redirects"), "sends in a circle"},
		{errors.New("the answer ends early, after 3 bytes and no whole item"), "sent only a part"},
		{errors.New("what nobody thought of"), "sanctionwatch feeds parse https://press.example/rss"},
	} {
		require.Contains(t, cure(fmt.Errorf("get %s: %w", address, c.err), address), c.want)
	}
	require.Equal(t, "sanctionwatch feeds discover ADDRESS", discover("::"))
	require.Equal(t, `'https://a.example/it'\''s(1)'`, quoteArg("https://a.example/it's(1)"))
}

func TestACertificateThatDoesNotHoldIsTold(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	defer srv.Close()
	client := feed.New(feed.Options{}, slog.New(slog.DiscardHandler))
	defer client.Close()
	got := checkFeed(client, watcher.Feed{ID: "x", URL: srv.URL, Private: true})
	require.True(t, got.failed())
	require.Contains(t, got.Error, "certificate")
	require.Contains(t, got.Cure, "ca-certificates")
}

func TestReasonsLeaveOutTheAddress(t *testing.T) {
	require.Equal(t, "HTTP 404 Not Found", reason(errors.New("get https://press.example:8443/a/b: HTTP 404 Not Found")))
	require.Equal(t, "not a feed: the body is empty", reason(errors.New("not a feed: the body is empty")))
}
