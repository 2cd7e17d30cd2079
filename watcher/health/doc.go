// Package health says how feeds are: whether one answers, whether it publishes as it
// used to, and what people must be told.
//
// [Learn] keeps a feed's [Rhythm] in its state, poll by poll. [Judge] says from a state
// and the time how the feed is. [Teller.Pass] compares that with what people were told
// and returns the [Telling] values to write: troubles, each once, and their recovery.
//
// All is pure; the package owns no table, file or goroutine. What it keeps is text in
// the state: Rhythm and Told.
package health
