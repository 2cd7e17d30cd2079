package watcher

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// unsureGrace is how long an unsure delivery rests before the channel is asked whether
// it arrived: Slack's history may lag behind an accepted post.
const unsureGrace = 30 * time.Second

// parentWait is how long an Update or Reply waits for the message it belongs to: longer
// than patience, so that its job is given back and the parent's can run.
const parentWait = patience + time.Second

// patience is how long Deliver waits itself, for a channel's turn or for another try,
// instead of giving the job back: a channel's jobs run one after the other, so waiting
// in place keeps their order.
const patience = 10 * time.Second

// attemptTime is what one attempt may take; Deliver starts none with less time left.
const attemptTime = 15 * time.Second

// Deliver tries to settle a delivery. It returns nil when that is done for good and a
// *RetryError that says when to call again; any other error is the store's, and the
// call may be made again. It waits at most for patience, and not at all for a context
// whose deadline is nearer than that and one more attempt, or after End.
func (w *Watcher) Deliver(ctx context.Context, id DeliveryID) error {
	for {
		if w.ending.Load() {
			return &RetryError{After: time.Second, Err: errors.New("the process is ending")}
		}
		err := w.attempt(ctx, id)
		var again *RetryError
		if !errors.As(err, &again) || again.After > patience {
			return err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < again.After+attemptTime {
			return err
		}
		if sleep(ctx, again.After) != nil {
			return err
		}
	}
}

// attempt makes one attempt at a delivery.
func (w *Watcher) attempt(ctx context.Context, id DeliveryID) error {
	p := w.plan.Load()
	o, err := w.store.Outgoing(ctx, id)
	if err != nil {
		return fmt.Errorf("load delivery %s: %w", id, err)
	}
	d := o.Delivery
	switch d.State {
	case Sent, Dead, Dropped:
		return nil
	}
	ch, ok := p.Channels[d.Channel]
	if !ok {
		return w.homeless(ctx, p, d)
	}
	if d.Kind != Post && o.Parent.Ref == "" {
		switch { // a Reply whose parent never arrived is sent all the same
		case o.Waiting:
			return &RetryError{After: parentWait, Err: errors.New("waits for the story's first message")}
		case d.Kind == Update:
			return w.settle(ctx, d, Dropped, errors.New("the story's first message never arrived"))
		}
	}
	if err := w.turn(ctx, ch); err != nil {
		return err
	}
	// The turn may have taken a while, in which the story went on.
	if o, err = w.store.Outgoing(ctx, id); err != nil {
		return fmt.Errorf("load delivery %s: %w", id, err)
	}
	if d = o.Delivery; d.State == Unsure || d.State == Sending {
		if found, err := w.find(ctx, ch, &o); found || err != nil {
			return err
		}
	}
	return w.send(ctx, p, ch, o)
}

// homeless keeps what waits for a channel that the plan lacks: it may be a slip of the
// operator's, or another replica's newer plan has the channel.
func (w *Watcher) homeless(ctx context.Context, p *Plan, d Delivery) error {
	cause := errors.New("the channel is no longer in the configuration")
	if time.Since(d.Created) > p.giveUp() {
		return w.settle(ctx, d, Dead, cause)
	}
	if d.LastError != cause.Error() {
		d.LastError = cause.Error()
		if err := w.store.Settle(ctx, d); err != nil {
			return fmt.Errorf("save delivery %s: %w", d.ID, err)
		}
		w.log.Warn("delivery waits for a channel that is not configured", "channel", d.Channel, "delivery", d.ID, "story", d.StoryID)
	}
	return &RetryError{After: time.Minute, Err: cause}
}

// turn books the channel's next free moment and waits for it, or says how long it is.
func (w *Watcher) turn(ctx context.Context, ch Channel) error {
	at, ok, err := w.store.Reserve(ctx, ch.Name, ch.Gap, patience)
	if err != nil {
		return fmt.Errorf("reserve a turn in channel %s: %w", ch.Name, err)
	}
	if wait := time.Until(at); !ok || (w.ending.Load() && wait > 0) {
		return &RetryError{After: max(wait, time.Millisecond), Err: errors.New("waits for the channel's turn")}
	}
	return sleep(ctx, time.Until(at))
}

// sleep waits for d, or less if ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
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

// find asks the channel whether an attempt whose end nobody saw had arrived.
func (w *Watcher) find(ctx context.Context, ch Channel, o *Outgoing) (found bool, err error) {
	d := o.Delivery
	finder, ok := ch.Notifier.(Finder)
	if !ok || d.Kind == Update { // an update may safely be made twice
		o.Repeat = d.Kind != Update
		return false, nil
	}
	if rest := time.Until(d.Tried.Add(unsureGrace)); rest > 0 {
		return false, &RetryError{After: rest, Err: errors.New("may have arrived: rests before it is looked up")}
	}
	r, found, err := finder.Find(ctx, *o)
	if err != nil {
		wait, ask := lookAgain(d, err)
		if ask && time.Since(d.Created) < w.plan.Load().giveUp()/4 {
			d.State, d.LastError = Unsure, "look-up: "+err.Error()
			return false, errors.Join(w.store.Settle(ctx, d), &RetryError{After: wait, Err: err})
		}
		o.Repeat = true // nobody can tell: better twice than never
		return false, nil
	}
	if !found {
		return false, nil
	}
	d.Receipt = r
	w.meter.Tried(d, "found", o.Alert.Item.Seen)
	return true, w.settle(ctx, d, Sent, nil)
}

// lookAgain says whether a look-up that failed is worth another, and after which wait:
// the channel's own word, else a fifth of the time since the attempt.
func lookAgain(d Delivery, err error) (wait time.Duration, ask bool) {
	wait = min(max(time.Since(d.Tried)/5, time.Second), 10*time.Minute)
	var retry *RetryError
	var unsure *UncertainError
	switch {
	case errors.As(err, &retry):
		return max(wait, retry.After), true
	case errors.As(err, &unsure):
		return wait, true
	}
	return 0, false
}

// send makes the attempt and settles what came of it.
func (w *Watcher) send(ctx context.Context, p *Plan, ch Channel, o Outgoing) error {
	d := &o.Delivery
	d.State, d.Tried = Sending, time.Now()
	d.Attempts++
	if err := w.store.Settle(ctx, *d); err != nil {
		return fmt.Errorf("save attempt of delivery %s: %w", d.ID, err)
	}
	if d.Kind == Update { // from here on more coverage makes an update of its own
		now, err := w.store.Outgoing(ctx, d.ID)
		if err != nil {
			return fmt.Errorf("load delivery %s: %w", d.ID, err)
		}
		o.Alert = now.Alert
	}
	r, err := ch.Notifier.Notify(ctx, o)
	// The answer must be kept even when the process is being stopped.
	ctx = context.WithoutCancel(ctx)
	var retry *RetryError
	var unsure *UncertainError
	switch {
	case err == nil:
		if r.At.IsZero() {
			r.At = time.Now()
		}
		d.Receipt = r
		w.meter.Tried(*d, "ok", o.Alert.Item.Seen)
		return w.settle(ctx, *d, Sent, nil)
	case errors.As(err, &retry):
		return w.later(ctx, p, ch, *d, Pending, max(retry.After, backoff(d.Attempts)), retry)
	case errors.As(err, &unsure):
		return w.later(ctx, p, ch, *d, Unsure, backoff(d.Attempts), unsure)
	}
	w.meter.Tried(*d, "refused", o.Alert.Item.Seen)
	return w.settle(ctx, *d, Dead, err)
}

// later puts a delivery off, and its channel for a while, so that order is kept; it
// gives up when its time is over.
func (w *Watcher) later(
	ctx context.Context, p *Plan, ch Channel, d Delivery, s State, wait time.Duration, cause error,
) error {
	now := time.Now()
	if now.Sub(d.Created) > p.giveUp() {
		return w.settle(ctx, d, Dead, fmt.Errorf("given up after %d attempts: %w", d.Attempts, cause))
	}
	d.State, d.LastError, d.NotBefore = s, cause.Error(), now.Add(wait)
	if err := w.store.Settle(ctx, d); err != nil {
		return fmt.Errorf("save delivery %s: %w", d.ID, err)
	}
	if err := w.store.Hold(ctx, ch.Name, now.Add(holdFor(wait, cause))); err != nil {
		return fmt.Errorf("hold channel %s: %w", ch.Name, err)
	}
	outcome := "retry"
	if d.State == Unsure {
		outcome = "unsure"
	}
	w.meter.Tried(d, outcome, time.Time{})
	w.log.Warn("delivery put off", "channel", d.Channel, "delivery", d.ID, "story", d.StoryID,
		"attempt", d.Attempts, "wait", wait.Round(time.Millisecond), "err", cause)
	// Others in the channel ask again patience before its hold ends: this one goes first.
	if wait > patience+time.Second {
		wait -= patience + time.Second
	}
	return &RetryError{After: wait, Err: cause}
}

// holdFor says how long others in the channel wait with a delivery that is put off: as
// long as the channel asked for, else at most a minute, so that one message that the
// channel cannot take never blocks the rest for good.
func holdFor(wait time.Duration, cause error) time.Duration {
	var retry *RetryError
	if errors.As(cause, &retry) && retry.After > 0 {
		return retry.After
	}
	return min(wait, time.Minute)
}

// settle saves the final state of a delivery.
func (w *Watcher) settle(ctx context.Context, d Delivery, s State, cause error) error {
	d.State, d.LastError, d.NotBefore = s, "", time.Time{}
	if cause != nil {
		d.LastError = cause.Error()
	}
	if err := w.store.Settle(ctx, d); err != nil {
		return fmt.Errorf("settle delivery %s: %w", d.ID, err)
	}
	switch s {
	case Dead:
		w.meter.Tried(d, "dead", time.Time{})
		w.log.Error("delivery is a dead letter", "channel", d.Channel, "delivery", d.ID, "story", d.StoryID, "err", cause)
	case Sent:
		w.log.Info("delivered", "channel", d.Channel, "delivery", d.ID, "story", d.StoryID, "kind", string(d.Kind), "attempts", d.Attempts)
	}
	return nil
}

// backoff is the wait after the n'th attempt: 1 s doubled each time, 15 min at most.
func backoff(n int) time.Duration {
	return min(time.Second<<min(max(n-1, 0), 10), 15*time.Minute)
}
