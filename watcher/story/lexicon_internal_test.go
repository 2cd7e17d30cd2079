package story

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// A line of the lexicon that its reader cannot find in a text is no use.
func TestEveryWordOfTheLexiconIsFound(t *testing.T) {
	owner := map[string]string{}
	for line := range strings.Lines(lexiconText) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		name := strings.TrimRight(fields[0], "!~")
		for _, w := range fields[1:] {
			folded := text.Fold(strings.TrimPrefix(w, "="))
			tokens := text.Tokens(folded)
			r, _ := utf8.DecodeRuneInString(folded)
			if text.IsIdeograph(r) || strings.HasSuffix(folded, "月") {
				c, n := theLexicon().ofHan(tokens)
				require.NotNil(t, c, w)
				require.Equal(t, len(tokens), n, w)
				continue
			}
			require.Len(t, tokens, 1, "%s: %s is one word", name, w)
			require.Equal(t, folded, tokens[0].Word, name)
			require.GreaterOrEqual(t, utf8.RuneCountInString(folded), 2, "%s: %s", name, w)
			c := theLexicon().of(folded)
			require.NotNil(t, c, w)
			if other, ok := owner[w]; ok {
				require.Equal(t, other, name, "%s is in two lines", w)
			}
			owner[w] = name
		}
	}
	require.Greater(t, len(owner), 2000)
}

func TestFiguresAreReadAsOtherLanguagesWriteThem(t *testing.T) {
	for s, want := range map[string]string{
		"1,200 tonnes": "1200", "1.200 Tonnen": "1200", "2,5 процента": "2.5", "2.5 percent": "2.5",
		"500 млн юаней": "500000000", "5亿元": "500000000", "$1.2bn": "1200000000", "1,2 млрд": "1200000000",
		"двенадцать человек": "12", "zwölf Personen": "12", "douze personnes": "12", "A200": "a200",
	} {
		r := reader{times: map[uint32]int{}}
		r.read(s, text.Tokens(s), 1)
		require.Contains(t, r.times, hashAbroad("figure "+want), s)
	}
}

func TestNamesSoundAlike(t *testing.T) {
	for _, names := range [][]string{
		{"skuodis", "скуодис"},
		{"protasevich", "протасевич", "protasiewicz"},
		{"turchin", "турчин", "turczyn"},
		{"ryzhenkov", "рыженков", "ryschenkow"},
		{"svetlogorsk", "светлогорск", "swietlogorsk"},
	} {
		for _, n := range names[1:] {
			want, got := sound(names[0]), sound(n)
			require.Equal(t, want[:min(len(want), mostSounds)], got[:min(len(got), mostSounds)], n)
		}
	}
	require.Empty(t, sound("مينسك"))
}
