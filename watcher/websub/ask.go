package websub

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const (
	// lease is what hubs are asked for; the Recommendation calls 10 days a good default.
	lease = 10 * 24 * time.Hour
	// askTime bounds a request to a hub.
	askTime = 10 * time.Second
	// verifyTime is how long after a request its verification is answered: a hub whose
	// verification was lost on the way comes again.
	verifyTime = time.Hour
	// goodbyes is how often a hub is asked to end a subscription before that is left to
	// the lease.
	goodbyes = 3
	// A hub that refuses is asked again after firstBackoff, then twice as long each time.
	firstBackoff   = 5 * time.Minute
	longestBackoff = 24 * time.Hour
	// busyWait is when a hub is asked whose host had its hands full.
	busyWait = time.Minute
)

// unverified is the trouble of a request that the hub took and has not come back to.
const unverified = "the hub took the request and has not come to verify it"

// errNotNow says that a subscription was changed by another before it could be asked for.
var errNotNow = errors.New("not now")

// ask asks a hub for what the state of a subscription calls for. That is written down
// before, since the hub may come to verify it before it answers.
func (u *Subscriber) ask(ctx context.Context, f watcher.Feed, s Subscription) error {
	err := u.store.Change(ctx, s.Token, func(cur *Subscription) error {
		now := time.Now()
		switch {
		case cur.State == Ended, cur.Next.After(now):
			return errNotNow
		case cur.State == Leaving && cur.Attempts >= goodbyes:
			cur.State = Ended
			s = *cur
			return nil
		case cur.State == Denied:
			cur.State = Pending
		}
		if cur.Trouble == unverified && cur.State != Leaving {
			u.log.Warn("the hub takes our requests and never verifies them: the Internet must reach web.public_url",
				"feed", cur.Feed, "hub", cur.Hub.URL, "public_url", u.options.PublicURL)
		}
		cur.Asked, cur.Attempts = now, cur.Attempts+1
		cur.Next = now.Add(backoff(cur.Attempts))
		s = *cur
		return nil
	})
	switch {
	case errors.Is(err, errNotNow):
		return nil
	case err != nil || s.State == Ended:
		return err
	}
	ask, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	answer := u.client.Post(ask, f, s.Hub.URL, s.form())
	if ctx.Err() != nil { // we were ended: not the hub's fault
		answer = watcher.ErrBusy
	}
	return u.store.Change(context.WithoutCancel(ctx), s.Token, func(cur *Subscription) error {
		if cur.Attempts != s.Attempts || cur.State != s.State { // it was verified or denied meanwhile
			return nil
		}
		u.answered(cur, answer)
		return nil
	})
}

// form is the request that the state of a subscription calls for (section 5.1). The secret
// goes to http hubs too: who reads it there could write the feed itself, and all others
// are kept out.
func (s Subscription) form() url.Values {
	v := url.Values{"hub.mode": {s.mode()}, "hub.topic": {s.Hub.Topic}, "hub.callback": {s.Callback}}
	if s.State != Leaving {
		v.Set("hub.secret", s.Secret)
		v.Set("hub.lease_seconds", strconv.Itoa(int(lease/time.Second)))
	}
	return v
}

// mode is what is asked of the hub.
func (s Subscription) mode() string {
	if s.State == Leaving {
		return "unsubscribe"
	}
	return "subscribe"
}

// answered notes what a hub said to a request that is not verified yet.
func (u *Subscriber) answered(s *Subscription, err error) {
	now := time.Now()
	switch {
	case err == nil:
		s.Trouble = unverified
		s.Next = now.Add(max(verifyTime, backoff(s.Attempts)))
		if s.State == Leaving {
			s.Next = now.Add(backoff(s.Attempts))
		}
	case errors.Is(err, watcher.ErrBusy):
		s.Attempts--
		s.Next = now.Add(busyWait)
	default:
		s.Trouble = s.hide(err.Error())
		if retry, ok := errors.AsType[*watcher.RetryError](err); ok {
			s.Next = now.Add(max(retry.After, backoff(s.Attempts)))
		}
		u.log.Warn("the hub did not take our request", "feed", s.Feed, "hub", s.Hub.URL, "mode", s.mode(), "err", s.Trouble,
			"next", s.Next.Format(time.RFC3339))
	}
}

// hide takes what only the hub may know out of a text: who has the token could end the
// subscription, and who has the secret could forge news.
func (s *Subscription) hide(text string) string {
	for _, secret := range []string{s.Callback, url.QueryEscape(s.Callback), s.Token, s.Secret} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "<hidden>")
		}
	}
	return text
}

// backoff is the wait after a number of attempts that came to nothing, spread a little.
func backoff(attempts int) time.Duration {
	d := min(firstBackoff<<min(max(attempts-1, 0), 10), longestBackoff)
	return d + rand.N(d/10)
}

// renewal is when a lease is renewed: between half and two thirds of it, so that there is
// time for a hub that is out of order, and feeds do not come all at once.
func renewal(lease time.Duration) time.Duration {
	return max(lease/2+rand.N(lease/6+1), time.Minute)
}
