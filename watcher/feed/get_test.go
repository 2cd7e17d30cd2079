package feed_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func isGone(err error) bool { return errors.Is(err, watcher.ErrGone) }

// redirects is a publisher whose paths lead from one to the next.
func redirects(t testing.TB, steps map[string]int, final http.HandlerFunc) string {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if status := steps[r.URL.Path]; status != 0 {
			http.Redirect(w, r, r.URL.Path+"x", status)
			return
		}
		final(w, r)
	}).URL
}

func TestRedirectsAreFollowed(t *testing.T) {
	for name, c := range map[string]struct {
		steps map[string]int
		moved bool
	}{
		"permanent":         {map[string]int{"/a": 301, "/ax": 308}, true},
		"temporary":         {map[string]int{"/a": 302, "/ax": 307}, false},
		"temporary between": {map[string]int{"/a": 301, "/ax": 303, "/axx": 301}, false},
		"none":              {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			url := redirects(t, c.steps, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Referer") != "" {
					t.Error("a redirect was told to the next server")
				}
				_, _ = io.WriteString(w, channel("<item><title>A</title><link>b</link></item>"))
			})
			final := url + "/a" + strings.Repeat("x", len(c.steps))
			b, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(url+"/a"), watcher.Cursor{})
			require.NoError(t, err)
			require.Equal(t, final, b.Cursor.URL)
			require.Equal(t, url+"/b", b.Items[0].URL)
			if c.moved {
				require.Equal(t, final, b.MovedTo)
			} else {
				require.Empty(t, b.MovedTo)
			}
		})
	}
}

func TestRedirectsComeToAnEnd(t *testing.T) {
	steps := map[string]int{}
	for i := range 6 {
		steps["/a"+strings.Repeat("x", i)] = 302
	}
	url := redirects(t, steps, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, channel(numbered(1))) })
	c := newClient(t, feed.Options{})
	_, err := c.Fetch(t.Context(), at(url+"/a"), watcher.Cursor{})
	require.ErrorContains(t, err, "more than 5 redirects")
	_, err = c.Fetch(t.Context(), at(url+"/ax"), watcher.Cursor{})
	require.NoError(t, err)
}

func TestValidatorsGoOnlyWhereTheyCameFrom(t *testing.T) {
	seen := map[string]string{}
	url := redirects(t, map[string]int{"/a": 302}, func(w http.ResponseWriter, r *http.Request) {
		seen[r.URL.Path] = r.Header.Get("If-None-Match")
		w.Header().Set("ETag", `"of `+r.URL.Path+`"`)
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	c := newClient(t, feed.Options{})
	b, err := c.Fetch(t.Context(), at(url+"/a"), watcher.Cursor{URL: url + "/a", ETag: `"old"`})
	require.NoError(t, err)
	require.Empty(t, seen["/ax"], "the first address's validator went to the second")
	_, err = c.Fetch(t.Context(), at(url+"/a"), b.Cursor)
	require.NoError(t, err)
	require.Equal(t, `"of /ax"`, seen["/ax"])
}

func TestLoginPageBehindARedirectIsNamed(t *testing.T) {
	url := redirects(t, map[string]int{"/a": 302}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<html><title>Sign in</title><input type="password"></html>`)
	})
	_, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(url+"/a?key=s3cret"), watcher.Cursor{})
	require.EqualError(t, err, `not a feed: a login page titled "Sign in" (redirected to `+url+`/ax)`)
}

func TestPasswordGoesOnlyToItsHostAndIntoNoError(t *testing.T) {
	var there, elsewhere string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		elsewhere = r.Header.Get("Authorization")
		w.WriteHeader(http.StatusForbidden)
	})
	own := serve(t, func(w http.ResponseWriter, r *http.Request) {
		there += r.Header.Get("Authorization") + ";"
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	c := newClient(t, feed.Options{})
	with := func(url string) string { return strings.Replace(url, "://", "://bob7:s3cret@", 1) }
	_, err := c.Fetch(t.Context(), at(with(own.URL)+"/a"), watcher.Cursor{})
	require.ErrorContains(t, err, "403")
	require.Equal(t, "Basic Ym9iNzpzM2NyZXQ=;Basic Ym9iNzpzM2NyZXQ=;", there)
	require.Empty(t, elsewhere)
	other.Close()
	for _, url := range []string{own.URL, other.URL, "http://nowhere.invalid", "ftp://post.example", "http://[::1", "http://%41:x"} {
		_, err := c.Fetch(t.Context(), at(with(url)+"/a?token=s3cret"), watcher.Cursor{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "s3cret")
		require.NotContains(t, err.Error(), "bob7")
	}
}

func TestRedirectIntoTheOwnNetworkIsRefused(t *testing.T) {
	reached := false
	inside := serve(t, func(http.ResponseWriter, *http.Request) { reached = true })
	outside := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, http.StatusFound) })
	c := feed.New(feed.Options{}, slog.New(slog.DiscardHandler))
	t.Cleanup(c.Close)
	_, err := c.Fetch(t.Context(), at(outside.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "address 127.0.0.1 is private")
	require.False(t, reached)

	f := at(outside.URL)
	f.Private = true
	_, err = c.Fetch(t.Context(), f, watcher.Cursor{})
	require.ErrorIs(t, err, feed.ErrNotFeed)
	require.True(t, reached)
	_, err = c.Fetch(t.Context(), at(inside.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "is private", "a connection of a private feed must not serve another")
}

func TestOtherSchemesAreRefused(t *testing.T) {
	c := newClient(t, feed.Options{})
	for _, u := range []string{"file:///etc/passwd", "gopher://post.example/", "post.example/feed", "", "https:///feed"} {
		_, err := c.Fetch(t.Context(), at(u), watcher.Cursor{})
		require.Error(t, err)
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	})
	_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, `scheme "file" is not http or https`)
}

func TestProxyIsTheOnlyAddressDialled(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "post.example" {
			t.Error("the proxy was asked for", r.Host)
		}
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	c := feed.New(feed.Options{Proxy: proxy.URL}, slog.New(slog.DiscardHandler))
	t.Cleanup(c.Close)
	b, err := c.Fetch(t.Context(), at("http://post.example/feed"), watcher.Cursor{})
	require.NoError(t, err)
	require.Len(t, b.Items, 1)
	_, err = c.Fetch(t.Context(), at("http://10.0.0.1/feed"), watcher.Cursor{})
	require.ErrorContains(t, err, "is private")
}

func TestGetReturnsBytesAndWhereTheyAre(t *testing.T) {
	url := redirects(t, map[string]int{"/a": 301}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/x-quay")
		_, _ = io.WriteString(w, "not looked at")
	})
	res, err := newClient(t, feed.Options{}).Get(t.Context(), at(strings.Replace(url, "://", "://ann:x@", 1)+"/a"), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.Status)
	require.Equal(t, "not looked at", string(res.Body))
	require.Equal(t, url+"/ax", res.URL)
	require.Equal(t, url+"/ax", res.MovedTo)
	require.Equal(t, "text/x-quay", res.Header.Get("Content-Type"))
	require.False(t, res.Cut)
}

func TestCertificateThatCannotBeTrustedIsNamed(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(s.Close)
	_, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "certificate")
}
