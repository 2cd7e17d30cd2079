package feed_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestDistrustIsSaidInWords(t *testing.T) {
	ca, stranger := newAuthority(t, "Quay CA"), newAuthority(t, "Strange CA")
	past, future := time.Date(2021, 5, 25, 14, 5, 0, 0, time.UTC), time.Date(2120, 5, 25, 14, 5, 0, 0, time.UTC)
	alone := &authority{t: t}
	for name, c := range map[string]struct {
		by     *authority
		change func(*x509.Certificate)
		want   string
	}{
		"expired": {ca, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = past.Add(-time.Hour), past }, "the certificate expired on 2021-05-25 14:05 UTC: its owner must renew it"},
		"not yet": {ca, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = future, future.Add(time.Hour) }, "the certificate is valid only from 2120-05-25 14:05 UTC on: is the clock of this machine right?"},
		"other names": {ca, func(c *x509.Certificate) {
			c.IPAddresses = nil
			c.DNSNames = []string{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"}
		}, "the certificate is that of a.example, b.example, c.example, d.example and 2 more and not that of 127.0.0.1"},
		"other address": {ca, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, []net.IP{net.IPv4(10, 0, 0, 1)} }, "the certificate is that of 10.0.0.1 and not that of 127.0.0.1"},
		"no name":       {ca, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }, "the certificate names no host, so it is not that of 127.0.0.1"},
		"stranger":      {stranger, nil, `the certificate is signed by "Strange CA", an authority that is not trusted here; if you know it, name its certificate in ca_file`},
		"own signature": {alone, nil, `the certificate of "post" is signed by itself and not by a trusted authority; if you know it, name its certificate in ca_file`},
		"other use":     {ca, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, "the certificate cannot be trusted: certificate specifies an incompatible key usage"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{c.by.issue(c.change)}}, http.NotFound)
			client := newClient(t, feed.Options{CAFile: ca.file()})
			_, err := client.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
			require.EqualError(t, err, "get "+s.URL+": "+c.want)
		})
	}
}

func TestServersThatWantOrSpeakOtherThingsAreNamed(t *testing.T) {
	ca := newAuthority(t, "Quay CA")
	certFile, keyFile := pair(t, newAuthority(t, "Strange CA").issue(nil))
	oldFile, oldKey := pair(t, ca.issue(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }))
	clients := x509.NewCertPool()
	clients.AddCert(ca.cert)
	asking := func(version uint16) string {
		return serveTLS(t, &tls.Config{
			Certificates: []tls.Certificate{ca.issue(nil)}, MaxVersion: version,
			ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
		}, http.NotFound).URL
	}
	refusing := serveTLS(t, &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, nil
	}}, http.NotFound).URL
	plain := serve(t, http.NotFound).URL
	secure := func(u string) string { return strings.Replace(u, "http://", "https://", 1) }
	const asks = "asks for a client certificate"
	const no = "does not take the client certificate in cert_file"
	for name, c := range map[string]struct {
		url    string
		access feed.Access
		want   string
	}{
		"no certificate, TLS 1.3": {asking(tls.VersionTLS13), feed.Access{}, asks},
		"no certificate, TLS 1.2": {asking(tls.VersionTLS12), feed.Access{}, asks},
		"a stranger's, TLS 1.3":   {asking(tls.VersionTLS13), feed.Access{CertFile: certFile, KeyFile: keyFile}, no},
		"a stranger's, TLS 1.2":   {asking(tls.VersionTLS12), feed.Access{CertFile: certFile, KeyFile: keyFile}, no},
		"an old one":              {asking(tls.VersionTLS13), feed.Access{CertFile: oldFile, KeyFile: oldKey}, "client certificate"},
		"plain HTTP":              {secure(plain), feed.Access{}, "speaks plain HTTP here and not TLS: write http:// or the port of https"},
		"no HTTP at all":          {"https://" + greeter(t, "220 mail.example\r\n"), feed.Access{}, "does not speak TLS at this port"},
		"TLS where HTTP is asked": {"http://" + greeter(t, "\x15\x03\x01\x00\x02\x02\x46"), feed.Access{}, "speaks TLS here and not plain HTTP: write https://"},
		"an old protocol":         {refusing, feed.Access{}, "broke off the TLS handshake: protocol version not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, feed.Options{CAFile: ca.file()})
			access(client, c.url, c.access)
			_, err := client.Fetch(t.Context(), at(c.url), watcher.Cursor{})
			require.ErrorContains(t, err, "get "+c.url+": the server ")
			require.ErrorContains(t, err, c.want)
			for _, word := range []string{"x509", "tls:", "remote error", "127.0.0.1->"} {
				require.NotContains(t, err.Error(), word)
			}
		})
	}
}

// greeter is a server that says the same to whatever it is asked.
func greeter(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4<<10))
			_, _ = c.Write([]byte(text))
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}
