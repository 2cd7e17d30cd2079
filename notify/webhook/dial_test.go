package webhook_test

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/webhook"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestPrivateAddressesAreRefusedBeforeAnyPacket(t *testing.T) {
	// A listener that must see nobody, reached by every spelling of this machine.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	port := netip.MustParseAddrPort(l.Addr().String()).Port()
	p := ":" + netip.AddrPortFrom(netip.IPv4Unspecified(), port).String()[len("0.0.0.0:"):]
	for _, host := range []string{
		"127.0.0.1", "127.9.9.9", "localhost", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
		"10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.254",
		"192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"[fd00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]",
		"[2001::1]", "[2001:db8::1]", "[100::1]", "[::7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
	} {
		n, err := webhook.New(webhook.Options{URL: notify.Secret("https://" + host + p + "/")}, slog.New(slog.DiscardHandler))
		require.NoError(t, err, host)
		_, err = n.Notify(context.Background(), notify.Sample("ops", noon))
		require.ErrorContains(t, err, "private address refused", host)
		require.NotErrorAs(t, err, new(*watcher.RetryError), host)
	}
	require.NoError(t, l.(*net.TCPListener).SetDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = l.Accept()
	require.ErrorContains(t, err, "timeout", "somebody connected")
}

// Names and numbers that some resolvers read as loopback must not get through either,
// whatever the error is.
func TestOddSpellingsOfLoopbackDoNotConnect(t *testing.T) {
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1"} {
		n, err := webhook.New(webhook.Options{URL: notify.Secret("https://" + host + "/"), Timeout: time.Second}, slog.New(slog.DiscardHandler))
		require.NoError(t, err, host)
		_, err = n.Notify(context.Background(), notify.Sample("ops", noon))
		require.Error(t, err, host)
		require.NotErrorAs(t, err, new(*watcher.UncertainError), host)
	}
}
