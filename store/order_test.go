package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// TestNoLearnerMissesAMember has replicas learn members by the last Seq they know, as the
// line does: a lower Seq that came to light after a higher one would be lost to them, and
// one that an order does not see in time makes a second story. Orders that fail leave gaps.
func TestNoLearnerMissesAMember(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := openMigrated(t, sqliteOptions(filepath.Join(t.TempDir(), "test.db")))
		learnFrom(t, []*store.Store{s, s, s})
	})
	for name, settings := range map[string]string{
		"postgres":                                   "",
		"postgres with snapshots as its default":     "&default_transaction_isolation=repeatable%20read",
		"postgres with serialization as its default": "&default_transaction_isolation=serializable",
	} {
		t.Run(name, func(t *testing.T) {
			o := postgresOptions(t)
			o.DSN += settings
			learnFrom(t, []*store.Store{openMigrated(t, o), openMigrated(t, o), openMigrated(t, o)})
		})
	}
}

func learnFrom(t *testing.T, replicas []*store.Store) {
	t.Helper()
	const rounds = 30
	errOdd := errors.New("an odd item")
	learned := make([][]int64, len(replicas))
	learn := func(i int, l watcher.Ledger) error {
		last := int64(0)
		if n := len(learned[i]); n > 0 {
			last = learned[i][n-1]
		}
		ms, err := l.Members(last, time.Time{})
		for _, m := range ms {
			learned[i] = append(learned[i], m.Seq)
		}
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(replicas))
	for i, s := range replicas {
		wg.Go(func() {
			for n := range rounds {
				err := s.Order(t.Context(), func(l watcher.Ledger) error {
					if err := learn(i, l); err != nil {
						return err
					}
					it := watcher.Item{ID: watcher.ItemID(fmt.Sprint("item-", i, "-", n)), Seen: time.Now()}
					st := watcher.Story{ID: watcher.StoryID(it.ID), Items: len(learned[i])}
					if err := l.Write(watcher.Record{Item: it, Story: st}); err != nil {
						return err
					}
					if n%5 == i {
						return errOdd
					}
					return nil
				})
				if !errors.Is(err, errOdd) {
					errs[i] = errors.Join(errs[i], err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	var all []int64
	require.NoError(t, replicas[0].Order(t.Context(), func(l watcher.Ledger) error {
		ms, err := l.Members(0, time.Time{})
		for _, m := range ms {
			st, err := l.Story(m.Story)
			require.NoError(t, err)
			require.Equal(t, len(all), st.Items, "whoever recorded %s knew all that came before", m.Item.ID)
			all = append(all, m.Seq)
		}
		return err
	}))
	require.Len(t, all, len(replicas)*rounds*4/5)
	for i, s := range replicas {
		require.NoError(t, s.Order(context.Background(), func(l watcher.Ledger) error { return learn(i, l) }))
		require.Equal(t, all, learned[i], "replica %d", i)
	}
}
