package main

import (
	"fmt"
	"io"
	"sync"
)

// A progress shows how far long work has come, on a terminal only: a log file wants
// results, not motion.
type progress struct {
	w    io.Writer // nil when nothing is shown
	verb string
	all  int

	mu   sync.Mutex
	done int // guarded by mu
}

func newProgress(w io.Writer, verb string, all int) *progress {
	p := &progress{verb: verb, all: all}
	if isTerminal(w) {
		p.w = w
	}
	return p
}

// step says that one more is done.
func (p *progress) step(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.w != nil {
		fmt.Fprintf(p.w, "\r\x1b[K%s %d of %d  %.40s", p.verb, p.done, p.all, name)
	}
}

// end clears the line.
func (p *progress) end() {
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
