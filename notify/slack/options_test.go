package slack_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

func TestOptionsAreReadFromYAML(t *testing.T) {
	var o slack.Options
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(`
token_file: /run/secrets/slack-token
channel: C0123456789
api_url: http://127.0.0.1:8080/api/
on_uncertain: hold
`), &o, yaml.DisallowUnknownField()))
	require.Equal(t, slack.Options{
		TokenFile: "/run/secrets/slack-token", Channel: channel,
		APIURL: "http://127.0.0.1:8080/api/", OnUncertain: slack.Hold,
	}, o)
	require.NoError(t, o.Validate())
}

func TestValidateNamesEveryMistake(t *testing.T) {
	hook := notify.Secret("https://hooks.slack.com/services/T/B/x")
	for _, tt := range []struct {
		name string
		o    slack.Options
		want []string // the paths of the problems
	}{
		{"a bot", slack.Options{Token: "xoxb-1", Channel: channel}, nil},
		{"a webhook", slack.Options{Webhook: hook}, nil},
		{"a webhook on this machine", slack.Options{Webhook: "http://localhost:1/x"}, nil},
		{"a webhook on this machine by IPv6", slack.Options{Webhook: "http://[::1]:1/x"}, nil},
		{"nothing", slack.Options{}, []string{"token"}},
		{"both", slack.Options{Token: "xoxb-1", Channel: channel, Webhook: hook}, []string{"webhook"}},
		{"token twice", slack.Options{Token: "xoxb-1", TokenFile: "f", Channel: channel}, []string{"token_file"}},
		{"webhook twice", slack.Options{Webhook: hook, WebhookFile: "f"}, []string{"webhook_file"}},
		{"a bot without a channel", slack.Options{TokenFile: "f"}, []string{"channel"}},
		{"a channel's name", slack.Options{TokenFile: "f", Channel: "#general"}, []string{"channel"}},
		{"a person's id", slack.Options{TokenFile: "f", Channel: "U0123456789"}, []string{"channel"}},
		{"a webhook with a channel", slack.Options{Webhook: hook, Channel: channel}, []string{"channel"}},
		{"a webhook with an API", slack.Options{Webhook: hook, APIURL: "https://x.example/"}, []string{"api_url"}},
		{"a user's token", slack.Options{Token: "xoxp-1", Channel: channel}, []string{"token"}},
		{"plain http", slack.Options{Webhook: "http://hooks.slack.com/x"}, []string{"webhook"}},
		{"plain http to an address that looks local", slack.Options{Webhook: "http://127.0.0.1.evil.example/x"}, []string{"webhook"}},
		{"a path only", slack.Options{Webhook: "/services/x"}, []string{"webhook"}},
		{"an API over plain http", slack.Options{TokenFile: "f", Channel: channel, APIURL: "http://x.example/"}, []string{"api_url"}},
		{"an unknown policy", slack.Options{Webhook: hook, OnUncertain: "holt"}, []string{"on_uncertain"}},
		{"four at once", slack.Options{Token: "x", TokenFile: "f", APIURL: "x", OnUncertain: "x"}, []string{"token_file", "token", "channel", "api_url", "on_uncertain"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.o.Validate()
			var ps notify.Problems
			errors.As(err, &ps)
			var got []string
			for _, p := range ps {
				got = append(got, p.Path)
			}
			require.Equal(t, tt.want, got, "%v", err)
		})
	}
}

func TestAWrongPolicyIsGuessed(t *testing.T) {
	err := slack.Options{WebhookFile: "f", OnUncertain: "holt"}.Validate()
	require.ErrorContains(t, err, `did you mean "hold"?`)
}

// Secrets must not show in what operators may see: errors, logs, and the options and
// notifiers themselves.
func TestSecretsNeverShow(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	faults := []slacktest.Fault{
		slacktest.Limited("soon"), slacktest.Failing(500), slacktest.Failing(404), slacktest.Page(), slacktest.Lost(),
		slacktest.Torn(), slacktest.Refused("invalid_blocks"), slacktest.Refused("invalid_auth"),
		slacktest.Refused(token), slacktest.Text(400, d.HookURL(hookPath)), slacktest.Text(404, "no_service"),
		{Body: `{"ok":true,"ts":"` + token},
	}
	shown := ""
	see := func(v ...any) {
		for _, x := range v {
			shown += fmt.Sprintf("%v %+v %#v %s\n", x, x, x, x)
		}
	}
	b, h := d.bot(t), d.webhook(t)
	for i := range len(faults) + 1 {
		if i < len(faults) {
			d.Script(faults[i])
		} else {
			require.NoError(t, d.Close()) // refused connections
		}
		_, err := b.Notify(t.Context(), news())
		see(err)
		_, _, err = b.Find(t.Context(), news())
		see(err)
		_, err = b.Check(t.Context())
		see(err)
		_, err = h.Notify(t.Context(), news())
		see(err)
	}
	see(b, h, slack.Options{Token: token, Webhook: notify.Secret(d.HookURL(hookPath))})
	see(slack.Options{Token: token + "-", Webhook: "http://canaryhook.example/"}.Validate())
	shown += d.log.String()
	require.NotContains(t, shown, "canary")
	require.Contains(t, shown, "slack refused the blocks", "the log was looked at too")
}
