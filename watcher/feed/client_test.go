package feed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClient returns a client that may reach the test's own servers.
func newClient(t testing.TB, o feed.Options) *feed.Client {
	t.Helper()
	o.AllowPrivateAddresses = true
	require.NoError(t, o.Validate())
	c := feed.New(o, slog.New(slog.DiscardHandler))
	t.Cleanup(c.Close)
	return c
}

// serve starts a publisher.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func at(url string) watcher.Feed { return watcher.Feed{ID: "post", URL: url} }

func TestFetchBringsItemsOldestFirstAndACursor(t *testing.T) {
	var got http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.Header().Set("ETag", `W/"a b"`)
		w.Header().Set("Last-Modified", "Tue, 25 May 2021 14:05:00 +0000")
		w.Header().Set("Cache-Control", "public, max-age=900")
		w.Header().Set("Set-Cookie", "id=1")
		_, _ = io.WriteString(w, channel(numbered(3)))
	})
	c := newClient(t, feed.Options{})
	b, err := c.Fetch(t.Context(), at(s.URL+"/all.xml"), watcher.Cursor{})
	require.NoError(t, err)
	require.Len(t, b.Items, 3)
	require.Equal(t, "Cargo 2", b.Items[0].Title)
	require.Equal(t, watcher.NewItemID("https://post.example/2"), b.Items[0].ID)
	require.False(t, b.Items[0].Seen.IsZero())
	require.Equal(t, 15*time.Minute, b.Hints.Wait)
	require.Empty(t, b.MovedTo)
	require.Equal(t, s.URL+"/all.xml", b.Cursor.URL)
	require.Equal(t, `W/"a b"`, b.Cursor.ETag)
	require.Equal(t, "Tue, 25 May 2021 14:05:00 +0000", b.Cursor.LastModified)
	require.Len(t, b.Cursor.BodyHash, 64)
	require.Regexp(t, `^sanctionwatch/\S+ \(\+https://github.com/sanctionwatch/sanctionwatch\)$`, got.Get("User-Agent"))
	require.Equal(t, "gzip, br", got.Get("Accept-Encoding"))
	for _, h := range []string{"If-None-Match", "If-Modified-Since", "Cookie", "Referer", "Authorization"} {
		require.Empty(t, got.Get(h))
	}
}

func TestSecondFetchSendsValidatorsBackByteForByte(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `W/"a b"` && r.Header.Get("If-Modified-Since") == "yesterday" {
			if r.Header.Get("Cookie") != "" {
				t.Error("a cookie came back")
			}
			w.Header().Set("Cache-Control", "max-age=60")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Set-Cookie", "id=1")
		w.Header().Set("ETag", `W/"a b"`)
		w.Header().Set("Last-Modified", "yesterday")
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	c := newClient(t, feed.Options{})
	first, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	second, err := c.Fetch(t.Context(), at(s.URL), first.Cursor)
	require.NoError(t, err)
	require.True(t, second.Unchanged)
	require.Empty(t, second.Items)
	require.Equal(t, first.Cursor, second.Cursor)
	require.Equal(t, time.Minute, second.Hints.Wait)
}

func TestSameBodyIsUnchangedWithFreshValidators(t *testing.T) {
	var n atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n.Add(1)))
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	c := newClient(t, feed.Options{})
	first, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	second, err := c.Fetch(t.Context(), at(s.URL), first.Cursor)
	require.NoError(t, err)
	require.True(t, second.Unchanged)
	require.Equal(t, `"2"`, second.Cursor.ETag)
}

func TestSameETagOnAnotherBodyIsNotBelieved(t *testing.T) {
	var n atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		_, _ = io.WriteString(w, channel(numbered(int(n.Add(1)))))
	})
	c := newClient(t, feed.Options{})
	first, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	second, err := c.Fetch(t.Context(), at(s.URL), first.Cursor)
	require.NoError(t, err)
	require.False(t, second.Unchanged)
	require.Len(t, second.Items, 2)
}

func TestUnaskedNotModifiedIsAnError(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	_, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "304")
}

func TestContentEncodingsAreUndone(t *testing.T) {
	body := []byte(channel(numbered(2)))
	var zipped, brotlied bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(body)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	br := brotli.NewWriter(&brotlied)
	_, err = br.Write(body)
	require.NoError(t, err)
	require.NoError(t, br.Close())
	for name, c := range map[string]struct {
		encoding string
		body     []byte
	}{
		"gzip": {"gzip", zipped.Bytes()}, "x-gzip": {"X-GZIP", zipped.Bytes()}, "br": {"br", brotlied.Bytes()},
		"identity": {"identity", body}, "file": {"", zipped.Bytes()}, "announced only": {"gzip", body},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", c.encoding)
				_, _ = w.Write(c.body)
			})
			b, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			require.NoError(t, err)
			require.Len(t, b.Items, 2)
			require.Empty(t, b.Notes)
		})
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "zstd")
		_, _ = w.Write(body)
	})
	_, err = newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, `content encoding "zstd" was not asked for`)
}

func TestBodyIsCappedAfterDecoding(t *testing.T) {
	bomb := func(w io.WriteCloser) {
		for range 1 << 8 {
			_, _ = w.Write(make([]byte, 1<<16))
		}
		_ = w.Close()
	}
	var zipped, brotlied bytes.Buffer
	bomb(gzip.NewWriter(&zipped))
	bomb(brotli.NewWriter(&brotlied))
	for name, c := range map[string]struct {
		encoding string
		body     []byte
	}{
		"gzip": {"gzip", zipped.Bytes()}, "br": {"br", brotlied.Bytes()}, "file": {"", zipped.Bytes()},
		"plain": {"", []byte(channel(numbered(20_000)))},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", c.encoding)
				_, _ = w.Write(c.body)
			})
			_, err := newClient(t, feed.Options{MaxBody: 1 << 20}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			require.ErrorContains(t, err, "larger than 1MiB (max_body)")
		})
	}
}

func TestCutAnswerGivesWholeItemsAndNoValidators(t *testing.T) {
	body := channel(numbered(5))
	body = body[:strings.Index(body, "Cargo 4")]
	for name, send := range map[string]http.HandlerFunc{
		"short Content-Length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(w, body)
		},
		"whole answer, cut document": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) },
		"cut gzip": func(w http.ResponseWriter, _ *http.Request) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = io.WriteString(z, body)
			_ = z.Flush() // and never closed
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b.Bytes())
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"1"`)
				send(w, r)
			})
			b, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			require.NoError(t, err)
			require.Len(t, b.Items, 4)
			require.NotEmpty(t, b.Notes)
			require.Equal(t, watcher.Cursor{URL: s.URL}, b.Cursor)
		})
	}
}

func TestCutAnswerWithoutAnItemIsAnError(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, "<rss><channel><title>Har")
	})
	_, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "ends early")
}

func TestStatusIsToldInWords(t *testing.T) {
	for status, want := range map[int]string{
		401: "HTTP 401 Unauthorized", 403: "HTTP 403 Forbidden", 404: "HTTP 404 Not Found", 500: "HTTP 500 Internal Server Error",
		204: "HTTP 204 No Content", 302: "without a place to go", 410: "410",
	} {
		t.Run(want, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			b, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{ETag: "x"})
			require.ErrorContains(t, err, want)
			require.Equal(t, status == 410, err != nil && isGone(err))
			require.Empty(t, b)
		})
	}
}

func TestPatienceIsAskedForAndBounded(t *testing.T) {
	for after, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "99999999": 24 * time.Hour, "": 0, "soon": 0, "-5": 0, "1.5": 0,
		"Tue, 25 May 2021 14:05:00 GMT":                              0,
		time.Now().Add(72 * time.Hour).UTC().Format(http.TimeFormat): 24 * time.Hour,
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			t.Run(fmt.Sprintf("%d %s", status, after), func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", after)
					w.WriteHeader(status)
				})
				_, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
				var retry *watcher.RetryError
				require.ErrorAs(t, err, &retry)
				require.Equal(t, want, retry.After)
				require.ErrorContains(t, err, http.StatusText(status))
			})
		}
	}
}

func TestFreshnessIsAskedForAndBounded(t *testing.T) {
	for name, c := range map[string]struct {
		header map[string]string
		ttl    string
		want   time.Duration
	}{
		"max-age":          {map[string]string{"Cache-Control": "Max-Age=600"}, "", 10 * time.Minute},
		"less its age":     {map[string]string{"Cache-Control": "max-age=600", "Age": "240"}, "", 6 * time.Minute},
		"silly":            {map[string]string{"Cache-Control": "max-age=99999999999"}, "", 24 * time.Hour},
		"no-cache":         {map[string]string{"Cache-Control": "no-cache, max-age=600"}, "", 0},
		"max-age over ...": {map[string]string{"Cache-Control": "max-age=0", "Expires": "Tue, 25 May 2100 14:05:00 GMT"}, "", 0},
		"Expires":          {map[string]string{"Date": "Tue, 25 May 2021 14:00:00 GMT", "Expires": "Tue, 25 May 2021 14:05:00 GMT"}, "", 5 * time.Minute},
		"past":             {map[string]string{"Expires": "0"}, "", 0},
		"ttl":              {nil, "<ttl>30</ttl>", 30 * time.Minute},
		"the longer one":   {map[string]string{"Cache-Control": "max-age=600"}, "<ttl>30</ttl>", 30 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range c.header {
					w.Header().Set(k, v)
				}
				_, _ = io.WriteString(w, channel(c.ttl+numbered(1)))
			})
			b, err := newClient(t, feed.Options{}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			require.NoError(t, err)
			require.Equal(t, c.want, max(b.Hints.Wait, b.Hints.Every))
		})
	}
}

func TestOperatorsWordOnEncodingAndLanguageCounts(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(inCharset(t, "порт зачинено", "koi8-u", "windows-1251"))
	})
	f := at(s.URL)
	f.Encoding, f.Language = "koi8-u", "uk"
	b, err := newClient(t, feed.Options{}).Fetch(t.Context(), f, watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, "порт зачинено", b.Items[0].Title)
	require.Equal(t, "uk", b.Items[0].Language)
}

func TestSlowBodyEndsWithTheTimeout(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, "<rss>")
			w.(http.Flusher).Flush()
		}
	})
	_, err := newClient(t, feed.Options{Timeout: 50 * time.Millisecond, MaxBody: 100 << 20}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "no whole answer within 50ms")
}

func TestSilentPublisherEndsWithTheTimeout(t *testing.T) {
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err := newClient(t, feed.Options{Timeout: 20 * time.Millisecond}).Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestCancelledFetchReturns(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := newClient(t, feed.Options{}).Fetch(ctx, at(s.URL), watcher.Cursor{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestClientIsSafeForManyAtOnce(t *testing.T) {
	c := newClient(t, feed.Options{PerHost: 4})
	var wg sync.WaitGroup
	for i := range 8 {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, channel(numbered(i+1))) })
		wg.Go(func() {
			b, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			if err != nil || len(b.Items) != i+1 {
				t.Error(len(b.Items), err)
			}
		})
	}
	wg.Wait()
}
