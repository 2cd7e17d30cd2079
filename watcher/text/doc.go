// Package text turns a text into the words by which it is found: folded so
// that spellings of one word meet, with the byte range each was written at.
//
// In order of use: Tokens splits a text (or a rule's term: both must go
// through the same door) into words, Fold brings a single string into the form
// that is compared, Sentences and Sentence say which stretch of the text to
// quote. The package holds no state but read-only tables and imports nothing of
// this module.
package text
