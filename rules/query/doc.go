// Package query is the rule language: it reads a query as a person who watches the media writes it
// and refuses, with the cure, what products of the trade read in different ways.
//
// In order of use: Parse makes a tree of Nodes or Errors; Walk and the exported node types are for
// those who evaluate or rewrite a tree; a Node's String is the one canonical print of a query, and
// Format its canonical layout with lines and comments; Equal compares trees; NewError shows a mistake
// that a later reader finds in a parsed query, and Closest guesses the name that was meant. The
// package holds no state and knows nothing of items: what a query means for a text is for package
// match.
//
// # Grammar
//
//	query      = expr .
//	expr       = prox { "OR" prox }
//	           | prox { ( "AND" | "NOT" | "AND" "NOT" ) prox } .
//	prox       = operand [ [ "NOT" ] ( "NEAR" | "ONEAR" ) "/" distance operand ] .
//	distance   = number | "S" | "P" .               0 to 100 words between, sentence, paragraph
//	operand    = [ field ":" ] primary .            no space after the colon
//	primary    = word | phrase | vocabulary | call | "(" expr ")" .
//	call       = ( "ATLEAST" "/" number | "FIRST" "/" number | "CASE" | "STEM" ) "(" expr ")" .
//	phrase     = quote word { word } quote .        "…" “…” „…“ „…” «…»
//	vocabulary = "@" name .                         letters, digits, - and _
//	word       = letter-or-digit { letter-or-digit | mark | - ' . / & + _ * ? } .
//	field      = one of Fields .
//	comment    = "#" { any } newline .              after white space or at the beginning of a line
//
// The hyphen and the apostrophe of a word may be typographic ones. Between quotation marks a word
// is whatever stands between white space. ATLEAST5( is read as ATLEAST/5(.
//
// # Static rules
//
// Both sides of a NEAR are places in the text: words, phrases, vocabularies, CASE and STEM, groups
// of these with OR, or another NEAR in parentheses. A level has at most one NEAR. ATLEAST counts
// places, so that AND and NOT cannot stand in it. A wildcard needs three letters before it (a Hangul
// syllable counts as two) and does nothing in Chinese and Japanese. A field under a field must be a part of it (title under hlead);
// where a field is compared by value, no text is searched. At most 64 parentheses are open at once
// and a query has at most 200 KB. Characters that cannot be seen are refused.
//
// # Canonical print
//
// A chain is read from the left, so that "a AND b NOT c AND d" is ((a AND b) NOT c) AND d. Nested
// ANDs and ORs become one, and parentheses are printed only where the tree would be another without
// them. A phrase of one word is a Word; it is printed without quotation marks where the bare word
// would be read as the same word.
package query
