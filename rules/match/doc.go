// Package match decides whether a query holds for an item, and shows why.
//
// In order of use: Compile turns a parsed query and the vocabularies it names into a Query, once,
// when rules load; NewDoc prepares an item, once; Query.Eval and Query.Explain then judge it, many
// queries on one Doc. Eval and Explain are one evaluator, so an explanation cannot contradict a
// verdict. A Query is immutable and safe for concurrent use; a Doc is neither. The package owns no
// goroutine, file or table.
//
// # Meaning
//
// The text of an item is three fields, title, lead and body, that nothing crosses. A word, phrase or
// vocabulary finds places: runs of tokens of package text. Case, accents and widths do not count, nor
// does punctuation inside a phrase, except that Chinese characters and kana written as one word must
// touch. Terms of all languages are looked for in every item.
//
//   - A term with a hyphen, dash or slash is found with it, with a space or in one word (MAZ-543,
//     MAZ 543, MAZ543), and a word is found where the text writes it with hyphens; up to four parts.
//   - a NEAR/n b: both in one field, not overlapping, at most n tokens between; it is a place itself,
//     from the beginning of the first to the end of the last. ONEAR: a ends before b begins. NEAR/S
//     and NEAR/P: both wholly in one sentence, one paragraph. Chinese characters count one each.
//   - a NOT NEAR/n b: the places of a with no b near them; it holds if there is one.
//   - ATLEAST/n: n places that do not overlap. One that an earlier field has too, at the same place
//     of a sentence of the same words, does not count again: many feeds begin the lead with the title.
//   - FIRST/n: only places that end within the first n tokens of their field; every field counts
//     from its own beginning.
//   - CASE compares words as written, after compatibility forms are made plain (NFKC).
//   - STEM compares Snowball stems of folded words, of the language that a vocabulary gives its term;
//     for a word of the query, Russian if it is Cyrillic without letters that Russian lacks and
//     English if it is Latin. Words of other languages are compared whole.
//   - title, lead, hlead (title and lead), body and text are scopes. author is searched as a text
//     of its own. The others compare a value, folded, with wildcards: url a part of the address
//     (a phrase also where signs part its words), site the host or a domain above it (www. does not
//     count), feed its id or name, tag and category any tag of the item or feed, country and lang the
//     feed's or item's code; lang:zh holds for zh-Hant too.
//
// AND, OR and NOT work on the item. Bounds: of each field the first two megabytes are read; an
// operand keeps its first 10,000 places and is looked for with at most a million comparisons of the
// words after a first one, which no article comes near.
package match
