package text

// Token is one word of a text.
type Token struct {
	Word       string // folded
	Alt        string // folded in the other script when the token mixes Latin and Cyrillic, else ""
	Start, End int    // byte offsets in the text: s[Start:End] is the word as written
	Joined     bool   // only a hyphen, dash, slash or no-break space stands before it and after the token before
	Sentence   int32  // ordinal in the text, from 0
	Paragraph  int32  // ordinal in the text, from 0
}

// Tokens splits s into words.
func Tokens(s string) []Token { return nil }

// IsIdeograph reports whether r is written without spaces between words (Han,
// kana), so that it is a token of its own.
func IsIdeograph(r rune) bool { return false }
