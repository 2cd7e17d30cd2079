// Package notify decides who hears of an alert and in which words.
//
// Build a [Router] from the operator's routing tree with [NewRouter]; it names the
// channels of an alert. A channel (notify/slack, notify/email, notify/webhook,
// notify/console) turns each delivery into a [Message] with [Compose] and renders that:
// no channel reads an alert itself, so that all tell the same and hostile text is made
// harmless in one place. [Secret] and [SecretReader] hold what no log may show, and
// [Problem] is how options report an operator's mistake.
//
// The package owns no table and no goroutine, and reads no file but the secrets.
package notify
