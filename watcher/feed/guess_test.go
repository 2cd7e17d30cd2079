package feed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/ianaindex"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// headlines are what feeds in old charsets are about, by language.
var headlines = map[string]struct{ charsets, title string }{
	"ru":      {"windows-1251 koi8-r ibm866 iso-8859-5 x-mac-cyrillic", "Порт закрыт: суда с удобрениями ждут на рейде"},
	"be":      {"windows-1251 koi8-u iso-8859-5", "Порт зачынены: судны з угнаеннямі чакаюць на рэйдзе"},
	"uk":      {"windows-1251 koi8-u", "Порт зачинено: судна з добривами чекають на рейді"},
	"pl":      {"windows-1250 iso-8859-2", "Port zamknięty: statki czekają na redzie, żegluga wstrzymana"},
	"cs":      {"windows-1250 iso-8859-2", "Přístav je uzavřen, lodě čekají na rejdě už týden"},
	"lt":      {"windows-1257", "Uostas uždarytas: laivai su trąšomis laukia reide jau savaitę"},
	"lv":      {"windows-1257", "Osta ir slēgta: kuģi ar mēslojumu gaida reidā jau nedēļu"},
	"de":      {"windows-1252 iso-8859-1", "Häfen geschlossen: Düngerschiffe müssen draußen warten"},
	"fr":      {"windows-1252 iso-8859-15", "Port fermé : les navires chargés d'engrais à l'arrêt"},
	"tr":      {"windows-1254", "Liman kapatıldı: gübre yüklü gemiler açıkta bekliyor, işçiler ağır koşullarda"},
	"el":      {"windows-1253", "Το λιμάνι έκλεισε και τα πλοία περιμένουν"},
	"he":      {"windows-1255", "הנמל נסגר והאוניות ממתינות בים"},
	"ar":      {"windows-1256 iso-8859-6", "الميناء مغلق والسفن تنتظر في البحر"},
	"th":      {"windows-874", "ท่าเรือปิดและเรือสินค้ารออยู่ในทะเล"},
	"zh-CN":   {"gbk gb18030", "港口今天关闭，载有化肥的船只在海上等待"},
	"zh-TW":   {"big5", "港口今天關閉，載有化肥的船隻在海上等待"},
	"ja":      {"shift_jis euc-jp", "港は今日から閉鎖され、肥料を積んだ船が沖で待っている"},
	"ko":      {"euc-kr", "항구가 오늘 폐쇄되어 비료를 실은 배가 바다에서 기다린다"},
	"unknown": {"windows-1251", "Порт закрыт: суда с удобрениями ждут на рейде"},
}

// labelled returns the document of one headline in a charset that is declared nowhere.
func labelled(t testing.TB, title, label string) []byte {
	t.Helper()
	if e, _ := charset.Lookup(label); e != nil {
		return inCharset(t, title, label, "")
	}
	e, err := ianaindex.IANA.Encoding(label)
	require.NoError(t, err)
	body, err := e.NewEncoder().Bytes([]byte(strings.Replace(channel("<item><title>"+title+"</title></item>"), ` encoding="utf-8"`, "", 1)))
	require.NoError(t, err)
	return body
}

func TestCharsetThatIsDeclaredNowhereIsGuessed(t *testing.T) {
	for language, c := range headlines {
		for label := range strings.FieldsSeq(c.charsets) {
			for _, known := range []string{"", language} {
				t.Run(label+" "+language+" known "+known, func(t *testing.T) {
					d, err := feed.Parse(labelled(t, c.title, label), feed.Hints{Language: known})
					require.NoError(t, err)
					require.Equal(t, c.title, d.Items[0].Title)
					require.Contains(t, d.Notes[0], "it was read as ")
				})
			}
		}
	}
}

func TestGuessIsMadeOnlyWhereNothingElseIsKnown(t *testing.T) {
	title := headlines["ru"].title
	body := inCharset(t, title, "windows-1251", "windows-1251")
	d, err := feed.Parse(body, feed.Hints{Language: "el"})
	require.NoError(t, err)
	require.Equal(t, title, d.Items[0].Title)
	require.Empty(t, d.Notes)
	d, err = feed.Parse(inCharset(t, title, "windows-1251", ""), feed.Hints{Encoding: "koi8-r"})
	require.NoError(t, err)
	require.NotEqual(t, title, d.Items[0].Title, "the operator's word counts")
}

func TestLanguageOfTheDocumentHelpsTheGuess(t *testing.T) {
	body := strings.Replace(channel("<language>pl</language><item><title>Łódź</title></item>"), ` encoding="utf-8"`, "", 1)
	e, _ := charset.Lookup("windows-1250")
	b, err := e.NewEncoder().Bytes([]byte(body))
	require.NoError(t, err)
	d, err := feed.Parse(b, feed.Hints{})
	require.NoError(t, err)
	require.Equal(t, "Łódź", d.Items[0].Title)
}

func BenchmarkGuess(b *testing.B) {
	body := labelled(b, strings.Repeat(headlines["ru"].title+" ", 500), "windows-1251")
	b.ReportAllocs()
	for b.Loop() {
		_, err := feed.Parse(body, feed.Hints{})
		require.NoError(b, err)
	}
}
