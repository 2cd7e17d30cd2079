package feed

import (
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// a checker collects the mistakes of an access.
type checker struct{ errs []error }

func (c *checker) bad(field, msg, cure string) {
	c.errs = append(c.errs, &diag.FieldError{Field: field, Msg: msg, Cure: cure})
}

// file reports what reading a field's file said.
func (c *checker) file(field string, err error, cure string) {
	if err != nil {
		c.bad(field, err.Error(), cure)
	}
}

// The cures of files that cannot be used.
const (
	cureSecret = "write the secret alone into that file, readable for the user that runs sanctionwatch"
	curePEM    = `name a file that holds a part "-----BEGIN CERTIFICATE-----"`
	cureKey    = `name a file that holds a part "-----BEGIN PRIVATE KEY-----"`
)

// Check reports every mistake in how the feed is to be reached, those in the files too,
// as *[diag.FieldError] by the keys of the feed's entry.
func (a Access) Check(f watcher.Feed) error {
	c := &checker{}
	a.checkAddress(c, f)
	if a.Auth != nil {
		a.Auth.check(c)
	}
	a.checkHeaders(c)
	a.checkTLS(c)
	return errors.Join(c.errs...)
}

// checkAddress sees to it that no secret stands in an address or goes out in the open.
func (a Access) checkAddress(c *checker, f watcher.Feed) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return // said by who checks addresses
	}
	if u.User != nil {
		c.bad("url", "the address holds a user name or password, which pages and logs would show",
			"take it out and write auth: {username: NAME, password_file: FILE}")
	}
	if u.Scheme != "http" {
		return
	}
	if a.secret() && !f.Private {
		c.bad("url", "a secret would go out over plain http, where anyone on the way can read it",
			"write https://, or private: true for a feed inside your own network")
	}
	for _, field := range []struct{ key, value string }{{"ca_file", a.CAFile}, {"cert_file", a.CertFile}} {
		if field.value != "" {
			c.bad(field.key, "certificates are for https, and the address begins with http://", "write https:// in url")
		}
	}
}

func (a *Auth) check(c *checker) {
	basic := a.Username != "" || a.PasswordFile != ""
	switch {
	case basic && a.TokenFile != "":
		c.bad("auth", "a password and a token at once", "give username and password_file, or token_file")
	case a.TokenFile != "":
	case !basic:
		c.bad("auth", "it says nothing", "give username and password_file, or token_file")
	case a.PasswordFile == "":
		c.bad("auth.username", "a name without a password", "add password_file")
	case a.Username == "":
		c.bad("auth.password_file", "a password without a name", "add username")
	}
	if strings.Contains(a.Username, ":") || !httpguts.ValidHeaderFieldValue(a.Username) {
		c.bad("auth.username", "a name cannot hold a colon or a control character", "")
	}
	for _, field := range []struct{ key, file string }{
		{"auth.password_file", a.PasswordFile}, {"auth.token_file", a.TokenFile},
	} {
		if field.file != "" {
			_, err := readSecret(field.file)
			c.file(field.key, err, cureSecret)
		}
	}
}

// ours are the headers that a request has from us, or must not have.
var ours = []string{
	"Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Expect", "Host",
	"If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive",
	"Proxy-Authorization", "Proxy-Connection", "Range", "Referer", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// checkHeaders checks names, values, and that none is given twice.
func (a Access) checkHeaders(c *checker) {
	seen := map[string]bool{}
	one := func(list, name string) bool {
		at := list + "[" + strconv.Quote(name) + "]"
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			c.bad(at, fmt.Sprintf("%q cannot be the name of a header", name), "use letters, digits and -, such as X-Api-Key")
			return false
		case slices.Contains(ours, canonical):
			c.bad(at, "this header is ours to set", "take it out")
		case canonical == "Authorization" && a.Auth != nil:
			c.bad(at, "auth sets this header", "give one of the two")
		case canonical == "Authorization" && list == "headers":
			c.bad(at, "what this header says is secret", "write auth, or the header under header_files")
		case seen[canonical]:
			c.bad(at, "this header is given twice", "give it once")
		}
		seen[canonical] = true
		return true
	}
	for _, name := range slices.Sorted(maps.Keys(a.Headers)) {
		at := "headers[" + strconv.Quote(name) + "]"
		switch value := a.Headers[name]; {
		case !one("headers", name):
		case value == "":
			c.bad(at, "the header has no value", "give it one or take it out")
		case !httpguts.ValidHeaderFieldValue(value):
			c.bad(at, "the value holds a line break or control character", "write it in one line")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.HeaderFiles)) {
		at := "header_files[" + strconv.Quote(name) + "]"
		switch file := a.HeaderFiles[name]; {
		case !one("header_files", name):
		case file == "":
			c.bad(at, "the header has no file", "name the file that holds its value")
		default:
			_, err := readSecret(file)
			c.file(at, err, cureSecret)
		}
	}
}

func (a Access) checkTLS(c *checker) {
	if a.CAFile != "" {
		_, err := authorities(a.CAFile)
		c.file("ca_file", err, curePEM)
	}
	switch {
	case a.CertFile == "" && a.KeyFile == "":
	case a.KeyFile == "":
		c.bad("cert_file", "a certificate without its key", "add key_file")
	case a.CertFile == "":
		c.bad("key_file", "a key without its certificate", "add cert_file")
	default:
		_, err := certificate(a.CertFile, a.KeyFile)
		half, ok := errors.AsType[*halfError](err)
		if !ok {
			return
		}
		cure := curePEM
		if half.field == "key_file" {
			cure = cureKey
		}
		c.file(half.field, half.err, cure)
	}
}

// CheckFiles reports what is wrong in the files that the options name, by their keys.
func (o Options) CheckFiles() error {
	c := &checker{}
	if o.CAFile != "" {
		_, err := authorities(o.CAFile)
		c.file("ca_file", err, curePEM)
	}
	if o.ProxyFile != "" {
		_, err := o.proxy()
		c.file("proxy_file", err, "write the proxy's address alone into that file, such as http://name:password@proxy.example:3128")
	}
	return errors.Join(c.errs...)
}
