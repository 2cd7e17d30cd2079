// Package websub subscribes to feeds whose publishers tell their news at once, through a
// hub (WebSub, W3C Recommendation of 23 January 2018). Polling goes on at its own pace
// all the same: what a hub forgets to say, the next poll brings.
//
// Make a [Subscriber] with [New], call [Subscriber.Tend] every minute or so, once in the
// whole deployment, and mount the Subscriber as an http.Handler at [Path], where hubs
// come to verify what was asked of them and to bring news.
//
// A [Subscription] goes from Pending to Active when its hub has verified it, and is asked
// for again from half of its lease on. It is Leaving, then Ended, when its feed leaves the
// plan, opts out or names another hub. A hub may turn it down: then it is Denied, and
// asked for again days later.
//
// The package owns no table and no goroutine beyond a call of Tend.
package websub
