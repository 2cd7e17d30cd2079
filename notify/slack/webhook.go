package slack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// errNoUpdates is what an update comes to.
var errNoUpdates = errors.New("a webhook cannot change a message: updates need a bot's token")

// A Webhook posts to the channel of an incoming webhook. NewWebhook is the only door;
// it is safe for concurrent use. It cannot answer in threads (a Reply is posted), change
// messages, or look up what arrived.
//
// It does not use slack-go's call, which puts the address into errors, drops the reason
// of a refusal and takes any page with status 200 for success.
type Webhook struct {
	address *notify.SecretReader
	hold    bool
	client  *http.Client
	log     *slog.Logger
}

var _ notify.Notifier = (*Webhook)(nil)

// NewWebhook returns a webhook. It makes no connection.
func NewWebhook(o Options, log *slog.Logger) (*Webhook, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Webhook == "" && o.WebhookFile == "" {
		return nil, notify.Problems{{Path: "webhook", Msg: "no webhook"}}
	}
	return &Webhook{
		address: notify.NewSecretReader("webhook", o.Webhook, o.WebhookFile, log),
		hold:    o.OnUncertain == Hold, client: newClient(), log: log,
	}, nil
}

// String tells no address. Without it fmt would print what the webhook holds.
func (h *Webhook) String() string { return "slack webhook" }

// Updates reports that a webhook cannot change what it posted.
func (h *Webhook) Updates() bool { return false }

// Notify posts a message, once more as plain text if Slack refuses its blocks.
func (h *Webhook) Notify(ctx context.Context, o watcher.Outgoing) (watcher.Receipt, error) {
	if o.Delivery.Kind == watcher.Update {
		return watcher.Receipt{}, errNoUpdates
	}
	if o.Repeat && h.hold {
		return watcher.Receipt{}, errHeld
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m := notify.Compose(o)
	bs := blocks(m)
	r, err := h.send(ctx, m, bs)
	var no *refusal
	if bs != nil && errors.As(err, &no) && isUnreadable(no.code) {
		h.log.Warn("slack refused the blocks, sent as plain text", "delivery", m.Delivery, "err", err)
		return h.send(ctx, m, nil)
	}
	return r, err
}

// payload is what a webhook takes.
type payload struct {
	Text        string        `json:"text"`
	Blocks      []slack.Block `json:"blocks,omitempty"`
	UnfurlLinks bool          `json:"unfurl_links"`
	UnfurlMedia bool          `json:"unfurl_media"`
	LinkNames   bool          `json:"link_names"`
}

// send makes one call.
func (h *Webhook) send(ctx context.Context, m notify.Message, bs []slack.Block) (watcher.Receipt, error) {
	r, err := h.post(ctx, payload{Text: text(m, bs), Blocks: bs})
	if err != nil {
		return r, fmt.Errorf("post to the webhook: %w", err)
	}
	return r, nil
}

func (h *Webhook) post(ctx context.Context, p payload) (watcher.Receipt, error) {
	address, err := h.address.Read()
	if err != nil {
		return watcher.Receipt{}, &watcher.RetryError{Err: err}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return watcher.Receipt{}, err
	}
	// Validate has not seen what is in a file.
	if err := checkAddress(address.Reveal()); err != nil {
		return watcher.Receipt{}, fmt.Errorf("its address: %w", err)
	}
	x := &exchange{client: h.client, secret: address.Reveal()}
	r := bytes.NewReader(body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), r)
	if err != nil {
		return watcher.Receipt{}, x.hide(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := x.Do(req)
	if err != nil {
		return watcher.Receipt{}, x.fate("", err)
	}
	defer resp.Body.Close()
	words, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	return x.verdict(strings.TrimSpace(string(words)), err)
}

// verdict reads the answer of a webhook: the word ok with status 200, or the reason of
// a refusal with another status.
func (x *exchange) verdict(words string, err error) (watcher.Receipt, error) {
	var workflow struct { // what a webhook of Slack's Workflow Builder answers
		OK bool `json:"ok"`
	}
	ok := words == "ok" || (json.Unmarshal([]byte(words), &workflow) == nil && workflow.OK)
	if ok && x.status == http.StatusOK {
		return watcher.Receipt{Ref: fmt.Sprint(x.status)}, nil
	}
	code := ""
	if isWord(words) && x.status >= 400 && x.status < 500 {
		code = words
	}
	return watcher.Receipt{}, x.fate(code, cmp.Or(err, errors.New("it does not say ok")))
}
