package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// eventType names the metadata that every message carries.
const eventType = "sanctionwatch_delivery"

// errHeld is what a repeat comes to under Hold.
var errHeld = errors.New("an earlier attempt may have arrived, and on_uncertain is hold: " +
	"look in the channel, then send it again or leave it")

// errNotOurs is what an update of a message that has no ts comes to.
var errNotOurs = errors.New("the story's first message is not one of this bot's: it cannot be changed")

// A Bot posts to one channel with a bot's token. NewBot is the only door; it is safe
// for concurrent use. The channel must not be called more than once a second.
type Bot struct {
	token   *notify.SecretReader
	channel string
	api     string
	hold    bool
	client  *http.Client
	log     *slog.Logger
	skew    atomic.Int64 // how far Slack's clock is ahead of ours, a time.Duration
}

var (
	_ notify.Notifier = (*Bot)(nil)
	_ watcher.Finder  = (*Bot)(nil)
)

// NewBot returns a bot. It makes no connection; see Check.
func NewBot(o Options, log *slog.Logger) (*Bot, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Channel == "" {
		return nil, notify.Problems{{Path: "channel", Msg: "a bot needs a channel"}}
	}
	return &Bot{
		token:   notify.NewSecretReader("token", o.Token, o.TokenFile, log),
		channel: o.Channel, api: strings.TrimSuffix(cmp.Or(o.APIURL, DefaultAPIURL), "/") + "/",
		hold: o.OnUncertain == Hold, client: newClient(), log: log,
	}, nil
}

// String names the bot by its channel. Without it fmt would print what the bot holds,
// the token too.
func (b *Bot) String() string { return "slack channel " + b.channel }

// Check asks Slack whether the token is good and returns whose it is, such as
// "sanctionwatch in Example". Whether the bot is in the channel only a post can tell.
func (b *Bot) Check(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	api, x, err := b.open()
	if err != nil {
		return "", err
	}
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		return "", fmt.Errorf("check the token: %w", x.fate(word(err), err))
	}
	return who.User + " in " + who.Team, nil
}

// Updates reports that a bot can change its messages.
func (b *Bot) Updates() bool { return true }

// Notify posts, answers in the thread of the first message, or changes that message. A
// message whose blocks Slack refuses is sent once more as plain text; one whose thread
// is gone, once more without it.
func (b *Bot) Notify(ctx context.Context, o watcher.Outgoing) (watcher.Receipt, error) {
	if o.Repeat && b.hold {
		return watcher.Receipt{}, errHeld
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m := notify.Compose(o)
	l := letter{message: m, thread: b.thread(o), broadcast: m.Reason == watcher.Escalation}
	if m.Kind == watcher.Update {
		if !isStamp(o.Parent.Ref) {
			return watcher.Receipt{}, errNotOurs
		}
		l.update, l.place = o.Parent.Ref, o.Parent.Target
	}
	for {
		r, err := b.send(ctx, l)
		var no *refusal
		switch {
		case errors.As(err, &no) && isUnreadable(no.code) && !l.plain:
			b.log.Warn("slack refused the blocks, sent as plain text", "delivery", m.Delivery, "err", err)
			l.plain = true
		case errors.As(err, &no) && isThreadGone(no.code) && l.thread != "":
			l.thread = ""
		default:
			return r, err
		}
	}
}

// A letter is one way to send a message.
type letter struct {
	message   notify.Message
	plain     bool   // without blocks
	thread    string // ts of the message it answers
	broadcast bool   // and the channel shows the answer too
	update    string // ts of the message it changes
	place     string // where that message is, if not in the bot's channel
}

// thread returns the ts of the message that a delivery answers, "" if there is none in
// the bot's channel: the operator may have named another since.
func (b *Bot) thread(o watcher.Outgoing) string {
	p := o.Parent
	if o.Delivery.Kind != watcher.Reply || !isStamp(p.Ref) || (p.Target != "" && p.Target != b.channel) {
		return ""
	}
	return p.Ref
}

// send makes one call of Slack.
func (b *Bot) send(ctx context.Context, l letter) (watcher.Receipt, error) {
	api, x, err := b.open()
	if err != nil {
		return watcher.Receipt{}, err
	}
	opts := []slack.MsgOption{
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionLinkNames(false), slack.MsgOptionParse(false),
	}
	var bs []slack.Block
	if !l.plain {
		bs = blocks(l.message)
	}
	opts = append(opts, slack.MsgOptionText(text(l.message, bs), false))
	if bs != nil {
		opts = append(opts, slack.MsgOptionBlocks(bs...))
	}
	channel, verb := b.channel, "post to"
	if l.update != "" {
		// The metadata stays as it is: it names the delivery that posted the message.
		channel, verb = cmp.Or(l.place, channel), "update in"
		opts = append(opts, slack.MsgOptionUpdate(l.update))
	} else {
		opts = append(opts, slack.MsgOptionMetadata(slack.SlackMetadata{
			EventType:    eventType,
			EventPayload: map[string]any{"delivery": l.message.Delivery, "story": l.message.Story},
		}))
	}
	if l.thread != "" {
		opts = append(opts, slack.MsgOptionTS(l.thread))
		if l.broadcast {
			opts = append(opts, slack.MsgOptionBroadcast())
		}
	}
	target, ts, _, err := api.SendMessageContext(ctx, channel, opts...)
	b.learn(x)
	if err == nil && ts == "" {
		err = errors.New("it has no ts") // such as {"ok":false} without a word
	}
	if err != nil {
		return watcher.Receipt{}, fmt.Errorf("%s channel %s: %w", verb, channel, x.fate(word(err), err))
	}
	return watcher.Receipt{Ref: ts, Target: cmp.Or(target, channel)}, nil
}

// open reads the token and returns a client for one call. It never retries by itself:
// slack-go's handlers would post a message again that was accepted and then cut off.
func (b *Bot) open() (*slack.Client, *exchange, error) {
	token, err := b.token.Read()
	if err != nil {
		// The file may be there again in a moment: secrets are rotated by renaming.
		return nil, nil, &watcher.RetryError{Err: err}
	}
	x := &exchange{client: b.client, secret: token.Reveal()}
	api := slack.New(token.Reveal(), slack.OptionAPIURL(b.api), slack.OptionHTTPClient(x))
	return api, x, nil
}

// learn keeps how far the clocks are apart.
func (b *Bot) learn(x *exchange) {
	if x.status != 0 {
		b.skew.Store(int64(x.skew))
	}
}

// isStamp reports whether s is a ts, the name of a message: "1764055680.000100".
func isStamp(s string) bool {
	whole, part, ok := strings.Cut(s, ".")
	return ok && isDigits(whole) && isDigits(part)
}

func isDigits(s string) bool {
	return s != "" && len(s) < 20 && strings.Trim(s, "0123456789") == ""
}
