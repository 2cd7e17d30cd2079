package feed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// A reading is a date as a publisher writes it, and what it means.
type reading struct{ language, text, want string }

func read(t *testing.T, readings []reading) {
	t.Helper()
	for _, c := range readings {
		t.Run(c.language+" "+c.text, func(t *testing.T) {
			require.Equal(t, c.want, published(t, c.text, c.language))
		})
	}
}

func TestMailDatesAreRead(t *testing.T) {
	read(t, []reading{
		{"", "Tue, 02 Mar 2021 09:30:15 GMT", "2021-03-02T09:30:15Z"},
		{"", "Tue, 02 Mar 2021 09:30:15 +0300", "2021-03-02T06:30:15Z"},
		{"", "tue, 2 mar 21 9:30 +03:00", "2021-03-02T06:30:00Z"},
		{"", "02 March 2021 09:30:15 UTC+3", "2021-03-02T06:30:15Z"},
		{"", "Tue, 02 Mar 2021 09:30:15 GMT-05:30", "2021-03-02T15:00:15Z"},
		{"", "Tue, 02 Mar 2021 09:30:15 +0300 (MSK)", "2021-03-02T06:30:15Z"},
		{"", "Tue,02 Mar 2021 09:30:15 -0000", "2021-03-02T09:30:15Z"},
		{"", "Tue, 02 Mar 2021\n 09:30:15\tZ", "2021-03-02T09:30:15Z"},
		{"", "Tue, 02 Mar 2021 09:30:60 GMT", "2021-03-02T09:31:00Z"},
		{"", "Tue, 02 Mar 2021 24:00:00 GMT", "2021-03-03T00:00:00Z"},
		{"", "Sept 2, 2021 7:05:00 PM EST", "2021-09-03T00:05:00Z"},
		{"", "Tue Mar  2 09:30:15 2021", "2021-03-02T09:30:15Z"},
		{"", "Tue Mar  2 09:30:15 MSK 2021", "2021-03-02T06:30:15Z"},
		{"", "Tue Mar 02 2021 09:30:15 +0200", "2021-03-02T07:30:15Z"},
		{"", "02 Mar 2021", "2021-03-02T00:00:00Z"},
		{"", "09:30, 2 March 2021", "2021-03-02T09:30:00Z"},
	})
}

func TestZonesAreKnown(t *testing.T) {
	read(t, []reading{
		{"", "2 Mar 2021 12:00:00 MSK", "2021-03-02T09:00:00Z"},
		{"", "2 Mar 2021 12:00:00 HKT", "2021-03-02T04:00:00Z"},
		{"", "2 Mar 2021 12:00:00 SGT", "2021-03-02T04:00:00Z"},
		{"", "2 Mar 2021 12:00:00 JST", "2021-03-02T03:00:00Z"},
		{"", "2 Mar 2021 12:00:00 IST", "2021-03-02T06:30:00Z"},
		{"", "2 Mar 2021 12:00:00 AEST", "2021-03-02T02:00:00Z"},
		{"", "2 Mar 2021 12:00:00 EET", "2021-03-02T10:00:00Z"},
		{"", "2 Mar 2021 12:00:00 CST", "2021-03-02T18:00:00Z"},
		{"zh-CN", "2 Mar 2021 12:00:00 CST", "2021-03-02T04:00:00Z"},
		{"he", "2 Mar 2021 12:00:00 IST", "2021-03-02T10:00:00Z"},
		{"", "2 Mar 2021 12:00:00 Etc/GMT", "2021-03-02T12:00:00Z"},
	})
}

func TestISODatesAreRead(t *testing.T) {
	read(t, []reading{
		{"", "2021-03-02T09:30:15Z", "2021-03-02T09:30:15Z"},
		{"", "2021-03-02T09:30:15.75+0300", "2021-03-02T06:30:15Z"},
		{"", "2021-03-02T09:30+03", "2021-03-02T06:30:00Z"},
		{"", "2021-03-02 09:30:15 +0300", "2021-03-02T06:30:15Z"},
		{"", "2021/03/02 09:30:15", "2021-03-02T09:30:15Z"},
		{"", "2021-03-02", "2021-03-02T00:00:00Z"},
		{"", "2021-03", "2021-03-01T00:00:00Z"},
		{"", "20210302T093015Z", "2021-03-02T09:30:15Z"},
		{"", "20210302", "2021-03-02T00:00:00Z"},
		{"", "2021-061", "2021-03-02T00:00:00Z"},
		{"", "2021", "2021-01-01T00:00:00Z"},
		{"", "1614677415", "2021-03-02T09:30:15Z"},
		{"", "1614677415000", "2021-03-02T09:30:15Z"},
	})
}

func TestDatesInFiguresAreRead(t *testing.T) {
	read(t, []reading{
		{"", "02.03.2021 09:30", "2021-03-02T09:30:00Z"},
		{"en", "3/2/2021 09:30", "2021-03-02T09:30:00Z"},
		{"fr", "2/3/2021 09:30", "2021-03-02T09:30:00Z"},
		{"en", "25/3/2021 09:30", "2021-03-25T09:30:00Z"},
	})
}

func TestDatesInOtherLanguagesAreRead(t *testing.T) {
	read(t, []reading{
		{"ru", "вт, 2 марта 2021 09:30:15 +0300", "2021-03-02T06:30:15Z"},
		{"ru", "2 мая 2021 г., 09:30 МСК", "2021-05-02T06:30:00Z"},
		{"be", "2 сакавіка 2021 09:30", "2021-03-02T09:30:00Z"},
		{"be", "2 лістапада 2021 09:30", "2021-11-02T09:30:00Z"},
		{"uk", "2 березня 2021 09:30", "2021-03-02T09:30:00Z"},
		{"uk", "Сер, 2 серпня 2021 09:30", "2021-08-02T09:30:00Z"},
		{"pl", "2 października 2021 09:30", "2021-10-02T09:30:00Z"},
		{"pl", "śr., 2 cze 2021 09:30", "2021-06-02T09:30:00Z"},
		{"de", "Di, 2 März 2021 09:30 MEZ", "2021-03-02T08:30:00Z"},
		{"fr", "mar., 2 févr. 2021 09:30 +0100", "2021-02-02T08:30:00Z"},
		{"fr", "2 août 2021 09:30", "2021-08-02T09:30:00Z"},
		{"es", "mar, 2 ene 2021 09:30 +0100", "2021-01-02T08:30:00Z"},
		{"zh", "2021年3月2日 17:30:15", "2021-03-02T09:30:15Z"},
		{"zh", "周二, 2 3月 2021 17:30:15 +0800", "2021-03-02T09:30:15Z"},
		{"zh", "2 十一月 2021 17:30 CST", "2021-11-02T09:30:00Z"},
		{"ko", "2021년 03월 02일 18:30:15", "2021-03-02T09:30:15Z"},
		{"ko", "2021-03-02 오후 6:30:15", "2021-03-02T09:30:15Z"},
	})
}

func TestWhatIsNoDateIsNone(t *testing.T) {
	for _, text := range []string{
		"", "yesterday", "31 Feb 2021", "2021-13-01", "2021-00-10", "12", "Tue", "99:99", "2 Mar 2021 25:00", "2 Mar 9999",
		"-", "0000-00-00T00:00:00Z", "2 Mar", "3월", string(make([]byte, 200)),
	} {
		t.Run(text, func(t *testing.T) { require.Empty(t, published(t, text, "")) })
	}
}

// published returns the date of an item as it is read.
func published(t testing.TB, text, language string) string {
	t.Helper()
	d, err := feed.Parse([]byte(channel("<item><title>A</title><pubDate>"+text+"</pubDate></item>")), feed.Hints{Language: language})
	require.NoError(t, err)
	if d.Items[0].Published.IsZero() {
		return ""
	}
	return d.Items[0].Published.Format(time.RFC3339)
}
