package slack_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestWebhookPostsTheSameMessageAsABot(t *testing.T) {
	d := newDesk(t, slacktest.Options{Hooks: []string{hookPath}})
	r, err := d.webhook(t).Notify(t.Context(), news())
	require.NoError(t, err)
	require.Equal(t, watcher.Receipt{Ref: "200"}, r)
	_, err = d.bot(t).Notify(t.Context(), news())
	require.NoError(t, err)
	msgs := d.Messages()
	require.True(t, msgs[0].Webhook)
	require.JSONEq(t, string(msgs[1].Blocks), string(msgs[0].Blocks))
	require.Equal(t, msgs[1].Text, msgs[0].Text)
	require.Equal(t, "delivery1", msgs[0].Delivery())
	call := d.Calls(slacktest.Webhook)[0].Form
	require.Equal(t, "false", call.Get("unfurl_links"))
	require.Equal(t, "false", call.Get("unfurl_media"))
}

func TestWebhookPostsRepliesAndRefusesUpdates(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	h := d.webhook(t)
	_, err := h.Notify(t.Context(), as(news(), "reply", watcher.Reply, watcher.Escalation, watcher.Receipt{Ref: "200"}))
	require.NoError(t, err)
	require.Len(t, d.Timeline(slacktest.HookChannel), 1)
	_, err = h.Notify(t.Context(), as(news(), "update", watcher.Update, watcher.Coverage, watcher.Receipt{Ref: "200"}))
	require.Equal(t, "never", outcome(err))
	require.ErrorContains(t, err, "a bot's token")
	_, isFinder := any(h).(watcher.Finder)
	require.False(t, isFinder, "a webhook cannot look anything up")
}

func TestWebhookSortsEveryAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault slacktest.Fault
		want  string
		text  string
		calls int
	}{
		{"429 with seconds", slacktest.Limited("7"), "retry 8s", "rate limit", 1},
		{"429 with words", slacktest.Limited("soon"), "retry 31s", "", 1},
		{"429 in words", slacktest.Text(429, "rate_limited"), "retry 31s", "", 1},
		{"proxy says no", slacktest.Failing(403), "retry 0s", "answered 403", 1},
		{"404 of something else", slacktest.Text(404, "404 page not found"), "retry 0s", "", 1},

		{"500", slacktest.Text(500, "rollup_error"), "uncertain", "answered 500", 1},
		{"502", slacktest.Failing(502), "uncertain", "", 1},
		{"HTML with 200", slacktest.Page(), "uncertain", "does not say ok", 1},
		{"a word with 200", slacktest.Text(200, "maintenance"), "uncertain", "", 1},
		{"empty 200", slacktest.Fault{}, "uncertain", "", 1},
		{"ok false with 200", slacktest.Fault{Body: `{"ok":false}`}, "uncertain", "", 1},
		{"half an answer", slacktest.Torn(), "uncertain", "", 1},
		{"cut before", slacktest.Lost(), "uncertain", "", 1},
		{"cut after", slacktest.Swallowed(), "uncertain", "", 1},
		{"no answer", slacktest.Hung(), "uncertain", "", 1},

		{"400 invalid_payload", slacktest.Text(400, "invalid_payload"), "never", "invalid_payload", 2},
		{"400 user_not_found", slacktest.Text(400, "user_not_found"), "never", "make a new one", 1},
		{"403 action_prohibited", slacktest.Text(403, "action_prohibited"), "never", "forbid the app to post", 1},
		{"404 channel_not_found", slacktest.Text(404, "channel_not_found\n"), "never", "channel_not_found", 1},
		{"404 no_service", slacktest.Text(404, "no_service"), "never", "the webhook was removed", 1},
		{"410 channel_is_archived", slacktest.Text(410, "channel_is_archived"), "never", "unarchive it", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, slacktest.Options{})
			d.Script(tt.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			_, err := d.webhook(t).Notify(ctx, news())
			require.Error(t, err)
			require.Equal(t, tt.want, outcome(err), err.Error())
			require.Contains(t, err.Error(), tt.text)
			require.Len(t, d.Calls(), tt.calls)
			require.NotContains(t, err.Error(), "canaryhook")
		})
	}
}

func TestWorkflowWebhookAnswersInJSON(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	d.Script(slacktest.Fault{Accept: true, Body: `{"ok":true}`})
	_, err := d.webhook(t).Notify(t.Context(), news())
	require.NoError(t, err)
}

func TestWebhookFallsBackToPlainText(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	d.Script(slacktest.Text(http.StatusBadRequest, "invalid_blocks").Once())
	_, err := d.webhook(t).Notify(t.Context(), news())
	require.NoError(t, err)
	require.Len(t, d.Messages(), 1)
	require.Nil(t, d.Messages()[0].Blocks)
	require.Contains(t, d.log.String(), "slack refused the blocks")
}

func TestWebhookKnowsThatARequestNeverLeft(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	h := d.webhook(t)
	// net/http writes this address in another way than the operator did.
	odd := d.webhook(t, func(o *slack.Options) { o.Webhook = notify.Secret(d.HookURL("T/B/canary hook")) })
	require.NoError(t, d.Close())
	for _, h := range []*slack.Webhook{h, odd} {
		_, err := h.Notify(t.Context(), news())
		require.Equal(t, "retry 0s", outcome(err))
		require.ErrorContains(t, err, "connection refused")
		require.NotContains(t, err.Error(), "canary")
	}
}

func TestHeldWebhookWaitsForAPerson(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	o := news()
	o.Repeat = true
	_, err := d.webhook(t, hold).Notify(t.Context(), o)
	require.Equal(t, "never", outcome(err))
	require.Empty(t, d.Calls())
}

func TestWebhookFileIsCheckedWhenItIsRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hook")
	d := newDesk(t, slacktest.Options{})
	h := d.webhook(t, func(o *slack.Options) { o.Webhook, o.WebhookFile = "", file })
	for text, want := range map[string]string{
		"http://hooks.example/services/canaryhook\n": "only https",
		"no address canaryhook":                      "not an",
		"ftp://hooks.example/canaryhook":             "not an https address",
		"https://exa mple/canaryhook":                "not an address",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := h.Notify(t.Context(), news())
		require.Equal(t, "never", outcome(err))
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "canaryhook")
	}
	require.NoError(t, os.WriteFile(file, []byte(d.HookURL(hookPath)+"\n"), 0o600))
	_, err := h.Notify(t.Context(), news())
	require.NoError(t, err)
}

func TestNewPicksWhatTheOptionsAskFor(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	n, err := slack.New(slack.Options{WebhookFile: "hook"}, d.logger())
	require.NoError(t, err)
	require.IsType(t, (*slack.Webhook)(nil), n)
	n, err = slack.New(slack.Options{TokenFile: "token", Channel: channel}, d.logger())
	require.NoError(t, err)
	require.IsType(t, (*slack.Bot)(nil), n)
	_, err = slack.NewWebhook(slack.Options{TokenFile: "token", Channel: channel}, d.logger())
	require.Error(t, err)
	_, err = slack.NewBot(slack.Options{Webhook: notify.Secret(d.HookURL(hookPath))}, d.logger())
	require.Error(t, err)
}
