package notify_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

func TestClean(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"white space", "  a\t\r\n b\u00a0\u3000c\u2028d ", "a b c d"},
		{"escape sequences", "a\x1b[31mb\u009b0m", "a[31mb0m"},
		{"bidi", "safe\u202efdp.exe\u202c", "safefdp.exe"},
		{"zero width", "po\u200btash\ufeff\u00ad\u2060", "potash"},
		{"tags and selectors", "a\U000e0061\U000e0100b", "ab"},
		{"fillers", "\u3164\u115f\u2800", ""},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"no letter for the mark", "\u0301a", "a"},
		{"four marks at most", "a" + strings.Repeat("\u0301", 9), "a" + strings.Repeat("\u0301", 4)},
		{"accents stay", "ну\u0301жно e\u0302\u0301", "ну\u0301жно e\u0302\u0301"},
		{"emoji stay", "\u2708\ufe0f 🔴", "\u2708\ufe0f 🔴"},
		{"markup is the channel's affair", "<!channel> *b* &amp;", "<!channel> *b* &amp;"},
	} {
		require.Equal(t, row.want, notify.Clean(row.in, 100), row.name)
	}
}

func TestCleanCutsBetweenCharacters(t *testing.T) {
	require.Equal(t, "абв…", notify.Clean("абвгд", 4))
	require.Equal(t, "абвг", notify.Clean("абвг", 4))
	require.Equal(t, "аб…", notify.Clean("аб вгд", 4), "no space before the ellipsis")
	require.Equal(t, "a…", notify.Clean("ab\u0301\u0302cd", 3), "a letter keeps its marks or goes")
	require.Empty(t, notify.Clean("abc", 0))
}

func TestCleanTextStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 60).Draw(t, "limit")
		once := notify.Clean(rapid.String().Draw(t, "text"), limit)
		if got := notify.Clean(once, limit); got != once {
			t.Fatalf("%q became %q", once, got)
		}
		if n := utf8.RuneCountInString(once); n > limit {
			t.Fatalf("%d characters in %q", n, once)
		}
	})
}

func TestLinks(t *testing.T) {
	for _, row := range []struct{ in, url, host string }{
		{"https://www.example.org/a?b=c#d", "https://www.example.org/a?b=c#d", "example.org"},
		{"http://example.org:8080/", "http://example.org:8080/", "example.org"},
		{" https://EXAMPLE.org/Ä ", "https://example.org/%C3%84", "example.org"},
		{"https://пример.бел/a", "https://xn--e1afmkfd.xn--90ais/a", "пример.бел"},
		{"https://bank.example@evil.example/", "https://evil.example/", "evil.example"},
		{"https://example.org/<!channel>|x?q=<a|b>\"'`", "https://example.org/%3C%21channel%3E%7Cx?q=%3Ca%7Cb%3E%22%27%60", "example.org"},
		{"https://example.org/?q=\u202ebad", "https://example.org/?q=%E2%80%AEbad", "example.org"},
		{"https://аррӏе.com/", "https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"},
		{"https://müller.example/", "https://xn--mller-kva.example/", "müller.example"},
		{"https://例子.example/", "https://xn--fsqu00a.example/", "例子.example"},
		{"https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x", "2001:db8::1"},
		{"javascript:alert(1)", "", ""},
		{"data:text/html,x", "", ""},
		{"//example.org/x", "", ""},
		{"https:///x", "", ""},
		{"https://a b.example/", "", ""},
		{"https://exa\u200bmple.org\u202e/", "", ""},
		{"https://example.org/" + strings.Repeat("a", 3000), "", ""},
		{"", "", ""},
	} {
		m := notify.Compose(watcher.Outgoing{Alert: watcher.Alert{Item: watcher.Item{URL: row.in}}})
		require.Equal(t, row.url, m.URL, "%.60q", row.in)
		require.Equal(t, row.host, m.Host, "%.60q", row.in)
	}
}
