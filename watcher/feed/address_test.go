package feed_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// forbidden are the addresses that a feed of the open Internet must not lead to, as an
// attacker may write them.
var forbidden = []string{
	"127.0.0.1", "127.1.2.3", "127.0.0.1.", "localhost", "LOCALHOST.", "a.localhost", // this machine
	"2130706433", "017700000001", "0x7f000001", "0x7F.1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0x0.0x0.0x1",
	"00000177.0.0.1", "１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1", "0", "0x0", "00", // the same in other figures
	"0.0.0.0", "0.1.2.3", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
	"[::ffff:0:127.0.0.1]", "[::ffff:0.0.0.0]",
	"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "3232235521", // own network
	"[::ffff:10.0.0.1]", "[fc00::1]", "[fd00::1]", "[fec0::1]",
	"169.254.1.1", "[fe80::1]", "[febf::1]", "[fe80::1%25eth0]", // the link
	"169.254.169.254", "2852039166", "0xA9FEA9FE", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", // what clouds tell their machines
	"100.100.100.200", "192.0.0.192", "168.63.129.16", "[fd20:ce::254]",
	"100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
	"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "[ff02::1]", "[ff0e::1]",
	"[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]", // gateways
	"[2002:7f00:1::]", "[2002:a00:1::1]", "[2002:c0a8:1::1]", "[2002:a9fe:a9fe::1]", "[2001::1]",
	"[2607:f8b0::5efe:10.0.0.1]", "[2607:f8b0::200:5efe:127.0.0.1]",
	"[2001:db8::1]", "[3fff::1]", "[100::1]", "[4000::1]", "[5f00::1]",
}

// allowed are addresses of the open Internet, those at the edges of what is not.
var allowed = []string{
	"1.1.1.1", "9.255.255.255", "11.0.0.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
	"169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.255.255",
	"198.20.0.1", "223.255.255.255", "[2606:4700::1111]", "[2a00:1450::1]", "[64:ff9b::808:808]", "[2002:808:808::1]",
	"[::ffff:8.8.8.8]",
}

var errDialled = errors.New("the test lets nothing out")

// An outlook is a client whose connections are noted and not made, but to the test's own
// publisher, and which asks the test for names.
type outlook struct {
	client *feed.Client

	mu      sync.Mutex
	dialled []string
	names   map[string][][]string // the answers to a name, the last one for ever
}

// newOutlook returns one that reaches the given address of this machine.
func newOutlook(t *testing.T, o feed.Options, reached string) *outlook {
	t.Helper()
	v := &outlook{client: feed.New(o, slog.New(slog.DiscardHandler)), names: map[string][][]string{}}
	t.Cleanup(v.client.Close)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go v.answer(theirs)
		return ours, nil
	}}
	v.client.WrapDialers(func(d *net.Dialer) {
		check := d.Control
		d.Resolver = resolver
		d.Control = func(network, address string, raw syscall.RawConn) error {
			if address == reached {
				return nil
			}
			if check != nil {
				if err := check(network, address, raw); err != nil {
					return err
				}
			}
			v.mu.Lock()
			defer v.mu.Unlock()
			v.dialled = append(v.dialled, address)
			return errDialled
		}
	})
	return v
}

// past are the addresses that would have been connected to.
func (v *outlook) past() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.dialled)
}

// answer is a name server for one question, as over TCP.
func (v *outlook) answer(c net.Conn) {
	defer c.Close()
	size := make([]byte, 2)
	if _, err := io.ReadFull(c, size); err != nil {
		return
	}
	raw := make([]byte, int(size[0])<<8|int(size[1]))
	if _, err := io.ReadFull(c, raw); err != nil {
		return
	}
	var m dnsmessage.Message
	if m.Unpack(raw) != nil {
		return
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	for _, text := range v.next(strings.TrimSuffix(q.Name.String(), "."), q.Type) {
		a := netip.MustParseAddr(text)
		head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}
		if a.Is4() && q.Type == dnsmessage.TypeA {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
		}
		if a.Is6() && q.Type == dnsmessage.TypeAAAA {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	out, err := m.Pack()
	if err != nil {
		return
	}
	_, _ = c.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...))
}

// next is the next answer to a name: questions for IPv4 count them on.
func (v *outlook) next(name string, kind dnsmessage.Type) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := v.names[name]
	if len(all) == 0 {
		return nil
	}
	if kind == dnsmessage.TypeA && len(all) > 1 {
		v.names[name] = all[1:]
	}
	return all[0]
}

// leading is a publisher that redirects to the address in to.
func leading(t *testing.T) *httptest.Server {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(http.StatusFound)
	})
}

const refusal = "is private: set allow_private_addresses or private: true on the feed"

func TestForbiddenAddressesAreRefusedInEverySpelling(t *testing.T) {
	require.GreaterOrEqual(t, len(forbidden), 40)
	s := leading(t)
	reached := s.Listener.Addr().String()
	for _, host := range forbidden {
		t.Run(host, func(t *testing.T) {
			v := newOutlook(t, feed.Options{}, reached)
			v.names["post.example"] = [][]string{{"127.0.0.1"}}
			target := "http://" + host + ":9/feed"
			_, err := v.client.Fetch(t.Context(), at(target), watcher.Cursor{})
			require.ErrorContains(t, err, refusal)
			outside := "http://post.example:" + s.URL[strings.LastIndex(s.URL, ":")+1:] + "/?to=" + url.QueryEscape(target)
			_, err = v.client.Fetch(t.Context(), at(outside), watcher.Cursor{})
			require.ErrorContains(t, err, refusal, "by a redirect")
			require.Empty(t, v.past())
		})
	}
}

func TestForbiddenAddressesAreRefusedBehindAProxy(t *testing.T) {
	asked := 0
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(http.StatusFound)
	})
	for _, host := range forbidden {
		t.Run(host, func(t *testing.T) {
			asked = 0
			c := feed.New(feed.Options{Proxy: proxy.URL}, slog.New(slog.DiscardHandler))
			t.Cleanup(c.Close)
			_, err := c.Fetch(t.Context(), at("http://"+host+":9/feed"), watcher.Cursor{})
			require.ErrorContains(t, err, refusal)
			require.Zero(t, asked)
			_, err = c.Fetch(t.Context(), at("http://post.example/?to="+url.QueryEscape("http://"+host+":9/feed")), watcher.Cursor{})
			require.ErrorContains(t, err, refusal)
			require.Equal(t, 1, asked)
		})
	}
}

func TestNamesThatLeadToForbiddenAddressesAreRefused(t *testing.T) {
	for _, host := range forbidden {
		a, err := netip.ParseAddr(strings.Trim(strings.ReplaceAll(host, "%25", "%"), "[]"))
		if err != nil {
			continue // no resolver answers so
		}
		require.ErrorContains(t, feed.RefusePrivate("tcp", netip.AddrPortFrom(a, 443).String(), nil), refusal, host)
		if !a.Is4() {
			continue // a machine without IPv6 does not come to the check
		}
		v := newOutlook(t, feed.Options{}, "")
		v.names["post.example"] = [][]string{{a.String()}}
		_, err = v.client.Fetch(t.Context(), at("http://post.example/feed"), watcher.Cursor{})
		require.ErrorContains(t, err, "address "+a.String()+" "+refusal)
		require.Empty(t, v.past())
	}
}

func TestOpenInternetIsAllowed(t *testing.T) {
	for _, host := range allowed {
		a := netip.MustParseAddr(strings.Trim(host, "[]"))
		require.NoError(t, feed.RefusePrivate("tcp", netip.AddrPortFrom(a, 443).String(), nil), host)
		if !a.Unmap().Is4() {
			continue
		}
		v := newOutlook(t, feed.Options{}, "")
		_, err := v.client.Fetch(t.Context(), at("http://"+host+"/feed"), watcher.Cursor{})
		require.ErrorIs(t, err, errDialled)
		require.Equal(t, []string{a.Unmap().String() + ":80"}, v.past())
	}
	for _, host := range []string{"1.2.3.4.5", "256.1.1.1", "0x100.1.1.1", "08.8.8.8", "1.1.1.99999999999999999999", "1.2.3.4.5.6"} {
		v := newOutlook(t, feed.Options{}, "")
		_, err := v.client.Fetch(t.Context(), at("http://"+host+"/feed"), watcher.Cursor{})
		require.ErrorContains(t, err, "is neither a name nor an address")
		require.Empty(t, v.past())
	}
}

func TestNameThatChangesItsAddressDoesNotGetIn(t *testing.T) {
	v := newOutlook(t, feed.Options{}, "")
	v.names["post.example"] = [][]string{{"93.184.216.34"}, {"127.0.0.1"}, {"10.0.0.1", "93.184.216.34"}, {"93.184.216.34", "10.0.0.1"}}
	for range 2 {
		_, err := v.client.Fetch(t.Context(), at("http://post.example/feed"), watcher.Cursor{})
		require.Error(t, err)
	}
	require.Equal(t, []string{"93.184.216.34:80"}, v.past(), "the second answer is the machine's own")
	for range 2 {
		_, err := v.client.Fetch(t.Context(), at("http://post.example/feed"), watcher.Cursor{})
		require.Error(t, err)
	}
	for _, a := range v.past() {
		require.Equal(t, "93.184.216.34:80", a)
	}
}

func TestPrivateFeedsMayGoInAndNoOthers(t *testing.T) {
	var e echo
	inside := serve(t, e.serve)
	v := newOutlook(t, feed.Options{}, "")
	v.names["inside.example"] = [][]string{{"10.0.0.1"}}
	private := at("http://inside.example/feed")
	private.Private = true
	_, err := v.client.Fetch(t.Context(), private, watcher.Cursor{})
	require.ErrorIs(t, err, errDialled)
	require.Equal(t, []string{"10.0.0.1:80"}, v.past())
	_, err = v.client.Fetch(t.Context(), at("http://inside.example/feed"), watcher.Cursor{})
	require.ErrorContains(t, err, "address 10.0.0.1 "+refusal)
	require.Len(t, v.past(), 1)

	c := feed.New(feed.Options{}, slog.New(slog.DiscardHandler))
	t.Cleanup(c.Close)
	private.URL, private.ID = inside.URL, "inside"
	c.Use(map[watcher.FeedID]feed.Access{"inside": {Home: inside.URL, Headers: map[string]string{"X-Desk": "Minsk"}}})
	_, err = c.Fetch(t.Context(), private, watcher.Cursor{})
	require.NoError(t, err)
	other := private
	other.Private = false
	_, err = c.Fetch(t.Context(), other, watcher.Cursor{})
	require.ErrorContains(t, err, refusal, "a connection that is open must not serve")
	require.Len(t, e.got, 1)
}

func TestFeedsWithCertificatesAreGuardedAlike(t *testing.T) {
	ca := newAuthority(t, "Quay CA")
	v := newOutlook(t, feed.Options{}, "")
	v.names["post.example"] = [][]string{{"127.0.0.1"}}
	access(v.client, "https://post.example/feed", feed.Access{CAFile: ca.file()})
	_, err := v.client.Fetch(t.Context(), at("https://post.example/feed"), watcher.Cursor{})
	require.ErrorContains(t, err, "address 127.0.0.1 "+refusal)
	require.Empty(t, v.past())
}
