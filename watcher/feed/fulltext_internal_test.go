package feed

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// wire answers requests without a network, by path.
type wire func(r *http.Request) (status int, body string)

// RoundTrip implements http.RoundTripper.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := w(r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// wired is a client whose requests are answered by w, and n items with links.
func wired(n int, w wire) (*Client, watcher.Feed, []watcher.Item) {
	c := New(Options{}, slog.New(slog.DiscardHandler))
	c.shared.guarded.client = &http.Client{
		Transport: w, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var items []watcher.Item
	for i := range n {
		url := fmt.Sprintf("https://post.example/%d", i)
		items = append(items, watcher.Item{ID: watcher.NewItemID(url), URL: url, Title: "News"})
	}
	return c, watcher.Feed{ID: "post", URL: "https://post.example/feed"}, items
}

func essay(path string) string {
	return "<article><p>" + strings.Repeat("The ship "+path+" left the port in the morning, with potash on board. ", 10) + "</p></article>"
}

func TestSlowArticlesTakeAMinuteTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f, items := wired(8, func(r *http.Request) (int, string) {
			switch r.URL.Path {
			case "/robots.txt":
				return http.StatusNotFound, ""
			case "/7":
				time.Sleep(time.Second)
				return http.StatusOK, essay("seven")
			}
			<-r.Context().Done()
			return 0, ""
		})
		start := time.Now()
		r := c.ReadArticles(t.Context(), f, items)
		require.Equal(t, "1 of 8 articles read; 4 left for the next poll; 3 too slow", r.String())
		require.Equal(t, articlesTime, time.Since(start))
		require.NotEmpty(t, items[7].Body)
	})
}

func TestRobotsAreKeptForADayAndFailuresForMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, status := 0, http.StatusBadGateway
		c, f, items := wired(1, func(r *http.Request) (int, string) {
			if r.URL.Path == "/robots.txt" {
				asked++
				return status, "User-agent: *\nDisallow: /1"
			}
			return http.StatusOK, essay("one")
		})
		for _, step := range []struct {
			pause time.Duration
			asked int
			read  int
		}{{0, 1, 0}, {9 * time.Minute, 1, 0}, {2 * time.Minute, 2, 1}, {23 * time.Hour, 2, 1}, {2 * time.Hour, 3, 1}} {
			time.Sleep(step.pause)
			require.Equal(t, step.read, c.ReadArticles(t.Context(), f, items).Read)
			require.Equal(t, step.asked, asked)
			items[0].Body, status = "", http.StatusOK
		}
	})
}

func TestRobotsThatDoNotAnswerCostOneArticle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f, items := wired(5, func(r *http.Request) (int, string) {
			<-r.Context().Done()
			return 0, ""
		})
		start := time.Now()
		require.Equal(t, "0 of 5 articles read; 5 put off, since robots.txt could not be read", c.ReadArticles(t.Context(), f, items).String())
		require.Equal(t, robotsTime, time.Since(start))
	})
}

func TestHalvesForgetTheOldest(t *testing.T) {
	h := halves[int, string]{limit: 10}
	_, ok := h.get(0)
	require.False(t, ok)
	for i := range 25 {
		h.put(i, fmt.Sprint(i), 1)
		require.LessOrEqual(t, len(h.young)+len(h.old), 20)
	}
	for i, want := range map[int]bool{0: false, 9: false, 10: true, 24: true} {
		_, ok := h.get(i)
		require.Equal(t, want, ok, i)
	}
	h.put(30, "heavy", 100)
	v, ok := h.get(30)
	require.True(t, ok)
	require.Equal(t, "heavy", v)
	require.Empty(t, h.old[9])
}
