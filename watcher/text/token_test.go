package text_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// wordsOf returns the words of s, spaces between them, with a + before one that
// is joined to the word before.
func wordsOf(s string) string {
	var words []string
	for _, k := range text.Tokens(s) {
		if k.Joined {
			k.Word = "+" + k.Word
		}
		words = append(words, k.Word)
	}
	return strings.Join(words, " ")
}

// writtenIn returns the words of s as they are written, | between them.
func writtenIn(s string) string {
	var written []string
	for _, k := range text.Tokens(s) {
		written = append(written, s[k.Start:k.End])
	}
	return strings.Join(written, "|")
}

// requireWords checks a table of texts, each with its words.
func requireWords(t *testing.T, texts map[string]string) {
	t.Helper()
	for s, want := range texts {
		require.Equal(t, want, wordsOf(s), "%q", s)
	}
}

func TestTokensAreTheWords(t *testing.T) {
	requireWords(t, map[string]string{
		"":  "",
		" ": "", "— … !": "", "🇧🇾 👩‍🚀": "", "\u0301": "",
		"EU bans potash.":    "eu bans potash",
		"Запрет на калий":    "запрет на калий",
		"5G, A200 & K+S":     "5g a200 k s",
		"3.5 or 1,000 (12%)": "3.5 or 1,000 12",
		"U.S. and т.е. that": "u.s and т.е that",
		"belta.by don’t":     "belta.by don't",
		"#stop_lukashenko":   "stop +lukashenko",
		"_курсив_":           "курсив",
		"Минск:санкции":      "минск санкции",
		"«Беларуськалий»":    "беларуськалий",
		"№5":                 "5",
		"한국 제재":              "한국 제재",
		"हिन्दी में":         "हिन्दी में",
		"в Минске.Ранее":     "в минске ранее",
		"Node.js":            "node.js",
	})
}

func TestTokensKnowWhatAHyphenJoins(t *testing.T) {
	requireWords(t, map[string]string{
		"MAZ-543": "maz +543", "MAZ 543": "maz 543", "MAZ\u2011543": "maz +543", "MAZ\u00a0543": "maz +543",
		"MAZ543": "maz543", "MAZ\u202f543": "maz +543", "MAZ\u00ad-\u200b543": "maz +543",
		"Полонез-М": "полонез +м", "A/200": "a +200", "МЗКТ–7930": "мзкт +7930", "IMT-2020 (5G)": "imt +2020 5g",
		"Minsk - Vilnius": "minsk vilnius", "Minsk— Vilnius": "minsk vilnius", "a.-b": "a b", "a\n-b": "a b",
		"-a": "a", "制-裁": "制 +裁", "sino-biélorusse": "sino +bielorusse", "制裁": "制 裁", "A200火箭": "a200 火 箭",
	})
}

func TestTokensCutThePossessiveAndTheElided(t *testing.T) {
	requireWords(t, map[string]string{
		"Lukashenko's": "lukashenko", "Lukashenko’s": "lukashenko", "BELARUS'S": "belarus", "it`s": "it",
		"sanctions' end": "sanctions end", "'s": "s", "L’espace": "espace", "l'espace d'Alexandre": "espace alexandre",
		"qu’il n'a s'est c’est j'ai m'a t'a": "il a est est ai a a", "QU'IL": "il", "aujourd'hui": "aujourd'hui",
		"l´espace": "espace", "l'5G": "l 5g", "d'": "d", "д'Артаньян": "д'артаньян", "O'Brien's": "o'brien", "l's": "s",
		"п’ять": "п'ять", "пам`ять": "пам'ять", "об´єкт": "об'єкт", "’пам’ять’": "пам'ять", "`code` x": "code x",
	})
	require.Equal(t, "Lukashenko|plan|espace|Alexandre|пам`ять", writtenIn("Lukashenko’s plan: l’espace d'Alexandre, пам`ять"))
}

func TestTokensGoOnOverWhatCannotBeSeen(t *testing.T) {
	requireWords(t, map[string]string{
		"санк\u200bц\u200bии": "санкции", "санк\u00adции": "санкции", "\u200eсанкции\u200f": "санкции",
		"за\u0301мок": "замок", "\ufeffMinsk": "minsk", "\u2067Minsk\u2069": "minsk", "制\u200b裁": "制 裁",
		"A\u200b200": "a200", "ไทย\u200bไทย": "ไ ท ย ไ ท ย",
	})
	require.Equal(t, "санк\u200bции|да", writtenIn("\u200eсанк\u200bции\u200f да\u00ad"))
}

func TestTokensOfChineseAndJapaneseAreRunes(t *testing.T) {
	requireWords(t, map[string]string{
		"歐盟制裁白俄羅斯鉀肥。": "欧 盟 制 裁 白 俄 罗 斯 钾 肥",
		"プーチンのガス":     "プ ー チ ン の ガ ス", "ｶﾞｽ": "ガ ス", "カ\u3099ス": "ガ ス", "か\u3099": "が",
		"葛\U000E0100飾区": "葛 饰 区", "𠀋人々": "𠀋 人 々", "カ_a": "カ +a", "〆切": "〆 切",
	})
	require.Equal(t, "ｶﾞ|ｽ|葛\U000E0100|飾", writtenIn("ｶﾞｽ葛\U000E0100飾"))
}

func TestTokensGiveTheOtherReadingOfMixedWords(t *testing.T) {
	for written, want := range map[string][2]string{
		"М\u0069нск":       {"мінск", "miнck"},
		"\u0410200":        {"а200", ""},
		"MA\u0405":         {"mas", "маѕ"},
		"Бeлapycь":         {"беларусь", "бeлapycь"},
		"УтроNews":         {"утроnews", "yтponews"},
		"Belaruskaliй":     {"belaruskaliй", ""},
		"Минск":            {"минск", ""},
		"Minsk":            {"minsk", ""},
		"Лукашэнк\u0069's": {"лукашэнкі", "лykaшэнki"},
	} {
		tokens := text.Tokens(written)
		require.Len(t, tokens, 1, written)
		require.Equal(t, want, [2]string{tokens[0].Word, tokens[0].Alt}, written)
	}
}

func TestTokensCountSentencesAndParagraphs(t *testing.T) {
	var got [][2]int32
	for _, k := range text.Tokens("\n\nOne two. Three\n\n \r\n***\nFour!\u2028Five. 六。七") {
		got = append(got, [2]int32{k.Sentence, k.Paragraph})
	}
	require.Equal(t, [][2]int32{{0, 0}, {0, 0}, {1, 0}, {3, 2}, {4, 3}, {5, 3}, {6, 3}}, got)
}

func TestTokensOfBytesThatAreNoText(t *testing.T) {
	require.Equal(t, "a|b|c", writtenIn("a\xffb\xd0 c\xe2\x80"))
	require.Equal(t, "制|裁", writtenIn("制\xe5\x88裁\xe8\xa3"))
}

func TestTokensShareTheTextWhereTheyCan(t *testing.T) {
	s := "sankcje санкции 制裁 制裁"
	allocs := testing.AllocsPerRun(20, func() { text.Tokens(s) })
	require.LessOrEqual(t, allocs, 3.0)
}

func TestIsIdeograph(t *testing.T) {
	for _, r := range "制鉀𠀋〇々〆のカーｶヽ⼤豈" {
		require.True(t, text.IsIdeograph(r), "%c", r)
	}
	for _, r := range "aЖ5 。，、・゠ﾞ\u3099한กहㄅ！\ufffd" {
		require.False(t, text.IsIdeograph(r), "%c", r)
	}
}
