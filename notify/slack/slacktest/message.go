package slacktest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// A Message is one message as a reader of the channel sees it.
type Message struct {
	Channel   string          `json:"channel"`
	TS        string          `json:"ts"`
	ThreadTS  string          `json:"thread_ts,omitempty"` // of the message that it answers
	Broadcast bool            `json:"broadcast,omitempty"` // an answer that the channel shows too
	Text      string          `json:"text"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Metadata  *Metadata       `json:"metadata,omitempty"`
	Webhook   bool            `json:"webhook,omitempty"`
	Edits     int             `json:"edits,omitempty"` // how often chat.update changed it
	At        time.Time       `json:"at"`
}

// Metadata is what an app hangs on a message for itself.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Delivery returns the delivery id that the sender hung on the message: in its metadata
// or, as webhooks have none, in the id of its first block. It is "" if there is none.
func (m Message) Delivery() string {
	if m.Metadata != nil {
		id, _ := m.Metadata.EventPayload["delivery"].(string)
		return id
	}
	var blocks []struct {
		ID string `json:"block_id"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 {
		return ""
	}
	_, id, _ := strings.Cut(blocks[0].ID, ":")
	return id
}

// A change is a line of the record.
type change struct {
	Op      string  `json:"op"` // "post", "update" or "delete"
	Message Message `json:"message"`
}

// A book holds the messages of all channels, oldest first.
type book struct {
	msgs []Message
	last string // the highest ts given out
}

func (b *book) find(channel, ts string) int {
	return slices.IndexFunc(b.msgs, func(m Message) bool { return m.Channel == channel && m.TS == ts })
}

func (b *book) apply(c change) {
	i := b.find(c.Message.Channel, c.Message.TS)
	switch {
	case c.Op == "delete":
		if i >= 0 {
			b.msgs = slices.Delete(b.msgs, i, i+1)
		}
	case i >= 0:
		b.msgs[i] = c.Message
	default:
		b.msgs = append(b.msgs, c.Message)
		b.last = max(b.last, c.Message.TS)
	}
}

// stamp returns the ts of a message that arrives now, higher than any before.
func (b *book) stamp(now time.Time) string {
	us := now.UnixMicro()
	for {
		ts := fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
		if ts > b.last {
			return ts
		}
		us++
	}
}

// commit makes a change and, before the caller can learn of it, writes it down.
// s.mu is held.
func (s *Server) commit(c change) error {
	if s.file != nil {
		line, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("encode the record: %w", err)
		}
		if _, err := s.file.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("write the record: %w", err)
		}
	}
	s.book.apply(c)
	return nil
}

// ReadRecord returns the messages of a record as they stood last, oldest first. A last
// line that was cut short by a crash is left out.
func ReadRecord(path string) ([]Message, error) {
	b, err := readBook(path)
	return b.msgs, err
}

func readBook(path string) (book, error) {
	var b book
	text, err := os.ReadFile(path)
	if err != nil {
		return b, fmt.Errorf("read record: %w", err)
	}
	sc := bufio.NewScanner(bytes.NewReader(text))
	sc.Buffer(nil, maxRequest)
	var torn error
	for n := 1; sc.Scan(); n++ {
		if torn != nil {
			return b, torn
		}
		var c change
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			torn = fmt.Errorf("read record %s: line %d: %w", path, n, err)
			continue
		}
		b.apply(c)
	}
	return b, sc.Err()
}

// Messages returns all messages, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.book.msgs)
}

// Timeline returns what a reader of a channel sees without opening a thread.
func (s *Server) Timeline(channel string) []Message {
	return slices.DeleteFunc(s.Messages(), func(m Message) bool {
		return m.Channel != channel || (m.ThreadTS != "" && !m.Broadcast)
	})
}

// Thread returns a message and its answers.
func (s *Server) Thread(channel, ts string) []Message {
	return slices.DeleteFunc(s.Messages(), func(m Message) bool {
		return m.Channel != channel || cmp.Or(m.ThreadTS, m.TS) != ts
	})
}

// Delete removes a message, as a person in the channel may. It reports whether it was
// there.
func (s *Server) Delete(channel, ts string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.book.find(channel, ts)
	if i < 0 {
		return false, nil
	}
	return true, s.commit(change{Op: "delete", Message: s.book.msgs[i]})
}

// Post puts a message of somebody else into a channel, without any check, and returns
// it with its ts.
func (s *Server) Post(m Message) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.post(m)
}

// post keeps a new message. s.mu is held.
func (s *Server) post(m Message) (Message, error) {
	m.At = time.Now()
	if m.TS == "" {
		m.TS = s.book.stamp(m.At)
	}
	return m, s.commit(change{Op: "post", Message: m})
}

// A Tally compares what was to be delivered with what readers see.
type Tally struct {
	Lost    []string // deliveries without a message
	Doubled []string // deliveries with more than one
	Strange []string // seen, and not among those to be delivered
}

// OK reports whether every delivery is seen exactly once.
func (t Tally) OK() bool { return len(t.Lost)+len(t.Doubled)+len(t.Strange) == 0 }

// Tally counts messages by delivery id.
func (s *Server) Tally(deliveries ...string) Tally { return Count(s.Messages(), deliveries...) }

// Count counts messages, such as those of ReadRecord, by delivery id.
func Count(msgs []Message, deliveries ...string) Tally {
	seen := map[string]int{}
	for _, m := range msgs {
		if id := m.Delivery(); id != "" {
			seen[id]++
		}
	}
	var t Tally
	for _, id := range deliveries {
		switch n := seen[id]; {
		case n == 0:
			t.Lost = append(t.Lost, id)
		case n > 1:
			t.Doubled = append(t.Doubled, id)
		}
		delete(seen, id)
	}
	for id := range seen {
		t.Strange = append(t.Strange, id)
	}
	slices.Sort(t.Strange)
	return t
}
