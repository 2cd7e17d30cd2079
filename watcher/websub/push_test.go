package websub_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub/hubtest"
)

type script = hubtest.Script

func document(titles ...string) string {
	var b strings.Builder
	b.WriteString("<rss version='2.0'><channel><title>News</title><link>https://news.example/</link>")
	for _, t := range titles {
		fmt.Fprintf(&b, "<item><title>%s</title><link>https://news.example/%s</link></item>", t, t)
	}
	return b.String() + "</channel></rss>"
}

// subscribed is a scene whose hub has verified the subscription.
func subscribed(t *testing.T) *scene {
	c := newScene(t)
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
	return c
}

func TestAPushIsTakenAndAReplayIsToo(t *testing.T) {
	c := subscribed(t)
	require.Equal(t, []int{http.StatusAccepted}, c.hub.Publish(topic, document("one", "two")))
	require.Equal(t, []string{"two", "one"}, c.titles(), "oldest first, as a poll has them")
	require.False(t, c.only().Pushed.IsZero())
	require.Zero(t, c.announcements(), "nothing is left to poll for")
	require.Equal(t, []int{http.StatusAccepted}, c.hub.Publish(topic, document("one", "two")))
	require.Equal(t, c.taken[0].ID, c.taken[2].ID, "the store knows it again")
	require.Equal(t, 2, c.outcomes("taken"))
}

func TestAPushIsBelievedOnlyWithItsSignature(t *testing.T) {
	doc := document("one")
	for name, sign := range map[string]func(secret string) string{
		"sha1":        func(s string) string { return hubtest.Sign("sha1", s, doc) },
		"sha256":      func(s string) string { return hubtest.Sign("sha256", s, doc) },
		"sha384":      func(s string) string { return hubtest.Sign("sha384", s, doc) },
		"sha512":      func(s string) string { return hubtest.Sign("sha512", s, doc) },
		"in capitals": func(s string) string { return strings.ToUpper(hubtest.Sign("sha256", s, doc)) },

		"no, none":             func(string) string { return "" },
		"no, another secret":   func(s string) string { return hubtest.Sign("sha256", s+"x", doc) },
		"no, another document": func(s string) string { return hubtest.Sign("sha256", s, doc+" ") },
		"no, an empty secret":  func(string) string { return hubtest.Sign("sha256", "", doc) },
		"no, another method":   func(s string) string { return "sha512" + strings.TrimPrefix(hubtest.Sign("sha256", s, doc), "sha256") },
		"no, an unknown one":   func(s string) string { return "md5" + strings.TrimPrefix(hubtest.Sign("sha256", s, doc), "sha256") },
		"no, not hex":          func(string) string { return "sha256=zz" },
		"no, nothing":          func(string) string { return "sha256=" },
		"no, cut":              func(s string) string { return hubtest.Sign("sha256", s, doc)[:20] },
	} {
		t.Run(name, func(t *testing.T) {
			c := subscribed(t)
			status := c.hub.Send(c.only().Callback, http.Header{"X-Hub-Signature": {sign(c.only().Secret)}}, doc)
			require.Equal(t, http.StatusAccepted, status, "a guess learns nothing")
			if strings.HasPrefix(name, "no,") {
				require.Empty(t, c.titles())
				require.Zero(t, c.announcements())
				require.True(t, c.only().Pushed.IsZero())
				require.Equal(t, 1, c.outcomes("bad_signature"))
				return
			}
			require.Equal(t, []string{"one"}, c.titles())
		})
	}
}

func TestWhatCannotBeReliedOnAloneMakesTheFeedBePolled(t *testing.T) {
	whole := document("one", "two")
	for name, tt := range map[string]struct {
		body  string
		first bool
		taken int
	}{
		"nothing":               {"", false, 0},
		"a ping":                {"hub.mode=publish&hub.url=x", false, 0},
		"no items":              {document(), false, 0},
		"a page":                {"<!DOCTYPE html><title>Log in</title>", false, 0},
		"a cut document":        {whole[:len(whole)-40], false, 1},
		"before the first poll": {whole, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := subscribed(t)
			c.baselined = !tt.first
			require.Equal(t, []int{http.StatusAccepted}, c.hub.Publish(topic, tt.body))
			require.Equal(t, 1, c.announcements())
			require.Len(t, c.titles(), tt.taken)
			require.Equal(t, 1, c.outcomes("polled"))
			require.False(t, c.only().Pushed.IsZero())
		})
	}
}

func TestAPushOfAFeedWhoseArticlesAreReadMakesItBePolled(t *testing.T) {
	c := subscribed(t)
	c.feeds(watcher.Feed{ID: "news", FullText: true})
	require.Equal(t, []int{http.StatusAccepted}, c.hub.Publish(topic, document("one")))
	require.Empty(t, c.titles())
	require.Equal(t, 1, c.announcements())
}

func TestAPushOfAFeedThatIsNotWantedIsNotTaken(t *testing.T) {
	c := subscribed(t)
	c.feeds(watcher.Feed{ID: "news", NoPush: true})
	require.Equal(t, []int{http.StatusAccepted}, c.hub.Publish(topic, document("one")), "another replica may want it")
	require.Empty(t, c.titles())
	require.Equal(t, 1, c.outcomes("unwanted"))
}

func TestAPushThatIsTooLargeIsRefused(t *testing.T) {
	c := subscribed(t)
	require.Equal(t, []int{http.StatusRequestEntityTooLarge}, c.hub.Publish(topic, document(strings.Repeat("x", 70<<10))))
	require.Equal(t, 1, c.outcomes("too_large"))
}

func TestAPushThatCannotBeRecordedIsAskedForAgainAndPolled(t *testing.T) {
	c := subscribed(t)
	c.broken = errDown
	require.Equal(t, []int{http.StatusServiceUnavailable}, c.hub.Publish(topic, document("one")))
	require.Equal(t, 1, c.announcements())
	require.Equal(t, 1, c.outcomes("failed"))
	c.broken = nil
	require.Equal(t, []int{http.StatusAccepted}, c.hub.Publish(topic, document("one")))
	require.Equal(t, []string{"one"}, c.titles())
}

func TestAnEndedSubscriptionTellsTheHubToStop(t *testing.T) {
	c := subscribed(t)
	c.feeds()
	c.hub.Do(script{Status: http.StatusInternalServerError})
	c.tend()
	require.Equal(t, websub.Leaving, c.only().State)
	require.Equal(t, []int{http.StatusGone}, c.hub.Publish(topic, document("one")))
	require.Empty(t, c.hub.Publish(topic, document("one")), "it has stopped")
	require.Equal(t, 1, c.outcomes("ended"))
}

func TestManyPushesAtOnceAreAllTaken(t *testing.T) {
	c := subscribed(t)
	c.stall = make(chan struct{})
	var wg sync.WaitGroup
	answers := make([][]int, 20)
	for i := range answers {
		wg.Go(func() { answers[i] = c.hub.Publish(topic, document(fmt.Sprint("n", i))) })
	}
	close(c.stall)
	wg.Wait()
	for _, a := range answers {
		require.Equal(t, []int{http.StatusAccepted}, a)
	}
	require.Len(t, c.titles(), 20)
}
