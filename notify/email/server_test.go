package email_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// A stage is a step of an SMTP conversation.
type stage string

const (
	atGreeting stage = "greeting"
	atLogin    stage = "login"
	atMail     stage = "mail"
	atRcpt     stage = "rcpt"
	atText     stage = "text" // all of it was read
)

// errCut is what a hook returns to end the connection without an answer.
var errCut = errors.New("cut")

// A mailbox is a mail server in this process.
type mailbox struct {
	addr string
	ca   string // file with the certificate to trust, "" without TLS

	mu    sync.Mutex
	hook  func(at stage, arg string) error // guarded by mu
	mails []got                            // guarded by mu
	conns int                              // guarded by mu
}

// got is a mail that was taken.
type got struct {
	from, to string
	text     []byte
}

// serve starts a mail server. Its hook, which may be nil, decides at every stage; tls is
// "", starttls or implicit.
func serve(t testing.TB, mode string, hook func(at stage, arg string) error) *mailbox {
	t.Helper()
	m := &mailbox{hook: hook}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	m.addr = l.Addr().String()
	l = &door{l, m}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		v := &visit{m: m, c: c}
		return v, v.ask(atGreeting, "")
	}))
	s.Domain, s.AllowInsecureAuth, s.MaxLineLength = "mail.test", true, 4000
	s.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	if mode != "" {
		conf, ca := certificate(t)
		m.ca = ca
		if mode == "implicit" {
			l = tls.NewListener(l, conf)
		} else {
			s.TLSConfig = conf
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Close()
		l.Close() // Serve may not have begun
		<-done
	})
	return m
}

// A door counts who comes in.
type door struct {
	net.Listener
	m *mailbox
}

func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err == nil {
		d.m.mu.Lock()
		d.m.conns++
		d.m.mu.Unlock()
	}
	return c, err
}

// taken returns the mails so far.
func (m *mailbox) taken() []got {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

// when changes the hook.
func (m *mailbox) when(hook func(at stage, arg string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hook = hook
}

// A visit is one connection.
type visit struct {
	m        *mailbox
	c        *smtp.Conn
	from, to string
}

func (v *visit) ask(at stage, arg string) error {
	v.m.mu.Lock()
	hook := v.m.hook
	v.m.mu.Unlock()
	if hook == nil {
		return nil
	}
	err := hook(at, arg)
	if errors.Is(err, errCut) {
		v.c.Conn().Close()
	}
	return err
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.from = from
	return v.ask(atMail, from)
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	return v.ask(atRcpt, to)
}

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := v.ask(atText, v.to); err != nil {
		return err
	}
	v.m.mu.Lock()
	defer v.m.mu.Unlock()
	v.m.mails = append(v.m.mails, got{v.from, v.to, text})
	return nil
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		return v.ask(atLogin, username+":"+password)
	}), nil
}

// reply is an answer of the server.
func reply(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// at returns a hook that answers err at one stage.
func at(s stage, err error) func(stage, string) error {
	return func(now stage, _ string) error {
		if now == s {
			return err
		}
		return nil
	}
}

// certificate makes a server's TLS settings and the file with its certificate.
func certificate(t testing.TB) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ca.pem")
	var text bytes.Buffer
	require.NoError(t, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o600))
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}
