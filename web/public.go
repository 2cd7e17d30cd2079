package web

import (
	"net"
	"net/url"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// Validate reports a public address that nobody outside could use.
func (o Options) Validate() error {
	if o.PublicURL == "" {
		return nil
	}
	bad := func(msg string) error {
		return &diag.FieldError{
			Field: "public_url", Msg: msg,
			Cure: "write where the Internet reaches this server, such as https://watch.example.org, or leave it out",
		}
	}
	u, err := url.Parse(o.PublicURL)
	switch {
	case err != nil || u.Host == "":
		return bad("is not an address")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return bad("does not begin with https://")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return bad("holds more than a host and a path")
	case o.Listen == "off":
		return bad(`is set while listen is "off"`)
	}
	return nil
}

// isLoopback reports whether a host is this machine, where a trial needs no TLS.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
