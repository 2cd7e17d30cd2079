package email

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
)

// How a connection is protected.
const (
	StartTLS = "starttls" // upgraded before anything is said; the default
	Implicit = "implicit" // TLS from the first byte, usually on port 465
	NoTLS    = "none"     // only to this machine, unless AllowPlaintext
)

// MaxRecipients is how many recipients a channel may have; more belong on a list.
const MaxRecipients = 50

// Options are the operator's wishes.
type Options struct {
	SMTP         string         `yaml:"smtp"` // host:port; the port may be left out
	Username     string         `yaml:"username,omitempty"`
	Password     notify.Secret  `yaml:"password,omitempty"`
	PasswordFile string         `yaml:"password_file,omitempty"`
	From         string         `yaml:"from"` // an address, or Name <address>
	To           notify.Strings `yaml:"to"`   // addresses
	TLS          string         `yaml:"tls,omitempty"`
	CAFile       string         `yaml:"ca_file,omitempty"`  // PEM; trusted instead of the system's authorities
	Hello        string         `yaml:"hello,omitempty"`    // name to greet with; "localhost" if empty
	ListID       string         `yaml:"list_id,omitempty"`  // such as alerts.example.org, for filters
	Timezone     string         `yaml:"timezone,omitempty"` // of the times shown, such as Europe/Vilnius; UTC if empty

	// AllowPlaintext lets TLS "none" be used to another machine.
	AllowPlaintext bool `yaml:"allow_plaintext,omitempty"`
}

// Validate returns notify.Problems for what is wrong.
func (o Options) Validate() error {
	var ps notify.Problems
	o.checkServer(&ps)
	o.checkLogin(&ps)
	switch from, err := mail.ParseAddress(o.From); {
	case o.From == "":
		ps.Add("from", "missing", "write the sender's address")
	case err != nil:
		ps.Add("from", fmt.Sprintf("%q is not an address", o.From), "write name@example.org or Name <name@example.org>")
	case !safeAddress(from.Address):
		ps.Add("from", fmt.Sprintf("%q cannot be used in SMTP", o.From), "write name@example.org")
	}
	if len(o.To) == 0 {
		ps.Add("to", "missing", "write the recipients' addresses")
	}
	if len(o.To) > MaxRecipients {
		ps.Add("to", fmt.Sprintf("%d recipients", len(o.To)), fmt.Sprintf("write at most %d, or a list's address", MaxRecipients))
	}
	seen := make(map[string]bool)
	for i, to := range o.To {
		path := fmt.Sprintf("to[%d]", i)
		a, err := mail.ParseAddress(to)
		if err != nil || !safeAddress(a.Address) {
			ps.Add(path, fmt.Sprintf("%q is not an address", to), "write name@example.org")
			continue
		}
		if seen[strings.ToLower(a.Address)] {
			ps.Add(path, fmt.Sprintf("%q is there twice", a.Address), "delete one")
		}
		seen[strings.ToLower(a.Address)] = true
	}
	if o.ListID != "" && !dotAtom(o.ListID) {
		ps.Add("list_id", fmt.Sprintf("%q is not a list's id", o.ListID), "write a name such as alerts.example.org")
	}
	if o.Hello != "" && !dotAtom(o.Hello) {
		ps.Add("hello", fmt.Sprintf("%q is not a host name", o.Hello), "write this machine's public name")
	}
	if _, err := time.LoadLocation(o.Timezone); err != nil {
		ps.Add("timezone", fmt.Sprintf("unknown time zone %q", o.Timezone), "write a name such as Europe/Vilnius")
	}
	return ps.Err()
}

func (o Options) checkServer(ps *notify.Problems) {
	host, port := o.server()
	switch n, err := strconv.ParseUint(port, 10, 16); {
	case o.SMTP == "":
		ps.Add("smtp", "missing", "write host:port of the mail server")
	case host == "" || strings.ContainsAny(o.SMTP, " /@\r\n\t"):
		ps.Add("smtp", fmt.Sprintf("%q is not host:port", o.SMTP), "write it without smtp:// and names, such as smtp.example.org:587")
	case err != nil || n == 0:
		ps.Add("smtp", fmt.Sprintf("%q is not a port", port), "write 1 to 65535")
	}
	switch o.TLS {
	case "", StartTLS, Implicit:
	case NoTLS:
		if !loopback(host) && !o.AllowPlaintext {
			ps.Add("tls", "none would send alerts and the password over the network in the clear",
				"write starttls or implicit, or say allow_plaintext: true")
		}
	default:
		ps.Add("tls", fmt.Sprintf("unknown value %q", o.TLS), notify.Guess(o.TLS, []string{StartTLS, Implicit, NoTLS}))
	}
	if o.CAFile != "" {
		if _, err := roots(o.CAFile); err != nil {
			ps.Add("ca_file", err.Error(), "")
		}
	}
}

func (o Options) checkLogin(ps *notify.Problems) {
	has := o.Password != "" || o.PasswordFile != ""
	switch {
	case o.Username != "" && !has:
		ps.Add("password", "missing, there is a username", "write password_file or password")
	case o.Username == "" && has:
		ps.Add("username", "missing, there is a password", "write the name to log in with")
	}
	if o.Password != "" && o.PasswordFile != "" {
		ps.Add("password_file", "password is given too", "keep one of them")
	}
}

// server splits SMTP; a missing port is the usual one (RFC 6409, RFC 8314).
func (o Options) server() (host, port string) {
	host, port, err := net.SplitHostPort(o.SMTP)
	if err == nil {
		return host, port
	}
	host = strings.Trim(o.SMTP, "[]")
	switch o.TLS {
	case Implicit:
		return host, "465"
	case NoTLS:
		return host, "25"
	}
	return host, "587"
}

// loopback reports whether a host is this machine, without asking DNS.
func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// roots reads certificate authorities.
func roots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return pool, nil
}

// safeAddress reports whether an address can stand between < and > in SMTP.
func safeAddress(a string) bool {
	at := strings.LastIndexByte(a, '@')
	return at > 0 && at < len(a)-1 && len(a) <= 254 && !strings.ContainsAny(a, "<> \r\n\t\"\\\x00")
}

// dotAtom reports whether s is a dotted name of letters, digits, - and _.
func dotAtom(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return false
		}
	}
	return len(s) <= 253
}
