package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// pieces are what texts are drawn from: whatever this package treats apart.
var pieces = []string{
	"a", "B", "s", "S", "d", "qu", "ł", "Ø", "ß", "İ", "ı", "é", "e\u0301", "ǆ", "ﬁ", "№", "㎞", "™",
	"а", "Б", "ё", "е\u0308", "ў", "у\u0306", "й", "Ї", "ѓ", "о\u0301", "Н", "ж", "Ж", "i\u0308",
	"Σ", "ς", "ά", "א", "״", "ש", "ع", "ـ", "हि", "न्", "ก", "รุ", "가", "각", "\u11a8",
	"白", "羅", "鉀", "葛\U000E0100", "カ", "\u3099", "ｶ", "ﾞ", "ー", "の", "々", "𠀋", "⼀", "豈",
	"1", "20", "½", "²", "Ⅷ", "①", "５", "٣", ".", ",", ":", ";", "!", "?", "…", "...", "。", "！", "؟",
	"'", "’", "`", "´", "ʼ", "′", "\"", "“", "”", "(", ")", "»", "-", "–", "\u2011", "/", "_", "\u202f",
	" ", "  ", "\u00a0", "\u3000", "\n", "\r\n", "\n\n", "\u2028", "\u0085", "\t",
	"\u00ad", "\u200b", "\u200d", "\u200e", "\u2067", "\ufeff", "\ufe0f", "\u034f", "\u0301", "\u0338",
	"\xd0", "\xff", "\xe2\x80", "\ufffd", "\x00", "🇧🇾", "👩‍🚀", "K", "Å", "ﷺ", "㋀", "¨", "≠",
}

// anyText draws texts of the pieces above, of all of Unicode and of any bytes.
func anyText() *rapid.Generator[string] {
	drawn := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40), func(p []string) string {
		return strings.Join(p, "")
	})
	bytes := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 60), func(b []byte) string { return string(b) })
	return rapid.OneOf(drawn, drawn, rapid.String(), bytes)
}

// requireSound checks all that holds for the tokens and sentences of any text.
func requireSound(t require.TestingT, s string) {
	sentences := text.Sentences(s)
	end := 0
	for _, r := range sentences {
		require.LessOrEqual(t, end, r.Start, "sentences overlap in %q", s)
		require.Less(t, r.Start, r.End, "empty sentence in %q", s)
		require.LessOrEqual(t, r.End, len(s))
		end = r.End
	}
	var last text.Token
	for i, k := range text.Tokens(s) {
		require.LessOrEqual(t, last.End, k.Start, "token %d of %q overlaps", i, s)
		require.Less(t, k.Start, k.End, "token %d of %q is empty", i, s)
		require.LessOrEqual(t, k.End, len(s))
		written := s[k.Start:k.End]
		require.True(t, utf8.ValidString(written), "token %d of %q", i, s)
		require.Equal(t, text.Fold(written), k.Word, "token %d of %q", i, s)
		require.NotEmpty(t, k.Word, "token %d of %q", i, s)
		require.NotEqual(t, k.Word, k.Alt)
		require.Less(t, int(k.Sentence), len(sentences), "token %d of %q", i, s)
		r := sentences[k.Sentence]
		require.True(t, r.Start <= k.Start && k.End <= r.End, "token %d of %q outside of its sentence", i, s)
		if len(s) < 1000 { // it begins at the beginning each time
			var got text.Range
			got.Start, got.End = text.Sentence(s, k.Start, k.End)
			require.Equal(t, r, got, "token %d of %q", i, s)
		}
		require.LessOrEqual(t, last.Sentence, k.Sentence)
		require.LessOrEqual(t, last.Paragraph, k.Paragraph)
		require.LessOrEqual(t, k.Paragraph, k.Sentence)
		requireNoWord(t, s, last.End, k.Start)
		last = k
	}
	requireNoWord(t, s, last.End, len(s))
}

// requireNoWord checks that s[start:end], which no token holds, has no letter
// or digit but for what is cut off: 's after a word, and before an apostrophe.
func requireNoWord(t require.TestingT, s string, start, end int) {
	gap := s[start:end]
	for i, r := range gap {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) || strings.ContainsRune("ʹʻʼʽ\uff9e\uff9f", r) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(gap[:i])
		after, _ := utf8.DecodeRuneInString(gap[i+utf8.RuneLen(r):])
		cut := strings.ContainsRune("lLdDnNsScCjJmMtTqQuU", r)
		require.True(t, cut && (isApostrophe(before) || isApostrophe(after) || after == 'u' || after == 'U'),
			"%q of %q is in no token", r, s)
	}
}

// isApostrophe reports whether r folds to an apostrophe.
func isApostrophe(r rune) bool { return text.Fold(string(r)) == "'" }

func TestTokensAndSentencesOfAnyTextAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { requireSound(t, anyText().Draw(t, "text")) })
}

func TestFoldOfAFoldIsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Draw(t, "text")
		once := text.Fold(s)
		require.Equal(t, once, text.Fold(once), "fold of %q", s)
		require.True(t, utf8.ValidString(once))
	})
}

func TestSentenceHoldsTheRangeAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Draw(t, "text")
		start := rapid.IntRange(-5, len(s)+5).Draw(t, "start")
		end := rapid.IntRange(-5, len(s)+5).Draw(t, "end")
		from, to := text.Sentence(s, start, end)
		require.True(t, 0 <= from && from <= to && to <= len(s), "%d:%d", from, to)
		if 0 <= start && start <= end && end <= len(s) {
			require.True(t, from <= start && end <= to, "%d:%d", from, to)
		}
	})
}

func FuzzTokens(f *testing.F) {
	for _, p := range pieces {
		f.Add(p)
	}
	for _, language := range languages {
		f.Add(news[language])
	}
	f.Fuzz(func(t *testing.T, s string) {
		requireSound(t, s)
		once := text.Fold(s)
		require.Equal(t, once, text.Fold(once))
	})
}

func TestTokensOfPlainWordsAreThoseOfUnicode(t *testing.T) {
	letters := rapid.SampledFrom([]rune("abąяї的中5 \t,.;-–()\"«»+&@"))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(letters, 0, 60, -1).Draw(t, "text")
		var want, got []string
		for it := words.FromString(s); it.Next(); {
			if strings.ContainsFunc(it.Value(), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
				want = append(want, it.Value())
			}
		}
		for _, k := range text.Tokens(s) {
			got = append(got, s[k.Start:k.End])
		}
		require.Equal(t, want, got)
	})
}
