package storetest

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var recordClaims = []claim{
	{"ARecordIsWrittenWhole", recordWhole},
	{"ARolledBackOrderLeavesNothing", recordRollback},
	{"AJobThatCannotBeInsertedUndoesTheRecord", recordNoJob},
	{"ARecordWrittenAgainDoublesNothing", recordAgain},
	{"TheOutboxHasOneJobForEachPendingDelivery", recordOutbox},
	{"OrdersOfManyGoroutinesNeverOverlap", recordConcurrent},
	{"ArchiveAndOrderDoNotWaitForEachOther", recordBesideArchive},
	{"MembersRiseAndBeginAfterWhatIsKnown", recordMembers},
	{"ToldNamesChannelsThatHaveOrGetThePost", recordTold},
	{"UpdatingSeesOnlyAWaitingUpdate", recordUpdating},
	{"AnUnmatchedEditTouchesNoStory", recordPlainEdit},
	{"APanicInsideAnOrderLeavesNothing", recordPanic},
}

func recordWhole(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk", "mail")
	write(t, s, r)
	a, ds, err := s.Alert(t.Context(), r.Alert.ID)
	require.NoError(t, err)
	require.Equal(t, *r.Alert, a)
	require.Equal(t, r.Deliveries, ds)
	st, err := s.Story(t.Context(), r.Story.ID)
	require.NoError(t, err)
	require.Equal(t, r.Story, st)
	ms, err := s.Matches(t.Context(), r.Item.ID)
	require.NoError(t, err)
	require.Equal(t, r.Matches, ms)
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		got, err := l.Story(r.Story.ID)
		require.NoError(t, err)
		require.Equal(t, r.Story, got)
		got, err = l.StoryOf(r.Item.ID)
		require.NoError(t, err)
		require.Equal(t, r.Story, got)
		got, err = l.StoryOf("nobody")
		require.NoError(t, err)
		require.Zero(t, got)
		_, err = l.Story("nobody")
		require.ErrorIs(t, err, store.ErrNotFound)
		return nil
	}))
}

func recordRollback(t *testing.T, s *store.Store) {
	client := withJobs(t, s)
	r := record(item("belta", 1), "desk")
	err := s.Order(t.Context(), func(l watcher.Ledger) error {
		require.NoError(t, l.Write(r))
		return errCrash
	})
	require.ErrorIs(t, err, errCrash)
	requireNothing(t, s)
	require.Empty(t, jobs(t, client))
	write(t, s, r)
	require.Len(t, jobs(t, client), 1, "the same record after the crash")
}

// requireNothing makes sure that no record has left a trace.
func requireNothing(t *testing.T, s *store.Store) {
	t.Helper()
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.Counts{Deliveries: map[watcher.State]int{}}, c)
}

func recordNoJob(t *testing.T, s *store.Store) {
	s.Enqueue(func(context.Context, *sql.Tx, []watcher.Delivery) error { return errCrash })
	err := s.Order(t.Context(), func(l watcher.Ledger) error { return l.Write(record(item("belta", 1), "desk")) })
	require.ErrorIs(t, err, errCrash)
	requireNothing(t, s)
}

func recordAgain(t *testing.T, s *store.Store) {
	var queued []watcher.Delivery
	s.Enqueue(func(_ context.Context, _ *sql.Tx, ds []watcher.Delivery) error {
		queued = append(queued, ds...)
		return nil
	})
	r := record(item("belta", 1), "desk")
	write(t, s, r, r)
	sent(t, s, r.Deliveries[0], "ts1")
	write(t, s, r)
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.Counts{
		Items: 1, Matched: 1, Stories: 1, Alerts: 1, Deliveries: map[watcher.State]int{watcher.Sent: 1},
	}, c)
	require.Equal(t, r.Deliveries, queued)
	page, _, err := s.Alerts(t.Context(), store.AlertFilter{Theme: "potash"})
	require.NoError(t, err)
	require.Len(t, page, 1)

	r.Deliveries = append(r.Deliveries, delivery(*r.Alert, "mail", watcher.Post))
	write(t, s, r)
	require.Equal(t, r.Deliveries, queued, "only the one that was missing is queued")
}

func recordOutbox(t *testing.T, s *store.Store) {
	client := withJobs(t, s)
	var want []string
	for i := range 5 {
		r := record(item("belta", i), "desk", "mail", "hook")
		r.Deliveries[2].State = watcher.Dropped
		write(t, s, r)
		want = append(want, string(r.Deliveries[0].ID), string(r.Deliveries[1].ID))
	}
	require.ElementsMatch(t, want, jobs(t, client))
}

func recordConcurrent(t *testing.T, s *store.Store) {
	client := withJobs(t, s)
	const goroutines, rounds = 8, 10
	var wg sync.WaitGroup
	errs := make([]error, goroutines)
	for g := range goroutines {
		wg.Go(func() {
			for n := range rounds { // all want to record the same items
				errs[g] = errors.Join(errs[g], s.Order(t.Context(), func(l watcher.Ledger) error {
					it := item("belta", n)
					known, _, err := l.Sighting(it)
					if err != nil || known != watcher.Unknown {
						return err
					}
					members, err := l.Members(0, time.Time{})
					if err != nil {
						return err
					}
					r := record(it, "desk")
					if len(members) > 0 { // everything is one story
						st, err := l.Story(members[0].Story)
						if err != nil {
							return err
						}
						st.Items++
						r.Story, r.Alert, r.Deliveries = st, nil, nil
					}
					return l.Write(r)
				}))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, rounds, c.Items)
	require.Equal(t, 1, c.Stories)
	require.Equal(t, 1, c.Alerts)
	require.Len(t, jobs(t, client), 1)
	page, _, err := s.Alerts(t.Context(), store.AlertFilter{})
	require.NoError(t, err)
	st, err := s.Story(t.Context(), page[0].Story.ID)
	require.NoError(t, err)
	require.Equal(t, rounds, st.Items, "no count was lost")
}

func recordBesideArchive(t *testing.T, s *store.Store) {
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for g := range errs {
		wg.Go(func() {
			for n := range 5 {
				var items []watcher.Item // the same ones in every goroutine, turned round in every other
				for i := range 40 {
					items = append(items, item("belta", (i*(1+g%2*38)+n)%40))
				}
				errs[g] = errors.Join(errs[g], s.Archive(t.Context(), items), s.Order(t.Context(), func(l watcher.Ledger) error {
					return l.Write(record(item("belta", n*7)))
				}))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, 40, c.Items)
	require.Equal(t, 5, c.Stories)
}

func recordMembers(t *testing.T, s *store.Store) {
	first := record(item("belta", 1))
	second := follow(first, item("tut", 2), watcher.Coverage)
	second.Item.Seen = now().Add(time.Hour)
	write(t, s, first, second, first)
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		members, err := l.Members(0, time.Time{})
		require.NoError(t, err)
		require.Len(t, members, 2, "an item joins once")
		require.Less(t, members[0].Seq, members[1].Seq)
		it := second.Item
		require.Equal(t, watcher.Member{Seq: members[1].Seq, Story: first.Story.ID, Item: watcher.Item{
			ID: it.ID, FeedID: it.FeedID, URL: it.URL, Title: it.Title, Lead: it.Lead, Language: it.Language,
			Published: it.Published, Seen: it.Seen,
		}, Themes: []string{"potash"}}, members[1])
		rest, err := l.Members(members[0].Seq, time.Time{})
		require.NoError(t, err)
		require.Equal(t, members[1:], rest)
		rest, err = l.Members(0, second.Item.Seen)
		require.NoError(t, err)
		require.Equal(t, members[1:], rest)
		rest, err = l.Members(members[1].Seq, time.Time{})
		require.NoError(t, err)
		require.Empty(t, rest)
		return nil
	}))
}

func recordTold(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "zebra", "desk", "mail", "hook")
	again := follow(r, item("tut", 2), watcher.Escalation, to("desk", watcher.Reply), to("hall", watcher.Reply))
	write(t, s, r, again)
	sent(t, s, r.Deliveries[0], "ts")
	dead := r.Deliveries[3]
	dead.State = watcher.Dead
	require.NoError(t, s.Settle(t.Context(), dead))
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) error {
		got, err := l.Told(r.Story.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"zebra", "desk", "mail"}, got, "in order, without replies and dead letters")
		got, err = l.Told("nobody")
		require.NoError(t, err)
		require.Empty(t, got)
		return nil
	}))
}

func recordUpdating(t *testing.T, s *store.Store) {
	r := record(item("belta", 1), "desk")
	n := follow(r, item("tut", 2), watcher.Coverage, to("desk", watcher.Update))
	updating := func(channel string) (yes bool) {
		require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) (err error) {
			yes, err = l.Updating(r.Story.ID, channel)
			return err
		}))
		return yes
	}
	write(t, s, r)
	require.False(t, updating("desk"), "a post is no update")
	write(t, s, n)
	require.True(t, updating("desk"))
	require.False(t, updating("mail"))
	d := n.Deliveries[0]
	d.State = watcher.Sending
	require.NoError(t, s.Settle(t.Context(), d))
	require.False(t, updating("desk"), "one under way may be worded already")
}

func recordPlainEdit(t *testing.T, s *store.Store) {
	write(t, s, watcher.Record{Item: item("belta", 1)})
	c, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.Counts{Items: 1, Deliveries: map[watcher.State]int{}}, c)
}

func recordPanic(t *testing.T, s *store.Store) {
	require.Panics(t, func() {
		_ = s.Order(t.Context(), func(l watcher.Ledger) error {
			require.NoError(t, l.Write(record(item("belta", 1), "desk")))
			panic("in the clusterer")
		})
	})
	requireNothing(t, s)
	write(t, s, record(item("belta", 1), "desk"))
}
