// Package watcher holds the nouns of sanctionwatch, the verbs as interfaces, and the
// line that carries one item from a feed to the people who must hear of it:
//
//	Feed ─ fetch ─▶ Item ─ match ─▶ Match ─ cluster ─▶ Story ─ decide ─▶ Alert ─ route ─▶ Delivery ─ notify ─▶ Receipt
//
// Build a [Plan] from the operator's files, make a [Watcher] with [New], give it the
// plan with [Watcher.Use], then call [Watcher.Poll] for each claimed feed and
// [Watcher.Deliver] for each delivery job. Both are safe for concurrent use.
//
// The fate of one item is one [Record], written in one transaction; its deliveries and
// their jobs are the outbox. A feed's cursor is saved only after its items are recorded,
// so a crash at any point repeats work and never loses news.
//
// The package owns no table, file or goroutine.
package watcher
