package feed_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
)

func TestTextWrittenTwiceAsUTF8IsRepaired(t *testing.T) {
	for text, c := range map[string]*charmap.Charmap{
		"Café fermé – jusqu’à lundi": charmap.Windows1252,
		"Łódź: żegluga":              charmap.ISO8859_1,
		"港口今天关闭":                     charmap.ISO8859_1,
		"Из порта: Илья закрыл рейд": charmap.Windows1251,
		"Порт зачынены":              charmap.ISO8859_1,
	} {
		t.Run(text, func(t *testing.T) {
			doubled := ""
			for _, b := range []byte(text) {
				r := c.DecodeByte(b)
				if r == utf8.RuneError { // programs keep what the charset leaves undefined
					r = rune(b)
				}
				doubled += string(r)
			}
			d := parse(t, channel("<item><title>"+doubled+"</title><description>Fog</description></item>"))
			require.Equal(t, text, d.Items[0].Title)
			require.Equal(t, []string{"text that was written as UTF-8 twice was repaired"}, d.Notes)
		})
	}
}

func TestTextThatOnlyHasSuchLettersStays(t *testing.T) {
	for _, text := range []string{
		"Café", "É", "Ã©quipe à Paris", "Ñandú", "РС Якутия", "Сергей и Ўладзімір", "СССР", "Ångström", "TÉLÉ À LA", "Ö", "Å", "«Да»", "Р°",
		"Цена 5 €", "Prix : 5 €", "São Paulo", "港口", "Ð", "Ó", "Ð½", "naïve Â§ 5 – x",
	} {
		d := parse(t, channel("<item><title>"+text+"</title></item>"))
		if text == "Ð½" { // which is a letter of Cyrillic, and nothing in any language
			require.Equal(t, "н", d.Items[0].Title)
			continue
		}
		require.Equal(t, text, d.Items[0].Title)
		require.Empty(t, d.Notes)
	}
}
