package websub_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
)

const day = 24 * time.Hour

func TestAFeedWithAHubIsSubscribedToOnce(t *testing.T) {
	c := newScene(t)
	c.tend()
	s := c.only()
	require.Equal(t, websub.Active, s.State)
	require.Empty(t, s.Trouble)
	require.Equal(t, []int{http.StatusOK}, c.hub.Verdicts())
	form := c.hub.Asked()[0]
	require.Equal(t, "subscribe", form.Get("hub.mode"))
	require.Equal(t, topic, form.Get("hub.topic"))
	require.Equal(t, c.web.URL+websub.Path+s.Token, form.Get("hub.callback"))
	require.Equal(t, "864000", form.Get("hub.lease_seconds"))
	require.Equal(t, s.Secret, form.Get("hub.secret"))
	require.Regexp(t, "^[A-Z2-7]{52}$", s.Secret)
	require.NotContains(t, s.Secret, s.Token)
	c.tend()
	require.Len(t, c.hub.Asked(), 1)
	require.Len(t, c.hub.Subscribers(topic), 1)
}

func TestNothingIsAskedForThatIsNotWanted(t *testing.T) {
	for name, change := range map[string]func(c *scene){
		"no public address":   func(c *scene) { c.start("") },
		"opted out":           func(c *scene) { c.feeds(watcher.Feed{ID: "news", NoPush: true}) },
		"not in the plan":     func(c *scene) { c.feeds() },
		"no hub":              func(c *scene) { c.names(watcher.Hub{}) },
		"a feed never polled": func(c *scene) { clear(c.hubs) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newScene(t)
			change(c)
			c.tend()
			require.Empty(t, c.hub.Asked())
			require.Empty(t, c.subs)
		})
	}
}

func TestALeaseIsRenewedBetweenHalfAndTwoThirdsAlsoByANewProcess(t *testing.T) {
	c := newScene(t)
	c.hub.Do(script{Lease: 6 * time.Hour})
	c.tend()
	s := c.only()
	require.WithinRange(t, s.Until, time.Now().Add(6*time.Hour-time.Minute), time.Now().Add(6*time.Hour))
	require.WithinRange(t, s.Next, time.Now().Add(3*time.Hour-time.Minute), time.Now().Add(4*time.Hour+time.Minute))
	c.later(3*time.Hour - time.Minute)
	c.tend()
	require.Len(t, c.hub.Asked(), 1)
	c.start(c.web.URL)
	c.later(time.Hour + time.Minute)
	c.tend()
	require.Len(t, c.hub.Asked(), 2)
	after := c.only()
	require.Equal(t, websub.Active, after.State)
	require.Equal(t, s.Token, after.Token, "the same agreement, longer")
	require.Equal(t, s.Secret, c.hub.Asked()[1].Get("hub.secret"))
	require.Greater(t, time.Until(after.Until), 5*time.Hour)
}

func TestRenewalsOfLikeLeasesDoNotComeTogether(t *testing.T) {
	c := newScene(t)
	seen := map[time.Duration]bool{}
	for range 5 {
		clear(c.subs)
		c.tend()
		s := c.only()
		seen[s.Until.Sub(s.Next).Round(time.Minute)] = true
	}
	require.Greater(t, len(seen), 1)
}

func TestAHubThatIsOutOfOrderIsAskedMoreAndMoreSeldom(t *testing.T) {
	c := newScene(t)
	c.hub.Do(script{Status: http.StatusInternalServerError, Text: "database is down"})
	var waits []time.Duration
	for range 12 {
		c.tend()
		s := c.only()
		require.Equal(t, websub.Pending, s.State)
		require.Contains(t, s.Trouble, "HTTP 500 Internal Server Error: database is down")
		waits = append(waits, time.Until(s.Next))
		c.later(time.Until(s.Next) + time.Second)
	}
	require.Len(t, c.hub.Asked(), 12)
	require.WithinRange(t, time.Now().Add(waits[0]), time.Now().Add(4*time.Minute), time.Now().Add(6*time.Minute))
	require.Greater(t, waits[5], 2*time.Hour)
	require.Less(t, waits[11], 27*time.Hour, "and never given up")
	c.hub.Do(script{})
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
	require.Zero(t, c.only().Attempts)
}

func TestAHubThatAsksForPatienceIsGivenIt(t *testing.T) {
	c := newScene(t)
	c.hub.Do(script{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7200"}}})
	c.tend()
	require.Greater(t, time.Until(c.only().Next), 119*time.Minute)
}

func TestAHubThatNeverVerifiesIsSaidSo(t *testing.T) {
	c := newScene(t)
	c.hub.Do(script{Forgets: true})
	c.tend()
	s := c.only()
	require.Equal(t, websub.Pending, s.State)
	require.Contains(t, s.Trouble, "has not come to verify it")
	require.Greater(t, time.Until(s.Next), 59*time.Minute, "it may yet come")
	c.later(2 * time.Hour)
	c.tend()
	require.Len(t, c.hub.Asked(), 2)
}

func TestAHubMayVerifyBeforeItAnswers(t *testing.T) {
	c := newScene(t)
	c.hub.Do(script{Early: true})
	c.tend()
	s := c.only()
	require.Equal(t, websub.Active, s.State)
	require.Empty(t, s.Trouble)
	require.Greater(t, time.Until(s.Next), 4*day)
}

func TestAHubThatIsSlowToAnswerIsNotWaitedForForEver(t *testing.T) {
	for _, verifies := range []bool{true, false} {
		c := newScene(t)
		c.patience = 300 * time.Millisecond
		c.start(c.web.URL)
		slow := make(chan struct{})
		c.hub.Do(script{Early: verifies, Forgets: !verifies, Slow: slow})
		c.tend()
		close(slow)
		s := c.only()
		if verifies {
			require.Equal(t, websub.Active, s.State, "what was verified counts")
			require.Empty(t, s.Trouble)
			continue
		}
		require.Equal(t, websub.Pending, s.State)
		require.Contains(t, s.Trouble, "no answer in time")
		require.Less(t, time.Until(s.Next), time.Hour)
	}
}

func TestARequestThatWeEndOurselvesIsNotHeldAgainstTheHub(t *testing.T) {
	c := newScene(t)
	slow := make(chan struct{})
	c.hub.Do(script{Forgets: true, Slow: slow})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.sub.Tend(ctx) }()
	require.Eventually(t, func() bool { return len(c.hub.Asked()) == 1 }, time.Minute, time.Millisecond)
	cancel()
	require.NoError(t, <-done)
	close(slow)
	s := c.only()
	require.Zero(t, s.Attempts)
	require.Empty(t, s.Trouble)
	c.hub.Do(script{})
	c.later(2 * time.Minute)
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
}

func TestTwoReplicasThatMeetEndWithOneSubscription(t *testing.T) {
	c := newScene(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := c.sub.Tend(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c.hub.Wait()
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
	require.Len(t, c.hub.Subscribers(topic), 1)
}

func TestAHubThatMovedIsFollowed(t *testing.T) {
	c, other := newScene(t), newScene(t)
	c.hub.Do(script{Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {other.hub.URL}}})
	c.tend()
	other.hub.Wait()
	require.Equal(t, websub.Active, c.only().State)
	require.Len(t, other.hub.Subscribers(topic), 1)
	c.hub.Do(script{Status: http.StatusFound, Header: http.Header{"Location": {other.hub.URL}}})
	c.later(7 * day)
	c.tend()
	require.Contains(t, c.only().Trouble, "HTTP 302 Found: only 307 and 308 lead a form on")
	require.Equal(t, websub.Active, c.only().State, "the lease goes on")
}

func TestADenialIsNotedWithItsReasonAndTriedAgainDaysLater(t *testing.T) {
	c := newScene(t)
	c.hub.Do(script{Deny: "members\n\nonly" + strings.Repeat("x", 1000)})
	c.tend()
	s := c.only()
	require.Equal(t, websub.Denied, s.State)
	require.Contains(t, s.Trouble, "the hub turned the subscription down: members only")
	require.Less(t, len(s.Trouble), 400)
	require.Greater(t, time.Until(s.Next), 23*time.Hour)
	for range 6 {
		c.later(time.Until(c.only().Next) + time.Second)
		c.tend()
		require.Less(t, time.Until(c.only().Next), 9*day)
	}
	require.Greater(t, time.Until(c.only().Next), 7*day)
	require.Len(t, c.hub.Asked(), 7)
	c.hub.Do(script{})
	c.later(9 * day)
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
}

func TestADenialMayComeAtAnyTime(t *testing.T) {
	c := newScene(t)
	c.tend()
	s := c.only()
	status, body := c.hub.Ask(s.Callback, values("hub.mode", "denied", "hub.topic", topic, "hub.challenge", "x"))
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, body)
	require.Equal(t, websub.Denied, c.only().State)
}

func TestALeaseThatRunsOutIsNoLongerCalledActive(t *testing.T) {
	c := newScene(t)
	c.tend()
	c.hub.Do(script{Status: http.StatusBadGateway})
	c.later(11 * day)
	c.tend()
	s := c.only()
	require.Equal(t, websub.Pending, s.State)
	require.Contains(t, s.Trouble, "HTTP 502")
	c.hub.Do(script{})
	c.later(day)
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
}

func TestWhatIsNotWantedAnyMoreIsEndedAtTheHub(t *testing.T) {
	for name, change := range map[string]func(c *scene){
		"opted out":     func(c *scene) { c.feeds(watcher.Feed{ID: "news", NoPush: true}) },
		"left the plan": func(c *scene) { c.feeds() },
	} {
		t.Run(name, func(t *testing.T) {
			c := newScene(t)
			c.tend()
			callback := c.only().Callback
			change(c)
			c.tend()
			form := c.hub.Asked()[1]
			require.Equal(t, "unsubscribe", form.Get("hub.mode"))
			require.Equal(t, callback, form.Get("hub.callback"))
			require.Empty(t, form.Get("hub.secret"))
			require.Empty(t, c.hub.Subscribers(topic))
			all, _ := c.Subscriptions(t.Context())
			require.Len(t, all, 1)
			require.Equal(t, websub.Ended, all[0].State)
			c.tend()
			require.Len(t, c.hub.Asked(), 2)
			require.Equal(t, http.StatusGone, c.hub.Send(callback, nil, ""))
			c.later(41 * day)
			c.tend()
			require.Empty(t, c.subs)
			require.Equal(t, http.StatusNotFound, c.hub.Send(callback, nil, ""))
		})
	}
}

func TestAnotherHubTopicOrPublicAddressIsAnotherSubscription(t *testing.T) {
	for name, change := range map[string]func(c *scene){
		"hub":     func(c *scene) { c.names(watcher.Hub{URL: c.hub.URL + "/v2", Topic: topic}) },
		"topic":   func(c *scene) { c.names(watcher.Hub{URL: c.hub.URL, Topic: topic + "/v2"}) },
		"address": func(c *scene) { c.start(strings.Replace(c.web.URL, "127.0.0.1", "localhost", 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newScene(t)
			c.tend()
			before := c.only()
			change(c)
			c.tend()
			after := c.only()
			require.Equal(t, websub.Active, after.State)
			require.NotEqual(t, before.Token, after.Token)
			require.NotEqual(t, before.Secret, after.Secret)
			require.Len(t, append(c.hub.Subscribers(topic), c.hub.Subscribers(topic+"/v2")...), 1)
			require.Equal(t, http.StatusGone, c.hub.Send(before.Callback, nil, ""))
		})
	}
}

func TestAFeedThatForgetsItsHubKeepsTheLeaseItHas(t *testing.T) {
	c := newScene(t)
	c.tend()
	c.names(watcher.Hub{})
	c.later(6 * day)
	c.tend()
	require.Equal(t, websub.Active, c.only().State)
	require.Len(t, c.hub.Asked(), 1, "and does not renew it")
	c.later(5 * day)
	c.tend()
	all, _ := c.Subscriptions(t.Context())
	require.Equal(t, websub.Ended, all[0].State)
}

func TestAHubThatDoesNotLetGoIsLeftAlone(t *testing.T) {
	c := newScene(t)
	c.tend()
	s := c.only()
	c.feeds()
	c.hub.Do(script{Forgets: true})
	for range 6 {
		c.tend()
		c.later(time.Hour)
	}
	require.Len(t, c.hub.Asked(), 4, "three times, beside the first request")
	s, err := c.Subscription(t.Context(), s.Token)
	require.NoError(t, err)
	require.Equal(t, websub.Ended, s.State)
}

func TestWithoutAPublicAddressAllEndsInSilence(t *testing.T) {
	c := newScene(t)
	c.tend()
	s := c.only()
	c.start("")
	c.tend()
	require.Len(t, c.hub.Asked(), 1)
	require.Equal(t, http.StatusGone, c.hub.Send(s.Callback, nil, ""))
}

func TestAHubInTheOwnNetworkIsNotAsked(t *testing.T) {
	c := newScene(t)
	c.names(watcher.Hub{URL: "http://169.254.169.254/hub", Topic: topic})
	c.guarded()
	c.tend()
	require.Contains(t, c.only().Trouble, "address 169.254.169.254 is private")
}
