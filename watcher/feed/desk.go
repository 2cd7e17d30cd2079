package feed

import (
	"context"
	"errors"
	"math"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// What is read of a document takes several times its size in memory, so that a few large
// ones at once could end the process. Small ones are read side by side; a larger one waits
// for a place of its size. One that grows keeps its place while it waits for a larger, and
// who has a place among the largest waits for nobody: they cannot wait for one another.
const (
	smallBody  = 256 << 10
	mediumBody = 1 << 20
)

// deskMemory is the memory of the process for which there is one place for a large and
// mediumPlaces for medium documents. With more of it there are more, up to mostDesks times.
const (
	deskMemory   = 128 << 20
	mediumPlaces = 2
	mostDesks    = 8
)

// parsers is how many documents that need no place are taken apart at once.
const parsers = 2

// deskPatience is how long a fetch waits for a place, before it says that we are busy.
const deskPatience = 30 * time.Second

// The least pace of a document that has a place: others wait for it.
const (
	paceWindow = 5 * time.Second
	paceBytes  = 160 << 10
)

var errSlow = errors.New("the body comes too slowly: under 160 KiB in 5 s")

// A desk is where documents are held while they are read.
type desk struct {
	medium, large, parse chan struct{}

	mu   sync.Mutex
	held map[watcher.FeedID]func() // gives back a feed's places; guarded by mu
}

// newDesk returns a desk for the memory that the process may use (GOMEMLIMIT).
func newDesk() *desk {
	n := mostDesks
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		n = int(min(max(limit/deskMemory, 1), mostDesks))
	}
	return &desk{
		medium: make(chan struct{}, n*mediumPlaces), large: make(chan struct{}, n), parse: make(chan struct{}, parsers),
		held: map[watcher.FeedID]func(){},
	}
}

// keep remembers how a feed's places are given back, and gives back those it has.
func (d *desk) keep(id watcher.FeedID, leave func()) {
	d.mu.Lock()
	before := d.held[id]
	if leave == nil {
		delete(d.held, id)
	} else {
		d.held[id] = leave
	}
	d.mu.Unlock()
	if before != nil {
		before()
	}
}

// A seat is what one fetch has of the desk, and the time that it has left.
type seat struct {
	desk   *desk
	outer  context.Context // of the caller: its wait is not the publisher's time
	cancel context.CancelCauseFunc
	left   time.Duration
	since  time.Time
	timer  *time.Timer
	places []chan struct{}
	bound  int // up to this size it may read on

	mu      sync.Mutex
	arrived int         // bytes; guarded by mu
	counted int         // of them when the pace was looked at last; guarded by mu
	pace    *time.Timer // nil while nobody looks; guarded by mu
}

// sit begins the time of a fetch. The context ends with it, or when the body comes too
// slowly, with the reason as its cause.
func (d *desk) sit(ctx context.Context, timeout time.Duration) (context.Context, *seat) {
	timed, cancel := context.WithCancelCause(ctx)
	s := &seat{desk: d, outer: ctx, cancel: cancel, left: timeout, bound: smallBody}
	s.start()
	return timed, s
}

// start lets the time run, and watches the pace of who has a place.
func (s *seat) start() {
	s.since = time.Now()
	s.timer = time.AfterFunc(s.left, func() { s.cancel(context.DeadlineExceeded) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.places) > 0 {
		s.counted = s.arrived
		s.pace = time.AfterFunc(paceWindow, s.look)
	}
}

// stop keeps the time from running.
func (s *seat) stop() {
	s.timer.Stop()
	s.left -= time.Since(s.since)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pace != nil {
		s.pace.Stop()
		s.pace = nil
	}
}

// look ends a body that came too slowly since the last look.
func (s *seat) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pace == nil {
		return
	}
	if s.arrived-s.counted < paceBytes {
		s.cancel(errSlow)
		return
	}
	s.counted = s.arrived
	s.pace.Reset(paceWindow)
}

// came notes bytes of the body.
func (s *seat) came(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived += n
}

// grow waits for the place of a body larger than the bound, and returns the new bound.
func (s *seat) grow() (int, error) {
	place, bound := s.desk.medium, mediumBody
	if s.bound == mediumBody {
		place, bound = s.desk.large, math.MaxInt
	}
	s.stop()
	defer s.start()
	t := time.NewTimer(deskPatience)
	defer t.Stop()
	select {
	case place <- struct{}{}:
		s.places, s.bound = append(s.places, place), bound
		return bound, nil
	case <-t.C:
		return s.bound, watcher.ErrBusy
	case <-s.outer.Done():
		return s.bound, s.outer.Err()
	}
}

// leave gives back all places.
func (s *seat) leave() {
	s.stop()
	s.cancel(nil)
	for _, p := range s.places {
		<-p
	}
	s.places = nil
}
