package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Notifier posts messages. New is the only door. Its secrets are behind pointers, so
// that printing it does not show them.
type Notifier struct {
	opt    *Options
	url    *notify.SecretReader
	secret *notify.SecretReader
	client *http.Client
}

var _ notify.Notifier = (*Notifier)(nil)

// New returns a notifier for one address.
func New(o Options, log *slog.Logger) (*Notifier, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	return &Notifier{
		opt:    &o,
		url:    notify.NewSecretReader("url", o.URL, o.URLFile, log),
		secret: notify.NewSecretReader("secret", o.Secret, o.SecretFile, log),
		client: &http.Client{
			Transport: &http.Transport{
				DialContext:            dialer(o.AllowPrivateAddresses),
				TLSHandshakeTimeout:    5 * time.Second,
				MaxResponseHeaderBytes: 64 << 10,
				// A kept connection may be closed by the other side just when a post
				// is written to it; nobody could then say whether it arrived.
				DisableKeepAlives: true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Updates reports whether an Update is worth sending.
func (n *Notifier) Updates() bool { return n.opt.Updates }

// Notify posts one message. The receipt's Ref is the answer's status.
func (n *Notifier) Notify(ctx context.Context, o watcher.Outgoing) (watcher.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, n.opt.Timeout)
	defer cancel()
	req, sent, err := n.request(ctx, o)
	if err != nil {
		return watcher.Receipt{}, err
	}
	at := redact(req.URL)
	resp, err := n.client.Do(req)
	if err != nil {
		return watcher.Receipt{}, classify(at, err, sent.Load())
	}
	defer resp.Body.Close()
	// Only read so that the other side can finish; an answer may echo the address, so
	// no error holds it.
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	if err := judge(at, resp); err != nil {
		return watcher.Receipt{}, err
	}
	return watcher.Receipt{Ref: strconv.Itoa(resp.StatusCode), At: time.Now()}, nil
}

// request makes the signed request, and a flag that tells when any of it was written.
func (n *Notifier) request(ctx context.Context, o watcher.Outgoing) (*http.Request, *atomic.Bool, error) {
	raw, err := n.url.Read()
	if err != nil {
		return nil, nil, &watcher.RetryError{Err: err}
	}
	u, err := n.opt.target(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("url: %w", err)
	}
	secret, err := n.secret.Read()
	if err != nil {
		return nil, nil, &watcher.RetryError{Err: err}
	}
	body, err := json.Marshal(newPayload(notify.Compose(o)))
	if err != nil {
		return nil, nil, fmt.Errorf("encode message: %w", err)
	}
	sent := new(atomic.Bool)
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("url: not an address; write https://host/path")
	}
	for name, value := range n.opt.Headers {
		req.Header.Set(name, value.Reveal())
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "sanctionwatch")
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Sanctionwatch-Id", string(o.Delivery.ID))
	req.Header.Set("X-Sanctionwatch-Timestamp", stamp)
	if secret != "" {
		req.Header.Set("X-Sanctionwatch-Signature", sign(secret, stamp, body))
	}
	return req, sent, nil
}

// sign returns the signature of a body sent at a time.
func sign(secret notify.Secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// classify says what an error of the connection means: before anything was written the
// message certainly did not arrive.
func classify(at string, err error, sent bool) error {
	if ue, ok := errors.AsType[*url.Error](err); ok { // its text holds the whole address
		err = ue.Err
	}
	switch {
	case errors.Is(err, errPrivate):
		return fmt.Errorf("post to %s: %w", at, err)
	case sent:
		return &watcher.UncertainError{Err: fmt.Errorf("post to %s: %w", at, err)}
	}
	return &watcher.RetryError{Err: fmt.Errorf("post to %s: %w", at, err)}
}

// judge says what an answer means. 408, 425, 429 and 5xx ask for another try (RFC 9110
// and 8470, RFC 6585).
func judge(at string, resp *http.Response) error {
	code := resp.StatusCode
	err := fmt.Errorf("post to %s: answered %d %s", at, code, http.StatusText(code))
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return &watcher.RetryError{After: retryAfter(resp.Header.Get("Retry-After"), time.Now()), Err: err}
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return &watcher.RetryError{Err: err}
	case code >= 300 && code < 400:
		return fmt.Errorf("%w; redirects are not followed, write the final address", err)
	}
	return err
}

// maxWait bounds Retry-After: a silly value must not silence the channel for a day.
const maxWait = time.Hour

// retryAfter reads seconds or an HTTP date (RFC 9110, 10.2.3); 0 if it is neither.
func retryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 { // not NaN
		return time.Duration(min(s, maxWait.Seconds()) * float64(time.Second))
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), maxWait)
	}
	return 0
}
