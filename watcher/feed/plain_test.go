package feed_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestPlainTextIsWhatAReaderSees(t *testing.T) {
	for name, c := range map[string]struct{ html, want string }{
		"nothing":             {"", ""},
		"words":               {"  Ferry\tlate ", "Ferry late"},
		"inline":              {"F<b>err</b>y <i>late</i>", "Ferry late"},
		"blocks":              {"<p>One</p><p>two<br>three</p><ul><li>a<li>b</ul>", "One\ntwo\nthree\na\nb"},
		"wrapped source":      {"<p>One\n   two\r\nthree</p>", "One two three"},
		"cells":               {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		"entities":            {"a &amp; b &lt;c&gt; &#8364; &eacute;&nbsp;x", "a & b <c> \u20ac \u00e9 x"},
		"comment":             {"a<!-- <b>hidden</b> -->b", "ab"},
		"script":              {"a<script>alert('<p>x</p>')</script>b", "ab"},
		"script in capitals":  {"a<SCRIPT type=x>1</SCRIPT >b", "ab"},
		"style":               {"a<style>p{}</style>b", "ab"},
		"script never closed": {"Ferry <script> tag explained", "Ferry tag explained"},
		"iframe":              {"a<iframe src=x>old</iframe>b", "a b"},
		"attribute with >":    {`<a title="1>2" href="x">go</a>`, "go"},
		"tag never closed":    {"late <a href=", "late"},
		"less than":           {"3 < 4 & 5 > 2", "3 < 4 & 5 > 2"},
		"bidi":                {"pay \u202egnp.exe\u202c \u2066now\u2069", "pay gnp.exe now"},
		"zero width":          {"sanc\u200btions so\u00adon \ufeffx\u2060y", "sanctions soon xy"},
		"tag characters":      {"a\U000e0041\U000e007fb", "ab"},
		"controls":            {"a\x00b\x1b[31mc\x7f", "ab[31mc"},
		"wide blanks":         {"港口\u3000关闭\u2009a\u00a0b", "港口 关闭 a b"},
		"onerror":             {`<img src=x onerror="alert(1)">late`, "late"},
		"svg":                 {`<svg><text>late</text></svg>`, "late"},
		"broken nesting":      {"<b><i>x</b></i> y", "x y"},
		"doctype":             {"<!DOCTYPE html><p>a", "a"},
		"bad bytes":           {"a\xff<b>b</b>", "a\uFFFDb"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, feed.PlainText(c.html)) })
	}
}

func TestPlainTextIsBounded(t *testing.T) {
	require.LessOrEqual(t, len(feed.PlainText(strings.Repeat("порт ", 1<<20))), 1<<20)
	require.Equal(t, "z", feed.PlainText(strings.Repeat("<div>", 100_000)+"z"))
	require.LessOrEqual(t, len(feed.PlainText(strings.Repeat("&", 1<<21))), 1<<20)
}

func TestPlainTextIsCleanWhateverComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := feed.PlainText(rapid.String().Draw(t, "html"))
		require.True(t, utf8.ValidString(out))
		require.Equal(t, strings.TrimSpace(out), out)
		require.NotContains(t, out, "  ")
		require.NotContains(t, out, "\n\n")
		require.False(t, strings.ContainsAny(out, "\x00\x07\x1b\u200b\u202e\u2066\ufeff"))
	})
}
