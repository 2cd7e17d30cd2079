package feed

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// A worded is an error in an operator's words.
type worded struct {
	text string
	err  error
}

// Error is the words.
func (e *worded) Error() string { return e.text }

// Unwrap is what the words are for.
func (e *worded) Unwrap() error { return e.err }

// inWords says what is wrong with a connection so that an operator knows what to do, and
// leaves other errors as they are. certified is whether we showed a certificate.
func inWords(err error, certified bool, now time.Time) error {
	text := ""
	var wrongName x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var unverified *tls.CertificateVerificationError
	var garbled tls.RecordHeaderError
	switch {
	case errors.As(err, &wrongName):
		text = wrongNameWords(wrongName)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		text = dateWords(invalid.Cert, now)
	case errors.As(err, &unknown):
		text = unknownWords(unknown.Cert)
	case errors.As(err, &unverified):
		text = "the certificate cannot be trusted: " + unprefixed(unverified.Err)
	case errors.Is(err, http.ErrSchemeMismatch):
		text = "the server speaks plain HTTP here and not TLS: write http:// or the port of https"
	case errors.As(err, &garbled):
		text = "the server does not speak TLS at this port: is the address right?"
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`):
		text = "the server speaks TLS here and not plain HTTP: write https://"
	case err.Error() == http.StatusText(http.StatusProxyAuthRequired):
		text = proxyWords
	default:
		if text = alertWords(err, certified); text == "" {
			text = plainWords(err.Error())
		}
	}
	return &worded{text, err}
}

// plainWords takes off an error of net/http what only tells where in Go it came from.
func plainWords(text string) string {
	text = strings.TrimPrefix(text, "net/http: HTTP/1.x transport connection broken: ")
	text = strings.TrimPrefix(text, "net/http: ")
	return strings.TrimSuffix(text, "; aborted")
}

const proxyWords = "the proxy asks for a password: write it into the proxy's address, in proxy_file"

// moreNames is how many names of a certificate are told.
const moreNames = 4

func wrongNameWords(e x509.HostnameError) string {
	names := e.Certificate.DNSNames
	for _, ip := range e.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return fmt.Sprintf("the certificate names no host, so it is not that of %s", e.Host)
	}
	more := ""
	if n := len(names) - moreNames; n > 0 {
		names, more = names[:moreNames], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("the certificate is that of %s%s and not that of %s", strings.Join(names, ", "), more, e.Host)
}

func dateWords(c *x509.Certificate, now time.Time) string {
	whose := "the certificate"
	if c.IsCA {
		whose = "the certificate of its authority " + called(c)
	}
	if now.Before(c.NotBefore) {
		return fmt.Sprintf("%s is valid only from %s on: is the clock of this machine right?", whose, day(c.NotBefore))
	}
	return fmt.Sprintf("%s expired on %s: its owner must renew it", whose, day(c.NotAfter))
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func unknownWords(c *x509.Certificate) string {
	const cure = "if you know it, name its certificate in ca_file"
	if c == nil {
		return "the certificate is signed by an authority that nobody here trusts; " + cure
	}
	if c.Issuer.String() == c.Subject.String() {
		return fmt.Sprintf("the certificate of %s is signed by itself and not by a trusted authority; %s", called(c), cure)
	}
	issuer := c.Issuer.CommonName
	if issuer == "" {
		issuer = c.Issuer.String()
	}
	return fmt.Sprintf("the certificate is signed by %q, an authority that is not trusted here; %s", issuer, cure)
}

// called is how people call a certificate's owner.
func called(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return fmt.Sprintf("%q", c.Subject.CommonName)
	}
	if len(c.DNSNames) > 0 {
		return fmt.Sprintf("%q", c.DNSNames[0])
	}
	return fmt.Sprintf("%q", c.Subject.String())
}

// alertWords say why the server ended a TLS connection; "" for what is no such error.
func alertWords(err error, certified bool) string {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return brokenWords(err, certified)
	}
	switch alert := unprefixed(op.Err); {
	case alert == "certificate required", alert == "bad certificate" && !certified:
		return "the server asks for a client certificate: " + cureAsked
	case alert == "handshake failure" && !certified:
		return "the server broke off the TLS handshake; if it asks for a client certificate, " + cureAsked
	case alert == "expired certificate":
		return "the server says that the client certificate has expired: renew the one in cert_file"
	case certified && (strings.Contains(alert, "certificate") || alert == "access denied"):
		return "the server does not take the client certificate in cert_file: " + alert
	default:
		return "the server broke off the TLS handshake: " + alert
	}
}

const cureAsked = "give cert_file and key_file"

// brokenWords are for a connection that the server closed while we wrote: the alert that
// says why is lost at times.
func brokenWords(err error, certified bool) string {
	broken := errors.Is(err, syscall.EPIPE) || strings.HasPrefix(err.Error(), "http2: client conn")
	switch {
	case certified && (broken || errors.Is(err, syscall.ECONNRESET)):
		return "the server ended the connection: it seems that it does not take the client certificate in cert_file"
	case broken:
		return "the server ended the connection; if it asks for a client certificate, " + cureAsked
	}
	return ""
}

// unprefixed is the text of an error without the names of Go's packages.
func unprefixed(err error) string {
	text := err.Error()
	for _, p := range []string{"tls: ", "failed to verify certificate: ", "x509: "} {
		text = strings.TrimPrefix(text, p)
	}
	return text
}
