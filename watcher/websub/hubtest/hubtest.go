// Package hubtest is a scripted WebSub hub on loopback, for tests. It behaves as the
// Recommendation says, but for what its fields tell it to do otherwise.
//
// Start a [Hub] with [New], name its URL in a feed, then [Hub.Publish]. [Hub.Wait] waits
// until it has verified what was asked of it.
package hubtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Script is what a hub does. The zero value is a hub as it should be.
type Script struct {
	Lease   time.Duration   // granted; what was asked for if 0
	Deny    string          // turns subscriptions down for this reason
	Status  int             // of every answer, if not 202; nothing is verified then
	Text    string          // of that answer
	Header  http.Header     // of that answer
	Forgets bool            // takes requests and never verifies them
	Early   bool            // verifies before it answers, as old hubs do
	Method  string          // it signs with; sha256 if empty
	Slow    <-chan struct{} // it answers when this is closed
}

// A Hub serves subscribers. New is the only door.
type Hub struct {
	*httptest.Server

	work sync.WaitGroup // verifications under way

	mu       sync.Mutex
	script   Script                // guarded by mu, as is all below
	asked    []url.Values          //
	agreed   map[string]url.Values // by callback and topic
	verdicts []int                 // answers to verifications
}

// New starts a hub that is closed when the test ends.
func New(t testing.TB) *Hub {
	h := &Hub{agreed: map[string]url.Values{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(func() {
		h.Close()
		h.work.Wait()
	})
	return h
}

// Do makes the hub follow a script from now on.
func (h *Hub) Do(s Script) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.script = s
}

// ServeHTTP takes a request of a subscriber.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		http.Error(w, "a form is wanted", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.asked = append(h.asked, r.PostForm)
	s := h.script
	h.mu.Unlock()
	if s.Status != 0 {
		maps.Copy(w.Header(), s.Header)
		w.WriteHeader(s.Status)
		_, _ = io.WriteString(w, s.Text) // the subscriber may have gone
		return
	}
	switch {
	case s.Forgets:
	case s.Early:
		h.verify(s, r.PostForm)
	default:
		h.work.Go(func() { h.verify(s, r.PostForm) })
	}
	if s.Slow != nil {
		<-s.Slow
	}
	w.WriteHeader(http.StatusAccepted)
}

// verify asks a subscriber whether it meant what was asked in its name.
func (h *Hub) verify(s Script, form url.Values) {
	mode, topic, challenge := form.Get("hub.mode"), form.Get("hub.topic"), rand.Text()
	q := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {challenge}}
	switch {
	case s.Deny != "" && mode == "subscribe":
		q = url.Values{"hub.mode": {"denied"}, "hub.topic": {topic}, "hub.reason": {s.Deny}}
	case mode == "subscribe" && s.Lease != 0:
		q.Set("hub.lease_seconds", strconv.Itoa(int(s.Lease/time.Second)))
	case mode == "subscribe":
		q.Set("hub.lease_seconds", form.Get("hub.lease_seconds"))
	}
	status, body := h.Ask(form.Get("hub.callback"), q)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.verdicts = append(h.verdicts, status)
	if status/100 != 2 || body != challenge {
		return
	}
	key := form.Get("hub.callback") + " " + topic
	if mode == "unsubscribe" {
		delete(h.agreed, key)
		return
	}
	h.agreed[key] = form
}

// Ask makes a GET request to a callback and returns what it answers.
func (h *Hub) Ask(callback string, q url.Values) (status int, body string) {
	sep := "?"
	if strings.Contains(callback, "?") {
		sep = "&"
	}
	return h.send(http.MethodGet, callback+sep+q.Encode(), nil, nil)
}

// Send makes a POST request to a callback, unsigned, and returns the status.
func (h *Hub) Send(callback string, header http.Header, body string) int {
	status, _ := h.send(http.MethodPost, callback, header, []byte(body))
	return status
}

func (h *Hub) send(method, address string, header http.Header, body []byte) (int, string) {
	req, err := http.NewRequestWithContext(context.Background(), method, address, bytes.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	maps.Copy(req.Header, header)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body) // a cut answer is a wrong one
	return resp.StatusCode, string(text)
}

// Publish sends a document of a topic, signed, to who subscribed to it, and returns the
// answers. Who answers 410 gets nothing more.
func (h *Hub) Publish(topic, document string) []int {
	var out []int
	for _, form := range h.Subscribers(topic) {
		status := h.Send(form.Get("hub.callback"), http.Header{
			"Content-Type":    {"application/xml"},
			"Link":            {"<" + h.URL + ">; rel=\"hub\", <" + topic + ">; rel=\"self\""},
			"X-Hub-Signature": {Sign(h.now().Method, form.Get("hub.secret"), document)},
		}, document)
		if out = append(out, status); status == http.StatusGone {
			h.mu.Lock()
			delete(h.agreed, form.Get("hub.callback")+" "+topic)
			h.mu.Unlock()
		}
	}
	return out
}

// Sign is the signature of a document, with sha256 unless another method is named.
func Sign(method, secret, document string) string {
	if method == "" {
		method = "sha256"
	}
	fn := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}[method]
	mac := hmac.New(fn, []byte(secret))
	mac.Write([]byte(document))
	return method + "=" + hex.EncodeToString(mac.Sum(nil))
}

// Wait waits for the verifications under way.
func (h *Hub) Wait() { h.work.Wait() }

// Asked returns the requests that subscribers made.
func (h *Hub) Asked() []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]url.Values(nil), h.asked...)
}

// Verdicts returns what callbacks answered to verifications.
func (h *Hub) Verdicts() []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]int(nil), h.verdicts...)
}

// Subscribers returns the requests of those who are subscribed to a topic.
func (h *Hub) Subscribers(topic string) []url.Values {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []url.Values
	for key, form := range h.agreed {
		if strings.HasSuffix(key, " "+topic) {
			out = append(out, form)
		}
	}
	return out
}

func (h *Hub) now() Script {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.script
}
