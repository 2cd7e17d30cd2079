// Package story decides which items tell the same piece of news.
//
// A [Book] learns the items that were recorded in stories and assigns new ones by three
// signatures, strongest first: the same normalised title, nearly the same text (shared
// word pairs of title and lead), nearly the same title. Titles that differ in a number
// are never joined: "day 396" and "day 397" are two stories. Candidates come from an
// inverted index of word pairs, so the cost of an item does not grow with the window.
//
// The package owns nothing but memory; a Book is rebuilt from the store at start.
package story
