package feed_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// inCharset is an RSS document of one item in a charset; declared goes into the prolog.
func inCharset(t testing.TB, title, label, declared string) []byte {
	t.Helper()
	body := channel("<item><title>" + title + "</title></item>")
	prolog := ""
	if declared != "" {
		prolog = ` encoding="` + declared + `"`
	}
	body = strings.Replace(body, ` encoding="utf-8"`, prolog, 1)
	e, _ := charset.Lookup(label)
	require.NotNil(t, e)
	out, err := e.NewEncoder().Bytes([]byte(body))
	require.NoError(t, err)
	return out
}

func TestCharsetsAreDecoded(t *testing.T) {
	for label, title := range map[string]string{
		"windows-1251": "Порт закрыт на ремонт", "koi8-r": "Порт закрыт на ремонт", "koi8-u": "Порт зачинено: її немає",
		"iso-8859-5": "Порт закрыт", "ibm866": "Порт закрыт", "gb2312": "港口今天关闭", "gbk": "港口今天关闭",
		"gb18030": "港口今天关闭", "big5": "港口今天關閉", "iso-8859-1": "Café fermé", "iso-8859-2": "Zażółć łódź",
		"windows-1250": "Zażółć łódź", "iso-8859-15": "Prix: 5 €", "windows-1257": "Šiąnakt uostas",
		"shift_jis": "港は閉鎖", "euc-jp": "港は閉鎖", "iso-2022-jp": "港は閉鎖", "euc-kr": "항구 폐쇄",
	} {
		t.Run(label+" in the prolog", func(t *testing.T) {
			d, err := feed.Parse(inCharset(t, title, label, label), feed.Hints{})
			require.NoError(t, err)
			require.Equal(t, title, d.Items[0].Title)
		})
		t.Run(label+" in the header", func(t *testing.T) {
			h := http.Header{"Content-Type": {"application/rss+xml; charset='" + label + "'"}}
			d, err := feed.Parse(inCharset(t, title, label, ""), feed.Hints{Header: h})
			require.NoError(t, err)
			require.Equal(t, title, d.Items[0].Title)
		})
		t.Run(label+" by the operator", func(t *testing.T) {
			d, err := feed.Parse(inCharset(t, title, label, "us-ascii"), feed.Hints{Encoding: label})
			require.NoError(t, err)
			require.Equal(t, title, d.Items[0].Title)
		})
	}
}

func TestWideCharsetsAreDecodedWithAndWithoutMark(t *testing.T) {
	body := []byte(channel("<item><title>Порт 港口</title></item>"))
	for name, enc := range map[string]interface {
		Bytes([]byte) ([]byte, error)
	}{
		"UTF-16LE with mark": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"UTF-16BE with mark": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
		"UTF-16LE":           unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(),
		"UTF-16BE":           unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(),
		"UTF-32LE with mark": utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder(),
		"UTF-32BE":           utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM).NewEncoder(),
		"UTF-8 with mark":    unicode.UTF8BOM.NewEncoder(),
	} {
		t.Run(name, func(t *testing.T) {
			b, err := enc.Bytes(body)
			require.NoError(t, err)
			d, err := feed.Parse(b, feed.Hints{})
			require.NoError(t, err)
			require.Equal(t, "Порт 港口", d.Items[0].Title)
		})
	}
}

func TestUTF8IsBelievedBeforeWhatIsDeclared(t *testing.T) {
	body := strings.Replace(channel("<item><title>Порт закрыт</title></item>"), "utf-8", "windows-1251", 1)
	h := http.Header{"Content-Type": {"text/xml; charset=iso-8859-1"}}
	d, err := feed.Parse([]byte(body), feed.Hints{Header: h})
	require.NoError(t, err)
	require.Equal(t, "Порт закрыт", d.Items[0].Title)
	require.Empty(t, d.Notes)
}

func TestBrokenBytesAreReplacedAndTold(t *testing.T) {
	d := parse(t, channel("<item><title>Порт\xff закрыт на ремонт</title></item>"+numbered(1)))
	require.Len(t, d.Items, 2)
	require.Equal(t, "Порт\uFFFD закрыт на ремонт", d.Items[0].Title)
	require.Equal(t, []string{"bytes that are no UTF-8 were replaced"}, d.Notes)
}

func TestLanguageDecidesWhereNothingIsDeclared(t *testing.T) {
	for language, c := range map[string]struct{ label, title string }{
		"ru": {"windows-1251", "Порт закрыт"}, "uk": {"koi8-u", "порт зачинено"}, "pl": {"windows-1250", "Łódź"},
		"zh-CN": {"gbk", "港口关闭"}, "zh-TW": {"big5", "港口關閉"}, "": {"windows-1251", "Порт закрыт на ремонт"},
	} {
		t.Run(language, func(t *testing.T) {
			d, err := feed.Parse(inCharset(t, c.title, c.label, ""), feed.Hints{Language: language})
			require.NoError(t, err)
			require.Equal(t, c.title, d.Items[0].Title)
			require.Contains(t, d.Notes[0], "set encoding on the feed")
		})
	}
}

func TestLeftoversOfWindows1252AreRead(t *testing.T) {
	d := parse(t, channel("<item><title>don\u0092t</title><description>&#147;quay&#148;</description></item>"))
	require.Equal(t, "don\u2019t", d.Items[0].Title)
	require.Equal(t, "\u201cquay\u201d", d.Items[0].Summary)
}

func TestCharsetsHaveManyNames(t *testing.T) {
	for name, c := range map[string]struct{ label, title string }{
		"CP1251": {"windows-1251", "Порт"}, "mac-cyrillic": {"x-mac-cyrillic", "Порт"}, "cp936": {"gbk", "港口关闭"},
		"cp949": {"euc-kr", "항구"}, "shift_jis": {"shift_jis", "港は閉鎖"}, "KOI8-R": {"koi8-r", "Порт"}, "x-sjis": {"shift_jis", "港は閉鎖"},
		"iso_8859-5": {"iso-8859-5", "Порт"}, "cp950": {"big5", "港口關閉"}, "cp932": {"shift_jis", "港は閉鎖"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := feed.Parse(inCharset(t, c.title, c.label, name), feed.Hints{})
			require.NoError(t, err)
			require.Equal(t, c.title, d.Items[0].Title)
		})
	}
}

func TestLabelThatCannotBeTrueIsNotBelieved(t *testing.T) {
	for _, label := range []string{"utf-16", "UCS-2", "no-such-thing", "utf-32"} {
		d, err := feed.Parse([]byte(strings.Replace(channel("<item><title>Порт</title></item>"), "utf-8", label, 1)), feed.Hints{})
		require.NoError(t, err, label)
		require.Equal(t, "Порт", d.Items[0].Title)
	}
}
