package email

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// attemptTime is what one attempt may take, and lastStart how much of it must be left
// to begin another envelope: one that is cut may have arrived.
const (
	attemptTime = 14 * time.Second
	lastStart   = 3 * time.Second
)

// A Notifier sends mail. New is the only door. Its secrets are behind pointers, so that
// printing it does not show them.
type Notifier struct {
	opt      *Options
	password *notify.SecretReader
	from     *mail.Address
	to       []*mail.Address
	zone     *time.Location
	ascii    bool // no address needs SMTPUTF8
	progress *progress
	log      *slog.Logger
}

var _ notify.Notifier = (*Notifier)(nil)

// New returns a notifier for the recipients of the options.
func New(o Options, log *slog.Logger) (*Notifier, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	n := &Notifier{
		opt: &o, password: notify.NewSecretReader("password", o.Password, o.PasswordFile, log),
		progress: newProgress(), ascii: true, log: log,
	}
	var err error
	if n.from, err = mail.ParseAddress(o.From); err != nil {
		return nil, err
	}
	if n.zone, err = time.LoadLocation(o.Timezone); err != nil {
		return nil, err
	}
	for _, s := range o.To {
		to, err := mail.ParseAddress(s)
		if err != nil {
			return nil, err
		}
		n.to = append(n.to, to)
		n.ascii = n.ascii && isASCII(to.Address)
	}
	n.ascii = n.ascii && isASCII(n.from.Address)
	return n, nil
}

// Updates reports that an Update cannot be sent: mail cannot be changed.
func (n *Notifier) Updates() bool { return false }

// Check reaches the server and logs in, and sends nothing.
func (n *Notifier) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	s, err := n.open(ctx)
	if err != nil {
		return n.classify("reach", err, false)
	}
	s.close()
	return nil
}

// Notify sends one mail to each recipient that does not have it yet. The receipt's Ref
// is the Message-ID, its Target who has it and who was refused.
func (n *Notifier) Notify(ctx context.Context, o watcher.Outgoing) (watcher.Receipt, error) {
	if o.Delivery.Kind == watcher.Update {
		return watcher.Receipt{}, errors.New("mail cannot be changed after it was sent")
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	fate := n.progress.of(o.Delivery.ID)
	for _, to := range n.to {
		if prior, ok := fate[to.Address]; ok && !again(prior) {
			continue
		}
		fate[to.Address] = &watcher.RetryError{Err: errors.New("not tried yet")}
	}
	m := notify.Compose(o).In(n.zone)
	n.sendAll(ctx, o, m, fate)
	r, err := n.verdict(o, fate)
	if err != nil && again(err) {
		n.progress.keep(o.Delivery.ID, fate)
		return r, err
	}
	n.progress.drop(o.Delivery.ID)
	return r, err
}

// sendAll tries those that are still to be tried and writes down what came of each.
func (n *Notifier) sendAll(ctx context.Context, o watcher.Outgoing, m notify.Message, fate fates) {
	var s *session
	defer func() {
		if s != nil {
			s.close()
		}
	}()
	for _, to := range n.to {
		if !again(fate[to.Address]) {
			continue
		}
		text, err := n.compose(o, m, to)
		if err != nil {
			fate[to.Address] = err
			continue
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < lastStart {
			fate[to.Address] = &watcher.RetryError{Err: errors.New("no time left in this attempt")}
			continue
		}
		if s == nil {
			if s, err = n.open(ctx); err != nil {
				n.failAll(fate, n.classify("reach", err, false))
				return
			}
		}
		begun, err := s.send(n.from.Address, to.Address, text)
		fate[to.Address] = n.classify("send to "+to.Address+" by", err, begun)
		if !s.alive(err) {
			s.close()
			s = nil
		}
	}
}

// failAll gives everyone who still waits the same fate.
func (n *Notifier) failAll(fate fates, err error) {
	for _, to := range n.to {
		if again(fate[to.Address]) {
			fate[to.Address] = err
		}
	}
}

// verdict sums up the recipients' fates: perhaps beats later, later beats done, and
// done needs one who has it.
func (n *Notifier) verdict(o watcher.Outgoing, fate fates) (watcher.Receipt, error) {
	var have, refused []string
	var later, unsure, never error
	for _, to := range n.to {
		err := fate[to.Address]
		var retry *watcher.RetryError
		var perhaps *watcher.UncertainError
		switch {
		case err == nil:
			have = append(have, to.Address)
		case errors.As(err, &retry):
			later = cmp.Or(later, err)
		case errors.As(err, &perhaps):
			unsure = cmp.Or(unsure, err)
		default:
			refused, never = append(refused, to.Address), cmp.Or(never, err)
		}
	}
	if err := cmp.Or(unsure, later); err != nil {
		return watcher.Receipt{}, err
	}
	if len(have) == 0 {
		return watcher.Receipt{}, never
	}
	target := strings.Join(have, ", ")
	if len(refused) > 0 {
		target += "; refused: " + strings.Join(refused, ", ")
		n.log.Warn("mail refused for some recipients", "channel", o.Delivery.Channel, "delivery", o.Delivery.ID,
			"refused", len(refused), "err", never)
	}
	return watcher.Receipt{Ref: n.messageID(o.Delivery), Target: target, At: time.Now()}, nil
}

// classify says what an error of the conversation means (RFC 5321, 4.2.1 and 4.5.4).
// Its text holds no password, even if the server repeats it.
func (n *Notifier) classify(what string, err error, begun bool) error {
	if err == nil {
		return nil
	}
	host, port := n.opt.server()
	said := fmt.Errorf("%s %s:%s: %s", what, host, port, n.redact(err.Error()))
	var reply *textproto.Error
	switch {
	case errors.As(err, new(fatal)):
		return said
	case errors.As(err, &reply) && reply.Code >= 500:
		// A full mailbox (552 with 5.2.2) may be emptied.
		if reply.Code == 552 && strings.HasPrefix(reply.Msg, "5.2.2") {
			return &watcher.RetryError{Err: said}
		}
		return said
	case errors.As(err, &reply) || !begun:
		return &watcher.RetryError{Err: said}
	}
	return &watcher.UncertainError{Err: said}
}

// redact makes a server's words fit to be shown.
func (n *Notifier) redact(s string) string {
	if p, err := n.password.Read(); err == nil && p != "" {
		user, pass := n.opt.Username, p.Reveal()
		for _, form := range []string{
			pass,
			base64.StdEncoding.EncodeToString([]byte(pass)),
			base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + pass)),
		} {
			s = strings.ReplaceAll(s, form, p.String())
		}
	}
	return notify.Clean(s, 300)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0
}
