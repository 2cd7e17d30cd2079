package watcher

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Poll is the outcome of polling one feed, for people.
type Poll struct {
	Feed     Feed
	Tally    Tally
	Baseline bool     // it was the feed's first
	Repeat   bool     // the document had not changed
	Notes    []string // what was repaired or left out
	Err      error    // nil for a success
	Took     time.Duration
}

// Poll fetches a feed that was claimed, takes its items and saves its state, which
// gives back the claim. What goes wrong with the feed is in the answer and in the
// state; the error is only for a store that cannot be used.
func (w *Watcher) Poll(ctx context.Context, st FeedState) (Poll, error) {
	p := w.plan.Load()
	f, ok := p.Feeds[st.ID]
	if !ok {
		return Poll{Feed: Feed{ID: st.ID}, Err: errors.New("no longer in the configuration")}, nil
	}
	start := time.Now()
	res := Poll{Feed: f, Baseline: !st.Baselined}
	b, err := w.source.Fetch(ctx, f, st.Cursor)
	if ctx.Err() != nil {
		return res, ctx.Err() // stopping: the claim runs out by itself
	}
	if err == nil {
		res.Notes, res.Repeat = b.Notes, b.Unchanged
		if res.Tally, err = w.Take(ctx, f, b.Items, res.Baseline); err != nil {
			return res, fmt.Errorf("poll %s: %w", f.ID, err)
		}
		if b.MovedTo != "" {
			w.log.Warn("feed moved for good", "feed", f.ID, "to", b.MovedTo)
		}
	}
	res.Err, res.Took = err, time.Since(start)
	st = after(st, b, res, p.Timetable)
	if err := w.store.SavePoll(ctx, st); err != nil {
		return res, fmt.Errorf("save poll of %s: %w", f.ID, err)
	}
	w.metrics.polled(res)
	w.note(res, st)
	return res, nil
}

// after returns the state of a feed after a poll.
func after(st FeedState, b Batch, res Poll, tt Timetable) FeedState {
	now := time.Now()
	st.LastPoll = now
	wait := b.Wait
	if res.Err != nil {
		st.Failures++
		st.LastError = res.Err.Error()
		st.Gone = errors.Is(res.Err, ErrGone)
		var retry *RetryError
		if errors.As(res.Err, &retry) {
			wait = max(wait, retry.After)
		}
		st.NextDue = tt.Next(res.Feed, st.Failures, wait, now)
		return st
	}
	st.Failures, st.LastError, st.LastSuccess = 0, "", now
	st.Cursor, st.Baselined = b.Cursor, true
	if res.Tally.New > 0 {
		st.LastNew = now
	}
	st.NextDue = tt.Next(res.Feed, 0, wait, now)
	return st
}

func (w *Watcher) note(res Poll, st FeedState) {
	log := w.log.With("feed", res.Feed.ID)
	switch {
	case st.Gone:
		log.Error("feed has ended and is not polled any more", "err", res.Err)
	case res.Err != nil:
		log.Warn("poll did not succeed", "err", res.Err, "failures", st.Failures, "next", st.NextDue.Format(time.RFC3339))
	case res.Baseline && res.Tally.Held > 0:
		log.Info("first poll is a baseline", "items", res.Tally.Items, "matched", res.Tally.Matched, "held", res.Tally.Held)
	default:
		log.Debug("polled", "items", res.Tally.Items, "new", res.Tally.New, "matched", res.Tally.Matched)
	}
	for _, n := range res.Notes {
		log.Info("feed document repaired", "note", n)
	}
}
