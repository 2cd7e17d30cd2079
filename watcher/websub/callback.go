package websub

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const (
	// longestLease bounds what a hub can promise.
	longestLease = 366 * 24 * time.Hour
	// longestChallenge bounds what we repeat after a hub.
	longestChallenge = 1 << 10
	// longestReason bounds what is kept of a hub's reason.
	longestReason = 300
	// A hub that turned us down is asked again after firstPause, then twice as long.
	firstPause   = 24 * time.Hour
	longestPause = 8 * 24 * time.Hour
)

// errUnasked says that a hub wants to have something confirmed that we did not ask for.
var errUnasked = errors.New("nothing of the kind was asked for")

// ServeHTTP answers hubs: GET verifies a request of ours or turns it down, POST brings
// news.
func (u *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	token := strings.TrimPrefix(r.URL.Path, Path)
	if !isToken(token) {
		http.Error(w, "no such subscription", http.StatusNotFound)
		return
	}
	s, err := u.store.Subscription(r.Context(), token)
	switch {
	case errors.Is(err, watcher.ErrNotFound):
		http.Error(w, "no such subscription", http.StatusNotFound)
	case err != nil:
		u.log.Error("subscription could not be read", "err", err)
		u.later(w)
	case r.Method == http.MethodGet:
		u.confirm(w, r, s)
	case r.Method == http.MethodPost:
		u.push(w, r, s)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "a hub verifies with GET and brings news with POST", http.StatusMethodNotAllowed)
	}
}

// later asks a hub to come again.
func (u *Subscriber) later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "30")
	http.Error(w, "not now, please try again", http.StatusServiceUnavailable)
}

// confirm answers a verification of intent (section 5.3) or notes a denial (5.2).
func (u *Subscriber) confirm(w http.ResponseWriter, r *http.Request, s Subscription) {
	q := r.URL.Query()
	err := u.store.Change(r.Context(), s.Token, func(cur *Subscription) error {
		if q.Get("hub.mode") == "denied" {
			return cur.deny(q)
		}
		return cur.verify(q)
	})
	log := u.log.With("feed", s.Feed, "hub", s.Hub.URL)
	switch {
	case errors.Is(err, errUnasked):
		log.Info("a hub asked us to confirm what we did not ask for", "mode", q.Get("hub.mode"))
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	case err != nil:
		log.Error("subscription could not be saved", "err", err)
		u.later(w)
		return
	case q.Get("hub.mode") == "denied":
		log.Warn("the hub turned our subscription down: the feed is polled only", "reason", s.hide(reason(q)))
		return
	default:
		log.Info("hub verified", "mode", q.Get("hub.mode"), "lease_seconds", q.Get("hub.lease_seconds"))
	}
	w.Header().Set("Content-Type", "application/octet-stream") // what is repeated must not run in a browser
	_, _ = w.Write([]byte(q.Get("hub.challenge")))             // the hub may have gone
}

// verify takes a verification of what was asked for, and of nothing else: neither may
// others end a subscription, nor begin one with a secret of theirs.
func (s *Subscription) verify(q url.Values) error {
	now := time.Now()
	challenge := q.Get("hub.challenge")
	if s.State == Ended || q.Get("hub.mode") != s.mode() || q.Get("hub.topic") != s.Hub.Topic ||
		s.Asked.IsZero() || now.Sub(s.Asked) > verifyTime || !printable(challenge) {
		return errUnasked
	}
	s.Attempts, s.Trouble = 0, ""
	if s.State == Leaving {
		s.State, s.Until = Ended, now
		return nil
	}
	granted := leaseOf(q.Get("hub.lease_seconds"))
	s.State, s.Until, s.Next = Active, now.Add(granted), now.Add(renewal(granted))
	return nil
}

// leaseOf reads the lease that a hub grants; one that says nothing grants what we asked.
func leaseOf(text string) time.Duration {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return lease
	}
	return time.Duration(min(n, int64(longestLease/time.Second))) * time.Second
}

// deny notes that the hub will not have us. It may do so at any time.
func (s *Subscription) deny(q url.Values) error {
	if s.State == Ended || q.Get("hub.topic") != s.Hub.Topic {
		return errUnasked
	}
	now := time.Now()
	if s.State == Leaving {
		s.State, s.Until = Ended, now
		return nil
	}
	s.State, s.Until = Denied, now
	s.Next = now.Add(min(firstPause<<min(max(s.Attempts-1, 0), 10), longestPause))
	s.Trouble = "the hub turned the subscription down"
	if why := reason(q); why != "" {
		s.Trouble += ": " + s.hide(why)
	}
	return nil
}

// reason is a hub's reason as one short line.
func reason(q url.Values) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(q.Get("hub.reason"), "")), " ")
	if rs := []rune(text); len(rs) > longestReason {
		return string(rs[:longestReason]) + "…"
	}
	return text
}

// printable reports whether a challenge is one that may be repeated: short, and no binary
// data (section 8.2).
func printable(challenge string) bool {
	if challenge == "" || len(challenge) > longestChallenge {
		return false
	}
	return !strings.ContainsFunc(challenge, func(r rune) bool { return r < 0x20 || r > 0x7E })
}
