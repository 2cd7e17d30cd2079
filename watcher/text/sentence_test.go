package text_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// requireSentences checks that the sentences of marked, less its marks, are
// what stands between the marks.
func requireSentences(t *testing.T, marked string) {
	t.Helper()
	s := strings.ReplaceAll(marked, "|", "")
	var want, got []string
	for part := range strings.SplitSeq(marked, "|") {
		want = append(want, strings.TrimSpace(part))
	}
	for _, r := range text.Sentences(s) {
		got = append(got, s[r.Start:r.End])
	}
	require.Equal(t, want, got)
}

func TestSentencesEndAtTheirStops(t *testing.T) {
	for name, marked := range map[string]string{
		"stops":          "Minsk denied it.| Why?| Nobody knows!| So be it…| Good night",
		"several stops":  "Really?!| Yes... well, no...| No.",
		"quotes":         "“We will pay.”| He left.| (He had to.)| «Да.»| Нет",
		"German quotes":  "Er sagte: „Nein.“| Dann ging er.",
		"speech goes on": "“Never!” said the minister.| “Who?” – asked he.| Done",
		"Chinese":        "欧盟制裁白俄罗斯钾肥。|明斯克反对！|为什么？|因为如此",
		"Chinese quotes": "他说：“制裁。”|明斯克反对",
		"Chinese, ASCII": "欧盟制裁.|明斯克反对!|为什么",
		"Japanese":       "制裁を延長した。|ベラルーシは反対｡|以上",
		"Hindi, Arabic":  "क्या हुआ।| ठीक है॥| ماذا؟| نعم",
		"lost space":     "Ранее в Минске.|Сегодня в Вильнюсе.| It rained.|It pours!|Help",
		"and a quote":    "«Это санкции.»|Ранее он молчал",
		"lines":          "Headline without a stop\n| Lead\r\n\r\n| Body",
		"rare breaks":    "one\u2028|two\u0085|three\v|four\f|five",
		"only stops":     "?!",
	} {
		t.Run(name, func(t *testing.T) { requireSentences(t, marked) })
	}
}

func TestSentencesGoOnAfterOtherDots(t *testing.T) {
	for name, marked := range map[string]string{
		"initials":       "U.S. President J. R. Biden met J.-C. Juncker in Brussels.| They talked.",
		"titles":         "Mr. Smith and Dr. Jones of St. Petersburg Co. Inc. met Gen. Hodges.| They left",
		"numbers":        "It fell by 12.5 to No. 7 on Jan. 5 at 3.30 p.m. London time.| He said no.| Then it rose",
		"years":          "It ended in 2021.| Then came 5G.| COVID-19.| Polonez-M.| Silence",
		"addresses":      "See www.belta.by or https://example.org/a?b=Cd.| Read onliner.by.| Ask for Node.js",
		"version":        "Version 2.0.1 came out.| It works",
		"Russian":        "В 2021 г. Беларусь продала 5 млн. тонн, т.е. Больше всех, по словам А. Г. Лукашенко.| Он доволен",
		"Russian places": "На ул. Ленина, в г. Минске, у св. Софии, см. Приложение, ст. 5 и рис. 3.| Там",
		"Russian counts": "Счёт стал 2:3.| Так ответил Минск.| Это лига 1.| Дальше",
		"Belarusian":     "Праф. Іваноў жыве на вул. Якуба Коласа.| Там ціха",
		"Ukrainian":      "У 2021 р. Білорусь продала 5 млрд. Україна — ні.| Так",
		"Polish":         "Minister ds. Europy mówił m.in. Litwie o 10 tys. Polaków z ul. Długiej.| Koniec",
		"Lithuanian":     "2021 m. Baltarusija pardavė 5 mln. EUR, pvz. Kinijai.| Taip",
		"Latvian":        "Kopš 1223.g. Dānija un 2004. gadā Latvija, piem. Rīga.| Tā",
		"German":         "Am 3. Mai kam das 5. Sanktionspaket, d.h. Verbote für 200 Mio. Euro.| Danach nichts",
		"French":         "M. Macron et Mme. Tikhanovskaïa ont parlé de Mlle. Dupont.| Puis rien",
		"lists":          "1. Мінск.| Далей",
		"lower case":     "Yahoo! is not a shout, vs. that etc. and so on.| Right?",
	} {
		t.Run(name, func(t *testing.T) { requireSentences(t, marked) })
	}
}

func TestSentencesOfNothing(t *testing.T) {
	for _, s := range []string{"", " ", "\n\n", "\u200b\ufeff"} {
		require.Empty(t, text.Sentences(s), "%q", s)
		from, to := text.Sentence(s, 0, len(s))
		require.Equal(t, s, s[from:to])
	}
}

func TestSentenceQuotesTheHit(t *testing.T) {
	const s = "Rain today. Potash exports fell. Markets were calm.\nSport"
	at := func(word string) (int, int) { i := strings.Index(s, word); return i, i + len(word) }
	quoted := func(start, end int) string {
		from, to := text.Sentence(s, start, end)
		return s[from:to]
	}
	for word, want := range map[string]string{
		"Rain":            "Rain today.",
		"Potash":          "Potash exports fell.",
		"fell.":           "Potash exports fell.",
		"Sport":           "Sport",
		"fell. Markets":   "Potash exports fell. Markets were calm.",
		"today. Potash e": "Rain today. Potash exports fell.",
	} {
		require.Equal(t, want, quoted(at(word)), word)
	}
	require.Equal(t, "Rain today.", quoted(-3, 2), "before the text")
	require.Equal(t, "Sport", quoted(len(s)-1, len(s)+9), "after the text")
	require.Equal(t, "Potash exports fell.", quoted(14, 14), "an empty range")
	require.Equal(t, "Potash exports fell.", quoted(14, 3), "a range the wrong way round")
	require.Empty(t, quoted(len(s)+1, len(s)+2))
}
