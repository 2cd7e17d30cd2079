package health

import (
	"slices"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Learn returns the state of a feed with what a poll at now tells of its rhythm: items
// are those of the document, fresh how many were not known. An item counts from when it
// was published, since polls may be rare; one without a date, or with one that is yet to
// come, from when it was first seen.
func Learn(st watcher.FeedState, items []watcher.Item, fresh int, now time.Time) watcher.FeedState {
	var times []time.Time
	odd := false
	for _, it := range items {
		at := it.Published
		switch {
		case at.IsZero() || at.After(now):
			odd = true
		case at.After(st.LastItem) && now.Sub(at) <= oldest:
			times = append(times, at.UTC())
		}
	}
	first := st.LastItem.IsZero()
	if len(times) == 0 && odd && fresh > 0 && now.After(st.LastItem) {
		times = append(times, now.UTC())
	}
	if len(times) == 0 {
		return st
	}
	slices.SortFunc(times, time.Time.Compare)
	st.LastItem = times[len(times)-1]
	if first && times[0].Equal(now.UTC()) {
		return st // no dates: the first poll tells nothing
	}
	st.Rhythm = Parse(st.Rhythm).with(times).String()
	return st
}
