// Package console is the channel that prints messages where the program runs: what
// "demo" shows, and a first channel that needs no account.
//
// New makes the notifier. Each message is one framed block written with one call, so
// that messages and log lines never mix inside a block. The frame is open to the right:
// terminals disagree about the width of emoji and of many letters, and a link at the
// end of a line can be opened. A terminal cannot change what it has printed, so an
// Update prints one line.
//
// The package owns no table, file or goroutine.
package console
