// Package rules turns the operator's rules and vocabularies into a Set that decides which
// items matter: a watcher.Matcher.
//
// Load reads YAML sources, reports every mistake in them with its place and cure, and
// proves each rule by its own samples: a rule without a sample that it must find and one
// that it must leave alone does not load. A Set is immutable and safe for concurrent use;
// Set.Match is what the line calls, Set.Explain shows why a rule did or did not fire, and
// Set.Lint says what is allowed but unwise.
//
// The package owns no file, table or goroutine.
package rules
