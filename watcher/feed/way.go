package feed

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"
)

// A way is how requests go out: its connections, and the certificates that they are made
// with. The files of these are looked at for each request, and read when they changed.
type way struct {
	options  Options
	dial     func() *net.Dialer
	ca       []string // files of authorities
	certFile string   // that we show; empty for none
	keyFile  string
	log      *slog.Logger

	mu     sync.Mutex
	seen   []fileStamp  // guarded by mu: the files as they were when they were last read
	client *http.Client // guarded by mu: nil before the first request
	broken error        // guarded by mu: what was wrong with the files then
}

// A fileStamp tells whether a file changed.
type fileStamp struct {
	size int64
	at   time.Time
}

// ways are a way for feeds of the open Internet and one for feeds that may live in the
// own network: the connections are kept apart.
type ways struct{ guarded, open *way }

func (w ways) pick(private bool) *way {
	if private {
		return w.open
	}
	return w.guarded
}

func (w ways) close() {
	w.guarded.close()
	w.open.close()
}

// use returns the client to make a request with. Files that changed and cannot be used,
// as in the midst of a rotation, leave what was read before in use.
func (w *way) use() (*http.Client, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.stamps()
	if w.client != nil && slices.Equal(now, w.seen) {
		return w.client, nil
	}
	if w.client == nil && w.broken != nil && slices.Equal(now, w.seen) {
		return nil, w.broken
	}
	w.seen = now
	var config *tls.Config
	if config, w.broken = w.config(); w.broken != nil {
		if w.client == nil {
			return nil, w.broken
		}
		w.log.Warn("certificates that changed cannot be used: those of before are kept", "err", w.broken)
		return w.client, nil
	}
	if w.client != nil {
		w.client.CloseIdleConnections()
	}
	w.client = w.newClient(config)
	return w.client, nil
}

// stamps are those of all files; nothing is asked where there is none.
func (w *way) stamps() []fileStamp {
	var out []fileStamp
	for _, file := range append(slices.Clone(w.ca), w.certFile, w.keyFile) {
		if file == "" {
			continue
		}
		var s fileStamp
		if info, err := os.Stat(file); err == nil {
			s = fileStamp{info.Size(), info.ModTime()}
		}
		out = append(out, s)
	}
	return out
}

// config is what connections are secured with; nil for the system's ways.
func (w *way) config() (*tls.Config, error) {
	if len(w.ca) == 0 && w.certFile == "" {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(w.ca) > 0 {
		pool, err := trusted(w.ca)
		if err != nil {
			return nil, &halfError{"ca_file", err}
		}
		c.RootCAs = pool
	}
	if w.certFile != "" {
		pair, err := certificate(w.certFile, w.keyFile)
		if err != nil {
			return nil, err
		}
		// Shown whatever authorities the server names: it says itself whom it does not take.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	return c, nil
}

func (w *way) newClient(config *tls.Config) *http.Client {
	d := w.dial()
	t := &http.Transport{
		DialContext:            d.DialContext,
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // decoded here, with a cap on what comes out
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    w.options.PerHost,
		MaxResponseHeaderBytes: maxHeader,
	}
	if w.options.proxied() {
		t.Proxy = func(*http.Request) (*url.URL, error) { return w.options.proxy() }
		if config != nil && config.GetClientCertificate != nil {
			// Only asked for a proxy that speaks TLS itself: the certificate is not for it.
			bare := &tls.Config{MinVersion: config.MinVersion, RootCAs: config.RootCAs}
			t.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				return (&tls.Dialer{NetDialer: d, Config: bare}).DialContext(ctx, network, addr)
			}
		}
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// close closes connections that are kept for later.
func (w *way) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.client != nil {
		w.client.CloseIdleConnections()
	}
}
