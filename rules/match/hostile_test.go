package match_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The tests here end or they do not: work that grew with the square of what is given would outlast
// any deadline.

// fill repeats s to a size in bytes.
func fill(s string, size int) string { return strings.Repeat(s, size/len(s)) }

// requireBounded checks what a query finds and shows in a text of any kind.
func requireBounded(t *testing.T, q *match.Query, d *match.Doc, body string) {
	t.Helper()
	ok, spans := q.Eval(d)
	require.LessOrEqual(t, len(spans), 200)
	for _, s := range spans {
		require.True(t, 0 <= s.Start && s.Start < s.End && s.End <= len(body))
	}
	trace := q.Explain(d)
	require.Equal(t, ok, trace.Pass)
	requireSmall(t, trace)
}

// requireSmall checks that a trace holds no more than a reader could want.
func requireSmall(t *testing.T, trace *match.Trace) {
	t.Helper()
	printed := 0
	var visit func(*match.Trace)
	visit = func(tr *match.Trace) {
		printed += len(tr.Node)
		require.LessOrEqual(t, len(tr.Spans), 20)
		require.Len(t, tr.Found, len(tr.Spans))
		for _, found := range tr.Found {
			require.LessOrEqual(t, utf8.RuneCountInString(found), 81)
		}
		for _, c := range tr.Children {
			visit(c)
		}
	}
	visit(trace)
	require.Less(t, printed, 10<<20)
}

func TestTheLongestQueriesAreBoundedOnALongText(t *testing.T) {
	const most = 199_000
	body := fill("a-a b c a. ", 1<<20)
	d := match.NewDoc(watcher.Item{Body: body}, watcher.Feed{})
	for name, src := range map[string]string{
		"hyphens":           "x" + fill("-a", most),
		"mixed scripts":     `"` + fill("aаa-", most) + `a"`,
		"a phrase":          `"` + fill("a ", most) + `"`,
		"hyphens in phrase": `"` + fill("a-a ", most) + `"`,
		"stars":             "aaa" + fill("*a", most),
		"ideographs":        fill("制", most),
		"NOT":               "a" + fill(" NOT b", most/20),
		"OR":                fill("a OR ", most/200) + "b",
		"AND":               fill("a AND ", most/200) + "zz",
		"rare OR":           fill("zzz OR ", most) + "b",
		"near":              "(" + fill("a OR ", 1000) + "b) NEAR/100 (" + fill("b OR ", 1000) + "c)",
		"ATLEAST":           fill("ATLEAST/50(a NEAR/P b) AND ", most/100) + "c",
	} {
		n, err := query.Parse(src)
		require.NoError(t, err, name)
		q, err := match.Compile(n, nil)
		require.NoError(t, err, name)
		requireBounded(t, q, d, body)
	}
}

func TestLongChainsOfNotPrintABoundedTrace(t *testing.T) {
	q := compile(t, "a"+strings.Repeat(" NOT bbb", 20_000))
	trace := q.Explain(match.NewDoc(item("a", ""), watcher.Feed{}))
	require.True(t, trace.Pass)
	requireSmall(t, trace)
	require.Equal(t, "a part of a query too long to show", trace.Node)
	inner := trace
	for len(inner.Children) > 0 {
		inner = inner.Children[0]
	}
	require.Equal(t, "a", inner.Node)
}

func TestTenThousandQueriesShareALongText(t *testing.T) {
	var b strings.Builder
	for i := 0; b.Len() < 1<<20; i++ {
		fmt.Fprintf(&b, "word%d of %d-x, bans; ", i%20_000, i%97)
	}
	body := b.String()
	d, held, lookup := match.NewDoc(watcher.Item{Title: "Bans", Body: body}, watcher.Feed{}), 0, vocabularies()
	for i := range 10_000 {
		n, err := query.Parse(fmt.Sprintf("(word%d OR nothing%d OR word%d*) NEAR/%d @sanction NOT title:(sport OR word%d)", i, i, 3*i, i%9, i))
		require.NoError(t, err)
		q, err := match.Compile(n, lookup)
		require.NoError(t, err)
		ok, spans := q.Eval(d)
		require.LessOrEqual(t, len(spans), 200)
		if ok {
			held++
		}
	}
	require.Greater(t, held, 5000)
	require.Less(t, held, 10_000)
}

func TestHostileTextsAreReadToTheirEnd(t *testing.T) {
	queries := []*match.Query{
		compile(t, "potash"), compile(t, "CASE(Potash) OR CASE(potash)"), compile(t, "STEM(potash) NEAR/S STEM(banned)"), compile(t, "potas* NEAR/P bann?d"),
		compile(t, "@potash NOT NEAR/3 @sanction"), compile(t, "ATLEAST/2(potash)"), compile(t, "制裁 OR ガス"), compile(t, `"po tash"`),
	}
	for name, s := range map[string]string{
		"bytes that are no text": "\xff", "halves of letters": "\xd0", "too short": "\xe2\x80", "surrogates": "\xed\xa0\x80", "zeros": "\x00",
		"zero widths": "\u200b", "joiners": "\u200d", "overrides": "\u202e", "isolates": "\u2067a\u2069", "marks in a word": "\u0301a", "marks": "\u0301",
		"variation selectors": "\ufe0f", "soft hyphens": "a\u00ad", "hyphens": "a-", "slashes": "a/", "stops": ".", "a b.": "A b. ", "breaks": "\n",
		"apostrophes": "a'", "quotes": "”", "flags": "🇧🇾", "families": "👩‍🚀", "ideographs": "制", "kana": "ガ", "half kana": "ｶﾞ", "mixed scripts": "aа",
		"one letter": "a", "spaces": " ", "ligatures": "ﷺ", "Hangul": "\u1100\u1161\u11a8", "Thai": "ไทย",
	} {
		body := fill(s, 1<<18) + " potash ban. Potash is banned"
		d := match.NewDoc(watcher.Item{Title: "a\xff", Body: body, Author: body[:1000], URL: "https://" + body[:1000]}, watcher.Feed{Name: body[:1000]})
		for i, q := range queries {
			requireBounded(t, q, d, body)
			if ok, _ := q.Eval(d); i < 4 {
				require.True(t, ok, "%s: what stands after it is found by query %d", name, i)
			}
		}
	}
}

func TestWhatCannotBeSeenHidesNoWord(t *testing.T) {
	for _, hidden := range []string{
		"Bela\u200brus", "Bela\u00adrus", "Bela\u200drus", "Bela\ufeffrus", "\u202eBelarus\u202c", "\u2067Belarus\u2069", "Bela\u200erus", "Bela\u2060rus",
		"Bela\ufe0frus", "Bela\u034frus", "\xffBelarus\xff", "Be\u0301larus", "Ｂｅｌａｒｕｓ", "Вelarus", "Belаrus",
	} {
		ok, _ := found(t, "belarus", item(hidden+" today", ""), watcher.Feed{})
		require.True(t, ok, "%q", hidden)
	}
	for _, hidden := range []string{"MA\u200bZ", "M\u00adAZ", "MA\u200eZ", "\u202eMAZ\u202c", "MA\ufe0fZ", "ＭＡＺ", "M\u034fAZ"} {
		ok, _ := found(t, "CASE(MAZ)", item(hidden+" today", ""), watcher.Feed{})
		require.True(t, ok, "CASE: %q", hidden)
	}
}
