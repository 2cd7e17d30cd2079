package watcher_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// desk sets up a watcher with one channel and n stories told to it.
func desk(t *testing.T, n watcher.Notifier, titles ...string) (*watcher.Watcher, *memory) {
	t.Helper()
	w, m := setup(t, &watcher.Plan{Channels: map[string]watcher.Channel{
		"desk": {Name: "desk", Notifier: n, Gap: time.Second, Updates: true},
	}}, nil)
	for _, title := range titles {
		take(t, w, wire, false, news("wire", title, 0))
	}
	return w, m
}

// work runs all deliveries as the engine would: in order, again when told to.
func work(t *testing.T, w *watcher.Watcher, m *memory) {
	t.Helper()
	for again := true; again; {
		again = false
		wait := time.Duration(0)
		for _, d := range m.deliveries {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			err := w.Deliver(ctx, d.ID)
			cancel()
			if r, ok := errors.AsType[*watcher.RetryError](err); ok {
				again = true
				wait = max(wait, r.After)
				continue
			}
			require.NoError(t, err)
		}
		time.Sleep(wait)
	}
}

func TestDeliveryIsSettledOnceWithItsReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		w, m := desk(t, c, "minsk potash")
		work(t, w, m)
		work(t, w, m)
		require.Len(t, c.got, 1)
		require.Equal(t, watcher.Sent, m.deliveries[0].State)
		require.Equal(t, "ts1", m.deliveries[0].Receipt.Ref)
		require.Equal(t, 1, m.deliveries[0].Attempts)
	})
}

func TestMessagesOfAChannelKeepTheirOrderAndTheirGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{&watcher.RetryError{After: 3 * time.Second, Err: errors.New("ratelimited")}}}
		w, m := desk(t, c, "minsk potash", "grodno potash", "brest potash")
		start := time.Now()
		work(t, w, m)
		require.Len(t, c.got, 4)
		require.Equal(t, "minsk potash", c.got[0].Alert.Item.Title)
		require.Equal(t, "minsk potash", c.got[1].Alert.Item.Title)
		require.Equal(t, "grodno potash", c.got[2].Alert.Item.Title)
		require.Equal(t, "brest potash", c.got[3].Alert.Item.Title)
		require.GreaterOrEqual(t, c.times[1].Sub(start), 3*time.Second, "Retry-After")
		require.GreaterOrEqual(t, c.times[2].Sub(c.times[1]), time.Second)
		require.GreaterOrEqual(t, c.times[3].Sub(c.times[2]), time.Second)
	})
}

func TestLongRetryAfterHoldsTheWholeChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{&watcher.RetryError{After: 5 * time.Minute, Err: errors.New("ratelimited")}}}
		w, m := desk(t, c, "minsk potash", "grodno potash")
		start := time.Now()
		work(t, w, m)
		require.Len(t, c.got, 3)
		require.GreaterOrEqual(t, c.times[1].Sub(start), 5*time.Minute, "nobody else may hammer the channel meanwhile")
		require.Equal(t, "minsk potash", c.got[1].Alert.Item.Title, "who was refused goes first")
	})
}

func TestPermanentFailureIsADeadLetterAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{errors.New("channel_is_archived")}}
		w, m := desk(t, c, "minsk potash", "grodno potash")
		work(t, w, m)
		require.Equal(t, watcher.Dead, m.deliveries[0].State)
		require.Equal(t, "channel_is_archived", m.deliveries[0].LastError)
		require.Equal(t, watcher.Sent, m.deliveries[1].State)
	})
}

func TestDeliveryGivesUpOnlyAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down []error
		for range 1000 {
			down = append(down, &watcher.RetryError{Err: errors.New("HTTP 503")})
		}
		c := &channel{answers: down}
		w, m := desk(t, c, "minsk potash")
		start := time.Now()
		work(t, w, m)
		require.Equal(t, watcher.Dead, m.deliveries[0].State)
		require.Contains(t, m.deliveries[0].LastError, "HTTP 503")
		require.GreaterOrEqual(t, time.Since(start), watcher.DefaultGiveUp)
		require.Less(t, len(c.got), 200, "with back-off")
	})
}

func TestUnsurePostIsLookedUpBeforeItIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{
			&watcher.UncertainError{Err: errors.New("EOF")}, &watcher.UncertainError{Err: errors.New("EOF")},
		}, history: map[watcher.DeliveryID]bool{}}
		w, m := desk(t, finder{c}, "minsk potash", "grodno potash")
		c.history[m.deliveries[0].ID] = true // arrived; the other did not
		work(t, w, m)
		require.Equal(t, watcher.Sent, m.deliveries[0].State)
		require.Equal(t, "found", m.deliveries[0].Receipt.Ref)
		require.Equal(t, 1, m.deliveries[0].Attempts)
		require.Equal(t, watcher.Sent, m.deliveries[1].State)
		require.Equal(t, 2, m.deliveries[1].Attempts)
		require.False(t, c.got[len(c.got)-1].Repeat, "known not to have arrived")
	})
}

func TestChannelWithoutLookUpRepeatsAnUnsureMessageAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{&watcher.UncertainError{Err: errors.New("timeout")}}}
		w, m := desk(t, c, "minsk potash")
		work(t, w, m)
		require.Equal(t, watcher.Sent, m.deliveries[0].State)
		require.True(t, c.got[1].Repeat)
	})
}

func TestDeliveryCutOffByACrashIsTreatedAsUnsure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{history: map[watcher.DeliveryID]bool{}}
		w, m := desk(t, finder{c}, "minsk potash")
		m.deliveries[0].State, m.deliveries[0].Tried, m.deliveries[0].Attempts = watcher.Sending, time.Now(), 1
		c.history[m.deliveries[0].ID] = true
		work(t, w, m)
		require.Empty(t, c.got)
		require.Equal(t, watcher.Sent, m.deliveries[0].State)
	})
}

func TestUpdateWaitsForItsMessageAndShowsTheStoryAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{&watcher.RetryError{After: 20 * time.Second, Err: errors.New("busy")}}}
		w, m := desk(t, c, "minsk potash")
		take(t, w, watcher.Feed{ID: "b", Name: "B"}, false, news("b", "minsk potash too", 0))
		take(t, w, watcher.Feed{ID: "c", Name: "C"}, false, news("c", "minsk potash as well", 0))
		work(t, w, m)
		require.Len(t, c.got, 3)
		last := c.got[2]
		require.Equal(t, watcher.Update, last.Delivery.Kind)
		require.Equal(t, "ts2", last.Parent.Ref)
		require.Len(t, last.Alert.Story.Outlets, 3)
	})
}

func TestUpdateOfAMessageThatNeverArrivedIsDroppedAndAReplyIsPosted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{errors.New("not_in_channel")}}
		w, m := desk(t, c, "minsk potash")
		take(t, w, wire, false, news("b", "minsk potash ban", 0))
		work(t, w, m)
		states := map[watcher.Kind]watcher.State{}
		for _, d := range m.deliveries {
			states[d.Kind] = d.State
		}
		require.Equal(t, map[watcher.Kind]watcher.State{
			watcher.Post: watcher.Dead, watcher.Reply: watcher.Sent, watcher.Update: watcher.Dropped,
		}, states)
	})
}

func TestDeliveryToARemovedChannelIsADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, m := desk(t, &channel{}, "minsk potash")
		p := *w.Plan()
		p.Channels = nil
		w.Use(&p)
		work(t, w, m)
		require.Equal(t, watcher.Dead, m.deliveries[0].State)
		require.Contains(t, m.deliveries[0].LastError, "no longer in the configuration")
	})
}

func TestLookUpThatFailsIsNotHammeredAndNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answers: []error{&watcher.UncertainError{Err: errors.New("EOF")}}}
		asks := 0
		w, m := desk(t, blind{c, &asks, &watcher.RetryError{After: 30 * time.Second, Err: errors.New("ratelimited")}}, "minsk potash")
		work(t, w, m)
		require.Equal(t, watcher.Sent, m.deliveries[0].State)
		require.True(t, c.got[1].Repeat)
		require.Less(t, asks, 100, "six hours of asking")

		asks = 0
		c = &channel{answers: []error{&watcher.UncertainError{Err: errors.New("EOF")}}}
		w, m = desk(t, blind{c, &asks, errors.New("missing_scope")}, "minsk potash")
		work(t, w, m)
		require.Equal(t, 1, asks, "a refusal will not change")
		require.True(t, c.got[1].Repeat)
	})
}

// blind is a channel whose look-up never succeeds.
type blind struct {
	*channel
	asks *int
	err  error
}

func (b blind) Find(context.Context, watcher.Outgoing) (watcher.Receipt, bool, error) {
	*b.asks++
	return watcher.Receipt{}, false, b.err
}

func TestNoAttemptBeginsOnceTheProcessIsEnding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		w, m := desk(t, c, "minsk potash")
		w.End()
		var again *watcher.RetryError
		require.ErrorAs(t, w.Deliver(t.Context(), m.deliveries[0].ID), &again)
		require.Empty(t, c.got)
		require.Equal(t, watcher.Pending, m.deliveries[0].State)
	})
}

func TestChannelThatComesBackGetsWhatWaitedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		w, m := desk(t, c, "minsk potash")
		with := w.Plan()
		without := *with
		without.Channels = nil
		w.Use(&without)
		var again *watcher.RetryError
		require.ErrorAs(t, w.Deliver(t.Context(), m.deliveries[0].ID), &again)
		w.Use(with)
		work(t, w, m)
		require.Equal(t, watcher.Sent, m.deliveries[0].State)
	})
}
