package websub_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
)

// values are those of a query, given as name, value, name, value.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// asked is a scene whose hub took the request and has not verified it.
func asked(t *testing.T) (*scene, websub.Subscription) {
	c := newScene(t)
	c.hub.Do(script{Forgets: true})
	c.tend()
	return c, c.only()
}

func TestOnlyWhatWasAskedForIsVerified(t *testing.T) {
	good := values("hub.mode", "subscribe", "hub.topic", topic, "hub.challenge", "c-1", "hub.lease_seconds", "3600")
	for name, tt := range map[string]struct {
		change func(q url.Values, c *scene)
		want   int
	}{
		"as it should be": {func(url.Values, *scene) {}, http.StatusOK},
		"another topic":   {func(q url.Values, _ *scene) { q.Set("hub.topic", topic+"/") }, http.StatusNotFound},
		"no topic":        {func(q url.Values, _ *scene) { q.Del("hub.topic") }, http.StatusNotFound},
		"another mode":    {func(q url.Values, _ *scene) { q.Set("hub.mode", "unsubscribe") }, http.StatusNotFound},
		"an unknown mode": {func(q url.Values, _ *scene) { q.Set("hub.mode", "publish") }, http.StatusNotFound},
		"a denial of another topic": {func(q url.Values, _ *scene) {
			q.Set("hub.mode", "denied")
			q.Set("hub.topic", "https://x.example/")
		}, http.StatusNotFound},
		"no challenge":      {func(q url.Values, _ *scene) { q.Del("hub.challenge") }, http.StatusNotFound},
		"a huge challenge":  {func(q url.Values, _ *scene) { q.Set("hub.challenge", strings.Repeat("c", 2000)) }, http.StatusNotFound},
		"a binary one":      {func(q url.Values, _ *scene) { q.Set("hub.challenge", "MZ\x90\x00") }, http.StatusNotFound},
		"too late":          {func(_ url.Values, c *scene) { c.later(2 * time.Hour) }, http.StatusNotFound},
		"not wanted by now": {func(_ url.Values, c *scene) { c.feeds(); c.tend() }, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := asked(t)
			q := maps.Clone(good)
			tt.change(q, c)
			status, body := c.hub.Ask(s.Callback, q)
			require.Equal(t, tt.want, status)
			after, err := c.Subscription(t.Context(), s.Token)
			require.NoError(t, err)
			if status == http.StatusOK {
				require.Equal(t, "c-1", body)
				require.Equal(t, websub.Active, after.State)
				return
			}
			require.NotContains(t, body, "c-1")
			require.NotEqual(t, websub.Active, after.State)
		})
	}
}

func TestOthersCanNeitherEndNorTakeOverASubscription(t *testing.T) {
	c := newScene(t)
	c.tend()
	s := c.only()
	for _, mode := range []string{"subscribe", "unsubscribe"} {
		if mode == "subscribe" {
			c.later(2 * time.Hour) // our own request is over
		}
		status, _ := c.hub.Ask(s.Callback, values("hub.mode", mode, "hub.topic", topic, "hub.challenge", "c", "hub.lease_seconds", "60"))
		require.Equal(t, http.StatusNotFound, status)
	}
	require.Equal(t, websub.Active, c.only().State)
}

func TestAVerificationThatWasLostOnTheWayMayComeAgain(t *testing.T) {
	c := newScene(t)
	c.tend()
	status, _ := c.hub.Ask(c.only().Callback, values("hub.mode", "subscribe", "hub.topic", topic, "hub.challenge", "c", "hub.lease_seconds", "60"))
	require.Equal(t, http.StatusOK, status)
}

func TestTheAnswerCannotRunInABrowser(t *testing.T) {
	c, s := asked(t)
	q := values("hub.mode", "subscribe", "hub.topic", topic, "hub.challenge", "<script>alert(1)</script>")
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.Callback+"?"+q.Encode(), nil)
	require.NoError(t, err)
	resp, err := c.web.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "<script>alert(1)</script>", string(body), "the hub compares every byte")
	require.Equal(t, "application/octet-stream", resp.Header.Get("Content-Type"))
	require.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
}

func TestALeaseIsWhatTheHubSaysWithinReason(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"3600": time.Hour, "1": time.Second, "": 10 * day, "0": 10 * day, "-5": 10 * day, "soon": 10 * day,
		"9223372036854775807": 366 * day, "99999999999999999999": 10 * day,
	} {
		c, s := asked(t)
		before := time.Now()
		status, _ := c.hub.Ask(s.Callback, values("hub.mode", "subscribe", "hub.topic", topic, "hub.challenge", "c", "hub.lease_seconds", text))
		require.Equal(t, http.StatusOK, status)
		s = c.only()
		require.WithinRange(t, s.Until, before.Add(want), time.Now().Add(want), text)
		require.True(t, s.Next.After(before.Add(59*time.Second)), "no hub is asked every second")
	}
}

func TestUnknownTokensAreNotFound(t *testing.T) {
	c := newScene(t)
	c.tend()
	for _, path := range []string{"", "x", strings.Repeat("A", 26), c.only().Token + "/x", "../" + c.only().Token, strings.ToLower(c.only().Token)} {
		require.Equal(t, http.StatusNotFound, c.hub.Send(c.web.URL+websub.Path+path, nil, "x"), path)
		status, _ := c.hub.Ask(c.web.URL+websub.Path+path, nil)
		require.Equal(t, http.StatusNotFound, status)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.only().Callback, nil)
	require.NoError(t, err)
	resp, err := c.web.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
}

var errDown = errors.New("the database is down")
