package watcher_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func take(
	t *testing.T, w *watcher.Watcher, f watcher.Feed, baseline bool, items ...watcher.Item,
) watcher.Tally {
	t.Helper()
	got, err := w.Take(t.Context(), f, items, baseline)
	require.NoError(t, err)
	return got
}

func kinds(m *memory) []string {
	var out []string
	for _, d := range m.deliveries {
		out = append(out, string(m.alerts[d.AlertID].Reason)+" "+string(d.Kind)+" "+d.Channel)
	}
	return out
}

func TestOneStoryIsOneMessageHoweverManyOutlets(t *testing.T) {
	w, m := setup(t, &watcher.Plan{Channels: map[string]watcher.Channel{"desk": {Name: "desk", Updates: true}}}, nil)
	got := take(t, w, wire, false, news("wire", "minsk potash", time.Minute), news("wire", "weather", time.Minute))
	require.Equal(t, watcher.Tally{Items: 2, New: 2, Matched: 1, Stories: 1, Alerts: 1, Messages: 1}, got)
	take(t, w, watcher.Feed{ID: "b", Name: "B"}, false, news("b", "minsk potash again", 0))
	take(t, w, watcher.Feed{ID: "c", Name: "C"}, false, news("c", "minsk potash more", 0))
	require.Equal(t, []string{"new-story post desk", "coverage update desk"}, kinds(m),
		"the second outlet updates; the third finds an update on its way")
	require.Len(t, m.stories, 1)
	for _, s := range m.stories {
		require.Equal(t, 3, s.Items)
		require.Equal(t, []string{"b", "c", "wire"}, s.Feeds)
		require.Len(t, s.Outlets, 3)
		require.Equal(t, "minsk potash", s.Headline)
	}
}

func TestTheSameFeedAgainIsNoReason(t *testing.T) {
	w, m := setup(t, &watcher.Plan{Channels: map[string]watcher.Channel{"desk": {Name: "desk", Updates: true}}}, nil)
	take(t, w, wire, false, news("wire", "minsk potash", 0), news("wire", "minsk potash repeated", 0))
	require.Equal(t, []string{"new-story post desk"}, kinds(m))
	require.Zero(t, take(t, w, wire, false, news("wire", "minsk potash", 0)).New, "a known item")
}

func TestOnlyNewsMakesAReply(t *testing.T) {
	w, m := setup(t, &watcher.Plan{
		Matcher:  words{"potash": watcher.Medium, "rail": watcher.Low, "ban": watcher.High},
		Channels: map[string]watcher.Channel{"desk": {Name: "desk", Updates: true}},
	}, nil)
	settle := func() {
		for i := range m.deliveries {
			m.deliveries[i].State = watcher.Sent
		}
	}
	take(t, w, wire, false, news("wire", "minsk potash", 0))
	settle()
	take(t, w, wire, false, news("b", "minsk potash rail", 0))
	settle()
	take(t, w, watcher.Feed{ID: "gov", Official: true}, false, news("gov", "minsk potash statement", 0))
	settle()
	take(t, w, wire, false, news("d", "minsk potash ban", 0))
	require.Equal(t, []string{
		"new-story post desk",
		"new-rule reply desk", "new-rule update desk",
		"official reply desk", "official update desk",
		"escalation reply desk", "escalation update desk",
	}, kinds(m))
}

func TestChannelThatHearsOfAStoryLateGetsAPost(t *testing.T) {
	p := &watcher.Plan{Router: to{"desk"}, Channels: map[string]watcher.Channel{}}
	w, m := setup(t, p, nil)
	take(t, w, wire, false, news("wire", "minsk potash", 0))
	q := *p
	q.Router = to{"desk", "mail"}
	w.Use(&q)
	take(t, w, wire, false, news("b", "minsk potash ban", 0))
	require.Equal(t, []string{"new-story post desk", "escalation reply desk", "escalation post mail"}, kinds(m))
}

func TestFirstPollIsABaseline(t *testing.T) {
	w, m := setup(t, &watcher.Plan{}, nil)
	got := take(t, w, wire, true, news("wire", "minsk potash", time.Minute), news("wire", "grodno ban", 0))
	require.Equal(t, 2, got.Held)
	require.Empty(t, m.deliveries)
	require.Len(t, m.stories, 2, "recorded and matched all the same")
	take(t, w, wire, false, news("b", "minsk potash moves", 0))
	require.Equal(t, []string{"new-story post desk"}, kinds(m), "a fresh item of a story nobody was told of")
}

func TestCatchUpTellsTheFreshOnesOfAFirstPoll(t *testing.T) {
	w, m := setup(t, &watcher.Plan{CatchUp: time.Hour}, nil)
	undated := news("wire", "brest potash", 0)
	undated.Published = time.Time{}
	got := take(t, w, wire, true, news("wire", "minsk potash", 2*time.Hour), undated, news("wire", "grodno ban", 10*time.Minute))
	require.Equal(t, 2, got.Held)
	require.Equal(t, []string{"new-story post desk"}, kinds(m))
}

func TestOldItemsPushedUpAreNeverTold(t *testing.T) {
	w, m := setup(t, &watcher.Plan{}, nil)
	require.Equal(t, 1, take(t, w, wire, false, news("wire", "minsk potash", 100*time.Hour)).Held)
	require.Empty(t, m.deliveries)
	unlimited, m2 := setup(t, &watcher.Plan{MaxAge: -1}, nil)
	take(t, unlimited, wire, false, news("wire", "minsk potash", 10000*time.Hour))
	require.Len(t, m2.deliveries, 1)
}

func TestEditedHeadlineUpdatesItsStory(t *testing.T) {
	w, m := setup(t, &watcher.Plan{Channels: map[string]watcher.Channel{"desk": {Name: "desk", Updates: true}}}, nil)
	it := news("wire", "minsk potash", 0)
	take(t, w, wire, false, it)
	it.Title = "minsk potash stopped"
	got := take(t, w, wire, false, it)
	require.Equal(t, 1, got.Edited)
	require.Equal(t, []string{"new-story post desk", "coverage update desk"}, kinds(m))
	for _, s := range m.stories {
		require.Equal(t, "minsk potash stopped", s.Headline)
		require.Equal(t, 1, s.Items)
	}
}

func TestEditThatMakesAnItemMatterIsTold(t *testing.T) {
	w, m := setup(t, &watcher.Plan{}, nil)
	it := news("wire", "minsk weather", 0)
	take(t, w, wire, false, it)
	it.Title = "minsk potash"
	take(t, w, wire, false, it)
	require.Equal(t, []string{"new-story post desk"}, kinds(m))
}

func TestNothingIsCountedTwiceAfterAFailureInBetween(t *testing.T) {
	w, m := setup(t, &watcher.Plan{}, nil)
	m.broken = errors.New("disk full")
	items := []watcher.Item{news("wire", "minsk potash", 0), news("wire", "grodno ban", 0)}
	_, err := w.Take(t.Context(), wire, items, false)
	require.ErrorContains(t, err, "disk full")
	m.broken = nil
	take(t, w, wire, false, items...)
	take(t, w, wire, false, items...)
	require.Len(t, m.deliveries, 2)
}

func TestAlertCarriesItsProof(t *testing.T) {
	w, m := setup(t, &watcher.Plan{Hash: "plan1"}, nil)
	take(t, w, wire, false, news("wire", "minsk potash ban", 0))
	for _, a := range m.alerts {
		require.Equal(t, "plan1", a.PlanHash)
		require.Equal(t, watcher.High, a.Severity)
		require.Len(t, a.Matches, 2)
		require.Equal(t, "ban", a.Item.Text(a.Matches[0].Spans[0].Field)[a.Matches[0].Spans[0].Start:a.Matches[0].Spans[0].End])
		require.True(t, a.Story.Told)
		require.Equal(t, "Wire", a.Feed.Name)
	}
	require.Len(t, m.alerts, 1)
}

func TestSameArticleHeldByABaselineIsToldWhenAnotherFeedBringsIt(t *testing.T) {
	w, m := setup(t, &watcher.Plan{}, nil)
	it := news("new", "minsk potash", time.Minute)
	take(t, w, watcher.Feed{ID: "new", Name: "New"}, true, it)
	take(t, w, watcher.Feed{ID: "new", Name: "New"}, false, it)
	require.Empty(t, m.deliveries, "the same feed shows it again")
	it.FeedID = "wire"
	take(t, w, wire, true, it)
	require.Empty(t, m.deliveries, "a baseline too")
	take(t, w, wire, false, it)
	take(t, w, wire, false, it)
	require.Equal(t, []string{"new-story post desk"}, kinds(m))
	for _, s := range m.stories {
		require.Equal(t, 1, s.Items)
		require.Equal(t, []string{"new", "wire"}, s.Feeds)
	}
}

func TestOfficialFeedWithTheSameLinkIsOneReply(t *testing.T) {
	w, m := setup(t, &watcher.Plan{}, nil)
	it := news("agg", "minsk potash", 0)
	take(t, w, watcher.Feed{ID: "agg", Name: "Aggregator"}, false, it)
	gov := watcher.Feed{ID: "agg", Name: "Government", Official: true}
	for _, title := range []string{"minsk potash: statement", "minsk potash: full statement", "minsk potash: statement in full"} {
		it.Title = title
		take(t, w, gov, false, it)
	}
	require.Equal(t, []string{"new-story post desk", "official reply desk"}, kinds(m))
}
