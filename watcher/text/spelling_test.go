package text_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// spelled returns the words of s, without what joins them.
func spelled(s string) string { return strings.ReplaceAll(wordsOf(s), "+", "") }

func TestSpellingsOfOneNameMeet(t *testing.T) {
	for _, spellings := range [][]string{
		{"Лукашэнкі", "Лукашэнк\u0069", "ЛУКАШЭНКІ", "лукашэнкі", "Лука\u00adшэнкі"},
		{"Мінск", "М\u0069нск", "\u004D\u0456\u043D\u0441\u043A", "МІНСК"},
		{"Беларусь", "Б\u0065л\u0061русь", "БЕЛАРУСЬ", "Белару\u200bсь"},
		{"у Еўропе", "у Еуропе", "у Е\u0443\u0306ропе"},
		{"самолёт", "самолет", "самоле\u0308т", "САМОЛЁТ"},
		{"пам’ять", "пам'ять", "памʼять", "пам`ять", "пам´ять"},
		{"Łukaszenka", "LUKASZENKA", "Lukaszenka", "łukaszenka"},
		{"Weißrussland", "Weissrussland", "WEISSRUSSLAND"},
		{"Biélorussie", "Bie\u0301lorussie", "BIELORUSSIE", "l’Biélorussie"},
		{"Klaipėda", "Klaipeda", "KLAIPĖDA"},
		{"MAZ-543", "MAZ 543", "MAZ\u2011543", "MAZ–543", "maz\u00a0543", "ＭＡＺ－５４３"},
		{"МЗКТ-7930", "МЗКТ 7930", "мзкт/7930"},
		{"IMT-2020 (5G)", "IMT 2020, ５G", "imt—2020 5g"},
		{"Belarus", "Belarus’s", "BELARUS'S", "belarus`s"},
		{"白俄羅斯鉀肥", "白俄罗斯钾肥", "白俄羅斯钾肥", "白\u200b俄罗斯钾肥"},
		{"中白工業園", "中白工业园"},
		{"飛越領空", "飞越领空"},
		{"ベラルーシ", "ﾍﾞﾗﾙｰｼ", "ヘ\u3099ラルーシ"},
	} {
		for _, other := range spellings[1:] {
			require.Equal(t, spelled(spellings[0]), spelled(other), "%q and %q", spellings[0], other)
		}
	}
}

func TestWordsThatDifferStayApart(t *testing.T) {
	for _, pair := range [][2]string{
		{"калий", "калии"},
		{"Україна", "Украіна"},
		{"мій", "мии"},
		{"ґрунт", "грунт"},
		{"Ѓорче", "Горче"},
		{"ガス", "カス"},
		{"プ", "フ"},
		{"हिन्दी", "हनद"},
		{"กรุง", "กรง"},
		{"ά", "α"},
		{"А200", "A200"},
		{"瑞恩", "瑞安"},
		{"制裁", "裁制"},
		{"д'Артаньян", "Артаньян"},
	} {
		require.NotEqual(t, spelled(pair[0]), spelled(pair[1]))
	}
}

func TestWordsFoldedBeforehandAreTheSameWords(t *testing.T) {
	for _, language := range languages {
		s := news[language]
		for _, k := range text.Tokens(s) {
			again := text.Tokens(k.Word)
			require.Len(t, again, 1, "%q", k.Word)
			require.Equal(t, k.Word, again[0].Word)
		}
	}
}

func TestTextsOfEveryLanguageAreSound(t *testing.T) {
	for _, language := range languages {
		requireSound(t, news[language])
	}
}

// Each of these would take minutes if any step went over what it has seen.
func TestHostileTextsAreSound(t *testing.T) {
	const length = 1 << 17
	for _, part := range []string{
		"a`", "ж`a", "a\u200b", "a\u0301", "\u0301", "a\u0338\u0323", "'s", "l'", ".", ". ", ".\"", "!'", "A.", "1.", "1. ",
		"\u200b", "\n", "-", "_", "白", "白\ufe0f", "カ", "\u3099", "ﷺ", "жa", "\xff", "a:", "a.", "\"", "ก", "\u1100", "É",
	} {
		s := strings.Repeat(part, length/len(part))
		require.Equal(t, text.Fold(s), text.Fold(text.Fold(s)), "%q", part)
		end := 0
		for _, k := range text.Tokens(s) {
			require.True(t, end <= k.Start && k.Start < k.End, "%q", part)
			end = k.End
		}
		from, to := text.Sentence(s, len(s)/2, len(s)/2+1)
		require.Less(t, from, to+1, "%q", part)
	}
}
