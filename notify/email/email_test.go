package email_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/email"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// canary is the password of these tests; nothing may show it.
const canary = "canary-7d21"

// options are those for a server without TLS.
func options(m *mailbox, to ...string) email.Options {
	if len(to) == 0 {
		to = []string{"desk@example.org"}
	}
	return email.Options{SMTP: m.addr, TLS: email.NoTLS, From: "Sanction Watch <alerts@example.org>", To: to, CAFile: m.ca}
}

func notifier(t testing.TB, o email.Options) *email.Notifier {
	t.Helper()
	n, err := email.New(o, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return n
}

// send makes one attempt with the sample.
func send(t testing.TB, o email.Options) (watcher.Receipt, error) {
	t.Helper()
	return notifier(t, o).Notify(context.Background(), notify.Sample("desk", noon))
}

// fate names the kind of an error.
func fate(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.As(err, new(*watcher.RetryError)):
		return "later"
	case errors.As(err, new(*watcher.UncertainError)):
		return "perhaps"
	}
	return "never"
}

func TestEachRecipientGetsAnEnvelopeOfItsOwn(t *testing.T) {
	for _, mode := range []string{email.StartTLS, email.Implicit} {
		m := serve(t, mode, nil)
		var login string
		m.when(func(s stage, arg string) error {
			if s == atLogin {
				login = arg
			}
			return nil
		})
		o := options(m, "One <a@example.org>", "b@example.net")
		o.TLS, o.Username, o.Password = mode, "alerts", canary
		r, err := send(t, o)
		require.NoError(t, err, mode)
		d := notify.Sample("desk", noon).Delivery
		require.Equal(t, "<"+string(d.ID)+".desk@example.org>", r.Ref)
		require.Equal(t, "a@example.org, b@example.net", r.Target)
		require.WithinDuration(t, time.Now(), r.At, time.Minute)
		require.Equal(t, "alerts:"+canary, login)
		mails := m.taken()
		require.Len(t, mails, 2)
		require.Equal(t, 1, m.conns, "over one connection")
		for i, to := range []string{"a@example.org", "b@example.net"} {
			require.Equal(t, "alerts@example.org", mails[i].from)
			require.Equal(t, to, mails[i].to)
			msg, err := mail.ReadMessage(bytes.NewReader(mails[i].text))
			require.NoError(t, err)
			list, err := msg.Header.AddressList("To")
			require.NoError(t, err)
			require.Len(t, list, 1, "nobody sees who else gets it")
			require.Equal(t, to, list[0].Address)
		}
	}
}

func TestAnswersAreClassifiedAtEveryStage(t *testing.T) {
	for _, row := range []struct {
		at   stage
		err  error
		want string
	}{
		{atGreeting, reply(421, smtp.EnhancedCode{4, 3, 2}, "busy"), "later"},
		{atGreeting, reply(554, smtp.EnhancedCode{5, 7, 1}, "go away"), "never"},
		{atGreeting, errCut, "later"},
		{atLogin, reply(454, smtp.EnhancedCode{4, 7, 0}, "try later"), "later"},
		{atLogin, reply(535, smtp.EnhancedCode{5, 7, 8}, "wrong"), "never"},
		{atLogin, errCut, "later"},
		{atMail, reply(421, smtp.EnhancedCode{4, 7, 0}, "too many"), "later"},
		{atMail, reply(451, smtp.EnhancedCode{4, 3, 0}, "trouble"), "later"},
		{atMail, reply(550, smtp.EnhancedCode{5, 7, 1}, "not you"), "never"},
		{atMail, errCut, "later"},
		{atRcpt, reply(451, smtp.EnhancedCode{4, 7, 1}, "greylisted"), "later"},
		{atRcpt, reply(550, smtp.EnhancedCode{5, 1, 1}, "nobody"), "never"},
		{atRcpt, reply(552, smtp.EnhancedCode{5, 2, 2}, "mailbox full"), "later"},
		{atRcpt, reply(552, smtp.EnhancedCode{5, 3, 4}, "too big"), "never"},
		{atRcpt, errCut, "later"},
		{atText, reply(451, smtp.EnhancedCode{4, 3, 0}, "trouble"), "later"},
		{atText, reply(452, smtp.EnhancedCode{4, 2, 2}, "full"), "later"},
		{atText, reply(552, smtp.EnhancedCode{5, 2, 2}, "mailbox full"), "later"},
		{atText, reply(554, smtp.EnhancedCode{5, 7, 1}, "spam"), "never"},
		{atText, errCut, "perhaps"},
	} {
		name := fmt.Sprintf("%s: %v", row.at, row.err)
		m := serve(t, "", at(row.at, row.err))
		o := options(m)
		o.Username, o.Password = "alerts", canary
		_, err := send(t, o)
		require.Equal(t, row.want, fate(err), "%s: %v", name, err)
		require.ErrorContains(t, err, m.addr, name)
		require.NotContains(t, err.Error(), canary, name)
		require.Empty(t, m.taken(), name)
	}
}

func TestServerThatIsNotThereIsTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	l.Close()
	_, err = send(t, options(&mailbox{addr: addr}))
	require.Equal(t, "later", fate(err), err)
	o := options(&mailbox{addr: "nothing.invalid:25"})
	o.AllowPlaintext = true
	_, err = send(t, o)
	require.Equal(t, "later", fate(err), err)
}

func TestServerThatStallsAfterTheTextMayHaveTakenIt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m := serve(t, "", func(s stage, _ string) error {
		if s == atText {
			cancel()
			time.Sleep(50 * time.Millisecond) // the answer comes when nobody waits any more
		}
		return nil
	})
	_, err := notifier(t, options(m)).Notify(ctx, notify.Sample("desk", noon))
	require.Equal(t, "perhaps", fate(err), err)
}

func TestCancelledBeforeItIsSentIsCertain(t *testing.T) {
	m := serve(t, "", nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := notifier(t, options(m)).Notify(ctx, notify.Sample("desk", noon))
	require.Equal(t, "later", fate(err), err)
}

func TestNoEnvelopeIsBegunWithoutTimeToEndIt(t *testing.T) {
	m := serve(t, "", nil)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	t.Cleanup(cancel)
	_, err := notifier(t, options(m)).Notify(ctx, notify.Sample("desk", noon))
	require.Equal(t, "later", fate(err), err)
	require.ErrorContains(t, err, "no time left")
	require.Empty(t, m.taken())
}

func TestServerWithoutSTARTTLSIsRefusedWithACure(t *testing.T) {
	m := serve(t, "", nil)
	o := options(m)
	o.TLS, o.Username, o.Password = "", "alerts", canary
	_, err := send(t, o)
	require.Equal(t, "never", fate(err), err)
	require.ErrorContains(t, err, "does not offer STARTTLS; write tls: implicit if it speaks TLS from the start, or tls: none")
	require.Empty(t, m.taken())
}

func TestUntrustedCertificateGetsNeitherPasswordNorMail(t *testing.T) {
	for _, mode := range []string{email.StartTLS, email.Implicit} {
		asked := make(chan string, 9)
		m := serve(t, mode, func(s stage, arg string) error { asked <- string(s) + arg; return nil })
		o := options(m)
		_, o.CAFile = certificate(t)
		o.TLS, o.Username, o.Password = mode, "alerts", canary
		_, err := send(t, o)
		require.Equal(t, "later", fate(err), "a certificate may be renewed: %v", err)
		require.ErrorContains(t, err, "certificate")
		for len(asked) > 0 {
			require.Equal(t, string(atGreeting), <-asked)
		}
	}
}

func TestServerThatTakesNoLoginIsRefused(t *testing.T) {
	o := options(serve(t, "", nil))
	o.Username, o.PasswordFile = "alerts", filepath.Join(t.TempDir(), "gone")
	_, err := send(t, o)
	require.Equal(t, "later", fate(err), "a file that is being replaced is there again soon")
	require.ErrorContains(t, err, "read password_file")
}

func TestErrorsDoNotRepeatThePassword(t *testing.T) {
	m := serve(t, "", at(atLogin, reply(535, smtp.EnhancedCode{5, 7, 8}, "no "+canary+" here\x1b[2J")))
	o := options(m)
	o.Username, o.Password = "alerts", canary
	_, err := send(t, o)
	require.ErrorContains(t, err, `"5.7.8 no <secret> here\x1b[2J"`)
	n := notifier(t, o)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", n, n, *n), canary)
}

func TestRefusedRecipientStopsNobodyElse(t *testing.T) {
	m := serve(t, "", func(s stage, arg string) error {
		if s == atRcpt && arg == "gone@example.org" {
			return reply(550, smtp.EnhancedCode{5, 1, 1}, "nobody here")
		}
		return nil
	})
	var logs bytes.Buffer
	n, err := email.New(options(m, "a@example.org", "gone@example.org", "b@example.org"), slog.New(slog.NewTextHandler(&logs, nil)))
	require.NoError(t, err)
	r, err := n.Notify(context.Background(), notify.Sample("desk", noon))
	require.NoError(t, err)
	require.Equal(t, "a@example.org, b@example.org; refused: gone@example.org", r.Target)
	require.Len(t, m.taken(), 2)
	require.Equal(t, 1, m.conns)
	require.Contains(t, logs.String(), "mail refused for some recipients")
	require.Contains(t, logs.String(), "nobody here")
}

func TestAllRefusedIsNever(t *testing.T) {
	m := serve(t, "", at(atRcpt, reply(550, smtp.EnhancedCode{5, 1, 1}, "nobody")))
	_, err := send(t, options(m, "a@example.org", "b@example.org"))
	require.Equal(t, "never", fate(err))
	require.ErrorContains(t, err, "send to a@example.org by "+m.addr+`: recipient: 550 "5.1.1 nobody"`)
}

func TestRetryGoesOnlyToThoseWhoDoNotHaveIt(t *testing.T) {
	trouble := reply(451, smtp.EnhancedCode{4, 7, 1}, "greylisted")
	grey := func(who string, err error) func(stage, string) error {
		return func(s stage, arg string) error {
			switch {
			case s == atRcpt && arg == "gone@example.org":
				return reply(550, smtp.EnhancedCode{5, 1, 1}, "nobody")
			case s == atText && arg == who:
				return err
			}
			return nil
		}
	}
	for _, row := range []struct {
		err  error
		want string
	}{{trouble, "later"}, {errCut, "perhaps"}} {
		m := serve(t, "", grey("b@example.org", row.err))
		n := notifier(t, options(m, "a@example.org", "b@example.org", "gone@example.org", "c@example.org"))
		o := notify.Sample("desk", noon)
		for range 3 {
			_, err := n.Notify(context.Background(), o)
			require.Equal(t, row.want, fate(err), err)
		}
		m.when(grey("", nil))
		r, err := n.Notify(context.Background(), o)
		require.NoError(t, err)
		require.Equal(t, "a@example.org, b@example.org, c@example.org; refused: gone@example.org", r.Target)
		count := make(map[string]int)
		for _, g := range m.taken() {
			count[g.to]++
		}
		require.Equal(t, map[string]int{"a@example.org": 1, "b@example.org": 1, "c@example.org": 1}, count)

		next := notify.Sample("desk", noon.Add(time.Hour))
		_, err = n.Notify(context.Background(), next)
		require.NoError(t, err)
		require.Len(t, m.taken(), 6, "another delivery goes to all")
	}
}

func TestRotatedPasswordIsUsedAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("old\n"), 0o600))
	m := serve(t, "", func(s stage, arg string) error {
		if s == atLogin && arg != "alerts:new" {
			return reply(535, smtp.EnhancedCode{5, 7, 8}, "wrong")
		}
		return nil
	})
	o := options(m)
	o.Username, o.PasswordFile = "alerts", file
	n := notifier(t, o)
	require.ErrorContains(t, n.Check(context.Background()), "login: 535")
	require.NoError(t, os.WriteFile(file, []byte("new\n"), 0o600))
	require.NoError(t, n.Check(context.Background()))
	require.Empty(t, m.taken(), "a check sends nothing")
	_, err := n.Notify(context.Background(), notify.Sample("desk", noon))
	require.NoError(t, err)
}

func TestUpdatesAreNotSupported(t *testing.T) {
	m := serve(t, "", nil)
	n := notifier(t, options(m))
	require.False(t, n.Updates())
	o := notify.Sample("desk", noon)
	o.Delivery.Kind = watcher.Update
	_, err := n.Notify(context.Background(), o)
	require.Equal(t, "never", fate(err))
	require.Empty(t, m.taken())
}
