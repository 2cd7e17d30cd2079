// Package text turns a text into the words by which it is found, folded so that
// the spellings of one word meet, each with the byte range it was written at.
//
// In order of use: Tokens splits a text into words. A rule's term goes through
// the same door, so that both sides of a comparison are cut and folded alike: a
// term is found where its tokens stand side by side. Fold brings a single string,
// such as the letters before a wildcard, into the form that words are compared
// in. Sentences and Sentence say which stretch of the text to quote.
//
// All functions may be called from any goroutine and never fail, whatever bytes
// they are given; time and memory grow with the length of the text and nothing
// else. The package owns only tables, which it computes at the first use and
// never changes, and imports nothing of this module.
package text
