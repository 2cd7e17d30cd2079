// Package feed fetches feeds politely, decodes and repairs what publishers send, reads
// it with gofeed and cleans it to plain text. Its [Client] is the watcher's Source.
//
// Make a [Client] with [New] from the operator's [Options], then call [Client.Fetch] for
// each poll, and [Client.Close] at the end. [Client.Use] says how feeds are reached whose
// publishers ask who reads them, by their [Access]. [Client.Get] and [Parse] are the two halves
// of a Fetch for those who want to look in between; [Document.Convert] turns what was
// read into items. [Canonical] decides whether two links are one item, [Clean] is the
// link that a reader gets, [PlainText] is what a reader sees of HTML.
//
// A document takes this way: bytes to UTF-8 (charset.go), a tolerant scan (scan.go) that
// rewrites it as a small well-formed document of the elements that matter, with links
// resolved, text bounded and broken parts closed or cut off (mend.go, field.go), gofeed
// for the vocabularies of RSS, RDF, Atom and JSON Feed (parse.go), our own date reader
// (date.go), and plain text (plain.go). What had to be repaired is told in
// [Document.Notes]: nothing is lost silently.
//
// Of a feed with full text the articles behind new items are read into their bodies
// (fulltext.go): as HTML only, where robots.txt lets us (page.go), with all that guards a
// feed's fetch, in bounds of number and time. [Client.Known] tells what is new. An article
// that cannot be read leaves its item as the feed gave it, with a word on why (trouble.go).
//
// What the operator keeps secret is in files, read when it is needed and sent to the
// feed's own scheme and host only (access.go). No address inside the own network is
// connected to unless the operator allows it, however it is written (address.go).
//
// The package owns the connections of a Client and no goroutine, table or file.
package feed
