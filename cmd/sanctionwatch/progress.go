package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// A progress shows how far long work has come, on a terminal only: a log file wants
// results, not motion.
type progress struct {
	w     io.Writer // nil when nothing is shown
	verb  string
	all   int // 0 where nobody knows
	start time.Time

	mu   sync.Mutex
	done int // guarded by mu
}

func newProgress(w io.Writer, verb string, all int) *progress {
	p := &progress{verb: verb, all: all, start: time.Now()}
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
	if p.w == nil {
		return
	}
	of := ""
	if p.all > 0 {
		of = fmt.Sprintf(" of %d", p.all)
	}
	line := fmt.Sprintf("%s %d%s, %d s: %s", p.verb, p.done, of, int(time.Since(p.start).Seconds()), safe(name))
	fmt.Fprint(p.w, "\r\x1b[K"+short(line, min(widthOf(p.w)-1, 100)))
}

// end clears the line.
func (p *progress) end() {
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
