package diag_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// read parses src, which must be well-formed.
func read(tb testing.TB, src string) *diag.File {
	tb.Helper()
	f, ps := diag.Read("x.yaml", []byte(src))
	require.Empty(tb, ps)
	return f
}

func TestBrokenYAMLIsSaidInOurWords(t *testing.T) {
	for _, c := range []struct{ name, src, at, msg, cure string }{
		{"tab", "a: b\n\tc: d\n", "2:1", "a tab stands", "spaces"},
		{"tab before an entry", "a:\n\t- d\n", "2:1", "a tab stands", "spaces"},
		{"double quote", "a: \"open\nb: c\n", "1:4", "double quotes is not closed", "closing"},
		{"single quote", "a: 'open\nb: c\n", "1:4", "single quotes is not closed", "closing"},
		{"bracket", "a: [1, 2\nb: c\n", "2:1", "list in [ ] is not closed", "]"},
		{"bracket at the end", "a: [1, 2\n", "1:4", "list in [ ] is not closed", "]"},
		{"brace", "a: {x: 1\nb: c\n", "2:1", "mapping in { } is not closed", "}"},
		{"brace at the end", "a: {x: 1\n", "1:4", "mapping in { } is not closed", "}"},
		{"too many brackets", "a: [b]]\n", "1:7", "bracket is closed that was not opened", "delete"},
		{"same key", "one: 1\ntwo: 2\none: 3\n", "3:1", `"one" is given twice, first in line 1`, "keep one"},
		{"two documents", "a: 1\n---\nb: 2\n", "2:1", "second document", "one document"},
		{"shallow", "a:\n  b: 1\n c: 2\n", "3:2", "indentation of this line fits none", "line it up"},
		{"deep", "a:\n  b: 1\n   c: 2\n", "3:4", "indented deeper", "line it up"},
		{"block ends early", "a: |\n   x\n  y\n", "3:3", "indentation of this line fits none", "line it up"},
		{"colon", "title: EU: ban\n", "1:8", "a colon inside a value", "quotes"},
		{"colon after Cyrillic", "тема: ЕС: запрет\n", "1:7", "a colon inside a value", "quotes"},
		{"text after quote", "query: \"potash\" OR salt\n", "1:17", "text after the closing quote", "single quotes"},
		{"at sign", "query: @belarus AND salt\n", "1:8", "cannot begin with this character", "key: |"},
		{"percent", "a: %x\n", "1:4", "cannot begin with %", "quotes"},
		{"back quote", "a: `x`\n", "1:4", "cannot begin with this character", "quotes"},
		{"alias of nothing", "a: [b, *ash]\n", "1:8", "*ash refers to no &ash", "'*ash'"},
		{"alias of itself", "a: &x [1, *x]\n", "1:11", "refers to no &x written before", ""},
		{"tag", "a: !python/object x\n", "1:4", "tag !python/object is not known", "delete"},
		{"escape", `a: "bad \q"` + "\n", "1:10", "unknown escape", `\\`},
		{"list after keys", "a: b\n- c\n", "2:1", "a key is expected here", "key: value"},
		{"list in the key's line", "a: - b\n", "1:4", "cannot begin in the line of its key", "next line"},
		{"key of keys", "{a: 1}: b\n", "", "", ""},
		{"not UTF-8", "a: b\nc: \xff\n", "2:4", "not UTF-8", "UTF-8"},
		{"control character", "a: b\x00\n", "1:5", "control character U+0000", "delete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ps := diag.Read("x.yaml", []byte(c.src))
			require.Len(t, ps, 1)
			if c.at != "" {
				require.Equal(t, c.at, fmt.Sprintf("%d:%d", ps[0].Line, ps[0].Col), ps[0].Msg)
			}
			require.Contains(t, ps[0].Msg, c.msg)
			require.Contains(t, ps[0].Cure, c.cure)
			require.NotContains(t, ps.Error(), "unmarshal")
			require.NotContains(t, ps.Error(), "x.yaml:[")
		})
	}
}

func TestLimitsStopFilesThatWouldTakeLong(t *testing.T) {
	laughs := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'i'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10))
	}
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "k%d: v\n", i)
		}
		return b.String()
	}
	for _, c := range []struct{ name, src, msg string }{
		{"size", strings.Repeat("# x\n", diag.MaxSize/4+1), "more than the 1048576 that are read"},
		{"brackets", strings.Repeat("[", 60_000), "levels deep"},
		{"braces", strings.Repeat("{a: ", 15_000), "levels deep"},
		{"dashes", strings.Repeat("- ", 30_000), "levels deep"},
		{"question marks", strings.Repeat("? ", 30_000), "levels deep"},
		{"tags", "a: " + strings.Repeat("!!str ", 10_000), "levels deep"},
		{"colons", strings.Repeat("a: ", 20_000), "levels deep"},
		{"keys", keys(100_000), "keys in one mapping"},
		{"blank lines", "a: |\n  x\n" + strings.Repeat("\n", 500_000), "blank lines"},
		{"long line", "a: " + strings.Repeat("x", 100_000), "line has more than"},
		{"long lists", strings.Repeat("- ["+strings.Repeat("x,", 20_000)+"]\n", 25), "more than 400000 signs and words"},
		{"aliases of aliases", laughs, "unfold to too many"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ps := diag.Read("x.yaml", []byte(c.src))
			require.Len(t, ps, 1)
			require.Contains(t, ps[0].Msg, c.msg)
		})
	}
	f := read(t, keys(9_000))
	require.Len(t, f.Keys(""), 9_000)
}

func TestLargeListsAreRead(t *testing.T) {
	var b strings.Builder
	b.WriteString("feeds:\n")
	for i := range 12_000 {
		fmt.Fprintf(&b, "  - id: f%d\n    url: https://example.org/%d\n    tags: [a, b]\n", i, i)
	}
	f := read(t, b.String())
	require.Equal(t, 12_000, f.Len("feeds"))
	line, col := f.At("feeds[11999].url")
	require.Equal(t, 12_000*3, line)
	require.Equal(t, 10, col)
}

func TestPlacesOfValues(t *testing.T) {
	f := read(t, "\ufeff# head\r\n"+
		"тема: калий # note\r\n"+
		"rules:\r\n"+
		"  - id: one\r\n"+
		"    query: |\r\n"+
		"      potash\r\n"+
		"  -\r\n"+
		"    id: &x   two\r\n"+
		"    tags: [a, *x,\r\n"+
		"      'c d']\r\n"+
		"    plain: first\r\n"+
		"      second\r\n"+
		"    none:\r\n"+
		"channels: {desk: {slack: {\"token.file\": x}}}\r\n")
	for path, at := range map[string]string{
		"тема":                               "2:7",
		"rules[0].id":                        "4:9",
		"rules[0]":                           "4:5",
		"rules[0].query":                     "5:12",
		"rules[1].id":                        "8:14",
		"rules[1].tags[0]":                   "9:12",
		"rules[1].tags[1]":                   "8:14",
		"rules[1].tags[2]":                   "10:7",
		"rules[1].tags":                      "9:5",
		"rules[1].plain":                     "11:12",
		"rules[1].none":                      "13:5",
		"rules[1].missing":                   "8:5",
		"rules[7].id":                        "3:1",
		"rules":                              "3:1",
		"channels.desk.slack":                "14:19",
		`channels.desk.slack["token.file"]`:  "14:41",
		`channels.desk.slack["token.other"]`: "14:19",
		"channels.other.slack.x":             "14:1",
		"":                                   "2:1",
	} {
		line, col := f.At(path)
		require.Equal(t, at, fmt.Sprintf("%d:%d", line, col), path)
	}
	require.True(t, f.Has("rules[1].none"))
	require.False(t, f.Has("rules[1].missing"))
	require.Equal(t, "a list", f.Kind("rules"))
	require.Equal(t, []string{"id", "tags", "plain", "none"}, f.Keys("rules[1]"))
}

func TestMergedKeysYieldToOwnOnes(t *testing.T) {
	f := read(t, "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n")
	var v struct {
		Base, Use map[string]int
	}
	require.Empty(t, f.Decode(&v))
	require.Equal(t, map[string]int{"x": 1, "y": 3}, v.Use)
	_, ps := diag.Read("x.yaml", []byte("a: &a 1\nb: {<<: *a}\n"))
	require.ErrorContains(t, ps, "<< takes a mapping, not a number")
}

func TestEmptyFilesHoldNothing(t *testing.T) {
	for _, src := range []string{"", "\n\n", "# only a comment\n", "---\n", "~\n"} {
		f := read(t, src)
		require.True(t, f.Empty(), "%q", src)
		v := struct{ A string }{"kept"}
		require.Empty(t, f.Decode(&v))
		require.Equal(t, "kept", v.A)
		require.Equal(t, "x.yaml:1:1: a: no", f.Problem("a", "no", "").Error())
	}
}

func TestSecretsAreMaskedInSnippets(t *testing.T) {
	f := read(t, "a: {token: xoxb-1, channel: C1}\nsmtp_password: \"hunter, 2\"\npassword_file: /run/x\ntitle: token of thanks\n")
	for path, want := range map[string]string{
		"a.channel":     "a: {token: <secret>, channel: C1}",
		"smtp_password": "smtp_password: <secret>",
		"password_file": "password_file: /run/x",
		"title":         "title: token of thanks",
	} {
		require.Equal(t, want, f.Problem(path, "m", "").Snippet)
	}
}

// FuzzRead looks for input that makes reading or placing panic.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"a: |2-\n    x\n  y\n", "? [a]\n: b\n", "a: \"x\\\n  y\"\n", "0::", "{0", "*-0", ">\n>", "&{0",
		"a: >+\n  x\n\n   y\n", "- - a\n  - b\n", "a: 'x\n\n y'\n", "{? {? ", "|0#\xd0", "%YAML 1.2\n---\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, ps := diag.Read("x.yaml", []byte(src))
		for _, p := range ps {
			p.Format(&strings.Builder{}, true)
		}
		var v any
		file.Decode(&v)
		for _, k := range file.Keys("") {
			for at := range 5 {
				line, col := file.Offset(k, at*3)
				require.Positive(t, line)
				require.Positive(t, col)
			}
		}
	})
}
