// Package slacktest is a scripted Slack: a server that takes what a bot or an incoming
// webhook sends, holds it to Slack's documented limits, keeps it as a reader would see
// it, and misbehaves on demand.
//
// Make one with [Start], which serves on loopback, or with [New], which is only an
// http.Handler. Point the sender at [Server.APIURL] or [Server.HookURL], tell the server
// how to fail with [Server.Script], and read what arrived with [Server.Messages],
// [Server.Timeline], [Server.Thread] and [Server.Tally]. [RenderHTML] draws messages for
// people; [ReadRecord] reads the file of a server whose process is gone.
//
// It knows auth.test, chat.postMessage, chat.update, conversations.history,
// conversations.replies and webhooks under /services/. Of Block Kit it knows the blocks
// that make up messages: section, header, context, divider, image, markdown, actions
// and rich_text; any other is refused as invalid_blocks, as is a field that the
// documentation of a block does not name.
//
// A Server owns its listener, the goroutine that serves it, and the file of its record.
package slacktest
