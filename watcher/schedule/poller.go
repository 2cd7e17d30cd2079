package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Claims hands out due feeds, each to one poller at a time.
type Claims interface {
	// Claim returns at most n due feeds and keeps them from other owners until they
	// are saved or the lease has run out.
	Claim(ctx context.Context, owner string, n int, lease time.Duration) ([]watcher.FeedState, error)
	// Release gives back what the owner has claimed and not saved.
	Release(ctx context.Context, owner string) error
}

// The defaults of a Poller.
const (
	// DefaultWorkers is how many feeds are polled at once.
	DefaultWorkers = 32
	// slowShare is how many polls for each worker may be slow at once, besides the quick.
	slowShare = 2
	// slowAfter is when a poll is slow: it has waited for its host, and for the answer.
	slowAfter = 3 * time.Second
	// Lease is how long a claimed feed is kept from others: longer than any poll.
	Lease = 3 * time.Minute
	// lull is how long a poller waits when no feed is due.
	lull = time.Second
	// longestTrouble is how long it waits at most when the store cannot be used.
	longestTrouble = 30 * time.Second
)

// A Poller claims due feeds and polls them. NewPoller is the only door.
type Poller struct {
	claims  Claims
	poll    func(context.Context, watcher.FeedState) error
	owner   string
	workers int
	log     *slog.Logger
}

// NewPoller returns a poller that calls poll for each feed it claims as owner, for at
// most workers feeds at once (0 for DefaultWorkers), slow ones not counted up to twice as
// many: publishers that do not answer must not keep others waiting. An error of poll means that the
// store cannot be used.
func NewPoller(
	c Claims, owner string, workers int, poll func(context.Context, watcher.FeedState) error, log *slog.Logger,
) *Poller {
	if workers <= 0 {
		workers = DefaultWorkers
	}
	return &Poller{claims: c, poll: poll, owner: owner, workers: workers, log: log}
}

// Run polls until ctx ends, then waits for the polls under way, which end with it, and
// gives back their claims.
func (p *Poller) Run(ctx context.Context) {
	var wg sync.WaitGroup
	at := &places{quick: make(chan struct{}, p.workers), slow: make(chan struct{}, slowShare*p.workers)}
	trouble := make(chan struct{}, 1)
	wait := time.Duration(0)
	failures := 0
	for sleep(ctx, wait) {
		room := p.workers - len(at.quick)
		var states []watcher.FeedState
		err := taken(trouble)
		if err == nil {
			states, err = p.claims.Claim(ctx, p.owner, max(room, 1), Lease)
		}
		if err != nil {
			failures++
			wait = min(lull<<min(failures-1, 10), longestTrouble)
			if ctx.Err() == nil {
				p.log.Error("feeds cannot be claimed", "err", err, "wait", wait)
			}
			continue
		}
		failures = 0
		for _, st := range states {
			leave := at.enter()
			wg.Go(func() {
				defer leave()
				p.one(ctx, st, trouble)
			})
		}
		wait = 0
		if len(states) < room {
			wait = lull
		}
	}
	wg.Wait()
	if err := p.claims.Release(context.WithoutCancel(ctx), p.owner); err != nil {
		p.log.Warn("claims not given back: they run out by themselves", "err", err)
	}
}

// one polls one feed. A panic in a parser must not end the daemon.
func (p *Poller) one(ctx context.Context, st watcher.FeedState, trouble chan<- struct{}) {
	defer func() {
		if v := recover(); v != nil {
			p.log.Error("poll panicked", "feed", st.ID, "err", fmt.Sprint(v))
		}
	}()
	err := p.poll(ctx, st)
	if err == nil || ctx.Err() != nil {
		return
	}
	p.log.Error("poll could not be recorded", "feed", st.ID, "err", err)
	select {
	case trouble <- struct{}{}:
	default:
	}
}

// taken reports, once, that a poll met trouble with the store.
func taken(trouble <-chan struct{}) error {
	select {
	case <-trouble:
		return fmt.Errorf("polls cannot be recorded")
	default:
		return nil
	}
}

// sleep waits for d and reports whether ctx goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
