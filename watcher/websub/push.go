package websub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const (
	// pushTime bounds how long a push is worked on. A hub that leaves early does not cut it.
	pushTime = 20 * time.Second
	// bodyTime is how long a hub may take to send what it has.
	bodyTime = 10 * time.Second
	// roomTime is how long a push waits for others to make room.
	roomTime = 5 * time.Second
)

// push takes what a hub brings (section 7). It answers 202 once the items are safe.
func (u *Subscriber) push(w http.ResponseWriter, r *http.Request, s Subscription) {
	if s.State == Leaving || s.State == Ended {
		u.pushes.WithLabelValues("ended").Inc()
		http.Error(w, "this subscription has ended", http.StatusGone)
		return
	}
	if !u.enter(r.Context()) {
		u.pushes.WithLabelValues("busy").Inc()
		u.later(w)
		return
	}
	defer func() { <-u.room }()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime)) // where the server can
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, u.options.MaxBody))
	if err != nil {
		outcome, status := "cut", http.StatusBadRequest
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			outcome, status = "too_large", http.StatusRequestEntityTooLarge
		}
		u.pushes.WithLabelValues(outcome).Inc()
		http.Error(w, "the body could not be read: "+err.Error(), status)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), pushTime)
	defer cancel()
	outcome, err := u.take(ctx, r.Header, body, s)
	u.pushes.WithLabelValues(outcome).Inc()
	if err != nil {
		u.log.Error("push could not be taken", "feed", s.Feed, "err", err)
		u.later(w)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// enter waits for a place among the pushes that are read at once.
func (u *Subscriber) enter(ctx context.Context) bool {
	t := time.NewTimer(roomTime)
	defer t.Stop()
	select {
	case u.room <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-t.C:
	}
	return false
}

// take carries what was pushed down the line and says what became of it. What cannot be
// relied on alone – a ping without items, a document that is cut or cannot be read, a feed
// whose first poll is not over or whose articles are read too – makes the feed be polled. An error is of the store.
func (u *Subscriber) take(ctx context.Context, h http.Header, body []byte, s Subscription) (string, error) {
	f, ok := u.line.Plan().Feeds[s.Feed]
	switch {
	case !signed(h.Get("X-Hub-Signature"), s.Secret, body):
		u.log.Warn("push ignored: its signature is missing or wrong", "feed", s.Feed, "hub", s.Hub.URL)
		return "bad_signature", nil // acknowledged all the same, so that nobody learns by trying
	case !ok || f.NoPush:
		return "unwanted", nil
	}
	done, err := u.store.Baselined(ctx, f.ID)
	if err != nil {
		return "failed", err
	}
	var b watcher.Batch
	if done && !f.FullText {
		if b, err = u.client.Read(ctx, f, s.Hub.Topic, h, body); err != nil {
			u.log.Debug("push cannot be read: the feed is polled", "feed", f.ID, "err", err)
			err = nil
		}
	}
	if len(b.Items) > 0 {
		if _, err := u.line.Take(ctx, f, b.Items, false); err != nil {
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), roomTime)
			defer cancel()
			return "failed", errors.Join(err, u.store.Announce(late, f.ID))
		}
	}
	outcome := "taken"
	if len(b.Items) == 0 || b.Partial {
		outcome = "polled"
		err = u.store.Announce(ctx, f.ID)
	}
	if err = errors.Join(err, u.pushed(ctx, s.Token)); err != nil {
		return "failed", err
	}
	u.log.Debug("pushed", "feed", f.ID, "items", len(b.Items))
	return outcome, nil
}

// pushed notes that a hub sent something good.
func (u *Subscriber) pushed(ctx context.Context, token string) error {
	return u.store.Change(ctx, token, func(cur *Subscription) error {
		cur.Pushed = time.Now()
		return nil
	})
}
