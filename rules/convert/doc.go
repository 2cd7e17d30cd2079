// Package convert turns a query in the syntax of Factiva, Lexis, Brandwatch or Meltwater into the
// rule language of package query, or refuses it and says what has no equal.
//
// Convert is the only door. A Result is a query that reads as the vendor reads it, with Notes on
// what looks different afterwards: where parentheses were added, how distances are counted. What
// the vendor's public documents leave open, such as the order in which Brandwatch reads AND and OR,
// is not guessed: it is a mistake with its column and the cure, as is what has no equal here.
//
// All vendors share one lexer and one parser. A dialect says what a run of characters is and in
// which order the operators of one level are read: see factiva.go, lexis.go and social.go. The
// package holds no state; work is bounded by the length and the nesting that package query allows.
package convert
