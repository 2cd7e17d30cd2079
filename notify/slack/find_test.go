package slack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestFindTellsAnArrivedPostFromALostOne(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault slacktest.Fault
		found bool
	}{
		{"accepted, then cut", slacktest.Swallowed(), true},
		{"accepted, then half an answer", slacktest.Torn(), true},
		{"lost", slacktest.Lost(), false},
		{"refused with 500", slacktest.Failing(500), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, slacktest.Options{})
			d.Script(tt.fault.On("chat.postMessage").Once())
			b, o := d.bot(t), news()
			_, err := b.Notify(t.Context(), o)
			require.Equal(t, "uncertain", outcome(err))
			r, found, err := b.Find(t.Context(), o)
			require.NoError(t, err)
			require.Equal(t, tt.found, found)
			if found {
				require.Equal(t, d.Messages()[0].TS, r.Ref)
				require.Equal(t, channel, r.Target)
				require.WithinDuration(t, time.Now(), r.At, time.Minute)
			}
		})
	}
}

func TestFindReadsPages(t *testing.T) {
	d := newDesk(t, slacktest.Options{Page: 15})
	b, o := d.bot(t), news()
	_, err := b.Notify(t.Context(), o)
	require.NoError(t, err)
	for i := range 40 { // newer, so on the pages before it
		_, err := d.Post(slacktest.Message{Channel: channel, Text: fmt.Sprint("chatter ", i)})
		require.NoError(t, err)
	}
	_, found, err := b.Find(t.Context(), o)
	require.NoError(t, err)
	require.True(t, found)
	require.Len(t, d.Calls("conversations.history"), 3)

	o.Delivery.ID = "another"
	_, found, err = b.Find(t.Context(), o)
	require.NoError(t, err)
	require.False(t, found)
}

func TestFindGivesUpOnAFloodInsteadOfSayingNo(t *testing.T) {
	d := newDesk(t, slacktest.Options{Page: 1})
	for range 30 {
		_, err := d.Post(slacktest.Message{Channel: channel, Text: "flood"})
		require.NoError(t, err)
	}
	_, found, err := d.bot(t).Find(t.Context(), news())
	require.ErrorContains(t, err, "more than")
	require.False(t, found)
	require.Len(t, d.Calls("conversations.history"), 20)
}

func TestFindLooksInTheThreadThenInTheChannel(t *testing.T) {
	d := newDesk(t, slacktest.Options{Page: 2})
	b := d.bot(t)
	first, err := b.Notify(t.Context(), news())
	require.NoError(t, err)
	reply := as(news(), "reply", watcher.Reply, watcher.NewRule, first)
	for i := range 5 {
		_, err := d.Post(slacktest.Message{Channel: channel, ThreadTS: first.Ref, Text: fmt.Sprint("talk ", i)})
		require.NoError(t, err)
	}
	d.Script(slacktest.Swallowed().On("chat.postMessage"))
	_, err = b.Notify(t.Context(), reply)
	require.Equal(t, "uncertain", outcome(err))
	r, found, err := b.Find(t.Context(), reply)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, d.Thread(channel, first.Ref)[6].TS, r.Ref)
	require.Empty(t, d.Calls("conversations.history"))

	// A person deletes the story's message: the next reply stands in the channel itself.
	ok, err := d.Delete(channel, first.Ref)
	require.NoError(t, err)
	require.True(t, ok)
	orphan := as(news(), "orphan", watcher.Reply, watcher.NewRule, first)
	_, err = b.Notify(t.Context(), orphan)
	require.Equal(t, "uncertain", outcome(err))
	_, found, err = b.Find(t.Context(), orphan)
	require.NoError(t, err)
	require.True(t, found)
}

func TestFindLooksOnlyAroundTheAttempt(t *testing.T) {
	for name, tt := range map[string]struct {
		since time.Duration // from the attempt to the message
		found bool
	}{
		"at once":                {time.Second, true},
		"our clock a bit ahead":  {-4 * time.Second, true},
		"slack a minute slow":    {time.Minute, true},
		"an earlier attempt's":   {-10 * time.Second, false},
		"long after the attempt": {3 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, slacktest.Options{})
			b, o := d.bot(t), news()
			_, err := b.Notify(t.Context(), o)
			require.NoError(t, err)
			o.Delivery.Tried = d.Messages()[0].At.Add(-tt.since)
			_, found, err := b.Find(t.Context(), o)
			require.NoError(t, err)
			require.Equal(t, tt.found, found)
		})
	}
}

// With clocks a minute apart a message stands outside of the span that our clock says.
func TestFindAllowsForADifferenceOfClocks(t *testing.T) {
	for name, ahead := range map[string]time.Duration{
		"slack's clock is behind": -time.Minute, "slack's clock is ahead": 5 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			inner, err := slacktest.New(slacktest.Options{})
			require.NoError(t, err)
			defer inner.Close()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
				inner.ServeHTTP(w, r)
			}))
			defer srv.Close()
			at := time.Now().Add(ahead)
			_, err = inner.Post(slacktest.Message{
				Channel: channel, TS: fmt.Sprintf("%d.000001", at.Unix()), Text: "x",
				Metadata: &slacktest.Metadata{
					EventType: "sanctionwatch_delivery", EventPayload: map[string]any{"delivery": "delivery1"},
				},
			})
			require.NoError(t, err)
			b := newDesk(t, slacktest.Options{}).bot(t, func(o *slack.Options) { o.APIURL = srv.URL + "/api/" })
			_, found, err := b.Find(t.Context(), news())
			require.NoError(t, err)
			require.True(t, found)
		})
	}
}

// slack-go reads messages whole and gives up the page over any of these.
func TestFindReadsPastMessagesOfAnyShape(t *testing.T) {
	strange := []string{
		`{"ts":"%s","blocks":[{"type":"context","elements":[{"type":"new_thing"}]}]}`,
		`{"ts":"%s","blocks":[{"type":"section","text":"no object"}]}`,
		`{"ts":"%s","attachments":[{"fields":[{"value":5}],"ts":"x"}],"topic":{}}`,
		`{"ts":"%s","metadata":{"event_type":"other","event_payload":[]}}`,
		`{"ts":"%s","blocks":{}}`, `{"ts":5}`, `[]`, `null`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var msgs []json.RawMessage
		for _, s := range strange {
			msgs = append(msgs, json.RawMessage(strings.ReplaceAll(s, "%s", "1.000001")))
		}
		msgs = append(msgs, json.RawMessage(`{"ts":"1764055680.000100","metadata":{"event_type":"sanctionwatch_delivery","event_payload":{"delivery":"delivery1"}}}`))
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "messages": msgs})
	}))
	defer srv.Close()
	b := newDesk(t, slacktest.Options{}).bot(t, func(o *slack.Options) { o.APIURL = srv.URL + "/api/" })
	r, found, err := b.Find(t.Context(), news())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "1764055680.000100", r.Ref)
}

func TestFindTakesTheBlockForTheNameWhereMetadataIsMissing(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	_, err := d.Post(slacktest.Message{Channel: channel, Blocks: []byte(`[{"type":"divider","block_id":"sanctionwatch:delivery1"}]`)})
	require.NoError(t, err)
	_, found, err := d.bot(t).Find(t.Context(), news())
	require.NoError(t, err)
	require.True(t, found)
}

func TestFindSaysWhenItCannotTell(t *testing.T) {
	for name, f := range map[string]slacktest.Fault{
		"limited": slacktest.Limited("60"), "limited in a 200": slacktest.Refused("ratelimited"),
		"500": slacktest.Failing(500), "a page": slacktest.Page(), "cut": slacktest.Lost(),
		"scope": slacktest.Refused("missing_scope"), "half": slacktest.Torn(), "no word": {Body: `{"ok":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, slacktest.Options{})
			d.Script(f)
			for _, k := range []watcher.Kind{watcher.Post, watcher.Reply} {
				o := as(news(), "x", k, watcher.NewRule, watcher.Receipt{Ref: "1764055680.000100", Target: channel})
				_, found, err := d.bot(t).Find(t.Context(), o)
				require.Error(t, err)
				require.False(t, found)
				require.NotContains(t, err.Error(), token)
				require.NotContains(t, err.Error(), "may have arrived")
			}
		})
	}
}

func TestFindHasNothingToLookForBeforeTheFirstAttempt(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	o := news()
	o.Delivery.Tried = time.Time{}
	_, found, err := d.bot(t).Find(t.Context(), o)
	require.NoError(t, err)
	require.False(t, found)
	require.Empty(t, d.Calls())
}

// The promise of the bot under everything that Slack may do: nothing is lost, and no
// reader sees a delivery twice. The loop is what a caller does with the outcomes.
func TestEveryDeliveryIsSeenOnceUnderFaults(t *testing.T) {
	const n, seed = 150, 20260201
	d := newDesk(t, slacktest.Options{Seed: seed, Page: 15})
	d.Script(
		slacktest.Swallowed().On("chat.postMessage").By(0.10), slacktest.Torn().On("chat.postMessage").By(0.10),
		slacktest.Lost().By(0.10), slacktest.Failing(500).By(0.10), slacktest.Limited("0").By(0.10),
		slacktest.Fault{Accept: true, Body: `{"ok":false,"error":"internal_error"}`, Method: "chat.postMessage", Chance: 0.1},
	)
	b := d.bot(t)
	var ids []string
	for i := range n {
		o := as(news(), fmt.Sprint("d", i), watcher.Post, watcher.NewStory, watcher.Receipt{})
		ids = append(ids, string(o.Delivery.ID))
		deliver(t, b, o)
	}
	tally := d.Tally(ids...)
	require.True(t, tally.OK(), "seed %d: %+v", seed, tally)
	require.Greater(t, len(d.Calls()), n+n/4, "faults did strike")
}

func deliver(t *testing.T, b *slack.Bot, o watcher.Outgoing) {
	t.Helper()
	for range 200 {
		_, err := b.Notify(t.Context(), o)
		switch outcome(err) {
		case "ok":
			return
		case "uncertain":
			for {
				_, found, err := b.Find(t.Context(), o)
				if found {
					return
				}
				if err == nil {
					break
				}
			}
		case "never":
			require.NoError(t, err)
		}
		o.Delivery.Tried = time.Now()
	}
	t.Fatal("no end")
}
