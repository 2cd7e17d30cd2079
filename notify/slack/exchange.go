package slack

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// maxAnswer is how much of an answer is read: a page of history with full messages.
const maxAnswer = 16 << 20

// patience is how long one attempt takes at most, shorter than what the caller allows.
const patience = 12 * time.Second

// newClient returns the client of one channel. It follows no redirect: slack-go sends
// the token in the body, which a 307 would carry to another host.
func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 5 * time.Second
	return &http.Client{
		Transport: t, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// An exchange is one request and what was seen of it. It is the http client that
// slack-go is given, new for every call, because slack-go's errors do not tell whether
// the request left or which status came back.
type exchange struct {
	client *http.Client
	secret string // must not be in any error

	sent   bool          // a connection was had, so the request may have left
	status int           // of the answer; 0 for none
	header http.Header   // of the answer
	skew   time.Duration // how far Slack's clock is ahead of ours, as far as its answer tells
}

// Do carries out the request.
func (x *exchange) Do(req *http.Request) (*http.Response, error) {
	// net/http takes a second connection for a POST only if nothing of it was written on
	// the first; so what happened to the last connection is what counts.
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { x.sent = false },
		GotConn: func(httptrace.GotConnInfo) { x.sent = true },
	}
	resp, err := x.client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return nil, x.hide(err)
	}
	x.status, x.header = resp.StatusCode, resp.Header
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		x.skew = time.Until(at)
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// hide takes the secret out of an error: net/http puts the whole address into its own.
func (x *exchange) hide(err error) error {
	if err == nil {
		return nil
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	text := err.Error()
	if x.secret == "" || !strings.Contains(text, x.secret) {
		return err
	}
	return errors.New(strings.ReplaceAll(text, x.secret, "<secret>"))
}

// failed reports an answer that is not what Slack's documentation says.
func (x *exchange) failed() error {
	return fmt.Errorf("answered %d %s", x.status, http.StatusText(x.status))
}
