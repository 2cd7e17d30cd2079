package slacktest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a message beyond those of its blocks.
const (
	maxText     = 40_000    // characters, the rest is cut off
	maxMetadata = 16 * 1024 // bytes
)

// answer is what a method of the web API says.
type answer map[string]any

// failure is an answer with ok false.
type failure struct {
	code    string
	details []string // what Slack puts into response_metadata
}

func fail(code string, details ...string) *failure { return &failure{code, details} }

// method answers a call of the web API.
func (s *Server) method(w http.ResponseWriter, c Call) {
	s.mu.Lock()
	a, f, wait := s.do(c)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if f != nil {
		a = answer{"error": f.code}
		if len(f.details) > 0 {
			a["response_metadata"] = answer{"messages": f.details}
		}
	}
	a["ok"] = f == nil
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		w.WriteHeader(http.StatusTooManyRequests)
	}
	_ = json.NewEncoder(w).Encode(a)
}

// do carries out a call. s.mu is held.
func (s *Server) do(c Call) (answer, *failure, time.Duration) {
	if f := s.admit(c); f != nil {
		return nil, f, 0
	}
	switch c.Method {
	case "auth.test":
		return answer{
			"url": "https://example.slack.com/", "team": "Example", "team_id": "T0EXAMPLE0",
			"user": "sanctionwatch", "user_id": "U0EXAMPLE0", "bot_id": "B0EXAMPLE0",
		}, nil, 0
	case "chat.postMessage":
		return s.postMessage(c)
	case "chat.update":
		a, f := s.update(c)
		return a, f, 0
	case "conversations.history":
		a, f := s.history(c)
		return a, f, 0
	case "conversations.replies":
		a, f := s.replies(c)
		return a, f, 0
	}
	return nil, fail("unknown_method"), 0
}

// admit checks the token and the channel of a call.
func (s *Server) admit(c Call) *failure {
	switch {
	case c.Token == "":
		return fail("not_authed")
	case s.o.Token != "" && c.Token != s.o.Token:
		return fail("invalid_auth")
	case c.Method == "auth.test":
		return nil
	case c.Form.Get("channel") == "":
		return fail("channel_not_found")
	case len(s.o.Channels) > 0 && !slices.Contains(s.o.Channels, c.Form.Get("channel")):
		return fail("channel_not_found")
	}
	return nil
}

// hurry says how long a channel must be left alone before it takes another message.
func (s *Server) hurry(channel string) time.Duration {
	if s.o.Gap == 0 {
		return 0
	}
	if wait := time.Until(s.busy[channel].Add(s.o.Gap)); wait > 0 {
		return wait
	}
	s.busy[channel] = time.Now()
	return 0
}

func (s *Server) postMessage(c Call) (answer, *failure, time.Duration) {
	m := Message{Channel: c.Form.Get("channel")}
	if f := m.fill(c); f != nil {
		return nil, f, 0
	}
	if wait := s.hurry(m.Channel); wait > 0 {
		return nil, fail("ratelimited"), wait
	}
	// An answer to a message that is gone stands in the channel, as Slack does it.
	if ts := c.Form.Get("thread_ts"); ts != "" && s.book.find(m.Channel, ts) >= 0 {
		m.ThreadTS, m.Broadcast = ts, truth(c, "reply_broadcast")
	}
	m, err := s.post(m)
	if err != nil {
		return nil, fail("internal_error", err.Error()), 0
	}
	return answer{"channel": m.Channel, "ts": m.TS, "message": m.wire(true)}, nil, 0
}

func (s *Server) update(c Call) (answer, *failure) {
	i := s.book.find(c.Form.Get("channel"), c.Form.Get("ts"))
	if i < 0 {
		return nil, fail("message_not_found")
	}
	m := s.book.msgs[i]
	if f := m.fill(c); f != nil {
		return nil, f
	}
	m.Edits++
	if err := s.commit(change{Op: "update", Message: m}); err != nil {
		return nil, fail("internal_error", err.Error())
	}
	return answer{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": m.wire(true)}, nil
}

// fill puts text, blocks and metadata of a call into a message, if Slack would take
// them. Metadata stays as it is when the call has none.
func (m *Message) fill(c Call) *failure {
	m.Text = c.Form.Get("text")
	if utf8.RuneCountInString(m.Text) > maxText {
		m.Text = string([]rune(m.Text)[:maxText])
	}
	m.Blocks = nil
	if blocks := c.Form.Get("blocks"); blocks != "" && blocks != "[]" {
		if problems := CheckBlocks([]byte(blocks)); len(problems) > 0 {
			return fail("invalid_blocks", problems...)
		}
		if Weight([]byte(blocks)) > MaxWeight {
			return fail("msg_blocks_too_long")
		}
		m.Blocks = json.RawMessage(blocks)
	}
	if m.Text == "" && m.Blocks == nil {
		return fail("no_text")
	}
	raw := c.Form.Get("metadata")
	if raw == "" {
		return nil
	}
	if len(raw) > maxMetadata {
		return fail("metadata_too_large")
	}
	var meta Metadata
	if json.Unmarshal([]byte(raw), &meta) != nil || meta.EventType == "" || meta.EventPayload == nil {
		return fail("invalid_metadata_format")
	}
	m.Metadata = &meta
	return nil
}

// wire is the message as the API shows it.
func (m Message) wire(metadata bool) answer {
	a := answer{"type": "message", "ts": m.TS, "text": m.Text, "bot_id": "B0EXAMPLE0", "user": "U0EXAMPLE0"}
	if m.Blocks != nil {
		a["blocks"] = m.Blocks
	}
	if m.ThreadTS != "" {
		a["thread_ts"] = m.ThreadTS
	}
	if m.Broadcast {
		a["subtype"] = "thread_broadcast"
	}
	if m.Edits > 0 {
		a["edited"] = answer{"user": "U0EXAMPLE0", "ts": m.TS}
	}
	if metadata && m.Metadata != nil {
		a["metadata"] = m.Metadata
	}
	return a
}

// history answers with a channel's messages, newest first.
func (s *Server) history(c Call) (answer, *failure) {
	var in []Message
	for _, m := range slices.Backward(s.book.msgs) {
		if m.Channel == c.Form.Get("channel") && (m.ThreadTS == "" || m.Broadcast) && within(c, m.TS) {
			in = append(in, m)
		}
	}
	return s.page(c, in, func(ts, mark string) bool { return ts < mark })
}

// replies answers with a thread, oldest first; its first message is always there.
func (s *Server) replies(c Call) (answer, *failure) {
	channel, ts := c.Form.Get("channel"), c.Form.Get("ts")
	if s.book.find(channel, ts) < 0 {
		return nil, fail("thread_not_found")
	}
	var in []Message
	for _, m := range s.book.msgs {
		if m.Channel == channel && (m.TS == ts || (m.ThreadTS == ts && within(c, m.TS))) {
			in = append(in, m)
		}
	}
	return s.page(c, in, func(ts, mark string) bool { return ts > mark })
}

// page cuts a list at what was already shown and at the size of a page.
func (s *Server) page(c Call, in []Message, after func(ts, mark string) bool) (answer, *failure) {
	if cursor := c.Form.Get("cursor"); cursor != "" {
		mark, err := base64.StdEncoding.DecodeString(cursor)
		ts, ok := strings.CutPrefix(string(mark), "next_ts:")
		if err != nil || !ok {
			return nil, fail("invalid_cursor")
		}
		in = slices.DeleteFunc(in, func(m Message) bool { return !after(m.TS, ts) })
	}
	size := cmp.Or(s.o.Page, 100)
	if n, _ := strconv.Atoi(c.Form.Get("limit")); n > 0 {
		size = min(size, n)
	}
	a, next := answer{"has_more": len(in) > size}, ""
	if len(in) > size {
		in = in[:size]
		next = base64.StdEncoding.EncodeToString([]byte("next_ts:" + in[size-1].TS))
	}
	msgs := []answer{}
	for _, m := range in {
		msgs = append(msgs, m.wire(truth(c, "include_all_metadata")))
	}
	a["messages"], a["response_metadata"] = msgs, answer{"next_cursor": next}
	return a, nil
}

// within reports whether ts lies between the oldest and latest that a call asks for.
func within(c Call, ts string) bool {
	inclusive := truth(c, "inclusive")
	in := func(bound string, sign int) bool {
		b, err := strconv.ParseFloat(bound, 64)
		if bound == "" || err != nil {
			return true
		}
		t, _ := strconv.ParseFloat(ts, 64)
		return cmp.Compare(t, b) == sign || (inclusive && t == b)
	}
	return in(c.Form.Get("oldest"), 1) && in(c.Form.Get("latest"), -1)
}

func truth(c Call, name string) bool {
	v := c.Form.Get(name)
	return v == "1" || v == "true"
}

// hook answers a webhook: with a word, not with JSON.
func (s *Server) hook(w http.ResponseWriter, path string, c Call) {
	s.mu.Lock()
	status, words, wait := s.take(path, c)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html")
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	w.WriteHeader(status)
	fmt.Fprint(w, words)
}

// take accepts or refuses what a webhook brings. s.mu is held.
func (s *Server) take(path string, c Call) (status int, words string, wait time.Duration) {
	if len(s.o.Hooks) > 0 && !slices.Contains(s.o.Hooks, path) {
		return http.StatusNotFound, "no_service", 0
	}
	if c.Form.Has("invalid") {
		return http.StatusBadRequest, "invalid_payload", 0
	}
	m := Message{Channel: HookChannel, Webhook: true}
	c.Form.Del("metadata") // a webhook has none
	if f := m.fill(c); f != nil {
		return http.StatusBadRequest, f.code, 0
	}
	if wait := s.hurry(m.Channel); wait > 0 {
		return http.StatusTooManyRequests, "rate_limited", wait
	}
	if _, err := s.post(m); err != nil {
		return http.StatusInternalServerError, "rollup_error", 0
	}
	return http.StatusOK, "ok", 0
}
