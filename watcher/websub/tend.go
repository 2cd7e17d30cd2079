package websub

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

const (
	// remembered is how long an ended subscription is answered for: hubs try for days.
	remembered = 30 * 24 * time.Hour
	// askedAtOnce is how many hubs are asked at once.
	askedAtOnce = 4
	// turnTime is how long one call of Tend goes on asking; the rest waits for the next.
	turnTime = 15 * time.Second
)

// Tend brings the subscriptions in line with the plan and with what feeds say of their
// hubs, and asks hubs for what is due: new subscriptions, renewals and ends. What a hub
// says is in the store; the error is only for a store that cannot be used.
func (u *Subscriber) Tend(ctx context.Context) error {
	subs, err := u.store.Subscriptions(ctx)
	if err != nil {
		return err
	}
	hubs, err := u.store.Hubs(ctx)
	if err != nil {
		return err
	}
	plan := u.line.Plan()
	now := time.Now()
	old := now.Add(-remembered)
	var due []Subscription
	live := map[watcher.FeedID]bool{}
	forget := false
	for _, s := range subs {
		if s.State == Ended {
			forget = forget || s.Asked.Before(old) && s.Until.Before(old)
			continue
		}
		leave := live[s.Feed] || u.unwanted(s, plan, hubs[s.Feed], now) // a feed has one
		if s, err = u.settle(ctx, s, leave, now); err != nil {
			return err
		}
		wanted := s.State != Leaving && s.State != Ended
		live[s.Feed] = live[s.Feed] || wanted
		if s.State != Ended && !s.Next.After(now) && (!wanted || hubs[s.Feed] != watcher.Hub{}) {
			due = append(due, s)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(hubs)) {
		if live[id] || !u.wants(plan, id) || hubs[id].URL == "" {
			continue
		}
		s := u.create(id, hubs[id])
		if err := u.store.Add(ctx, s); err != nil {
			return err
		}
		due = append(due, s)
	}
	if err := u.askAll(ctx, plan, due); err != nil || !forget {
		return err
	}
	return u.store.Forget(ctx, old)
}

// wants reports whether a feed of the plan may be pushed to us.
func (u *Subscriber) wants(p *watcher.Plan, id watcher.FeedID) bool {
	f, ok := p.Feeds[id]
	return ok && !f.NoPush && u.options.PublicURL != ""
}

// unwanted reports whether a subscription is to end, since h is what its feed names now. A
// feed that names no hub any more keeps its subscription until the lease ends: it may have
// been a slip.
func (u *Subscriber) unwanted(s Subscription, p *watcher.Plan, h watcher.Hub, now time.Time) bool {
	if !u.wants(p, s.Feed) || s.Callback != u.callback(s.Token) {
		return true
	}
	if h.URL == "" {
		return !s.Until.After(now)
	}
	return h != s.Hub
}

// settle returns a subscription in the state that it ought to have; leave if it is to end.
func (u *Subscriber) settle(ctx context.Context, s Subscription, leave bool, now time.Time) (Subscription, error) {
	over := !s.Until.After(now)
	state := s.State
	switch {
	case s.State == Leaving && (u.options.PublicURL == "" || over):
		state = Ended
	case s.State == Leaving:
	case leave && s.State == Active && !over && u.options.PublicURL != "":
		state = Leaving
	case leave:
		state = Ended
	case s.State == Active && over:
		state = Pending
	}
	if state == s.State {
		return s, nil
	}
	err := u.store.Change(ctx, s.Token, func(cur *Subscription) error {
		if cur.State != s.State || !cur.Until.Equal(s.Until) { // a hub came in between
			return nil
		}
		if cur.State = state; state == Leaving {
			cur.Attempts, cur.Next, cur.Trouble = 0, now, ""
		}
		s = *cur
		return nil
	})
	if err == nil && s.State == Pending {
		u.log.Warn("the hub did not renew the subscription: the feed is polled only", "feed", s.Feed, "hub", s.Hub.URL, "err", s.Trouble)
	}
	return s, err
}

// askAll asks the hubs of the subscriptions, those first that wait longest.
func (u *Subscriber) askAll(ctx context.Context, p *watcher.Plan, due []Subscription) error {
	slices.SortStableFunc(due, func(a, b Subscription) int { return a.Next.Compare(b.Next) })
	var g errgroup.Group
	g.SetLimit(askedAtOnce)
	start := time.Now()
	for _, s := range due {
		if ctx.Err() != nil || time.Since(start) > turnTime {
			break
		}
		g.Go(func() error {
			f, ok := p.Feeds[s.Feed]
			if !ok { // it has left the plan
				f = watcher.Feed{ID: s.Feed}
			}
			if err := u.ask(ctx, f, s); err != nil && !errors.Is(err, watcher.ErrNotFound) {
				return fmt.Errorf("subscription of feed %s: %w", s.Feed, err)
			}
			return nil
		})
	}
	return g.Wait()
}
