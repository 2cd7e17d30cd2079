package slack_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestPostCarriesTheDeliveryAndSaysWhereItIs(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	r, err := d.bot(t).Notify(t.Context(), news())
	require.NoError(t, err)
	msgs := d.Timeline(channel)
	require.Len(t, msgs, 1)
	require.Equal(t, watcher.Receipt{Ref: msgs[0].TS, Target: channel}, r)
	require.Equal(t, "sanctionwatch_delivery", msgs[0].Metadata.EventType)
	require.Equal(t, map[string]any{"delivery": "delivery1", "story": "story1"}, msgs[0].Metadata.EventPayload)
	call := d.Calls("chat.postMessage")[0].Form
	require.Equal(t, "false", call.Get("unfurl_links"))
	require.Equal(t, "false", call.Get("unfurl_media"))
	require.Equal(t, "false", call.Get("link_names"))
	require.Equal(t, "none", call.Get("parse"))
}

func TestReplyGoesIntoTheThread(t *testing.T) {
	for _, tt := range []struct {
		name      string
		reason    watcher.Reason
		broadcast bool
	}{
		{"news stays in the thread", watcher.NewRule, false},
		{"an escalation is shown in the channel too", watcher.Escalation, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, slacktest.Options{})
			b := d.bot(t)
			first, err := b.Notify(t.Context(), news())
			require.NoError(t, err)
			_, err = b.Notify(t.Context(), as(news(), "reply", watcher.Reply, tt.reason, first))
			require.NoError(t, err)
			thread := d.Thread(channel, first.Ref)
			require.Len(t, thread, 2)
			require.Equal(t, "reply", thread[1].Delivery())
			require.Equal(t, tt.broadcast, thread[1].Broadcast)
		})
	}
}

func TestReplyWithoutAPlaceInTheChannelIsPosted(t *testing.T) {
	for name, parent := range map[string]watcher.Receipt{
		"no parent":                      {},
		"parent of a webhook":            {Ref: "200"},
		"parent in a channel left since": {Ref: "1764055680.000100", Target: "C0OLDCHANNEL"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, slacktest.Options{})
			_, err := d.bot(t).Notify(t.Context(), as(news(), "reply", watcher.Reply, watcher.Escalation, parent))
			require.NoError(t, err)
			require.Len(t, d.Timeline(channel), 1)
			require.Empty(t, d.Calls("chat.postMessage")[0].Form.Get("thread_ts"))
		})
	}
}

func TestReplyIsPostedWhenSlackRefusesTheThread(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	d.Script(slacktest.Refused("cannot_reply_to_message").Once())
	parent := watcher.Receipt{Ref: "1764055680.000100", Target: channel}
	_, err := d.bot(t).Notify(t.Context(), as(news(), "reply", watcher.Reply, watcher.NewRule, parent))
	require.NoError(t, err)
	require.Len(t, d.Timeline(channel), 1)
}

func TestUpdateChangesTheFirstMessageAndKeepsItsName(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	b := d.bot(t)
	first, err := b.Notify(t.Context(), news())
	require.NoError(t, err)
	o := as(news(), "update", watcher.Update, watcher.Coverage, first)
	o.Alert.Story.Headline = "Potash transit closed from Monday"
	r, err := b.Notify(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, first.Ref, r.Ref)
	msgs := d.Messages()
	require.Len(t, msgs, 1)
	require.Equal(t, 1, msgs[0].Edits)
	require.Equal(t, "delivery1", msgs[0].Delivery())
	require.Contains(t, msgs[0].Read(), "Potash transit closed from Monday")
}

func TestUpdateOfWhatCannotBeChangedNeverRepeats(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	b := d.bot(t)
	_, err := b.Notify(t.Context(), as(news(), "u1", watcher.Update, watcher.Coverage, watcher.Receipt{Ref: "200"}))
	require.ErrorContains(t, err, "cannot be changed")
	require.Equal(t, "never", outcome(err))
	require.Empty(t, d.Calls())

	gone := watcher.Receipt{Ref: "1764055680.000100", Target: channel}
	_, err = b.Notify(t.Context(), as(news(), "u2", watcher.Update, watcher.Coverage, gone))
	require.ErrorContains(t, err, "message_not_found: the message was deleted in slack")
	require.Equal(t, "never", outcome(err))
}

func TestBotSortsEveryAnswer(t *testing.T) {
	soon := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tt := range []struct {
		name  string
		fault slacktest.Fault
		want  string
		text  string
	}{
		{"429 with seconds", slacktest.Limited("7"), "retry 8s", "rate limit"},
		{"429 without seconds", slacktest.Limited(""), "retry 31s", ""},
		{"429 with a fraction", slacktest.Limited("1.5"), "retry 2.5s", ""},
		{"429 with words", slacktest.Limited("soon"), "retry 31s", ""},
		{"429 with a past date", slacktest.Limited(soon(-time.Hour)), "retry 1s", ""},
		{"429 asking for a week", slacktest.Limited("604800"), "retry 1h0m0s", ""},
		{"ratelimited in a 200", slacktest.Refused("ratelimited"), "retry 31s", ""},
		{"rate_limited in a 200", slacktest.Refused("rate_limited"), "retry 31s", ""},
		{"workspace being moved", slacktest.Refused("team_added_to_org"), "retry 0s", "moved"},
		{"proxy says no", slacktest.Failing(403), "retry 0s", "answered 403 Forbidden: is a proxy in between"},
		{"redirect", slacktest.Failing(307), "retry 0s", "answered 307"},

		{"500", slacktest.Failing(500), "uncertain", "answered 500"},
		{"503", slacktest.Failing(503), "uncertain", "answered 503"},
		{"408", slacktest.Failing(408), "uncertain", ""},
		{"HTML with 200", slacktest.Page(), "uncertain", "cannot be read"},
		{"half an answer", slacktest.Torn(), "uncertain", "cannot be read"},
		{"cut before", slacktest.Lost(), "uncertain", "no answer from slack"},
		{"cut after", slacktest.Swallowed(), "uncertain", "no answer from slack"},
		{"no answer", slacktest.Hung(), "uncertain", "no answer from slack"},
		{"empty object", slacktest.Fault{Body: "{}"}, "uncertain", ""},
		{"ok without a ts", slacktest.Fault{Body: `{"ok":true}`}, "uncertain", "no ts"},
		{"not ok without a word", slacktest.Fault{Body: `{"ok":false}`}, "uncertain", ""},
		{"not ok with a sentence", slacktest.Refused("I am <b>sorry</b>"), "uncertain", "unknown_error"},
		{"internal_error", slacktest.Refused("internal_error"), "uncertain", "internal_error"},
		{"fatal_error", slacktest.Refused("fatal_error"), "uncertain", "fatal_error"},
		{"request_timeout", slacktest.Refused("request_timeout"), "uncertain", ""},

		{"not_in_channel", slacktest.Refused("not_in_channel"), "never", "not_in_channel: invite the app to the channel: /invite @app"},
		{"channel_not_found", slacktest.Refused("channel_not_found"), "never", "is the channel's id right?"},
		{"is_archived", slacktest.Refused("is_archived"), "never", "unarchive it"},
		{"invalid_auth", slacktest.Refused("invalid_auth"), "never", "copy the bot's"},
		{"token_expired", slacktest.Refused("token_expired"), "never", "copy the bot's"},
		{"token_revoked", slacktest.Refused("token_revoked"), "never", "install it again"},
		{"account_inactive", slacktest.Refused("account_inactive"), "never", "install it again"},
		{"missing_scope", slacktest.Refused("missing_scope"), "never", "chat:write"},
		{"no_permission", slacktest.Refused("no_permission"), "never", "xoxb-"},
		{"restricted_action", slacktest.Refused("restricted_action"), "never", "who may post"},
		{"ekm_access_denied", slacktest.Refused("ekm_access_denied"), "never", "administrators"},
		{"a word nobody knows", slacktest.Refused("brand_new_refusal"), "never", "brand_new_refusal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, slacktest.Options{})
			d.Script(tt.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			r, err := d.bot(t).Notify(ctx, news())
			require.Error(t, err)
			require.Equal(t, tt.want, outcome(err), err.Error())
			require.Contains(t, err.Error(), tt.text)
			require.Zero(t, r)
			require.Len(t, d.Calls(), 1, "nothing is sent again behind the caller's back")
			require.NotContains(t, err.Error(), token)
		})
	}
}

func TestRetryAfterMayBeADate(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	d.Script(slacktest.Limited(time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)))
	_, err := d.bot(t).Notify(t.Context(), news())
	var again *watcher.RetryError
	require.ErrorAs(t, err, &again)
	require.InDelta(t, 61, again.After.Seconds(), 3)
}

func TestBotKnowsThatARequestNeverLeft(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	b := d.bot(t)
	require.NoError(t, d.Close())
	_, err := b.Notify(t.Context(), news())
	require.Equal(t, "retry 0s", outcome(err))
	require.ErrorContains(t, err, "no connection to slack")

	stranger := httptest.NewUnstartedServer(http.NotFoundHandler())
	stranger.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	stranger.StartTLS() // with a certificate that nobody trusts
	defer stranger.Close()
	b = d.bot(t, func(o *slack.Options) { o.APIURL = stranger.URL + "/api/" })
	_, err = b.Notify(t.Context(), news())
	require.Equal(t, "retry 0s", outcome(err))
	require.ErrorContains(t, err, "certificate")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = newDesk(t, slacktest.Options{}).bot(t).Notify(ctx, news())
	require.Equal(t, "retry 0s", outcome(err))
}

func TestRefusedBlocksAreSentAsPlainTextOnce(t *testing.T) {
	for _, code := range []string{"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"} {
		t.Run(code, func(t *testing.T) {
			d := newDesk(t, slacktest.Options{})
			d.Script(slacktest.Refused(code).Once())
			_, err := d.bot(t).Notify(t.Context(), news())
			require.NoError(t, err)
			msgs := d.Messages()
			require.Len(t, msgs, 1)
			require.Nil(t, msgs[0].Blocks)
			require.Equal(t, "delivery1", msgs[0].Delivery())
			require.Contains(t, msgs[0].Text, "Ministers agree")
			require.Contains(t, d.log.String(), "slack refused the blocks")

			d.Script(slacktest.Refused(code))
			_, err = d.bot(t).Notify(t.Context(), news())
			require.Equal(t, "never", outcome(err))
			require.Len(t, d.Calls("chat.postMessage"), 4, "two attempts of two")
		})
	}
}

func TestHeldRepeatWaitsForAPerson(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	o := news()
	o.Repeat = true
	_, err := d.bot(t, hold).Notify(t.Context(), o)
	require.Equal(t, "never", outcome(err))
	require.ErrorContains(t, err, "on_uncertain is hold")
	require.Empty(t, d.Calls())

	_, err = d.bot(t).Notify(t.Context(), o)
	require.NoError(t, err)
	require.Contains(t, d.Messages()[0].Read(), "Possible repeat")
}

func TestRotatedTokenNeedsNoRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	d := newDesk(t, slacktest.Options{})
	b := d.bot(t, func(o *slack.Options) { o.Token, o.TokenFile = "", file })
	_, err := b.Notify(t.Context(), news())
	require.Equal(t, "retry 0s", outcome(err), "the file may be on its way")

	require.NoError(t, os.WriteFile(file, []byte("xoxb-old\n"), 0o600))
	_, err = b.Notify(t.Context(), news())
	require.ErrorContains(t, err, "invalid_auth")
	require.NoError(t, os.WriteFile(file, []byte(token+"\n"), 0o600))
	_, err = b.Notify(t.Context(), news())
	require.NoError(t, err)
}

func TestBotServesManyAtOnce(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	b := d.bot(t)
	var wg sync.WaitGroup
	var ids []string
	for i := range 30 {
		o := as(news(), fmt.Sprint("d", i), watcher.Post, watcher.NewStory, watcher.Receipt{})
		ids = append(ids, string(o.Delivery.ID))
		wg.Go(func() {
			if _, err := b.Notify(t.Context(), o); err != nil {
				t.Error(err)
			}
			if _, found, err := b.Find(t.Context(), o); err != nil || !found {
				t.Error(o.Delivery.ID, found, err)
			}
		})
	}
	wg.Wait()
	require.True(t, d.Tally(ids...).OK())
}

func TestCheckSaysWhoseTheTokenIs(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	who, err := d.bot(t).Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, "sanctionwatch in Example", who)
	_, err = d.bot(t, func(o *slack.Options) { o.Token = notify.Secret("xoxb-wrong") }).Check(t.Context())
	require.ErrorContains(t, err, "invalid_auth: the token is wrong")
}

func TestRedirectTakesTheTokenNowhere(t *testing.T) {
	var got string
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got += r.Form.Encode() + r.Header.Get("Authorization")
	}))
	defer thief.Close()
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	}))
	defer portal.Close()
	d := newDesk(t, slacktest.Options{})
	b := d.bot(t, func(o *slack.Options) { o.APIURL = portal.URL + "/api" })
	_, err := b.Notify(t.Context(), news())
	require.Equal(t, "retry 0s", outcome(err))
	_, _, err = b.Find(t.Context(), news())
	require.Error(t, err)
	require.Empty(t, got)
}

func TestOneMessageASecondIsHeldByWaiting(t *testing.T) {
	d := newDesk(t, slacktest.Options{Gap: time.Hour})
	b := d.bot(t)
	_, err := b.Notify(t.Context(), news())
	require.NoError(t, err)
	_, err = b.Notify(t.Context(), as(news(), "second", watcher.Post, watcher.NewStory, watcher.Receipt{}))
	require.True(t, strings.HasPrefix(outcome(err), "retry "), outcome(err))
	require.Len(t, d.Messages(), 1)
}
