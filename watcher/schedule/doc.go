// Package schedule decides when things run. A [Timetable] computes when a feed is due
// again from its cron expression, jitter, the publisher's wishes and its failures; a
// [Poller] claims due feeds and polls them; an [Engine] runs delivery jobs and periodic
// tasks on River.
//
// Make the engine with [NewEngine] on the store's driver, hand [Engine.Enqueue] to the
// store, call [Engine.Channels] with the names of the channels, then [Engine.Run] and
// [Poller.Run] side by side until their context ends.
//
// The package owns River's tables (their migration is the store's) and the goroutines
// that Run starts and ends.
package schedule
