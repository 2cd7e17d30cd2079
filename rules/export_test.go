package rules

import "github.com/sanctionwatch/sanctionwatch/rules/query"

// Implies reports whether the linter takes b to hold wherever a does, for a test that
// compares it with the evaluator.
func Implies(s *Set, a, b query.Node) bool {
	l := newLinter(s)
	l.prover.steps = maxProof
	return l.prover.implies(clause{a, whole()}, clause{b, whole()})
}
