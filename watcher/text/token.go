package text

import "github.com/clipperhouse/uax29/v2/words"

// Token is one word of a text.
type Token struct {
	// Word is the word as it is compared: Fold of s[Start:End].
	Word string
	// Alt is the other reading of a word that mixes Latin and Cyrillic letters,
	// its look-alikes turned into the script that Word is not in, else "".
	Alt string
	// Start and End are byte offsets: s[Start:End] is the word as written,
	// without a possessive 's or what French elides.
	Start, End int
	// Joined reports that nothing but a hyphen, dash, slash, underscore or no-break
	// space stands between this word and the one before (MAZ-543, A/200).
	Joined bool
	// Sentence and Paragraph are ordinals in the text, from 0. Sentence is the
	// index into Sentences.
	Sentence, Paragraph int32
}

// Tokens splits s into words, in order, none overlapping another. It leaves out
// nothing that holds a letter or a digit.
//
// Words are those of Unicode (UAX #29), by which every ideograph is a word, but:
//
//   - every kana is a word too;
//   - colons and underscores part words, and so does the end of a sentence whose
//     space was lost;
//   - ` and ´ between letters are apostrophes, and a zero width space between
//     letters parts nothing;
//   - the English possessive ('s) and what French elides (l' d' qu' n' s' c' j' m'
//     t') are cut off.
//
// The words share memory with s or with one another: clone one that is kept for
// long. A token takes 64 bytes, so a text without spaces takes 21 times its
// length.
func Tokens(s string) []Token {
	if s == "" {
		return nil
	}
	t := tokenizer{
		folder: folder{t: sharedTables()},
		s:      s,
		at:     newCursor(s),
		tokens: make([]Token, 0, estimate(s)),
	}
	segments := words.FromString(s)
	for i := 0; i < len(s); {
		if s[i] == ' ' { // no need to ask
			i++
			continue
		}
		segments.SetText(s[i:])
		segments.Next()
		t.segment(i, i+segments.End())
		i += segments.End()
	}
	t.finish()
	return t.tokens
}

// estimate returns about as many tokens as s has, rather too many than too few.
func estimate(s string) int {
	n := 4
	for i := range len(s) {
		if c := s[i]; c == ' ' || c == '-' || c >= 0xE3 && c <= 0xE9 {
			n++
		}
	}
	return n + n/32
}
