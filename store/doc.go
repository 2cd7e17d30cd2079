// Package store is sanctionwatch's memory: one SQL store over SQLite or PostgreSQL.
//
// [Open] a store, call [Store.Migrate] once, hand the job engine's insert to
// [Store.Enqueue], and give the store to watcher.New as its [watcher.Store]. River runs
// on [Store.Driver], so that one transaction carries our rows and River's jobs. Pollers
// call [Store.Sync] with the plan's feeds, then [Store.Claim]; pages and verbs use the
// reads; a daily job calls [Store.Prune].
//
// # Two databases
//
// SQLite is one file with one daemon, which the lock beside the file proves: every
// write goes through one connection whose transactions begin with the write lock, and
// reads have connections of their own. PostgreSQL may be shared by several replicas; an
// advisory lock held until commit gives Order its deployment-wide order. Statements are
// the same for both but for two words that [Store] puts into each dialect. Times are
// milliseconds since 1970 in UTC, 0 for the zero time.
//
// # Which item is the same
//
// An item is known by its id, across feeds. In its own feed it is also known by its
// guid: a link that changes under the same guid is the same item, unless its title and
// its date changed as well, because feeds that give every item one guid exist, and news
// in them must not be taken for an edit. The first id stays the item's id; Story of an
// item, membership, matches and text follow it there. An item is Edited when it comes
// with a wording it never had: two feeds that title one link differently, or a headline
// that is put back, are not news.
//
// # Regrouping
//
// A person may take items out of a story (Split) or join two (Merge), in the same order as
// records. A moved item is a member anew, with the next number, so that whoever reads
// Members learns it; what was split is kept in apart, and what was merged leads on in merged.
// Options.Beside opens the store for such a change beside the process that works on it.
//
// # What it owns
//
// The tables feeds, subscriptions, items, stories, members, apart, merged, matches, alerts,
// alert_themes, deliveries and channels, River's tables and goose's; for SQLite the file,
// its -wal and -shm companions and its .lock. No goroutine of its own beyond the connection
// pools'.
package store
