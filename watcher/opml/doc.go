// Package opml reads and writes lists of feeds as OPML 1.0 and 2.0, the form in which
// feed readers exchange them.
//
// [Read] takes a list of any program: folders become tags, whatever can be read of a
// damaged file is read, and what cannot is reported with its line. [Write] writes OPML
// 2.0 that other programs read, with what only we know of a feed in attributes of a
// namespace of our own, so that Read gives back what Write was given.
//
// The package fetches nothing and owns nothing.
package opml
