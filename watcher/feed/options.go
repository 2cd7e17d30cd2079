package feed

import (
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// Options are the operator's settings for fetching. A zero field stands for its default.
type Options struct {
	// When feeds without a schedule of their own are polled, such as "@every 10m". Empty: as
	// often as each publisher allows, which is hourly for one that says nothing.
	Schedule string `yaml:"schedule"`
	// No feed is polled more often, whatever its schedule; default 5m.
	Floor time.Duration `yaml:"floor"`
	// For a whole fetch; default 30s.
	Timeout time.Duration `yaml:"timeout"`
	// Requests at once to one host; default 1.
	PerHost int `yaml:"per_host"`
	// Of the decoded body; default 10MiB.
	MaxBody Size `yaml:"max_body"`
	// Otherwise only feeds with private: true may live in the own network.
	AllowPrivateAddresses bool `yaml:"allow_private_addresses"`
	// Default "sanctionwatch/<version> (+https://github.com/sanctionwatch/sanctionwatch)".
	UserAgent string `yaml:"user_agent"`
	// An http, https or socks5 URL; it may be at a private address.
	Proxy string `yaml:"proxy"`
	// A file with the proxy's address and nothing else, for one that holds a password.
	ProxyFile string `yaml:"proxy_file"`
	// A PEM file of authorities that are trusted besides the system's, for all feeds.
	CAFile string `yaml:"ca_file"`
}

// homepage is where publishers can read who polls them.
const homepage = "https://github.com/sanctionwatch/sanctionwatch"

// DefaultOptions returns the settings that hold where the operator says nothing.
func DefaultOptions() Options {
	return Options{
		Floor: 5 * time.Minute, Timeout: 30 * time.Second,
		PerHost: 1, MaxBody: 10 << 20, UserAgent: "sanctionwatch/" + version() + " (+" + homepage + ")",
	}
}

// version returns the version that the program was built from.
func version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		return b.Main.Version
	}
	return "dev"
}

// filled returns the options with defaults where they are zero.
func (o Options) filled() Options {
	d := DefaultOptions()
	if o.Floor == 0 {
		o.Floor = d.Floor
	}
	if o.Timeout == 0 {
		o.Timeout = d.Timeout
	}
	if o.PerHost == 0 {
		o.PerHost = d.PerHost
	}
	if o.MaxBody == 0 {
		o.MaxBody = d.MaxBody
	}
	if o.UserAgent == "" {
		o.UserAgent = d.UserAgent
	}
	return o
}

// The largest settings that make sense: a poll must end before the next one is due, and
// a body is held in memory several times over while it is read.
const (
	maxTimeout = 10 * time.Minute
	maxPerHost = 16
	maxMaxBody = 100 << 20
)

// Validate reports all settings that cannot be, by the names they have in the file. The
// schedule is checked by who parses it.
func (o Options) Validate() error {
	o = o.filled()
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Floor < 0 {
		bad("floor: %v is negative", o.Floor)
	}
	if o.Timeout < 0 || o.Timeout > maxTimeout {
		bad("timeout: %v is not between 0 and %v", o.Timeout, maxTimeout)
	}
	if o.PerHost < 1 || o.PerHost > maxPerHost {
		bad("per_host: %d is not between 1 and %d", o.PerHost, maxPerHost)
	}
	if o.MaxBody < 1<<10 || o.MaxBody > maxMaxBody {
		bad("max_body: %v is not between 1KiB and %v", o.MaxBody, Size(maxMaxBody))
	}
	if strings.ContainsFunc(o.UserAgent, func(r rune) bool { return r < 0x20 || r == 0x7F }) {
		bad("user_agent: holds a line break or control character")
	}
	if o.Proxy != "" {
		if _, err := parseProxy(o.Proxy); err != nil {
			bad("proxy: %w", err)
		}
	}
	if o.Proxy != "" && o.ProxyFile != "" {
		bad("proxy_file: there is a proxy already: give one of the two")
	}
	return errors.Join(errs...)
}

// proxied reports whether a proxy connects for us.
func (o Options) proxied() bool { return o.Proxy != "" || o.ProxyFile != "" }

// proxy returns the proxy's address. Its file is read each time: a new password needs no
// reload.
func (o Options) proxy() (*url.URL, error) {
	if o.ProxyFile == "" {
		return parseProxy(o.Proxy)
	}
	text, err := readSecret(o.ProxyFile) // errors name the file
	if err != nil {
		return nil, err
	}
	u, err := parseProxy(text)
	if err != nil {
		return nil, fmt.Errorf("the file %s does not hold a proxy: %w", o.ProxyFile, err)
	}
	return u, nil
}

// parseProxy parses the address of a proxy. Its errors do not hold the address, which
// may have a password in it.
func parseProxy(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return nil, errors.New("not an address such as http://proxy.example:3128")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, fmt.Errorf("scheme %q is not http, https or socks5", u.Scheme)
}

// A Size is a number of bytes, written with a unit: "10MiB", "512KiB", "2MB".
type Size int64

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	t := strings.TrimSpace(string(text))
	n := strings.IndexFunc(t, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if n < 0 {
		n = len(t)
	}
	factor, ok := sizeUnit(strings.TrimSpace(t[n:]))
	v, err := strconv.ParseFloat(t[:n], 64)
	if err != nil || !ok || v*float64(factor) > 1<<60 {
		return fmt.Errorf("size %q: write a number and B, KiB, MiB, GiB, kB, MB or GB", t)
	}
	*s = Size(v * float64(factor))
	return nil
}

// MarshalText writes a size with the largest unit that keeps it a whole number.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String writes a size as MarshalText does.
func (s Size) String() string {
	for _, u := range []string{"GiB", "MiB", "KiB"} {
		if f, _ := sizeUnit(u); s != 0 && int64(s)%f == 0 {
			return strconv.FormatInt(int64(s)/f, 10) + u
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

func sizeUnit(unit string) (int64, bool) {
	switch strings.ToLower(unit) {
	case "", "b":
		return 1, true
	case "kib", "k":
		return 1 << 10, true
	case "mib", "m":
		return 1 << 20, true
	case "gib", "g":
		return 1 << 30, true
	case "kb":
		return 1e3, true
	case "mb":
		return 1e6, true
	case "gb":
		return 1e9, true
	}
	return 0, false
}
