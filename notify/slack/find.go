package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Where a message may stand whose attempt began at a time.
const (
	before  = 5 * time.Second   // clocks differ
	after   = 120 * time.Second // Slack may have been slow to take it
	tilt    = 3 * time.Second   // a smaller difference of clocks may be the network's delay
	perPage = 100
	pages   = 20 // 2,000 messages in two minutes: far more than a channel takes
)

// Find looks in the thread and the channel for the message of a delivery that may have
// arrived. An error means that nobody can tell.
func (b *Bot) Find(ctx context.Context, o watcher.Outgoing) (watcher.Receipt, bool, error) {
	tried := o.Delivery.Tried
	if tried.IsZero() || o.Delivery.Kind == watcher.Update {
		return watcher.Receipt{}, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	span := b.span(tried)
	for {
		r, found, err := b.look(ctx, o, span)
		// The answers may have shown that the clocks differ, and the span was wrong.
		if wider := b.span(tried); err == nil && !found && !span.covers(wider) {
			span = span.join(wider)
			continue
		}
		return r, found, err
	}
}

// look searches one span of time. A reply stands in its thread, or in the channel if
// the thread was gone.
func (b *Bot) look(
	ctx context.Context, o watcher.Outgoing, s span,
) (r watcher.Receipt, found bool, err error) {
	id := string(o.Delivery.ID)
	if ts := b.thread(o); ts != "" {
		r, found, err = b.scan(ctx, "conversations.replies", url.Values{"ts": {ts}}, s, id)
		var no *refusal
		if errors.As(err, &no) && isThreadGone(no.code) {
			err = nil
		}
		if found || err != nil {
			return r, found, err
		}
	}
	return b.scan(ctx, "conversations.history", url.Values{}, s, id)
}

// scan reads a method's pages until the message is there.
func (b *Bot) scan(
	ctx context.Context, method string, args url.Values, s span, id string,
) (r watcher.Receipt, found bool, err error) {
	args.Set("channel", b.channel)
	args.Set("oldest", stamp(s.from))
	args.Set("latest", stamp(s.to))
	args.Set("inclusive", "1")
	args.Set("limit", strconv.Itoa(perPage))
	args.Set("include_all_metadata", "1")
	for range pages {
		p, err := b.page(ctx, method, args)
		if err != nil {
			return watcher.Receipt{}, false, fmt.Errorf("read channel %s: %w", b.channel, asked(err))
		}
		for _, raw := range p.Messages {
			if m := readNote(raw); m.is(id) {
				return watcher.Receipt{Ref: m.TS, Target: b.channel, At: m.at()}, true, nil
			}
		}
		if p.Meta.Cursor == "" {
			return watcher.Receipt{}, false, nil
		}
		args.Set("cursor", p.Meta.Cursor)
	}
	return watcher.Receipt{}, false, fmt.Errorf(
		"read channel %s: more than %d messages in the time in question", b.channel, pages*perPage)
}

// A page is one answer of conversations.history or conversations.replies. Its messages
// stay raw: slack-go, which does the rest, reads each message whole and gives up a page
// over one element in somebody else's message that it does not know (measured).
type page struct {
	OK       bool              `json:"ok"`
	Error    string            `json:"error"`
	Messages []json.RawMessage `json:"messages"`
	Meta     struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// page makes one call.
func (b *Bot) page(ctx context.Context, method string, args url.Values) (page, error) {
	var p page
	token, err := b.token.Read()
	if err != nil {
		return p, err
	}
	body := strings.NewReader(args.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.api+method, body)
	if err != nil {
		return p, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	x := &exchange{client: b.client, secret: token.Reveal()}
	resp, err := x.Do(req)
	b.learn(x)
	if err != nil {
		return p, x.fate("", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return p, x.fate("", x.failed())
	}
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		return p, x.fate("", err)
	}
	if !p.OK {
		return p, x.fate(word(slack.SlackErrorResponse{Err: p.Error}), errors.New("not ok"))
	}
	return p, nil
}

// asked takes out of an error that a message may have arrived: a look-up sends none.
func asked(err error) error {
	if unsure, ok := errors.AsType[*watcher.UncertainError](err); ok {
		return unsure.Err
	}
	return err
}

// A note is what matters here of a message.
type note struct {
	TS       string `json:"ts"`
	Metadata struct {
		Payload struct {
			Delivery string `json:"delivery"`
		} `json:"event_payload"`
		Type string `json:"event_type"`
	} `json:"metadata"`
	Blocks []struct {
		ID string `json:"block_id"`
	} `json:"blocks"`
}

// readNote reads what it can; a part of another shape than ours is not ours.
func readNote(raw json.RawMessage) note {
	var n note
	_ = json.Unmarshal(raw, &n)
	return n
}

// is reports whether it is the message of a delivery: by its metadata, or by the id of
// its first block should the metadata not be shown.
func (n note) is(id string) bool {
	if n.TS == "" || id == "" {
		return false
	}
	return (n.Metadata.Type == eventType && n.Metadata.Payload.Delivery == id) ||
		(len(n.Blocks) > 0 && n.Blocks[0].ID == blockID(id))
}

func (n note) at() time.Time {
	s, err := strconv.ParseFloat(n.TS, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(int64(s * 1e6)).UTC()
}

// A span is a stretch of Slack's time.
type span struct{ from, to time.Time }

// span returns when the message of an attempt may have arrived, in Slack's time.
func (b *Bot) span(tried time.Time) span {
	s := span{tried.Add(-before), tried.Add(after)}
	switch d := time.Duration(b.skew.Load()); {
	case d < -tilt:
		s.from = s.from.Add(d)
	case d > tilt:
		s.to = s.to.Add(d)
	}
	return s
}

// covers reports whether s has all of t but for the jitter of the network.
func (s span) covers(t span) bool {
	return !t.from.Before(s.from.Add(-tilt)) && !t.to.After(s.to.Add(tilt))
}

func (s span) join(t span) span {
	if t.from.Before(s.from) {
		s.from = t.from
	}
	if t.to.After(s.to) {
		s.to = t.to
	}
	return s
}

// stamp writes a time as a ts.
func stamp(t time.Time) string {
	us := t.UnixMicro()
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}
