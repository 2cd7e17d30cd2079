package webhook

import (
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/sanctionwatch/sanctionwatch/notify"
)

// Options are the operator's wishes.
type Options struct {
	URL        notify.Secret            `yaml:"url,omitempty"`      // where to post; it often holds a token
	URLFile    string                   `yaml:"url_file,omitempty"` // a file that holds it
	Secret     notify.Secret            `yaml:"secret,omitempty"`   // signs the posts; no signature without one
	SecretFile string                   `yaml:"secret_file,omitempty"`
	Headers    map[string]notify.Secret `yaml:"headers,omitempty"` // added to each post
	Timeout    time.Duration            `yaml:"timeout,omitempty"` // of one post; 0 for DefaultTimeout
	Updates    bool                     `yaml:"updates,omitempty"` // post more coverage too, as kind "update"

	// AllowPrivateAddresses lets posts go to loopback and private networks, and over
	// plain http.
	AllowPrivateAddresses bool `yaml:"allow_private_addresses,omitempty"`
}

// DefaultTimeout is how long a post may take.
const DefaultTimeout = 10 * time.Second

// maxTimeout leaves the caller time to save what came of a post.
const maxTimeout = 14 * time.Second

// Validate returns notify.Problems for what is wrong.
func (o Options) Validate() error {
	var ps notify.Problems
	switch {
	case o.URL == "" && o.URLFile == "":
		ps.Add("url", "missing", "write url or url_file")
	case o.URL != "" && o.URLFile != "":
		ps.Add("url_file", "url is given too", "keep one of them")
	case o.URL != "":
		if _, err := o.target(o.URL); err != nil {
			ps.Add("url", err.Error(), "")
		}
	}
	if o.Secret != "" && o.SecretFile != "" {
		ps.Add("secret_file", "secret is given too", "keep one of them")
	}
	if o.Timeout < 0 || o.Timeout > maxTimeout {
		ps.Add("timeout", o.Timeout.String()+" is out of range", "write 1s to "+maxTimeout.String())
	}
	for _, name := range slices.Sorted(maps.Keys(o.Headers)) {
		path := fmt.Sprintf("headers[%q]", name)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			ps.Add(path, "not a header name", "")
		case !httpguts.ValidHeaderFieldValue(o.Headers[name].Reveal()):
			ps.Add(path, "not a header value", "write one line of printable text")
		case reserved(name):
			ps.Add(path, "this header is set by the program", "delete it")
		}
	}
	return ps.Err()
}

// reserved reports whether a header is ours or the protocol's.
func reserved(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(name)
	return strings.HasPrefix(name, "X-Sanctionwatch-") || slices.Contains([]string{
		"Host", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade",
		"Trailer", "Te", "Expect", "Idempotency-Key", "X-Idempotency-Key", // the last two make net/http repeat a post
	}, name)
}

// target reads an address. Its errors do not hold the address.
func (o Options) target(s notify.Secret) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s.Reveal()))
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("not an address; write https://host/path")
	case u.Scheme == "http" && !o.AllowPrivateAddresses:
		return nil, errors.New("plain http can be read and forged on the way; write https, or allow_private_addresses: true inside a private network")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("unknown scheme %q; write https", u.Scheme)
	}
	return u, nil
}

// redact returns what may be said of an address.
func redact(u *url.URL) string { return u.Scheme + "://" + u.Host }
