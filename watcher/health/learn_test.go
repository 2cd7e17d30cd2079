package health_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
)

// learned is the state of a feed after some weeks of a publisher.
func learned(p publisher, weeks int) watcher.FeedState {
	rnd := rand.New(rand.NewPCG(7, 7))
	var st watcher.FeedState
	for now := newYear; now.Before(newYear.Add(time.Duration(weeks) * week)); now = now.Add(time.Hour) {
		got := items(rnd, p, now)
		st = health.Learn(st, got, len(got), now.Add(time.Hour))
	}
	return st
}

func TestARhythmInWords(t *testing.T) {
	for i, want := range []string{
		"about 24 a day", `about 1\d\d a day`, "about 7 a day",
		`about 12 a day, mostly 0[678]–1[78] UTC on weekdays`, `about 17 a day, mostly 05–06 UTC`,
		`about 1 a day, mostly 09–10 UTC on Thursdays`, "about one in 3. days", `about [45] a week, mostly 08–1\d UTC on weekdays`,
	} {
		weeks := 12
		if publishers[i].name == "monthly gazette" {
			weeks = 50
		}
		require.Regexp(t, "^"+want+"$", health.Parse(learned(publishers[i].publish, weeks).Rhythm).Words(), publishers[i].name)
	}
	require.Equal(t, "not known yet", health.Parse(learned(publishers[0].publish, 1).Rhythm).Words())
}

func TestARhythmIsWrittenShortAndReadBack(t *testing.T) {
	st := learned(publishers[3].publish, 20)
	r := health.Parse(st.Rhythm)
	require.Equal(t, st.Rhythm, r.String())
	require.Less(t, len(st.Rhythm), 700)
	require.InDelta(t, 60, r.Weekly(), 8)
	for _, bad := range []string{"", "x", "{}", st.Rhythm[:40], `{"n":3,"from":1,"to":9,"hours":"AAAA"}`, `{"n":3,"from":9,"to":1}`} {
		require.Equal(t, health.Rhythm{}, health.Parse(bad), bad)
	}
	require.False(t, health.Rhythm{}.Silent(newYear, noon), "who knows nothing cries nothing")
}

func TestAFirstDocumentTeachesItsHistoryWithoutAPinnedItem(t *testing.T) {
	doc := []watcher.Item{{Published: noon.AddDate(0, -9, 0)}} // pinned
	for i := range 30 {
		doc = append(doc, watcher.Item{Published: noon.Add(-time.Duration(i) * 24 * time.Hour)})
	}
	st := health.Learn(watcher.FeedState{}, doc, len(doc), noon.Add(time.Hour))
	require.Equal(t, noon, st.LastItem)
	r := health.Parse(st.Rhythm)
	require.Equal(t, noon.Add(-29*24*time.Hour), r.From)
	require.True(t, r.Ready())
	require.Contains(t, r.Words(), "about 1 a day")
	require.Equal(t, st, health.Learn(st, doc, 0, noon.Add(2*time.Hour)), "the same document again teaches nothing")
}

func TestItemsWithoutAGoodDateCountFromWhenTheyWereSeen(t *testing.T) {
	undated := []watcher.Item{{Title: "a"}, {Title: "b", Published: noon.AddDate(1, 0, 0)}}
	st := health.Learn(watcher.FeedState{}, undated, 2, noon)
	require.Equal(t, noon, st.LastItem)
	require.Empty(t, st.Rhythm, "the first poll says nothing of when they came")
	require.Equal(t, st, health.Learn(st, undated, 0, noon.Add(time.Hour)))
	later := health.Learn(st, undated, 1, noon.Add(2*time.Hour))
	require.Equal(t, noon.Add(2*time.Hour), later.LastItem)
	require.Equal(t, 1, health.Parse(later.Rhythm).Items)
}

func TestAnOldItemPushedUpTeachesNothing(t *testing.T) {
	st := learned(publishers[0].publish, 4)
	require.Equal(t, st, health.Learn(st, []watcher.Item{{Published: newYear}}, 1, newYear), "all were known before")
	old := health.Learn(watcher.FeedState{}, []watcher.Item{{Published: noon.AddDate(-3, 0, 0)}}, 0, noon)
	require.Zero(t, old.LastItem)
}

func TestSilenceIsJudgedUpToTheLastPollThatSucceeded(t *testing.T) {
	st := learned(publishers[0].publish, 8)
	st.LastSuccess = st.LastItem.Add(time.Hour)
	require.Empty(t, health.Judge(st, time.Hour, st.LastItem.Add(24*time.Hour)).Kind, "the daemon may have been off")
	st.LastSuccess = st.LastItem.Add(24 * time.Hour)
	require.Equal(t, health.Silent, health.Judge(st, time.Hour, st.LastSuccess).Kind)
	st.Failures, st.LastError = 5, "HTTP 503"
	h := health.Judge(st, time.Hour, st.LastSuccess.Add(2*time.Hour))
	require.Equal(t, health.Failing, h.Kind, "the graver trouble is told")
	require.Equal(t, "fails for 2 h: HTTP 503", h.Words(st, st.LastSuccess.Add(2*time.Hour)))
}

func TestOptions(t *testing.T) {
	require.Error(t, health.Options{FailingAfter: time.Millisecond}.Validate())
	require.NoError(t, health.Options{}.Validate())
	require.Equal(t, time.Minute, health.Options{}.Every())
	require.Equal(t, time.Second, health.Options{FailingAfter: 2 * time.Second}.Every())
	require.Equal(t, 15*time.Second, health.Options{FailingAfter: time.Minute}.Every())
}
