package health_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// A room is feeds and the people that are told of them.
type room struct {
	teller health.Teller
	feeds  []health.Feed
	now    time.Time
	said   []string
	last   watcher.Alert
	kinds  []watcher.Kind
}

func newRoom(n int) *room {
	r := &room{teller: health.Teller{Options: health.Options{Channel: "ops"}}, now: noon}
	for i := range n {
		f := watcher.Feed{ID: watcher.FeedID(fmt.Sprintf("f%02d", i)), Name: fmt.Sprintf("Feed %d", i), URL: fmt.Sprintf("https://f%d.example/rss", i)}
		r.feeds = append(r.feeds, health.Feed{Feed: f, State: watcher.FeedState{ID: f.ID, URL: f.URL, LastPoll: noon, LastSuccess: noon}})
	}
	return r
}

// poll makes a feed's poll succeed or fail.
func (r *room) poll(i int, ok bool) {
	st := &r.feeds[i].State
	st.LastPoll = r.now
	if ok {
		st.LastSuccess, st.Failures, st.LastError = r.now, 0, ""
		return
	}
	st.Failures++
	st.LastError = "HTTP 503"
}

// pass lets time go on and returns what was said since.
func (r *room) pass(t *testing.T, d time.Duration) []string {
	t.Helper()
	r.now = r.now.Add(d)
	was := len(r.said)
	for _, tell := range r.teller.Pass(r.feeds, r.now) {
		require.NotEmpty(t, tell.Now)
		for i := range r.feeds {
			st := &r.feeds[i].State
			if now, ok := tell.Now[st.ID]; ok {
				require.Equal(t, st.Told, tell.Was[st.ID])
				require.NotEqual(t, st.Told, now, "a telling that changes nothing")
				st.Told = now
			}
		}
		if a := tell.Record.Alert; a != nil {
			require.Equal(t, "ops", tell.Record.Deliveries[0].Channel)
			r.said, r.last = append(r.said, a.Item.Title), *a
			r.kinds = append(r.kinds, tell.Record.Deliveries[0].Kind)
		}
	}
	return r.said[was:]
}

func TestAFailingFeedIsToldOnceAndItsRecoveryOnce(t *testing.T) {
	r := newRoom(2)
	for i := range 30 {
		r.poll(0, false)
		r.poll(1, true)
		said := r.pass(t, 10*time.Minute)
		if i == 5 {
			require.Equal(t, []string{"Feed 0 does not answer as a feed"}, said)
			require.Equal(t, noon, r.last.Notice.Since)
			require.Equal(t, "the last 6 polls failed: HTTP 503", r.last.Notice.What)
			require.Contains(t, r.last.Notice.Cure, "https://f0.example/rss")
			continue
		}
		require.Empty(t, said, i)
	}
	story := r.last.Story.ID
	for range 6 {
		r.poll(0, true)
		r.pass(t, 10*time.Minute)
	}
	require.Equal(t, []string{"Feed 0 does not answer as a feed", "Feed 0 is well again"}, r.said)
	require.Equal(t, []watcher.Kind{watcher.Post, watcher.Reply}, r.kinds)
	require.Equal(t, story, r.last.Story.ID, "in the thread of the trouble")
	require.Empty(t, r.feeds[0].State.Told)
}

func TestAFeedThatComesAndGoesIsToldOnce(t *testing.T) {
	r := newRoom(1)
	for range 8 {
		r.poll(0, false)
		r.pass(t, 10*time.Minute)
	}
	for i := range 200 {
		r.poll(0, i%2 == 0)
		r.pass(t, 10*time.Minute)
	}
	require.Len(t, r.said, 1)
	never := newRoom(1)
	for i := range 200 {
		never.poll(0, i%2 == 0)
		require.Empty(t, never.pass(t, 10*time.Minute))
	}
}

func TestAFeedThatNeverAnsweredIsToldAfterThreePolls(t *testing.T) {
	r := newRoom(1)
	r.feeds[0].State.LastSuccess = time.Time{}
	r.poll(0, false)
	r.poll(0, false)
	require.Empty(t, r.pass(t, time.Hour))
	r.poll(0, false)
	require.Len(t, r.pass(t, time.Hour), 1)
	require.Contains(t, r.last.Notice.What, "never answered")
}

func TestManyThatFailAreOneMessageAndOneRecovery(t *testing.T) {
	r := newRoom(68)
	for round := range 12 {
		for i := range 37 {
			if round%6 == i%6 { // each is polled once an hour
				r.poll(i, false)
			}
		}
		r.pass(t, 10*time.Minute)
	}
	require.Len(t, r.said, 1, "%q", r.said)
	require.Equal(t, "37 of 68 feeds fail", r.said[0])
	require.Equal(t, watcher.High, r.last.Severity)
	require.Contains(t, r.last.Notice.What, "and 17 more")
	for round := range 12 {
		for i := range 37 {
			if round >= i%6 {
				r.poll(i, true)
			}
		}
		r.pass(t, 10*time.Minute)
	}
	require.Equal(t, []string{"37 of 68 feeds fail", "37 feeds are well again"}, r.said)
}

func TestARecoveryOfManyNamesThoseThatFailStill(t *testing.T) {
	r := newRoom(10)
	for range 8 {
		for i := range 8 {
			r.poll(i, false)
		}
		r.pass(t, 10*time.Minute)
	}
	for range 60 {
		for i := range 8 {
			r.poll(i, i > 0)
		}
		r.pass(t, 10*time.Minute)
	}
	require.Equal(t, []string{"8 of 10 feeds fail", "7 feeds are well again"}, r.said)
	require.Equal(t, "these are not well yet: Feed 0", r.last.Notice.Cure)
}

func TestGoneAndMovedFeedsAreToldOnce(t *testing.T) {
	r := newRoom(2)
	r.feeds[0].State.Gone = true
	r.feeds[1].State.Adopted = "https://new.example/rss"
	require.ElementsMatch(t, []string{"Feed 0 has ended", "Feed 1 has moved"}, r.pass(t, time.Minute))
	for range 9 {
		r.poll(1, true)
		require.Empty(t, r.pass(t, time.Hour))
	}
	r.feeds[0].State.Gone = false // the operator wrote another address
	for range 9 {
		r.poll(0, true)
		r.pass(t, 20*time.Minute)
	}
	require.Equal(t, "Feed 0 is well again", r.said[len(r.said)-1])
	require.Len(t, r.said, 3)
}

func TestASilentFeedIsToldOnceWithItsRhythmAndIsWellWithANewItem(t *testing.T) {
	r := newRoom(1)
	rnd := rand.New(rand.NewPCG(1, 1))
	st := &r.feeds[0].State
	hour := func(items []watcher.Item) []string {
		*st = health.Learn(*st, items, len(items), r.now)
		r.poll(0, true)
		return r.pass(t, time.Hour)
	}
	for range 28 * 24 {
		require.Empty(t, hour(items(rnd, publishers[0].publish, r.now.Add(-time.Hour))))
	}
	require.Equal(t, "about 24 a day", health.Parse(st.Rhythm).Words())
	for range 100 {
		hour(nil)
	}
	require.Equal(t, []string{"Feed 0 is silent"}, r.said)
	require.Regexp(t, `nothing new for \d h; at this time of the week the next item usually comes within (1 h|\d\d min)`, r.last.Notice.What)
	require.Equal(t, st.LastItem, r.last.Notice.Since)
	require.Equal(t, []string{"Feed 0 is well again"}, hour([]watcher.Item{{Published: r.now.Add(-time.Minute)}}))
	require.Equal(t, watcher.Reply, r.kinds[1])
}

func TestWithoutAChannelTroublesAreOnlyWordsAndAreToldWhenThereIsOne(t *testing.T) {
	r := newRoom(1)
	r.teller.Channel = ""
	r.feeds[0].State.Gone = true
	got := r.teller.Pass(r.feeds, r.now)
	require.Len(t, got, 1)
	require.Contains(t, got[0].Words, "Feed 0 has ended")
	require.Nil(t, got[0].Record.Alert)
	require.Empty(t, r.pass(t, time.Minute))
	require.Empty(t, r.teller.Pass(r.feeds, r.now), "said already")
	r.teller.Channel = "ops"
	require.Len(t, r.pass(t, time.Minute), 1)
}
