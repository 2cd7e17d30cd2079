package text_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// TestLongTextsOfAnythingAreReadToTheirEnd repeats whatever this package treats apart. It ends or it
// does not: work that grew with the square of the text would outlast any deadline.
func TestLongTextsOfAnythingAreReadToTheirEnd(t *testing.T) {
	const size = 1 << 18
	more := []string{"a'", "a`", "A. ", "a-", "l’", "aа", "е\u0308\u0301", "(", "a.B", "\u200ba", "a\u200b", "1.", "🇧", "ガ", "ไทย", "\u1100\u1161\u11a8", "\u2067a"}
	for _, p := range append(more, pieces...) {
		s := strings.Repeat(p, size/len(p)) + " Minsk"
		tokens := text.Tokens(s)
		require.LessOrEqual(t, len(tokens), len(s))
		last := tokens[len(tokens)-1]
		require.Equal(t, "minsk", last.Word[max(0, len(last.Word)-5):], "after %q", p)
		once := text.Fold(s)
		require.LessOrEqual(t, len(once), 20*len(s), "%q", p)
		require.Equal(t, once, text.Fold(once), "%q", p)
		from, to := text.Sentence(s, len(s)-3, len(s))
		require.True(t, from <= len(s)-3 && to == len(s), "%q", p)
	}
}

// TestTokensOfAMegabyteAreSound checks all that holds for any text on a long one of all pieces.
func TestTokensOfAMegabyteAreSound(t *testing.T) {
	var b strings.Builder
	for i := 0; b.Len() < 1<<20; i++ {
		b.WriteString(pieces[i*i%len(pieces)])
		b.WriteString(pieces[i*7%len(pieces)])
	}
	requireSound(t, b.String())
}
