// Package slack tells a Slack channel: as a bot, or through an incoming webhook.
//
// [New] makes the notifier that the [Options] ask for: a [Bot] for a token, a [Webhook]
// for a webhook. Both turn a delivery into the blocks of one message and sort what came
// of sending it into the four outcomes of watcher.Notifier: arrived, did not and may be
// tried again, may have arrived, never will.
//
// A bot answers in threads, changes the first message in place, and hangs the delivery's
// id on every message, so that [Bot.Find] can look in the channel whether an attempt
// whose end nobody saw had arrived: readers see every delivery once. A webhook can none
// of this: after an uncertain attempt a reader may see a message twice.
//
// A bot needs the scopes chat:write and, for the look-up, channels:history (groups:history
// for a private channel), and must be a member of the channel.
//
// No text of a feed is ever put into a string that Slack parses for markup: it stands in
// rich_text and plain_text, and escaped in the fallback for notifications. No error holds
// the token or the webhook's address.
//
// The package owns no table, file or goroutine.
package slack
