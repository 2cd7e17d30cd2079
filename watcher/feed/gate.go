package feed

import (
	"context"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// hostGap is the least time between two requests to one host of a client with the usual manners.
const hostGap = 250 * time.Millisecond

// idleGates is how many hosts are remembered before those at rest are forgotten.
const idleGates = 256

// gates keep the number of requests to each host small and leave a gap between them.
type gates struct {
	perHost int
	gap     time.Duration

	mu    sync.Mutex
	hosts map[string]*gate // guarded by mu
}

// A gate is the way to one host.
type gate struct {
	slots chan struct{}
	users int       // who holds or waits for a slot; guarded by gates.mu
	next  time.Time // when the next request may start; guarded by gates.mu
}

// enter waits for a turn at a host, for at most patience if that is not 0: then it
// returns an error that wraps watcher.ErrBusy. leave must be called when its request is
// over.
func (g *gates) enter(ctx context.Context, host string, patience time.Duration) (leave func(), err error) {
	g.mu.Lock()
	h := g.hosts[host]
	if h == nil {
		g.tidy()
		h = &gate{slots: make(chan struct{}, g.perHost)}
		g.hosts[host] = h
	}
	h.users++
	g.mu.Unlock()

	var bored <-chan time.Time
	if patience > 0 {
		t := time.NewTimer(patience)
		defer t.Stop()
		bored = t.C
	}
	select {
	case h.slots <- struct{}{}:
	case <-bored:
		g.leftQueue(h)
		return nil, watcher.ErrBusy
	case <-ctx.Done():
		g.leftQueue(h)
		return nil, ctx.Err()
	}
	leave = func() {
		<-h.slots
		g.done(h)
	}
	if err := pause(ctx, g.book(h)); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// book takes the host's next free moment and returns how far it is.
func (g *gates) book(h *gate) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	at := now
	if h.next.After(now) {
		at = h.next
	}
	h.next = at.Add(g.gap)
	return at.Sub(now)
}

// leftQueue gives back the use of a gate that was never passed.
func (g *gates) leftQueue(h *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.users--
}

// done gives back a use of a gate; the gap begins when the request ends.
func (g *gates) done(h *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.users--
	if end := time.Now().Add(g.gap); h.next.Before(end) {
		h.next = end
	}
}

// tidy forgets hosts at rest. It is called with mu held.
func (g *gates) tidy() {
	if len(g.hosts) < idleGates {
		return
	}
	now := time.Now()
	for name, h := range g.hosts {
		if h.users == 0 && h.next.Before(now) {
			delete(g.hosts, name)
		}
	}
}

// pause waits for d.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
