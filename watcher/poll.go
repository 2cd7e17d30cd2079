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
	Busy     bool     // the host had its hands full: nothing was asked
	Err      error    // nil for a success
	Took     time.Duration
}

// busyWait is when a feed is asked for again whose host was busy.
const busyWait = 5 * time.Second

// Poll fetches a feed that was claimed, takes its items and saves its state, which
// gives back the claim. What goes wrong with the feed or its items is in the answer and
// in the state; the error is only for a store that cannot be used.
func (w *Watcher) Poll(ctx context.Context, st FeedState) (Poll, error) {
	p := w.plan.Load()
	f, ok := p.Feeds[st.ID]
	if !ok || (st.URL != "" && st.URL != f.URL) {
		// The plan and the store are of two minds for a moment, in a reload or a rollout.
		res := Poll{Feed: Feed{ID: st.ID}, Err: errors.New("another version of the configuration has this feed")}
		return res, w.putOff(ctx, st)
	}
	start := time.Now()
	res := Poll{Feed: f, Baseline: !st.Baselined}
	asked := f
	if st.Adopted != "" {
		asked.URL = st.Adopted
	}
	b, err := w.source.Fetch(ctx, asked, st.Cursor)
	switch {
	case ctx.Err() != nil:
		return res, ctx.Err() // stopping: the claim runs out by itself
	case errors.Is(err, ErrBusy):
		res.Busy = true
		return res, w.putOff(ctx, st)
	case err == nil:
		res.Notes, res.Repeat = b.Notes, b.Unchanged
		res.Tally, err = w.Take(ctx, f, b.Items, res.Baseline)
		if ctx.Err() != nil {
			return res, ctx.Err()
		}
	}
	res.Err, res.Took = err, time.Since(start)
	was := st
	st = after(st, b, res, p)
	if err := w.store.SavePoll(ctx, st); err != nil {
		return res, errors.Join(fmt.Errorf("save poll of %s: %w", f.ID, err), res.Err)
	}
	w.meter.Polled(res, st)
	w.note(res, was, st)
	return res, nil
}

// putOff gives back a claim without a word on the feed.
func (w *Watcher) putOff(ctx context.Context, st FeedState) error {
	st.NextDue = time.Now().Add(busyWait)
	if err := w.store.SavePoll(ctx, st); err != nil {
		return fmt.Errorf("give back %s: %w", st.ID, err)
	}
	return nil
}

// after returns the state of a feed after a poll. A poll whose items could not all be
// recorded keeps the old cursor, so that they come again.
func after(st FeedState, b Batch, res Poll, p *Plan) FeedState {
	now := time.Now()
	adopted := st.Adopted != ""
	st = p.Timetable.Moved(st, b.MovedTo, res.Err, now)
	st.LastPoll = now
	hints := st.Hints
	hints.Wait = 0 // of an older answer
	if res.Tally.New > 0 {
		st.LastNew = now
	}
	if res.Err != nil {
		st.Failures++
		st.LastError = res.Err.Error()
		st.Gone = errors.Is(res.Err, ErrGone) && !adopted
		if retry, ok := errors.AsType[*RetryError](res.Err); ok {
			hints.Wait = max(hints.Wait, retry.After)
		}
		n := st.Failures
		if res.Tally.Items > 0 {
			n = 1 // the publisher did nothing wrong: its other news must not wait
			st.Baselined = st.Baselined || st.Failures > 1
		}
		st.NextDue = p.Timetable.Next(res.Feed, n, hints, now)
		return st
	}
	again := st.Cursor.URL != "" // a document that is always cut must not keep the baseline open
	st.Failures, st.LastError, st.LastSuccess, st.Cursor = 0, "", now, b.Cursor
	if p.Learn != nil {
		st = p.Learn(st, b.Items, res.Tally.New, now)
	}
	if b.Unchanged { // what the last document said still holds
		b.Hints.Every, b.Hints.SkipHours, b.Hints.SkipDays = hints.Every, hints.SkipHours, hints.SkipDays
		b.Hints.Validators = b.Hints.Validators || hints.Validators
		if b.Hub.URL == "" {
			b.Hub = st.Hub
		}
	}
	st.Hints, st.Hub = b.Hints, b.Hub
	st.Baselined = st.Baselined || !b.Partial || again
	st.NextDue = p.Timetable.Next(res.Feed, 0, st.Hints, now)
	return st
}

func (w *Watcher) note(res Poll, was, st FeedState) {
	log := w.log.With("feed", res.Feed.ID)
	switch {
	case st.Adopted != was.Adopted && st.Adopted != "":
		log.Warn("feed has moved for good: its new address is asked from now on, please write it into the feed file",
			"url", res.Feed.URL, "to", st.Adopted)
	case st.Adopted != was.Adopted:
		log.Warn("the address that the feed moved to does not answer: the old one is asked again", "to", was.Adopted, "url", res.Feed.URL)
	case st.MovedTo != was.MovedTo && st.MovedTo != "":
		log.Info("feed says that it has moved for good; followed each time, and adopted after a week", "to", st.MovedTo)
	}
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
		log.Info("feed read, with a note", "note", n)
	}
}
