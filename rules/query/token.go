package query

import "unicode"

// kind is what a token is.
type kind uint8

const (
	kindEOF        kind = iota
	kindBad             // something that was reported and stands for nothing
	kindWord            // belarus*
	kindPhrase          // "great stone"
	kindVocabulary      // @potash
	kindField           // title:
	kindCall            // CASE(
	kindOpen            // (
	kindClose           // )
	kindAnd
	kindOr
	kindNot
	kindNear // NEAR/5, ONEAR/S
)

// A token is one element of the source.
type token struct {
	kind     kind
	pos, end Pos
	text     string   // as written; the name of a vocabulary, field or call
	words    []string // of a phrase
	number   int      // the distance of a Near, the count of a call
	unit     Unit     // of a Near
	ordered  bool     // of a Near
	bad      bool     // a mistake in it has been reported
	unclear  bool     // and what was meant around it is unclear too
}

// operator reports whether the token joins what stands left and right of it.
func (t token) operator() bool { return t.kind >= kindAnd }

// begins reports whether the token can be the first of an operand.
func (t token) begins() bool {
	return t.kind >= kindWord && t.kind <= kindOpen
}

// isWordStart reports whether a word may begin with r.
func isWordStart(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// isWordRune reports whether r may stand in a word. The apostrophe and the hyphen are accepted in
// their typographic forms too, since analysts paste from documents.
func isWordRune(r rune) bool {
	switch r {
	case '-', '\'', '.', '/', '&', '+', '_', '*', '?', '’':
		return true
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014': // hyphens and dashes
		return true
	}
	return isWordStart(r) || unicode.IsMark(r)
}

// isNameRune reports whether r may stand in the name of a vocabulary.
func isNameRune(r rune) bool {
	return isWordStart(r) || unicode.IsMark(r) || r == '-' || r == '_'
}

// isQuote reports whether r is a quotation mark, opening or closing.
func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '«', '»':
		return true
	}
	return false
}

// closers are the marks that may close a phrase opened by r: Polish closes „ with ”, German and
// Lithuanian with “. They are empty if no phrase opens with r.
func closers(r rune) string {
	switch r {
	case '"':
		return `"`
	case '“':
		return "”"
	case '„':
		return "“”"
	case '«':
		return "»"
	}
	return ""
}

// isIdeographic reports whether text holds Chinese characters or Japanese kana.
func isIdeographic(text string) bool {
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー' {
			return true
		}
	}
	return false
}

// isControl reports whether r is a control character other than the usual white space.
func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r'
}

// invisible names a character that changes how the text around it reads without being seen, or is
// empty. Such characters hide words from the reader of a rule and from the matcher alike.
func invisible(r rune) string {
	switch r {
	case '\u00ad':
		return "SOFT HYPHEN"
	case '\u034f':
		return "COMBINING GRAPHEME JOINER"
	case '\u061c':
		return "ARABIC LETTER MARK"
	case '\u115f', '\u1160', '\u3164', '\uffa0':
		return "HANGUL FILLER"
	case '\u200b':
		return "ZERO WIDTH SPACE"
	case '\u200c':
		return "ZERO WIDTH NON-JOINER"
	case '\u200d':
		return "ZERO WIDTH JOINER"
	case '\u200e':
		return "LEFT-TO-RIGHT MARK"
	case '\u200f':
		return "RIGHT-TO-LEFT MARK"
	case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e':
		return "BIDIRECTIONAL EMBEDDING OR OVERRIDE"
	case '\u2060':
		return "WORD JOINER"
	case '\u2066', '\u2067', '\u2068', '\u2069':
		return "BIDIRECTIONAL ISOLATE"
	case '\ufeff':
		return "BYTE ORDER MARK"
	}
	if unicode.Is(unicode.Cf, r) {
		return "FORMAT CHARACTER"
	}
	return ""
}
