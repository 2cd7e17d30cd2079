package email

import (
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// keepFor is how long an unfinished delivery is remembered: longer than one is tried.
const keepFor = 2 * watcher.DefaultGiveUp

// fates says for each recipient what came of a delivery; nil means has it.
type fates map[string]error

// again reports whether an error asks for another try.
func again(err error) bool {
	return errors.As(err, new(*watcher.RetryError)) || errors.As(err, new(*watcher.UncertainError))
}

// progress remembers who has which unfinished delivery.
type progress struct {
	mu   sync.Mutex
	open map[watcher.DeliveryID]entry // guarded by mu
}

type entry struct {
	fate fates
	at   time.Time
}

func newProgress() *progress { return &progress{open: make(map[watcher.DeliveryID]entry)} }

// of returns what is known of a delivery; the caller may change it.
func (p *progress) of(id watcher.DeliveryID) fates {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.open[id].fate; f != nil {
		return maps.Clone(f)
	}
	return make(fates)
}

// keep remembers an unfinished delivery and forgets those given up long ago.
func (p *progress) keep(id watcher.DeliveryID, f fates) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.open[id] = entry{f, now}
	maps.DeleteFunc(p.open, func(_ watcher.DeliveryID, e entry) bool { return now.Sub(e.at) > keepFor })
}

// drop forgets a delivery that is settled.
func (p *progress) drop(id watcher.DeliveryID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, id)
}
