package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub/hubtest"
)

// webSub is the 24th behaviour: who can tell its news at once is listened to, and polled
// as before.
func webSub(t *testing.T) string {
	a, hub := newAcceptance(t), hubtest.New(t)
	topic := a.URL + "/self"
	links := fmt.Sprintf(`<atom:link rel="hub" href=%q/><atom:link rel="self" href=%q/>`, hub.URL, topic)
	a.on("/feed", serves(rss(1, links), "ETag", `"1"`))
	r := one(t, a, "/feed", "@every 10m")
	st, pace := r.poll()
	require.Equal(t, watcher.Hub{URL: hub.URL, Topic: topic}, st.Hub)

	s := r.subscriber()
	require.NoError(t, s.Tend(t.Context()))
	hub.Wait()
	require.Equal(t, []int{http.StatusOK}, hub.Verdicts(), "the request was verified")
	form := hub.Asked()[0]
	require.Equal(t, "subscribe", form.Get("hub.mode"))
	status, _ := hub.Ask(form.Get("hub.callback"), map[string][]string{"hub.mode": {"unsubscribe"}, "hub.topic": {topic}, "hub.challenge": {"x"}})
	require.Equal(t, http.StatusNotFound, status, "and nothing else is")

	require.Equal(t, []int{http.StatusAccepted}, hub.Publish(topic, rss(2, links)))
	require.Equal(t, 2, r.items(), "the news is there")
	require.Len(t, a.seen("/feed"), 1, "without a poll")
	forged := http.Header{"X-Hub-Signature": {hubtest.Sign("sha256", "guess", rss(9, links))}}
	require.Equal(t, http.StatusAccepted, hub.Send(form.Get("hub.callback"), forged, rss(9, links)))
	require.Equal(t, 2, r.items(), "a forged push is not believed")

	require.Equal(t, []int{http.StatusAccepted}, hub.Publish(topic, ""))
	due := r.state("one").NextDue
	require.Equal(t, st.LastPoll.Add(feed.DefaultOptions().Floor), due, "a ping without news makes it due at the floor")

	a.on("/feed", serves(rss(3, links), "ETag", `"3"`)) // and the hub says nothing
	_, after := r.poll()
	require.Equal(t, 3, r.items(), "what the hub forgets is polled")
	require.Equal(t, pace.Round(time.Minute), after.Round(time.Minute), "at the same pace")
	return "subscribed, verified, pushed without a poll; what the hub left out was polled"
}

// subscriber subscribes for the reader at hubs of this machine.
func (r *reader) subscriber() *websub.Subscriber {
	log := slog.New(slog.DiscardHandler)
	client := feed.New(feed.Options{AllowPrivateAddresses: true}, log)
	r.t.Cleanup(client.Close)
	var s *websub.Subscriber
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { s.ServeHTTP(w, q) }))
	r.t.Cleanup(web.Close)
	floor := func() time.Duration { return feed.DefaultOptions().Floor }
	s = websub.New(websub.Options{PublicURL: web.URL, MaxBody: 1 << 20}, subscriptions{r.store, floor}, client, r.line,
		prometheus.NewRegistry(), log)
	return s
}

func TestADaemonIsPushedToAndSaysSo(t *testing.T) {
	p, hub := newPress(t), hubtest.New(t)
	topic := p.URL + "/a"
	p.hub = hub.URL
	p.publish("a", "Canadian potash is cheap", "")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	dir := write(t, map[string]string{
		"rules/rule.yaml": potashRule, "feeds.yaml": oneFeed(p.URL),
		"sanctionwatch.yaml": fmt.Sprintf("feeds: [feeds.yaml]\nrules: [rules]\nstore: {dsn: \"sqlite:%s/d.db\"}\n"+
			"fetch: {allow_private_addresses: true}\nchannels: {desk: {console: {}}}\nweb: {public_url: \"http://%s\"}\n", t.TempDir(), l.Addr()),
	})
	cfg, problems := config.Load(filepath.Join(dir, "sanctionwatch.yaml"))
	require.Empty(t, problems)
	d, err := newDaemon(t.Context(), cfg, io.Discard, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer d.close()
	require.Contains(t, d.engine.Tasks(), "hubs")
	site := &httptest.Server{Listener: l, Config: &http.Server{Handler: d.site().Handler()}}
	site.Start()
	defer site.Close()

	states, err := d.store.Claim(t.Context(), d.owner, 1, time.Minute)
	require.NoError(t, err)
	require.NoError(t, d.poll(t.Context(), states[0]))
	require.NoError(t, d.hubs.Tend(t.Context()))
	hub.Wait()
	p.publish("a", "Belarusian potash is stopped", "")
	require.Equal(t, []int{http.StatusAccepted}, hub.Publish(topic, p.document("a")))
	ds, _, err := d.store.Deliveries(t.Context(), store.DeliveryFilter{State: watcher.Pending})
	require.NoError(t, err)
	require.Len(t, ds, 1, "the alert is in the outbox")
	require.Equal(t, 1, p.polls["a"])

	r := &running{t: t, url: site.URL}
	_, metrics := r.get("/metrics")
	for _, want := range []string{
		`sanctionwatch_websub_subscriptions{state="active"} 1`, `sanctionwatch_websub_subscriptions{state="denied"} 0`,
		`sanctionwatch_websub_pushes_total{outcome="taken"} 1`,
	} {
		require.Contains(t, metrics, want)
	}
	_, page := r.get("/")
	require.Contains(t, page, `title="by `+hub.URL+`">pushed, last `)
	code, _ := r.get(websub.Path + "nobody")
	require.Equal(t, http.StatusNotFound, code)
}
