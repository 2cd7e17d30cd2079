package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/sanctionwatch/sanctionwatch/notify"
)

// A session is one conversation with the mail server. It uses go-mail's SMTP commands
// and not its client, which says neither at which step a connection broke nor that a
// cut connection may be tried again, and drops all recipients for one.
type session struct {
	conn net.Conn
	c    *smtp.Client
	stop func() bool // ends the watch over the context
}

// A fatal error is one that another try will not mend.
type fatal struct{ error }

// Unwrap returns the error that is fatal.
func (f fatal) Unwrap() error { return f.error }

// open connects, greets, protects the connection and logs in.
func (n *Notifier) open(ctx context.Context) (*session, error) {
	host, port := n.opt.server()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	s := &session{conn: conn}
	// A cancelled context must end a conversation that waits for the server.
	s.stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	if err := n.greet(ctx, s, host); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (n *Notifier) greet(ctx context.Context, s *session, host string) error {
	conf := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if n.opt.CAFile != "" {
		pool, err := roots(n.opt.CAFile)
		if err != nil {
			return fmt.Errorf("ca_file: %w", err)
		}
		conf.RootCAs = pool
	}
	conn := s.conn
	if n.opt.TLS == Implicit {
		tc := tls.Client(conn, conf)
		if err := tc.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
		conn = tc
	}
	var err error
	if s.c, err = smtp.NewClient(conn, host); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	s.c.SkipSMTPUTF8(n.ascii) // or servers further on may refuse mail that needs none of it
	if err := s.c.Hello(n.hello()); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	if n.opt.TLS == "" || n.opt.TLS == StartTLS {
		if ok, _ := s.c.Extension("STARTTLS"); !ok {
			return fatal{errors.New("the server does not offer STARTTLS; write tls: implicit if it speaks TLS from the start, " +
				"or tls: none if it is on this machine")}
		}
		if err := s.c.StartTLS(conf); err != nil {
			return fmt.Errorf("starttls: %w", err)
		}
	}
	return n.login(s.c, host)
}

func (n *Notifier) hello() string {
	if n.opt.Hello != "" {
		return n.opt.Hello
	}
	return "localhost"
}

// login uses the best of the ways that the server offers.
func (n *Notifier) login(c *smtp.Client, host string) error {
	if n.opt.Username == "" {
		return nil
	}
	secret, err := n.password.Read()
	if err != nil {
		return err
	}
	user, pass := n.opt.Username, secret.Reveal()
	ok, offer := c.Extension("AUTH")
	if !ok {
		return fatal{errors.New("the server takes no login; delete username and password, or check the port")}
	}
	plain := n.opt.TLS == NoTLS // said by the operator, see Validate
	var auth smtp.Auth
	switch ways := strings.Fields(strings.ToUpper(offer)); {
	case slices.Contains(ways, "SCRAM-SHA-256"):
		auth = smtp.ScramSHA256Auth(user, pass)
	case slices.Contains(ways, "PLAIN"):
		auth = smtp.PlainAuth("", user, pass, host, plain)
	case slices.Contains(ways, "LOGIN"):
		auth = smtp.LoginAuth(user, pass, host, plain)
	case slices.Contains(ways, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(user, pass)
	default:
		return fatal{fmt.Errorf("the server offers only %s to log in; SCRAM-SHA-256, PLAIN, LOGIN and CRAM-MD5 are known",
			notify.Clean(offer, 80))}
	}
	if err := c.Auth(auth); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	return nil
}

// send makes one envelope. Begun tells whether the text went out, so that a broken
// connection leaves it open whether the mail arrived.
func (s *session) send(from, to string, text []byte) (begun bool, err error) {
	if err := s.c.Mail("<" + from + ">"); err != nil {
		return false, fmt.Errorf("sender: %w", err)
	}
	if err := s.c.Rcpt("<" + to + ">"); err != nil {
		return false, fmt.Errorf("recipient: %w", err)
	}
	w, err := s.c.Data()
	if err != nil {
		return false, fmt.Errorf("data: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return true, fmt.Errorf("text: %w", err) // not closed, so that no half of it counts as all
	}
	if err := w.Close(); err != nil {
		return true, fmt.Errorf("end of text: %w", err)
	}
	return true, nil
}

// alive makes the session ready for the next envelope after err, or reports that it is
// over.
func (s *session) alive(err error) bool {
	if err == nil {
		return true
	}
	var reply *textproto.Error
	return errors.As(err, &reply) && s.c.Reset() == nil
}

// close says goodbye and ends the connection.
func (s *session) close() {
	if s.c != nil {
		// The mail is settled; a server that is slow to say goodbye is not waited for.
		_ = s.conn.SetDeadline(time.Now().Add(time.Second))
		_ = s.c.Quit()
	}
	s.stop()
	_ = s.conn.Close()
}
