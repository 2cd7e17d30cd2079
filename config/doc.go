// Package config reads the operator's files and makes them one immutable plan.
//
// [Load] reads the root file and everything it names, composes the Options of the
// packages that obey them, and reports every mistake at its place. [Config.Plan] builds
// the watcher's plan from it without side effects. [Watch] says when a file changed.
//
// Only cmd/sanctionwatch imports this package: no other knows where its settings come
// from. The package owns no state; Watch owns the goroutine it runs in.
package config
