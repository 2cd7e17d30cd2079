package notify

import "github.com/sanctionwatch/sanctionwatch/watcher"

// A Notifier is what each channel package makes.
type Notifier interface {
	watcher.Notifier
	// Updates reports whether an Update is worth sending: the channel can bring a message
	// up to date, or shows more coverage in a way that is no second message.
	Updates() bool
}
