package feed_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// access gives the feed of the tests what it needs.
func access(c *feed.Client, home string, a feed.Access) {
	a.Home = home
	c.Use(map[watcher.FeedID]feed.Access{"post": a})
}

// echo answers with a feed and keeps the headers that came.
type echo struct {
	mu  sync.Mutex
	got []http.Header
}

func (e *echo) serve(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, r.Header.Clone())
	_, _ = io.WriteString(w, channel(numbered(len(e.got))))
}

func (e *echo) last() http.Header {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got[len(e.got)-1]
}

func TestPublisherIsToldWhoAsks(t *testing.T) {
	for name, c := range map[string]struct {
		access feed.Access
		header string
		want   string
	}{
		"password": {
			feed.Access{Auth: &feed.Auth{Username: "ann", PasswordFile: secretFile(t, "pä ss:word")}},
			"Authorization", "Basic YW5uOnDDpCBzczp3b3Jk",
		},
		"token":       {feed.Access{Auth: &feed.Auth{TokenFile: secretFile(t, "t0ken")}}, "Authorization", "Bearer t0ken"},
		"header":      {feed.Access{Headers: map[string]string{"x-desk": "Minsk"}}, "X-Desk", "Minsk"},
		"secret":      {feed.Access{HeaderFiles: map[string]string{"X-Api-Key": secretFile(t, "k3y")}}, "X-Api-Key", "k3y"},
		"other kind":  {feed.Access{HeaderFiles: map[string]string{"Authorization": secretFile(t, "ApiKey k")}}, "Authorization", "ApiKey k"},
		"agreed name": {feed.Access{Headers: map[string]string{"User-Agent": "quay/2"}}, "User-Agent", "quay/2"},
	} {
		t.Run(name, func(t *testing.T) {
			var e echo
			s := serve(t, e.serve)
			client := newClient(t, feed.Options{})
			access(client, s.URL+"/all.xml", c.access)
			_, err := client.Fetch(t.Context(), at(s.URL+"/all.xml"), watcher.Cursor{})
			require.NoError(t, err)
			require.Equal(t, []string{c.want}, e.last().Values(c.header))

			other := at(s.URL + "/all.xml")
			other.ID = "other"
			_, err = client.Fetch(t.Context(), other, watcher.Cursor{})
			require.NoError(t, err)
			require.NotEqual(t, c.want, e.last().Get(c.header), "it is the feed's and not another's")

			client.Use(nil)
			_, err = client.Fetch(t.Context(), at(s.URL+"/all.xml"), watcher.Cursor{})
			require.NoError(t, err)
			require.NotEqual(t, c.want, e.last().Get(c.header), "a reload dropped it")
		})
	}
}

func TestNewSecretNeedsNoReload(t *testing.T) {
	var e echo
	s := serve(t, e.serve)
	file := secretFile(t, "old")
	c := newClient(t, feed.Options{})
	access(c, s.URL, feed.Access{Auth: &feed.Auth{TokenFile: file}})
	_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, "Bearer old", e.last().Get("Authorization"))
	write(t, file, "new")
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, "Bearer new", e.last().Get("Authorization"))
	require.NoError(t, os.Remove(file))
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.EqualError(t, err, "get "+s.URL+": auth.token_file: the file "+file+" cannot be read: no such file or directory")
	write(t, file, "c4nary\r\nX: y")
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "holds a line break or control character")
	require.NotContains(t, err.Error(), "c4nary")
}

func TestNothingSecretGoesElsewhere(t *testing.T) {
	ca := newAuthority(t, "Quay CA")
	certFile, keyFile := pair(t, ca.issue(nil))
	asking := &tls.Config{ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{ca.issue(nil)}}
	shown := map[string]int{}
	var there, elsewhere echo
	other := serveTLS(t, asking.Clone(), func(w http.ResponseWriter, r *http.Request) {
		shown["other"] += len(r.TLS.PeerCertificates)
		elsewhere.serve(w, r)
	})
	plain := serve(t, elsewhere.serve)
	own := serveTLS(t, asking.Clone(), func(w http.ResponseWriter, r *http.Request) {
		shown["own"] += len(r.TLS.PeerCertificates)
		to := map[string]string{
			"/other": other.URL, "/plain": plain.URL, "/own": "/feed",
		}[r.URL.Path]
		if to == "" {
			there.serve(w, r)
			return
		}
		http.Redirect(w, r, to, http.StatusMovedPermanently)
	})
	c := newClient(t, feed.Options{CAFile: ca.file()})
	access(c, own.URL+"/start", feed.Access{
		Auth: &feed.Auth{TokenFile: secretFile(t, "t0ken")}, CertFile: certFile, KeyFile: keyFile,
		Headers: map[string]string{"X-Desk": "Minsk"}, HeaderFiles: map[string]string{"X-Api-Key": secretFile(t, "k3y")},
	})
	_, err := c.Fetch(t.Context(), at(own.URL+"/own"), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, "Bearer t0ken", there.last().Get("Authorization"), "the same host keeps it")
	require.Equal(t, 2, shown["own"])
	for _, path := range []string{"/other", "/plain"} {
		_, err = c.Fetch(t.Context(), at(own.URL+path), watcher.Cursor{})
		require.NoError(t, err)
		for _, h := range []string{"Authorization", "X-Desk", "X-Api-Key", "Cookie", "Referer"} {
			require.Empty(t, elsewhere.last().Get(h), h)
		}
	}
	_, err = c.Fetch(t.Context(), at(other.URL+"/adopted"), watcher.Cursor{})
	require.NoError(t, err)
	require.Empty(t, elsewhere.last().Get("Authorization"), "nor where the feed was found to have moved")
	require.Zero(t, shown["other"], "nor the certificate")
}

func TestFeedHasAuthoritiesOfItsOwn(t *testing.T) {
	ca := newAuthority(t, "Quay CA")
	var e echo
	s := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(nil)}}, e.serve)
	c := newClient(t, feed.Options{})
	_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.EqualError(t, err, "get "+s.URL+`: the certificate is signed by "Quay CA", an authority that is not trusted here; `+
		"if you know it, name its certificate in ca_file")
	access(c, s.URL, feed.Access{CAFile: ca.file()})
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	other := at(s.URL)
	other.ID = "other"
	_, err = c.Fetch(t.Context(), other, watcher.Cursor{})
	require.ErrorContains(t, err, "not trusted here", "another feed does not trust it")

	all := newClient(t, feed.Options{CAFile: ca.file()})
	_, err = all.Fetch(t.Context(), other, watcher.Cursor{})
	require.NoError(t, err)
}

func TestConnectionsAreKeptUntilAReloadDropsThem(t *testing.T) {
	ca := newAuthority(t, "Quay CA")
	var mu sync.Mutex
	states := map[http.ConnState]int{}
	count := func(s http.ConnState) int {
		mu.Lock()
		defer mu.Unlock()
		return states[s]
	}
	var e echo
	s := httptest.NewUnstartedServer(http.HandlerFunc(e.serve))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(nil)}, NextProtos: []string{"http/1.1"}}
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		states[st]++
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t, feed.Options{})
	a := feed.Access{CAFile: ca.file()}
	for range 3 {
		access(c, s.URL, a)
		_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
		require.NoError(t, err)
	}
	a.Headers = map[string]string{"X-Desk": "Minsk"}
	access(c, s.URL, a)
	_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, 1, count(http.StateNew))
	require.Zero(t, count(http.StateClosed))
	access(c, s.URL, feed.Access{})
	require.Eventually(t, func() bool { return count(http.StateClosed) == 1 }, 10*time.Second, time.Millisecond)
}

func TestRotatedCertificatesNeedNoReload(t *testing.T) {
	old, next := newAuthority(t, "Old CA"), newAuthority(t, "New CA")
	clients := x509.NewCertPool()
	clients.AddCert(next.cert)
	var e echo
	s := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{next.issue(nil)}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
	}, e.serve)
	a := feed.Access{CAFile: next.file()}
	a.CertFile, a.KeyFile = pair(t, old.issue(nil))
	c := newClient(t, feed.Options{})
	access(c, s.URL, a)
	_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "does not take the client certificate in cert_file")

	certFile, keyFile := pair(t, next.issue(nil))
	swap(t, certFile, a.CertFile)
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "does not take", "half a pair leaves what was before in use")
	swap(t, keyFile, a.KeyFile)
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.NoError(t, err)
}

// swap puts a file in the place of another, with a time that tells them apart.
func swap(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	require.NoError(t, err)
	p := filepath.Join(t.TempDir(), "next")
	write(t, p, string(text))
	require.NoError(t, os.Chtimes(p, time.Time{}, time.Now().Add(time.Minute)))
	require.NoError(t, os.Rename(p, to))
}

func TestPublisherWhoAsksIsNamed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	})
	c := newClient(t, feed.Options{})
	_, err := c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "HTTP 401 Unauthorized: the publisher asks who you are: give the feed auth")
	access(c, s.URL, feed.Access{Auth: &feed.Auth{TokenFile: secretFile(t, "c4nary")}})
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "the publisher does not take what the files of auth or header_files hold")
	access(c, "https://post.example/feed", feed.Access{Auth: &feed.Auth{TokenFile: secretFile(t, "c4nary")}})
	_, err = c.Fetch(t.Context(), at(s.URL), watcher.Cursor{})
	require.ErrorContains(t, err, "goes only to https://post.example:443: if it moved, change its url")
}

func TestProxyFileIsReadForEachRequest(t *testing.T) {
	var got []string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Proxy-Authorization"))
		if r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		_, _ = io.WriteString(w, channel(numbered(1)))
	})
	file := secretFile(t, proxy.URL)
	c := newClient(t, feed.Options{ProxyFile: file})
	for _, scheme := range []string{"http", "https"} {
		_, err := c.Fetch(t.Context(), at(scheme+"://post.example/feed"), watcher.Cursor{})
		require.ErrorContains(t, err, "the proxy asks for a password: write it into the proxy's address, in proxy_file")
	}
	write(t, file, "http://ann:c4nary@"+proxy.Listener.Addr().String())
	_, err := c.Fetch(t.Context(), at("http://post.example/feed"), watcher.Cursor{})
	require.NoError(t, err)
	require.Equal(t, "Basic YW5uOmM0bmFyeQ==", got[len(got)-1])
	for _, text := range []string{"ftp://ann:c4nary@proxy.example", "http://ann:c4nary@", "http://ann:c4nary@127.0.0.1:1", "c4nary"} {
		write(t, file, text)
		_, err := c.Fetch(t.Context(), at("http://post.example/feed"), watcher.Cursor{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "c4nary")
	}
}

func TestSecretFilesThatOthersCanReadAreToldOnce(t *testing.T) {
	var log strings.Builder
	c := feed.New(feed.Options{}, slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(c.Close)
	open, shut := secretFile(t, "c4nary"), secretFile(t, "c4nary")
	require.NoError(t, os.Chmod(open, 0o644))
	for range 2 {
		access(c, "https://post.example", feed.Access{
			Auth: &feed.Auth{TokenFile: open}, HeaderFiles: map[string]string{"X-Api-Key": shut},
		})
	}
	require.Equal(t, 1, strings.Count(log.String(), "others can read a secret file"))
	require.Contains(t, log.String(), "feed=post file="+open+" mode=0644")
	require.NotContains(t, log.String(), "c4nary")
}
