// Package story decides which items tell the same piece of news.
//
// A [Book] learns the items that were recorded in stories and assigns new ones by the
// strongest evidence: the same article, the same title, or the same event, which is told
// by rare words in common. Words weigh less the more items of the window have them, and
// little if rules look for them or they are common in their language. An item joins a
// story if it is like its members on average; likeness fades with the hours between them,
// counts less between two articles of one outlet, and nothing between titles with other
// figures: "day 396" and "day 397" are two stories. Candidates come from an inverted
// index of the rarest words, so the cost of an item does not grow with the window.
//
// Labelled groups measure it ([Labelled.Evaluate]) beside simpler ways ([Baselines]).
//
// The package owns nothing but memory; a Book is rebuilt from the store at start.
package story
