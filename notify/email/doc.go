// Package email is the channel that sends messages as mail.
//
// New makes the notifier from Options. Each delivery goes to every recipient over one
// connection, in an envelope of its own, so that a refused address stops nobody else's
// mail. The promise is at least once: a repeat carries the same Message-ID, Date and
// text, and while the notifier lives it never goes to those who have it; after a crash
// or a reload it may.
//
// A story's first mail is the parent of its later ones (References, In-Reply-To), so
// that mail programs show them as one thread; mail cannot be changed afterwards, so an
// Update is not supported. What an SMTP server says decides: 4xx, a refused connection
// and one that is cut before the text went out mean later, cut after that means
// perhaps, 5xx means never. A delivery to several is done once nobody is left to try
// again and at least one has it.
//
// The package owns no table, file or goroutine. It remembers for a day who has a
// delivery that is still being tried.
package email
