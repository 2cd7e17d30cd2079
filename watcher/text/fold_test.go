package text_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// requireFolds checks a table of words, each written and folded.
func requireFolds(t *testing.T, folds map[string]string) {
	t.Helper()
	for s, want := range folds {
		require.Equal(t, want, text.Fold(s), "%q", s)
	}
}

func TestFoldTakesWidthAndCompatibilityAway(t *testing.T) {
	requireFolds(t, map[string]string{
		"Ａ２００": "a200", "５Ｇ": "5g", "ＳＷＩＦＴ": "swift", "ﬁnance": "finance", "№": "no", "x²": "x2",
		"Ⅷ": "viii", "㎞": "km", "K": "k", "Ω": "ω", "½": "1\u20442", "（制裁）": "(制裁)", "豈": "岂", "⼤": "大",
		"a\u00a0b\u202fc\u3000d": "a b c d", "…": "...", "\u2011\u2010\u2013\u2014\u2212": "-----",
	})
}

func TestFoldTakesMarksOffLatinLetters(t *testing.T) {
	requireFolds(t, map[string]string{
		"Łódź": "lodz", "Đorđe": "dorde", "Straße": "strasse", "STRAẞE": "strasse", "Ørsted": "orsted",
		"Œuvre": "oeuvre", "Þór": "thor", "Guðni": "gudni", "Ærø": "aero", "DIYARBAKIR": "diyarbakir",
		"Diyarbakır": "diyarbakir", "İzmir": "izmir", "Białoruś": "bialorus", "Šiauliai": "siauliai",
		"Baltkrievijā": "baltkrievija", "Weißrussland": "weissrussland", "Biélorussie": "bielorussie",
		"e\u0301te\u0301": "ete", "Nguyễn": "nguyen", "ǅ": "dz", "Ħaż-Żebbuġ": "haz-zebbug",
	})
}

func TestFoldKeepsTheLettersOfCyrillic(t *testing.T) {
	requireFolds(t, map[string]string{
		"Калийный": "калийный", "Кали\u0438\u0306ный": "калийный", "Україна": "україна", "Укра\u0456\u0308на": "україна",
		"Слаўнафта": "слаунафта", "Сла\u0443\u0306нафта": "слаунафта", "Ў": "у", "ЁЛКА": "елка", "е\u0308ж": "еж",
		"Ґудзь": "ґудзь", "за\u0301мок": "замок", "ё\u0301": "е", "й\u0301": "й", "ЩЁКИНО": "щекино", "Једнако": "једнако",
		"Ѓорѓи": "ѓорѓи", "г\u0301": "ѓ", "Ќе": "ќе", "Ӱ": "ӱ",
	})
}

func TestFoldDropsNoMarkOfOtherScripts(t *testing.T) {
	for _, s := range []string{
		"ガス", "プーチン", "ベラルーシ", "हिन्दी", "กรุงเทพ", "한국", "벨라루스", "עִבְרִית", "بيلاروسيا", "ά", "մարտ",
	} {
		require.Equal(t, s, text.Fold(s))
	}
	requireFolds(t, map[string]string{
		"ｶﾞｽ": "ガス", "カ\u3099ス": "ガス", "한국": "한국", "ΛΟΥΚΑΣΈΝΚΟΣ": "λουκασένκοσ", "Λουκασένκος": "λουκασένκοσ",
	})
}

func TestFoldMakesOneApostropheOfAll(t *testing.T) {
	for _, quote := range []string{"'", "’", "‘", "`", "´", "ʼ", "ʹ", "ʻ", "′", "＇"} {
		require.Equal(t, "пам'ять", text.Fold("пам"+quote+"ять"), quote)
		require.Equal(t, "l'espace", text.Fold("L"+quote+"espace"), quote)
	}
}

func TestFoldDropsWhatCannotBeSeen(t *testing.T) {
	for _, r := range "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\ufe0f\u034f" {
		require.Equal(t, "санкции", text.Fold("санк"+string(r)+"ции"), "%U", r)
		require.Equal(t, "sankcje", text.Fold(string(r)+"sankcje"+string(r)), "%U", r)
		require.Equal(t, "制裁", text.Fold("制"+string(r)+"裁"), "%U", r)
	}
}

func TestFoldRepairsLookAlikes(t *testing.T) {
	requireFolds(t, map[string]string{
		"Мiнiстэрства": "міністэрства", "Лукашэнкi": "лукашэнкі", "Бeлapycь": "беларусь", "MИHCK": "минск",
		"Укра\u00efна": "україна", "Cанкции": "санкции", "ëлка": "елка", "eлка": "елка",
		"Веlarus": "belarus", "ВЕLAVIA": "belavia", "SWIFTа": "swifta", "Роlonez": "polonez", "МAZ": "maz",
		"МAЗ-543": "маз-543", "beCloud Беларусь": "becloud беларусь", "УтроNews": "утроnews", "SWIFTом": "swiftом",
		"СOVID": "covid", "МТ\u0043": "мтс", "MT\u0421": "mtc", "Cі": "сі", "Øж": "ож", "i": "i", "і": "і", "А200": "а200", "A200": "a200",
	})
}

func TestFoldSimplifiesChinese(t *testing.T) {
	requireFolds(t, map[string]string{
		"白俄羅斯": "白俄罗斯", "白羅斯": "白罗斯", "盧卡申科": "卢卡申科", "魯卡申柯": "鲁卡申柯", "白俄羅斯鉀肥公司": "白俄罗斯钾肥公司",
		"普羅塔塞維奇": "普罗塔塞维奇", "白俄羅斯航空": "白俄罗斯航空", "瑞恩航空": "瑞恩航空", "中白工業園區": "中白工业园区", "波洛內茲": "波洛内兹",
		"多管火箭砲": "多管火箭炮", "中興通訊": "中兴通讯", "華為": "华为", "一帶一路": "一带一路", "鉀鹽": "钾盐", "氯化鉀": "氯化钾",
		"領空": "领空", "關閉領空": "关闭领空", "飛越": "飞越", "凍結": "冻结", "禁飛區": "禁飞区", "黑名單": "黑名单", "出口管制實體清單": "出口管制实体清单",
		"報復措施": "报复措施", "戰略夥伴關係": "战略伙伴关系", "徵收關稅": "征收关税", "衛星／衞星": "卫星/卫星", "羣眾群衆": "群众群众", "餘額": "余额",
		"鍾馗": "钟馗", "後來皇后": "后来皇后", "這裡這裏": "这里这里", "制裁": "制裁", "明斯克": "明斯克",
	})
}

func TestFoldLeavesCharactersThatSimplifiedTextKeeps(t *testing.T) {
	for _, s := range []string{"著名", "慰藉", "瞭望", "颠覆", "哪吒", "大阪", "幺"} {
		require.Equal(t, s, text.Fold(s))
	}
}

func TestFoldKnowsTheCommonTraditionalCharacters(t *testing.T) {
	known := 0
	for r := rune(0x4E00); r <= 0x9FFF; r++ {
		once := text.Fold(string(r))
		require.Equal(t, once, text.Fold(once), "%c has a target that is a key", r)
		require.True(t, text.IsIdeograph([]rune(once)[0]), "%c", r)
		if once != string(r) {
			known++
		}
	}
	require.Greater(t, known, 3000)
}

func TestFoldShowsBytesThatAreNoText(t *testing.T) {
	require.Equal(t, "a\ufffdb\ufffd", text.Fold("A\xffB\xd0"))
	require.Equal(t, "\ufffd\ufffdo", text.Fold("\xe2\x80\u00f3"))
}
