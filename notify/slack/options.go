package slack

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/notify"
)

// What Options.OnUncertain may be.
const (
	Resend = "resend" // better twice than never: the repeat says that it may be one
	Hold   = "hold"   // becomes a dead letter, for a person to look at
)

// DefaultAPIURL is the address of Slack's web API.
const DefaultAPIURL = "https://slack.com/api/"

// Options are an operator's settings of one Slack channel: a bot's token and a channel,
// or a webhook.
type Options struct {
	Token       notify.Secret `yaml:"token,omitempty"` // of a bot, xoxb-...
	TokenFile   string        `yaml:"token_file,omitempty"`
	Channel     string        `yaml:"channel,omitempty"` // id, such as C0123456789
	Webhook     notify.Secret `yaml:"webhook,omitempty"` // the whole address
	WebhookFile string        `yaml:"webhook_file,omitempty"`
	APIURL      string        `yaml:"api_url,omitempty"`      // default DefaultAPIURL
	OnUncertain string        `yaml:"on_uncertain,omitempty"` // Resend or Hold; default Resend
}

// Validate returns all that is wrong with the options, as notify.Problems.
func (o Options) Validate() error {
	var ps notify.Problems
	bot, hook := o.Token != "" || o.TokenFile != "", o.Webhook != "" || o.WebhookFile != ""
	switch {
	case bot && hook:
		ps.Add("webhook", "a channel is a bot's or a webhook's, not both",
			"keep token and channel, or webhook")
	case !bot && !hook:
		ps.Add("token", "neither a bot's token nor a webhook",
			"give token_file and channel, or webhook_file")
	}
	if o.Token != "" && o.TokenFile != "" {
		ps.Add("token_file", "token is given too", "keep one of them")
	}
	if o.Webhook != "" && o.WebhookFile != "" {
		ps.Add("webhook_file", "webhook is given too", "keep one of them")
	}
	o.validateBot(&ps, bot)
	if o.Webhook != "" {
		if err := checkAddress(o.Webhook.Reveal()); err != nil {
			ps.Add("webhook", err.Error(), "copy the address from the app's page, Incoming Webhooks")
		}
	}
	if o.OnUncertain != "" && o.OnUncertain != Resend && o.OnUncertain != Hold {
		ps.Add("on_uncertain", fmt.Sprintf("unknown policy %q", o.OnUncertain),
			notify.Guess(o.OnUncertain, []string{Resend, Hold}))
	}
	return ps.Err()
}

func (o Options) validateBot(ps *notify.Problems, bot bool) {
	t := o.Token.Reveal() // xoxe.xoxb- is one that Slack rotates
	if t != "" && !strings.HasPrefix(t, "xoxb-") && !strings.HasPrefix(t, "xoxe.xoxb-") {
		ps.Add("token", "not a bot's token",
			"it begins with xoxb-; see the app's page, OAuth & Permissions")
	}
	switch {
	case bot && o.Channel == "":
		ps.Add("channel", "a bot needs a channel", "write the channel's id, such as C0123456789")
	case !bot && o.Channel != "":
		ps.Add("channel", "a webhook has its channel already", "leave channel out, or use a bot's token")
	case o.Channel != "" && !isChannelID(o.Channel):
		// A name would do for posting; Slack's history, for the look-up, takes only ids.
		ps.Add("channel", fmt.Sprintf("%q is not a channel's id", o.Channel),
			"it looks like C0123456789: click the channel's name in Slack, it stands at the end")
	}
	if o.APIURL != "" {
		if !bot {
			ps.Add("api_url", "a webhook has its address already", "leave api_url out")
		}
		if err := checkAddress(o.APIURL); err != nil {
			ps.Add("api_url", err.Error(), "such as "+DefaultAPIURL)
		}
	}
}

// isChannelID reports whether s is the id of a channel (C), a private channel (G) or a
// direct message (D).
func isChannelID(s string) bool {
	if len(s) < 8 || len(s) > 32 || !strings.ContainsRune("CGD", rune(s[0])) {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// checkAddress says what is wrong with an address that secrets are sent to. Its error
// never holds the address.
func checkAddress(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return errors.New("not an address")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return errors.New("not an https address")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() == "localhost" || (err == nil && ip.IsLoopback()) {
		return nil
	}
	return errors.New("http would show the secret to the network: only https, or http to this machine")
}

// New returns the notifier that the options ask for.
func New(o Options, log *slog.Logger) (notify.Notifier, error) {
	if o.Webhook != "" || o.WebhookFile != "" {
		return NewWebhook(o, log)
	}
	return NewBot(o, log)
}
