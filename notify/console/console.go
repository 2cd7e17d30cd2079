package console

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Options are the operator's wishes. The zero value is good.
type Options struct {
	Color    string `yaml:"color,omitempty"`    // auto (the default: on terminals, unless NO_COLOR is set), always, never
	Width    int    `yaml:"width,omitempty"`    // columns; 0 for the terminal's, 100 where there is none
	Timezone string `yaml:"timezone,omitempty"` // of the times shown, such as Europe/Vilnius; UTC if empty
}

// The bounds of the width: less is unreadable, more is tiring to read.
const (
	minWidth     = 40
	maxWidth     = 120
	defaultWidth = 100
)

// Validate returns notify.Problems for what is wrong.
func (o Options) Validate() error {
	var ps notify.Problems
	colors := []string{"auto", "always", "never"}
	switch o.Color {
	case "", "auto", "always", "never":
	default:
		ps.Add("color", fmt.Sprintf("unknown value %q", o.Color), notify.Guess(o.Color, colors))
	}
	if o.Width != 0 && (o.Width < minWidth || o.Width > maxWidth) {
		ps.Add("width", fmt.Sprintf("%d columns", o.Width), fmt.Sprintf("write %d to %d, or nothing", minWidth, maxWidth))
	}
	if _, err := time.LoadLocation(o.Timezone); err != nil {
		ps.Add("timezone", fmt.Sprintf("unknown time zone %q", o.Timezone), "write a name such as Europe/Vilnius")
	}
	return ps.Err()
}

// A Notifier prints messages. New is the only door.
type Notifier struct {
	opt  Options
	zone *time.Location

	mu sync.Mutex // one message at a time
	w  io.Writer  // guarded by mu
}

var _ notify.Notifier = (*Notifier)(nil)

// New returns a notifier that prints to w.
func New(o Options, w io.Writer) (*Notifier, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(o.Timezone)
	if err != nil {
		return nil, err
	}
	return &Notifier{opt: o, zone: zone, w: w}, nil
}

// Updates reports that an Update is worth sending: it prints one line.
func (n *Notifier) Updates() bool { return true }

// Notify prints one message. The receipt's Ref is the delivery's id. What could not be
// written may be tried again; what was written in part may have been read.
func (n *Notifier) Notify(ctx context.Context, o watcher.Outgoing) (watcher.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return watcher.Receipt{}, &watcher.RetryError{Err: err}
	}
	m := notify.Compose(o).In(n.zone)
	n.mu.Lock()
	defer n.mu.Unlock()
	var b bytes.Buffer
	p := page{b: &b, pen: pen{n.color()}, width: n.width()}
	if m.Kind == watcher.Update {
		p.update(m)
	} else {
		p.message(m, o.Delivery.Channel)
	}
	if k, err := n.w.Write(b.Bytes()); err != nil {
		err = fmt.Errorf("print: %w", err)
		if k == 0 {
			return watcher.Receipt{}, &watcher.RetryError{Err: err}
		}
		return watcher.Receipt{}, &watcher.UncertainError{Err: err}
	}
	return watcher.Receipt{Ref: string(o.Delivery.ID), At: time.Now()}, nil
}

func (n *Notifier) color() bool {
	switch n.opt.Color {
	case "always":
		return true
	case "never":
		return false
	}
	f, ok := n.w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// width is asked for each message: a terminal may be resized.
func (n *Notifier) width() int {
	if n.opt.Width != 0 {
		return n.opt.Width
	}
	if f, ok := n.w.(*os.File); ok {
		if w := columns(f); w > 0 {
			return min(max(w, minWidth), maxWidth)
		}
	}
	return defaultWidth
}
