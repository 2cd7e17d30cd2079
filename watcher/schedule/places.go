package schedule

import (
	"sync"
	"time"
)

// places are those of the polls under way.
type places struct {
	quick, slow chan struct{}
}

// enter waits for a place. Who stays long makes room for others while there is a place
// among the slow. leave gives back the place.
func (p *places) enter() (leave func()) {
	p.quick <- struct{}{}
	var mu sync.Mutex
	mine, left := p.quick, false // guarded by mu
	var move *time.Timer
	mu.Lock()
	defer mu.Unlock()
	move = time.AfterFunc(slowAfter, func() {
		mu.Lock()
		defer mu.Unlock()
		if left {
			return
		}
		select {
		case p.slow <- struct{}{}:
			<-p.quick
			mine = p.slow
		default:
			move.Reset(slowAfter)
		}
	})
	return func() {
		move.Stop()
		mu.Lock()
		defer mu.Unlock()
		left = true
		<-mine
	}
}
