package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Webhook is the method name of a Call to an incoming webhook.
const Webhook = "webhook"

// maxRequest is how much of a request is read; a message needs far less.
const maxRequest = 1 << 20

// A Call is a request that came in, with or without success.
type Call struct {
	Method string     // such as "chat.postMessage", or Webhook
	Form   url.Values // the arguments; a JSON value stays JSON
	Token  string
	At     time.Time
}

// Calls returns the requests so far, of the methods named or of all.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// readCall reads the arguments of a request: a form, or JSON as Slack also takes it.
func readCall(r *http.Request, method string) (Call, error) {
	c := Call{Method: method, Form: url.Values{}, At: time.Now()}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return c, fmt.Errorf("read the request: %w", err)
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		c.Form, err = jsonForm(body)
	} else {
		c.Form, err = url.ParseQuery(string(body))
	}
	if method == Webhook && c.Form.Has("payload") {
		c.Form, err = jsonForm([]byte(c.Form.Get("payload")))
	}
	if err != nil {
		// Slack tells a webhook so in its own words.
		c.Form = url.Values{"invalid": {err.Error()}}
	}
	c.Token = c.Form.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.Token = bearer
	}
	c.Form.Del("token")
	return c, nil
}

// jsonForm turns a JSON object into form values: strings as they are, the rest as JSON.
func jsonForm(body []byte) (url.Values, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, fmt.Errorf("no JSON object: %w", err)
	}
	form := url.Values{}
	for k, v := range raw {
		var text string
		if json.Unmarshal(v, &text) == nil {
			form.Set(k, text)
			continue
		}
		form.Set(k, string(v))
	}
	return form, nil
}
