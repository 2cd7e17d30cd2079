package slack_test

import (
	"bytes"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	channel  = "C0123456789"
	token    = "xoxb-canary-token-000"
	hookPath = "T000/B000/canaryhook"
)

// A desk is a channel with a fake Slack behind it.
type desk struct {
	*slacktest.Server
	log *bytes.Buffer
}

func newDesk(t testing.TB, o slacktest.Options) desk {
	t.Helper()
	if o.Token == "" {
		o.Token = token
	}
	s, err := slacktest.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return desk{s, new(bytes.Buffer)}
}

func (d desk) logger() *slog.Logger { return slog.New(slog.NewTextHandler(d.log, nil)) }

func (d desk) bot(t testing.TB, change ...func(*slack.Options)) *slack.Bot {
	t.Helper()
	o := slack.Options{Token: notify.Secret(token), Channel: channel, APIURL: d.APIURL()}
	for _, f := range change {
		f(&o)
	}
	b, err := slack.NewBot(o, d.logger())
	require.NoError(t, err)
	return b
}

func (d desk) webhook(t testing.TB, change ...func(*slack.Options)) *slack.Webhook {
	t.Helper()
	o := slack.Options{Webhook: notify.Secret(d.HookURL(hookPath))}
	for _, f := range change {
		f(&o)
	}
	h, err := slack.NewWebhook(o, d.logger())
	require.NoError(t, err)
	return h
}

func hold(o *slack.Options) { o.OnUncertain = slack.Hold }

// news is a delivery of a story with every part filled in.
func news() watcher.Outgoing {
	at := time.Date(2026, 2, 1, 8, 14, 0, 0, time.UTC)
	it := watcher.Item{
		ID: "item1", FeedID: "border-post", URL: "https://www.borderpost.example/news/potash?id=7&lang=en",
		Title: "Ministers agree to close the potash transit", Language: "en",
		Lead:      "After a night of talks the ministers agreed to ban the transit of potash, effective Monday. Traders were surprised.",
		Published: at, Seen: at.Add(2 * time.Minute),
	}
	span := func(word, clause string) watcher.Span {
		i := strings.Index(it.Lead, word)
		return watcher.Span{Field: watcher.Lead, Start: i, End: i + len(word), Term: word, Clause: clause}
	}
	outlet := func(id, name, host, lang string, at time.Time) watcher.Outlet {
		return watcher.Outlet{
			Feed: watcher.FeedID(id), Name: name, Host: host, URL: "https://" + host + "/" + id,
			Language: lang, At: at,
		}
	}
	a := watcher.Alert{
		ID: "alert1", Reason: watcher.NewStory, Severity: watcher.High, Item: it,
		Feed: watcher.Feed{ID: "border-post", Name: "The Border Post", Language: "en"},
		Story: watcher.Story{
			ID: "story1", Headline: it.Title, Language: "en", Lead: it.ID, Items: 3,
			Feeds: []string{"border-post", "kurjer", "wire"}, Rules: []string{"potash-ban"},
			Themes: []string{"potash"}, Severity: watcher.High, First: at, Last: at, Told: true,
			Outlets: []watcher.Outlet{
				outlet("border-post", "The Border Post", "borderpost.example", "en", at),
				outlet("kurjer", "Кур'ер", "kurjer.example", "be", at.Add(time.Hour)),
				outlet("wire", "电讯社", "wire.example", "zh", at.Add(2*time.Hour)),
			},
		},
		Matches: []watcher.Match{{
			ItemID: it.ID, RuleID: "potash-ban", RuleTitle: "Potash is banned or blocked", Theme: "potash",
			Severity: watcher.High, Spans: []watcher.Span{span("ban", "@ban"), span("transit", "@border"), span("potash", "@potash")},
		}},
		Join:     watcher.Join{Story: "story1", Signature: "none", Why: "nearest story shares 2 of 11 words"},
		PlanHash: "0123456789abcdef", Raised: at.Add(2 * time.Minute),
	}
	return watcher.Outgoing{
		Delivery: watcher.Delivery{
			ID: "delivery1", AlertID: a.ID, StoryID: a.Story.ID, Channel: "desk", Kind: watcher.Post,
			State: watcher.Sending, Created: a.Raised, Tried: time.Now(),
		},
		Alert: a,
	}
}

// as returns a delivery of another kind and id, of the message that parent names.
func as(
	o watcher.Outgoing, id string, k watcher.Kind, r watcher.Reason, parent watcher.Receipt,
) watcher.Outgoing {
	o.Delivery.ID, o.Delivery.Kind, o.Alert.Reason, o.Parent = watcher.DeliveryID(id), k, r, parent
	o.Delivery.Tried = time.Now()
	return o
}

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// outcome says how a caller must read an error.
func outcome(err error) string {
	var again *watcher.RetryError
	var unsure *watcher.UncertainError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &again):
		return "retry " + again.After.String()
	case errors.As(err, &unsure):
		return "uncertain"
	}
	return "never"
}
