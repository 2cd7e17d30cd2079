package text_test

import (
	"strings"
	"testing"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// news is a paragraph in each of the languages whose speed matters.
var news = map[string]string{
	"en": "The Council of the European Union on Monday extended its restrictive measures against " +
		"Belarus by another year, citing the transit of potash through Klaipėda. Diplomats said that " +
		"the list now names 54 companies, among them Belaruskali and the carrier Belavia; Lukashenko's " +
		"office called the step \"short-sighted\". Exports of fertiliser fell by 12.5% in the U.S. and Asia.\n",
	"ru": "Совет Европейского союза в понедельник продлил ограничительные меры против Белоруссии ещё на " +
		"год. По словам дипломатов, в списке теперь 54 компании, среди них «Беларуськалий» и авиакомпания " +
		"«Белавиа»; в Минске этот шаг назвали недальновидным. Вывоз калийных удобрений в 2021 г. упал на 12,5%.\n",
	"pl": "Rada Unii Europejskiej przedłużyła w poniedziałek środki ograniczające wobec Białorusi o kolejny " +
		"rok. Według dyplomatów na liście są już 54 spółki, wśród nich Biełaruśkalij i linie lotnicze " +
		"Belavia; Mińsk nazwał ten krok krótkowzrocznym. Wywóz nawozów potasowych spadł o 12,5 proc.\n",
	"be": "Савет Еўрапейскага саюза ў панядзелак працягнуў абмежавальныя меры супраць Беларусi яшчэ на год. " +
		"Паводле дыпламатаў, у спiсе цяпер 54 кампаніі, сярод іх «Беларуськалій» і авіякампанія «Белавія».\n",
	"zh": "欧洲联盟理事会周一决定把对白俄罗斯的限制措施再延长一年。外交官表示，名单上现有五十四家公司，其中包括" +
		"白俄罗斯钾肥公司和白俄罗斯航空公司；明斯克称此举短视。去年钾肥出口下降12.5%，主要买家是中国和印度。\n",
	"zh-Hant": "歐洲聯盟理事會週一決定把對白俄羅斯的限制措施再延長一年。外交官表示，名單上現有五十四家公司，其中包括" +
		"白俄羅斯鉀肥公司和白俄羅斯航空公司；明斯克稱此舉短視。去年鉀肥出口下降12.5%，主要買家是中國和印度。\n",
	"ja": "欧州連合理事会は月曜日、ベラルーシに対する制限措置を一年延長した。外交官によると、リストには五十四社が載っている。\n",
}

var languages = []string{"en", "ru", "pl", "be", "zh", "zh-Hant", "ja"}

// article returns about four kilobytes in a language.
func article(language string) string {
	return strings.Repeat(news[language], 4<<10/len(news[language])+1)
}

func BenchmarkTokens(b *testing.B) {
	for _, language := range languages {
		b.Run(language, func(b *testing.B) {
			s := article(language)
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				text.Tokens(s)
			}
		})
	}
}

func BenchmarkFold(b *testing.B) {
	for _, language := range languages {
		b.Run(language, func(b *testing.B) {
			s := article(language)
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				text.Fold(s)
			}
		})
	}
}

func BenchmarkSentences(b *testing.B) {
	for _, language := range languages {
		b.Run(language, func(b *testing.B) {
			s := article(language)
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				text.Sentences(s)
			}
		})
	}
}
