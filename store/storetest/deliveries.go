package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var deliveryClaims = []claim{
	{"SettleSavesWhatBecameOfADelivery", deliverySettle},
	{"WhatWasSentStaysSent", deliverySentStays},
	{"OutgoingWaitsForThePostAndThenNamesIt", deliveryParent},
	{"OutgoingTakesThePostThatArrived", deliveryParentArrived},
	{"AnUpdateTellsTheStoryAsItIsNow", deliveryUpdate},
	{"TurnsOfAChannelAreGapApart", deliveryReserve},
	{"TurnsOfManyGoroutinesAreGapApart", deliveryReserveConcurrent},
	{"AHeldChannelIsFreeLater", deliveryHold},
	{"AHoldOfAClockThatWasAheadHoldsNobody", deliveryHoldClock},
	{"ADeadLetterCanBeSentAgain", deliveryRetry},
	{"DeadLettersOfChannelsAreRevivedTogether", deliveryRevive},
	{"UnsettledDeliveriesCanBeQueuedAgain", deliveryRequeue},
	{"WaitingChannelsNamesThoseWithUnsettledDeliveries", deliveryWaiting},
}

func outgoing(t *testing.T, s *store.Store, id watcher.DeliveryID) watcher.Outgoing {
	t.Helper()
	o, err := s.Outgoing(t.Context(), id)
	require.NoError(t, err)
	return o
}

func deliverySettle(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	write(t, s, r)
	d := r.Deliveries[0]
	require.Equal(t, watcher.Outgoing{Delivery: d, Alert: *r.Alert}, outgoing(t, s, d.ID))
	d.State, d.Attempts, d.NotBefore, d.Tried, d.LastError = watcher.Unsure, 4, now().Add(time.Minute), now(), "reset"
	require.NoError(t, s.Settle(t.Context(), d))
	require.Equal(t, d, outgoing(t, s, d.ID).Delivery)
	d = sent(t, s, d, "ts1")
	require.Equal(t, d, outgoing(t, s, d.ID).Delivery)
	d.ID = "nobody"
	require.ErrorIs(t, s.Settle(t.Context(), d), store.ErrNotFound)
	_, err := s.Outgoing(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func deliverySentStays(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	write(t, s, r)
	d := sent(t, s, r.Deliveries[0], "ts1")
	for _, state := range []watcher.State{watcher.Sending, watcher.Unsure, watcher.Pending, watcher.Dead} {
		late := r.Deliveries[0]
		late.State = state
		require.ErrorContains(t, s.Settle(t.Context(), late), "sent already")
	}
	require.Equal(t, d, outgoing(t, s, d.ID).Delivery)
	require.NoError(t, s.Settle(t.Context(), d), "the same again is no harm")
}

func deliveryParent(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk", "mail")
	n := follow(r, item("tut", 2), watcher.Escalation, to("desk", watcher.Reply), to("hall", watcher.Reply))
	write(t, s, r, n)
	post, reply, lone := r.Deliveries[0], n.Deliveries[0].ID, n.Deliveries[1].ID
	for _, state := range []watcher.State{watcher.Pending, watcher.Sending, watcher.Unsure} {
		post.State = state
		require.NoError(t, s.Settle(t.Context(), post))
		o := outgoing(t, s, reply)
		require.True(t, o.Waiting, state)
		require.Zero(t, o.Parent)
	}
	post = sent(t, s, post, "ts1")
	o := outgoing(t, s, reply)
	require.False(t, o.Waiting)
	require.Equal(t, post.Receipt, o.Parent)
	o = outgoing(t, s, lone)
	require.False(t, o.Waiting, "no post went to that channel")
	require.Zero(t, o.Parent)
	require.Zero(t, outgoing(t, s, post.ID).Parent, "a post has no parent")
	require.False(t, outgoing(t, s, r.Deliveries[1].ID).Waiting)
}

func deliveryParentArrived(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	second := follow(r, item("tut", 2), watcher.Escalation, to("desk", watcher.Post))
	third := follow(r, item("tut", 3), watcher.Escalation, to("desk", watcher.Reply))
	write(t, s, r, second, third)
	dead := r.Deliveries[0]
	dead.State = watcher.Dead
	require.NoError(t, s.Settle(t.Context(), dead))
	require.True(t, outgoing(t, s, third.Deliveries[0].ID).Waiting, "for the second post")
	sent(t, s, second.Deliveries[0], "ts2")
	require.Equal(t, "ts2", outgoing(t, s, third.Deliveries[0].ID).Parent.Ref)
}

func deliveryUpdate(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	second := follow(r, item("tut", 2), watcher.Coverage, to("desk", watcher.Update), to("desk", watcher.Reply))
	third := follow(second, item("tut", 3), watcher.Coverage)
	write(t, s, r, second, third)
	update, reply := outgoing(t, s, second.Deliveries[0].ID), outgoing(t, s, second.Deliveries[1].ID)
	require.Equal(t, third.Story, update.Alert.Story)
	require.Equal(t, second.Story, reply.Alert.Story, "news is told as it was raised")
	require.Equal(t, r.Alert.Item, update.Alert.Item, "the proof that the message began with")
	require.Equal(t, second.Alert.Item, reply.Alert.Item)
}

func deliveryReserve(t *testing.T, s *store.Store) {
	start := now()
	first, ok, err := s.Reserve(t.Context(), "desk", time.Hour, 0)
	require.NoError(t, err)
	require.True(t, ok)
	require.WithinRange(t, first, start, time.Now(), "a free channel is free at once")
	again, ok, err := s.Reserve(t.Context(), "desk", time.Hour, 10*time.Second)
	require.NoError(t, err)
	require.False(t, ok)
	require.Equal(t, first.Add(time.Hour-10*time.Second), again, "when the same call could book")
	second, ok, err := s.Reserve(t.Context(), "desk", time.Hour, 2*time.Hour)
	require.NoError(t, err)
	require.True(t, ok, "nothing was booked by the call before")
	require.Equal(t, first.Add(time.Hour), second)
	other, ok, err := s.Reserve(t.Context(), "mail", time.Hour, 0)
	require.NoError(t, err)
	require.True(t, ok, "channels do not wait for each other")
	require.WithinRange(t, other, start, time.Now())
}

func deliveryReserveConcurrent(t *testing.T, s *store.Store) {
	const gap = time.Minute
	turns := make([]time.Time, 24)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 3 {
				at, ok, err := s.Reserve(t.Context(), "desk", gap, time.Hour)
				if !ok {
					err = errors.Join(err, errors.New("not booked"))
				}
				turns[g*3+i], errs[g] = at, errors.Join(errs[g], err)
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	slices.SortFunc(turns, time.Time.Compare)
	for i := range turns[1:] {
		require.GreaterOrEqual(t, turns[i+1].Sub(turns[i]), gap)
	}
}

func deliveryHold(t *testing.T, s *store.Store) {
	until := now().Add(time.Hour)
	require.NoError(t, s.Hold(t.Context(), "desk", until))
	require.NoError(t, s.Hold(t.Context(), "desk", until.Add(-time.Minute)), "never shortens")
	at, ok, err := s.Reserve(t.Context(), "desk", time.Second, 0)
	require.NoError(t, err)
	require.False(t, ok)
	require.Equal(t, until, at)
	at, ok, err = s.Reserve(t.Context(), "desk", time.Second, 2*time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, until, at)
	require.NoError(t, s.Hold(t.Context(), "mail", now().Add(-time.Hour)))
	_, ok, err = s.Reserve(t.Context(), "mail", time.Second, 0)
	require.NoError(t, err)
	require.True(t, ok, "a hold that is over holds nobody")
}

func deliveryHoldClock(t *testing.T, s *store.Store) {
	require.NoError(t, s.Hold(t.Context(), "desk", now().Add(365*24*time.Hour)))
	start := now()
	at, ok, err := s.Reserve(t.Context(), "desk", time.Second, 0)
	require.NoError(t, err)
	require.True(t, ok)
	require.WithinRange(t, at, start, time.Now())
}

func deliveryRevive(t *testing.T, s *store.Store) {
	c := withJobs(t, s)
	r := record(item("belta", 1), "desk", "mail", "gone")
	write(t, s, r)
	for _, d := range r.Deliveries {
		d.State, d.LastError = watcher.Dead, "token_revoked"
		require.NoError(t, s.Settle(t.Context(), d))
	}
	before := len(jobs(t, c))
	n, err := s.Revive(t.Context(), now().Add(time.Hour), []string{"desk"})
	require.NoError(t, err)
	require.Zero(t, n, "too old")
	n, err = s.Revive(t.Context(), now().Add(-time.Hour), []string{"desk", "mail"})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.GreaterOrEqual(t, len(jobs(t, c)), before)
	states := map[string]watcher.State{}
	ds, _, err := s.Deliveries(t.Context(), store.DeliveryFilter{})
	require.NoError(t, err)
	for _, d := range ds {
		states[d.Channel] = d.State
	}
	require.Equal(t, map[string]watcher.State{"desk": watcher.Pending, "mail": watcher.Pending, "gone": watcher.Dead}, states)
}

func deliveryRetry(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk", "mail")
	write(t, s, r)
	d := r.Deliveries[0]
	require.ErrorContains(t, s.RetryDelivery(t.Context(), d.ID), "no job engine")
	client := withJobs(t, s)
	d.State, d.Attempts, d.LastError, d.Created = watcher.Dead, 9, "channel_not_found", now().Add(-48*time.Hour)
	require.NoError(t, s.Settle(t.Context(), d))
	start := now()
	require.NoError(t, s.RetryDelivery(t.Context(), d.ID))
	got := outgoing(t, s, d.ID).Delivery
	require.Equal(t, watcher.Pending, got.State)
	require.Equal(t, 9, got.Attempts, "the ledger keeps what was tried")
	require.False(t, got.Created.Before(start), "it is not given up at once again")
	require.Equal(t, []string{string(d.ID)}, jobs(t, client))
	require.ErrorContains(t, s.RetryDelivery(t.Context(), d.ID), "is pending: only a dead one")
	require.ErrorIs(t, s.RetryDelivery(t.Context(), "nobody"), store.ErrNotFound)
	require.Len(t, jobs(t, client), 1)
}

func deliveryRequeue(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "a", "b", "c", "d")
	write(t, s, r)
	sent(t, s, r.Deliveries[0], "ts")
	for i, state := range []watcher.State{watcher.Dead, watcher.Unsure, watcher.Sending} {
		d := r.Deliveries[i+1]
		d.State = state
		require.NoError(t, s.Settle(t.Context(), d))
	}
	n, err := s.Unsettled(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	client := withJobs(t, s)
	for range 2 {
		n, err = s.Requeue(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.ElementsMatch(t, []string{string(r.Deliveries[2].ID), string(r.Deliveries[3].ID)}, jobs(t, client))
	}
}

func deliveryWaiting(t *testing.T, s *store.Store) {
	r, n := record(item("belta", 1), "sent", "dead", "unsure", "mail"), record(item("belta", 2), "mail", "sent")
	write(t, s, r, n)
	sent(t, s, r.Deliveries[0], "ts1")
	sent(t, s, n.Deliveries[1], "ts2")
	for i, state := range []watcher.State{watcher.Dead, watcher.Unsure} {
		d := r.Deliveries[i+1]
		d.State = state
		require.NoError(t, s.Settle(t.Context(), d))
	}
	got, err := s.WaitingChannels(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"mail", "unsure"}, got)
}
