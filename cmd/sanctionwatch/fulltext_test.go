package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// proof is the sentence that only the article has.
const proof = "Four wagons of Belarusian potash were found under a load of timber."

// essay is a page with an article in it.
func essay(sentence string) http.HandlerFunc {
	return serves("<html><head><title>Post</title></head><body><nav><a href='/'>Home</a></nav><article><h1>Freight</h1>"+
		"<p>The train was stopped on Monday morning, and customs officers looked at it until the evening.</p><p>"+sentence+"</p>"+
		"<p>The company that sent it did not answer to questions, and the driver was allowed to go home.</p></article></body></html>",
		"Content-Type", "text/html; charset=utf-8")
}

// freight is a feed with the items given as title and link.
func freight(items ...[2]string) http.HandlerFunc {
	var b strings.Builder
	for _, it := range items {
		fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><pubDate>%s</pubDate></item>", it[0], it[1], time.Now().Format(time.RFC1123Z))
	}
	return serves("<rss version='2.0'><channel><title>Freight</title>" + b.String() + "</channel></rss>")
}

func TestRuleFiresOnTheArticleBehindALink(t *testing.T) {
	a := newAcceptance(t)
	a.on("/feed", freight([2]string{"Nothing new", a.URL + "/0"}))
	a.on("/0", essay("All was well at the border on that day."))
	a.on("/1", essay(proof))
	r := launch(t, map[string]string{
		"feeds.yaml": fmt.Sprintf("feeds: [{id: a, url: \"%s/feed\", full_text: true}]\n", a.URL),
		"rules/rule.yaml": strings.NewReplacer("query: (Belarus* NEAR/8 potash)", "query: body:(Belarus* NEAR/8 potash)",
			"[{title: ", "[{title: Freight, body: ").Replace(potashRule),
	})
	r.await(func() bool { return len(a.seen("/feed")) > 1 }, "the baseline is over")
	a.on("/feed", freight([2]string{"Train stopped at the border", a.URL + "/1"}, [2]string{"Nothing new", a.URL + "/0"}))
	r.await(func() bool { return strings.Contains(r.log.String(), "Train stopped at the border") }, "the console has the alert")
	r.await(func() bool {
		_, m := r.get("/metrics")
		return strings.Contains(m, `sanctionwatch_outbox_deliveries{state="sent"} 1`)
	}, "the delivery is settled")
	require.Contains(t, strings.ReplaceAll(r.log.String(), "*", ""), proof, "the sentence is the proof")
	polls := len(a.seen("/feed"))
	r.await(func() bool { return len(a.seen("/feed")) > polls+1 }, "it goes on")
	for path, want := range map[string]int{"/robots.txt": 1, "/0": 1, "/1": 1} {
		require.Len(t, a.seen(path), want, path)
	}
	_, metrics := r.get("/metrics")
	require.Contains(t, metrics, `sanctionwatch_articles_total{outcome="read"} 2`)
	require.Contains(t, metrics, "sanctionwatch_alerts_total 1")

	a.on("/0", says(http.StatusForbidden))
	cfg := filepath.Join(r.dir, "sanctionwatch.yaml")
	out, errOut, code := output(t, "feeds", "check", "-c", cfg)
	require.Equal(t, exitDone, code, errOut)
	require.Contains(t, out, "full text: 1 of 2 articles read; 1 refused by the publisher (HTTP 403)")
	out, errOut, code = output(t, "feeds", "check", "--json", "-c", cfg)
	require.Equal(t, exitDone, code, errOut)
	require.Contains(t, out, `"full_text":"1 of 2 articles read; 1 refused by the publisher (HTTP 403)"`)
}

// polled polls the one feed of a reader and returns what became of its items.
func (r *reader) polled() watcher.Tally {
	r.t.Helper()
	states, err := r.store.ClaimAll(r.t.Context(), "reader", time.Minute)
	require.NoError(r.t, err)
	require.Len(r.t, states, 1)
	res, err := r.line.Poll(r.t.Context(), states[0])
	require.NoError(r.t, err)
	require.NoError(r.t, res.Err)
	return res.Tally
}

// kept is the one item of a reader's archive.
func (r *reader) kept() watcher.Item {
	r.t.Helper()
	items, _, err := r.store.Items(r.t.Context(), store.ItemFilter{})
	require.NoError(r.t, err)
	require.Len(r.t, items, 1)
	return items[0]
}

func TestArticleIsReadOnceAndStaysInTheArchive(t *testing.T) {
	a := newAcceptance(t)
	r := newReader(t, feed.Options{}, watcher.Feed{ID: "a", URL: a.URL + "/feed", FullText: true})
	doc := func(title string, n int) {
		a.on("/feed", serves(fmt.Sprintf("<rss version='2.0'><channel><title>Freight %d</title><item><title>%s</title><link>%s/1</link></item></channel></rss>", n, title, a.URL)))
	}
	a.on("/1", essay(proof))
	doc("Train stopped", 1)
	require.Equal(t, watcher.Tally{Items: 1, New: 1}, r.polled())
	require.Contains(t, r.kept().Body, proof)

	doc("Train stopped", 2)
	require.Equal(t, watcher.Tally{Items: 1}, r.polled(), "the feed's text alone is no edit")
	require.NoError(t, r.store.Close())
	r.open(feed.Options{})
	doc("Train stopped", 3)
	require.Equal(t, watcher.Tally{Items: 1}, r.polled(), "nor after a restart")
	require.Contains(t, r.kept().Body, proof)
	require.Len(t, a.seen("/1"), 1, "and the store knows it")

	a.on("/1", says(http.StatusNotFound))
	doc("Train stopped for a day", 4)
	require.Equal(t, watcher.Tally{Items: 1, Edited: 1}, r.polled())
	require.Len(t, a.seen("/1"), 2, "an edited headline may have an edited article")
	require.Equal(t, "Train stopped for a day", r.kept().Title)
	require.Contains(t, r.kept().Body, proof, "what was read is not lost")
	doc("Train stopped for a day", 5)
	require.Equal(t, watcher.Tally{Items: 1}, r.polled())
	require.Len(t, a.seen("/1"), 2)
}

func TestArticleThatComesLaterIsLookedAtOnce(t *testing.T) {
	a := newAcceptance(t)
	r := newReader(t, feed.Options{}, watcher.Feed{ID: "a", URL: a.URL + "/feed", FullText: true})
	doc := func(items string) {
		a.on("/feed", serves("<rss version='2.0'><channel><title>Freight</title>"+items+"</channel></rss>"))
	}
	item := "<item><title>Train stopped</title><link>" + a.URL + "/1</link></item>"
	doc("")
	require.Equal(t, watcher.Tally{}, r.polled(), "the baseline")
	a.on("/1", says(http.StatusServiceUnavailable))
	doc(item)
	require.Equal(t, watcher.Tally{Items: 1, New: 1}, r.polled(), "the item does not wait for its article")
	require.Empty(t, r.kept().Body)
	a.on("/1", essay(proof))
	doc(item + "<!-- 2 -->")
	require.Equal(t, watcher.Tally{Items: 1, Edited: 1}, r.polled())
	require.Contains(t, r.kept().Body, proof)
	doc(item + "<!-- 3 -->")
	require.Equal(t, watcher.Tally{Items: 1}, r.polled())
	require.Contains(t, r.kept().Body, proof)
}
