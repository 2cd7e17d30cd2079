package feed_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestPostSendsAFormAndFollowsTheRedirectsThatKeepIt(t *testing.T) {
	var got url.Values
	var how []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, "/b", http.StatusTemporaryRedirect)
		case "/b":
			http.Redirect(w, r, "/hub", http.StatusPermanentRedirect)
		case "/hub":
			_ = r.ParseForm() // what cannot be read is not there
			got, how = r.PostForm, []string{r.Method, r.UserAgent()}
			w.WriteHeader(http.StatusAccepted)
		}
	})
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://news.example/?a=1&b=2"}}
	require.NoError(t, newClient(t, feed.Options{}).Post(t.Context(), at(s.URL), s.URL+"/a", form))
	require.Equal(t, form, got)
	require.Equal(t, http.MethodPost, how[0])
	require.Contains(t, how[1], "sanctionwatch/")
}

func TestPostSaysInWordsWhatWasAnswered(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		header http.Header
		body   string
		want   string
		again  time.Duration
	}{
		"a reason":         {http.StatusBadRequest, nil, "topic\n not \x01known", "HTTP 400 Bad Request: topic not known", 0},
		"a page":           {http.StatusNotFound, nil, "<html>no</html>", "HTTP 404 Not Found", 0},
		"a moved hub":      {http.StatusMovedPermanently, http.Header{"Location": {"/x"}}, "", "HTTP 301 Moved Permanently: only 307 and 308 lead a form on", 0},
		"a lost redirect":  {http.StatusTemporaryRedirect, nil, "", "HTTP 307 Temporary Redirect without a place to go", 0},
		"a circle":         {http.StatusTemporaryRedirect, http.Header{"Location": {"/"}}, "", "more than 5 redirects", 0},
		"another scheme":   {http.StatusTemporaryRedirect, http.Header{"Location": {"file:///etc/passwd"}}, "", `scheme "file" is not http or https`, 0},
		"patience":         {http.StatusTooManyRequests, http.Header{"Retry-After": {"60"}}, "", "HTTP 429 Too Many Requests", time.Minute},
		"out of order":     {http.StatusServiceUnavailable, nil, "back soon", "HTTP 503 Service Unavailable: back soon", 0},
		"a very long text": {http.StatusForbidden, nil, strings.Repeat("no ", 1000), "HTTP 403 Forbidden: no no", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), tt.header)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			err := newClient(t, feed.Options{}).Post(t.Context(), at(s.URL), s.URL+"/?token=secret", nil)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "secret")
			require.Less(t, len(err.Error()), 500)
			if tt.again > 0 {
				retry, ok := errors.AsType[*watcher.RetryError](err)
				require.True(t, ok)
				require.Equal(t, tt.again, retry.After)
			}
		})
	}
}

func TestPostReachesNoPrivateAddressUnlessTheFeedMayLiveThere(t *testing.T) {
	reached := 0
	s := serve(t, func(http.ResponseWriter, *http.Request) { reached++ })
	c := feed.New(feed.Options{}, slog.New(slog.DiscardHandler))
	t.Cleanup(c.Close)
	for _, address := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), "http://[::1]:80/"} {
		require.ErrorContains(t, c.Post(t.Context(), watcher.Feed{ID: "f", URL: "https://news.example/"}, address, nil), "is private")
	}
	require.Zero(t, reached)
	require.NoError(t, c.Post(t.Context(), watcher.Feed{ID: "f", URL: s.URL, Private: true}, s.URL, nil))
	require.Equal(t, 1, reached)
}

func TestReadTakesADocumentThatWasSent(t *testing.T) {
	c := newClient(t, feed.Options{MaxBody: 64 << 10})
	f := watcher.Feed{ID: "post", URL: "https://post.example/all.xml"}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, channel(numbered(2)))
	require.NoError(t, z.Close())
	b, err := c.Read(t.Context(), f, f.URL, http.Header{"Content-Encoding": {"gzip"}}, zipped.Bytes())
	require.NoError(t, err)
	require.Len(t, b.Items, 2)
	require.False(t, b.Partial)
	require.Equal(t, watcher.NewItemID("https://post.example/1"), b.Items[0].ID, "as a fetch would call it")

	whole := channel("<item><title>A</title><link>/one</link></item>" + numbered(1))
	b, err = c.Read(t.Context(), f, f.URL, http.Header{"Content-Location": {"https://evil.example/"}}, []byte(whole))
	require.NoError(t, err)
	require.Equal(t, "https://post.example/one", b.Items[1].URL, "other headers are not signed")
	b, err = c.Read(t.Context(), f, f.URL, nil, []byte(whole[:len(whole)-30]))
	require.NoError(t, err)
	require.True(t, b.Partial)

	_, err = c.Read(t.Context(), f, f.URL, nil, []byte("hub.mode=publish"))
	require.ErrorIs(t, err, feed.ErrNotFeed)
	bomb := new(bytes.Buffer)
	z = gzip.NewWriter(bomb)
	_, _ = z.Write(make([]byte, 1<<20))
	require.NoError(t, z.Close())
	_, err = c.Read(t.Context(), f, f.URL, http.Header{"Content-Encoding": {"gzip"}}, bomb.Bytes())
	require.ErrorContains(t, err, "larger than")
}
