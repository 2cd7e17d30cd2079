package convert_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules/convert"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// refusals holds queries that have no equal or no known meaning, and the whole answer.
func refusals() []struct {
	from convert.Vendor
	src  string
	want string
} {
	return []struct {
		from convert.Vendor
		src  string
		want string
	}{
		{convert.Factiva, `not belarus`, `1: not needs something before it: a query that only excludes matches almost everything`},
		{convert.Factiva, `belarus and`, `12: something to search for is missing here`},
		{convert.Factiva, `and belarus`, `1: and needs something before it`},
		{convert.Factiva, `a or not b`, `6: NOT after OR has no equal: almost everything lacks a word; write (a OR b) NOT c`},
		{convert.Factiva, `a and not near5 b`, `11: near5 cannot follow and not: something to search for is missing between them`},
		{convert.Factiva, `a not near5 b`, `3: not near5 is not known in Factiva: write not, or NOT NEAR/n in the rule itself`},
		{convert.Factiva, `a near b`, `3: near needs a number in Factiva: write near5`},
		{convert.Factiva, `a near0 b`, `3: near0: the number must be from 1 to 500`},
		{convert.Factiva, `a near500 b`, `3: near500: at most 100 words can stand between here; ask for the same paragraph (same)`},
		{convert.Factiva, `a near501 b`, `3: near501: the number must be from 1 to 500`},
		{convert.Factiva, `a near5 b w/3 c`, `11: near5 and w/3 in one level: Factiva does not say which is read first; add parentheses`},
		{convert.Factiva, `(a and b) near5 c`, `11: AND beside near5 has no equal: two places in the text are needed there`},
		{convert.Factiva, `(hd=a) near5 b`, `8: a field beside near5 has no equal: two places in the text are needed there`},
		{convert.Factiva, `a near5 hd=b`, `9: hd= cannot follow near5: write it before both sides, hd=(a near5 b)`},
		{convert.Factiva, `a hd=b`, `3: no operator before hd=: write AND or OR`},
		{convert.Factiva, `hd= a`, `1: no space may follow hd=`},
		{convert.Factiva, `hd=(lp=a)`, `1: hd= has no equal here: lead: cannot stand under title: no place in the text is in both; join them with AND`},
		{convert.Factiva, `atleast51 a`, `1: atleast51: the count must be from 1 to 50`},
		{convert.Factiva, `atleast2 (a and b)`, `1: atleast2 has no equal here: AND or NOT cannot stand in ATLEAST: places in the text are counted, write ATLEAST/n(a) AND ATLEAST/n(b)`},
		{convert.Factiva, `atleast2 atleast3 a`, `1: atleast2 has no equal here: ATLEAST cannot stand in ATLEAST: write one count`},
		{convert.Factiva, `re=belrus`, `1: re= has no equal: its codes are Factiva's own; write the words, or a vocabulary (@name), instead`},
		{convert.Factiva, `rst=tass`, `1: rst= has no equal: sources are chosen by the feeds here; write site:example.com or feed:"Name"`},
		{convert.Factiva, `wc>500`, `1: wc>500 has no equal: an item is not judged by its length or date; drop it`},
		{convert.Factiva, `xx=1`, `1: the field xx= is not known: hd= hlp= lp= td= by= la= can be converted`},
		{convert.Factiva, `la=tajik`, `1: tajik: the language is not known; write a code of two letters, such as be`},
		{convert.Factiva, `closing date and (belarus)`, `9: date begins a restriction in Factiva that has no equal: rules see new items only; drop it, or quote the word`},
		{convert.Factiva, `great stone /F9/`, `13: /F9/: quote the phrase that it holds for`},
		{convert.Factiva, `a /F0/`, `3: /F0/: the number of words must be from 1 to 100000`},
		{convert.Factiva, `potash$ and b`, `1: potash$: $ needs a number from 1 to 9 at the end of the word`},
		{convert.Factiva, `ka* and b`, `1: ka*: a wildcard needs at least 3 letters before it`},
		{convert.Factiva, `白俄*`, `1: wildcards do nothing in Chinese and Japanese: drop the *`},
		{convert.Factiva, `a, b`, `1: the character "," has no known meaning here: quote what it belongs to, "a,"`},
		{convert.Factiva, `()`, `1: the parentheses are empty: write something to search for between them`},
		{convert.Factiva, `(a`, `1: the parenthesis ( opened here is never closed`},
		{convert.Factiva, `a)`, `2: ) closes nothing: no ( was opened before it`},
		{convert.Factiva, `"a`, `1: the quotation mark " opened here is never closed`},
		{convert.Factiva, `""`, `1: the phrase is empty: write words between the quotation marks`},
		{convert.Factiva, `a”`, `2: the quotation mark ” closes nothing: none was opened before it`},
		{convert.Lexis, `belarus potash`, `9: no operator before potash: Lexis does not say what that means; quote "belarus potash" as a phrase or write AND or OR`},
		{convert.Lexis, `belarus (potash)`, `9: no operator before (: Lexis does not say what that means; write AND or OR`},
		{convert.Lexis, `a & b`, `3: & is AND or a space in Lexis: write AND, or quote the name`},
		{convert.Lexis, `a not b`, `3: not alone is no connector of Lexis: write AND NOT`},
		{convert.Lexis, `a and not w/5 b`, `11: w/5 cannot follow and not: something to search for is missing between them`},
		{convert.Lexis, `a W/0 b`, `3: W/0: the number must be from 1 to 255`},
		{convert.Lexis, `a W/200 b`, `3: W/200: at most 100 words can stand between here; ask for the same paragraph (W/P)`},
		{convert.Lexis, `a W/256 b`, `3: W/256: the number must be from 1 to 255`},
		{convert.Lexis, `a W/S b W/5 c`, `9: W/5 cannot stand in one level with W/S in Lexis: add parentheses`},
		{convert.Lexis, `a W/SEG b`, `3: W/SEG (in one segment) has no equal: write AND, with a segment such as HLEAD() around both`},
		{convert.Lexis, `a PRE/S b`, `3: PRE/S is not known in Lexis: write W/S`},
		{convert.Lexis, `potash*`, `1: potash*: what * means at the end of a word differs between Lexis products; write ! for any ending or ? for one letter`},
		{convert.Lexis, `a!b`, `1: a!b: ! stands at the end of a word only`},
		{convert.Lexis, `!`, `1: !: ! stands at the end of a word only`},
		{convert.Lexis, `SUBJECT(potash)`, `1: SUBJECT has no equal: index terms are Lexis' own; write the words, or a vocabulary (@name), instead`},
		{convert.Lexis, `PLURAL(bank)`, `1: PLURAL has no equal: write the plural itself, which is found exactly`},
		{convert.Lexis, `PUBLICATION(times)`, `1: PUBLICATION has no equal: sources are chosen by the feeds here; write site:example.com or feed:"Name"`},
		{convert.Lexis, `LENGTH > 500`, `1: LENGTH has no equal: an item is not judged by its length or date; drop it`},
		{convert.Lexis, `DATE(today)`, `1: DATE has no equal: an item is not judged by its length or date; drop it`},
		{convert.Lexis, `COMPANY-NAME(x)`, `1: the segment COMPANY-NAME is not known: HEADLINE, HLEAD, LEAD, BODY, BYLINE and LANGUAGE can be converted`},
		{convert.Lexis, `ATLEAST99(x)`, `1: ATLEAST99: the count must be from 1 to 50`},
		{convert.Lexis, `language(tajik)`, `1: tajik: the language is not known; write a code of two letters, such as be`},
		{convert.Lexis, `headline(a) w/5 b`, `13: a field beside w/5 has no equal: two places in the text are needed there`},
		{convert.Lexis, `(a and b) w/5 c`, `11: AND beside w/5 has no equal: two places in the text are needed there`},
		{convert.Brandwatch, `belarus AND potash OR salt`, `20: AND and OR are mixed: Brandwatch does not say which is read first; add parentheses`},
		{convert.Brandwatch, `belarus NEAR/3 potash OR salt`, `23: NEAR/3 and OR are mixed: Brandwatch does not say which is read first; add parentheses`},
		{convert.Brandwatch, `a NEAR/3 b NEAR/3 c`, `12: two NEAR in one level: Brandwatch does not say which is read first; add parentheses`},
		{convert.Brandwatch, `a NOT NEAR/3 b`, `3: NOT NEAR/3 is not known in Brandwatch: write NOT, or NOT NEAR/3 in the rule itself`},
		{convert.Brandwatch, `a NEAR b`, `3: NEAR needs a number: write NEAR/4`},
		{convert.Brandwatch, `a NEAR/x b`, `3: NEAR/x: the distance must be a number of words between`},
		{convert.Brandwatch, `a NEAR/101 b`, `3: NEAR/101: at most 100 words can stand between here`},
		{convert.Brandwatch, `a ONEAR/3 b`, `3: ONEAR/3 is not known in Brandwatch: in this order is NEAR/4f`},
		{convert.Brandwatch, `belarus and potash`, `9: "and": operators are written in capitals in Brandwatch; quote it to search for the word`},
		{convert.Brandwatch, `belarus potash`, `9: no operator before potash: Brandwatch does not say what that means; quote "belarus potash" as a phrase or write AND or OR`},
		{convert.Brandwatch, `-hockey`, `1: - needs something before it: a query that only excludes matches almost everything`},
		{convert.Brandwatch, `"a b c"~5`, `8: ~5: how it counts is documented for a phrase of two words only; write NEAR/5 between the words`},
		{convert.Brandwatch, `"a b"~500`, `6: ~500: at most 100 words can stand between here`},
		{convert.Brandwatch, `city:minsk`, `1: city: has no equal: where an author writes from is not known; country: is the country of a feed`},
		{convert.Brandwatch, `links:belta.by`, `1: links: has no equal: links within a text are not read; url: is the address of the item`},
		{convert.Brandwatch, `site:belta.by/en`, `1: belta.by/en: a site is a host such as example.com; write url: for an address`},
		{convert.Brandwatch, `followers:500`, `1: the field followers: has no known equal: write the words without it, or drop it`},
		{convert.Brandwatch, `#minsk`, `1: #minsk has no equal: accounts and hashtags are not read; write the name as a word`},
		{convert.Brandwatch, `@lukashenko`, `1: @lukashenko has no equal: accounts and hashtags are not read; write the name as a word`},
		{convert.Brandwatch, `country:blr`, `1: blr: only codes of two letters have an equal; write country:by`},
		{convert.Brandwatch, `{MAZ}`, `1: the character "{" has no known meaning here: quote what it belongs to, "{MAZ}"`},
		{convert.Brandwatch, `title: potash`, `1: no space may follow title:`},
		{convert.Brandwatch, `raw:(a AND site:b)`, `1: raw: has no equal here: site: cannot stand under CASE: its value is no place in the text; write it outside with AND`},
		{convert.Meltwater, `x or y and z`, `8: OR and AND are mixed: Meltwater does not say which is read first; add parentheses`},
		{convert.Meltwater, `a onear b`, `3: ONEAR without a number: Meltwater does not say what it means; write ONEAR/4`},
		{convert.Meltwater, `a near/2f b`, `3: NEAR/2F: the distance must be a number of words between`},
		{convert.Meltwater, `a near/ b`, `3: NEAR/ needs a number: write NEAR/4`},
		{convert.Meltwater, `pot?sh`, `1: pot?sh: what ? means is not documented for Meltwater; write * or the forms`},
		{convert.Meltwater, `source:belta.by`, `1: source: has no equal: sources are chosen by the feeds here; write site:example.com or feed:"Name"`},
		{convert.Meltwater, `tltle:x`, `1: the field tltle: has no known equal: write the words without it, or drop it`},
		{convert.Meltwater, `a^b`, `1: a^b: ^ needs a number after it`},
		{convert.Meltwater, `a or not b`, `6: NOT after OR has no equal: almost everything lacks a word; write (a OR b) NOT c`},
		{convert.Meltwater, `near/4 a`, `1: near/4 needs something before it`},
	}
}

func TestRefusalsNameTheReasonAndTheCure(t *testing.T) {
	for _, tt := range refusals() {
		got, err := convert.Convert(tt.from, tt.src)
		require.Error(t, err, "%s: %s", tt.from, tt.src)
		require.Zero(t, got)
		require.Equal(t, tt.want, err.Error(), "%s: %s", tt.from, tt.src)
	}
}

func TestAllRefusalsComeAtOnceWithTheirLines(t *testing.T) {
	_, err := convert.Convert(convert.Factiva, "re=belrus and\n калий wc>500 and ka*")
	require.EqualError(t, err, "line 1:1: re= has no equal: its codes are Factiva's own; write the words, or a vocabulary (@name), instead\n"+
		"line 2:8: wc>500 has no equal: an item is not judged by its length or date; drop it\n"+
		"line 2:19: ka*: a wildcard needs at least 3 letters before it")
	var errs convert.Errors
	require.ErrorAs(t, err, &errs)
	require.Equal(t, 2, errs[1].Line)
	_, err = convert.Convert(convert.Lexis, strings.Repeat("a* OR ", 100)+"b")
	require.ErrorAs(t, err, &errs)
	require.Len(t, errs, 20)
}

func TestEmptyAndLongQueriesAreRefused(t *testing.T) {
	for _, v := range convert.Vendors() {
		_, err := convert.Convert(v, " \n")
		require.EqualError(t, err, "1: the query is empty: write what to search for")
		_, err = convert.Convert(v, strings.Repeat("a OR ", 41_000)+"b")
		require.EqualError(t, err, "1: the query is 201 KB long: at most 200 KB are read")
	}
}

// TestConvertingIsBounded ends or it does not: work that grew with the square of what is given would
// outlast any deadline.
func TestConvertingIsBounded(t *testing.T) {
	for name, src := range map[string]string{
		"words":       strings.Repeat("a OR ", 40_000) + "b",
		"implied":     strings.Repeat("a ", 100_000),
		"parentheses": strings.Repeat("(", 200_000),
		"closed":      strings.Repeat(")", 200_000),
		"quotes":      strings.Repeat(`"a"`, 66_000),
		"near":        strings.Repeat("a near5 ", 25_000) + "b",
		"w/n":         strings.Repeat("a w/5 ", 33_000) + "b",
		"NEAR":        strings.Repeat("a NEAR/5 ", 22_000) + "b",
		"hd":          strings.Repeat("hd=", 66_000) + "a",
		"title":       strings.Repeat("title:", 33_000) + "a",
		"caps":        strings.Repeat("caps(", 60) + strings.Repeat("a or ", 30_000) + "b" + strings.Repeat(")", 60),
		"forms":       strings.Repeat("abc$9 or ", 22_000) + "b",
		"not":         strings.Repeat("a AND NOT ", 20_000) + "b",
		"minus":       "a" + strings.Repeat(" -b", 60_000),
		"lengths":     strings.Repeat("length > ", 22_000),
		"weights":     strings.Repeat("(a)^5", 40_000),
		"stray":       strings.Repeat("%", 200_000),
	} {
		for _, v := range convert.Vendors() {
			got, err := convert.Convert(v, src)
			if err == nil {
				_, err = query.Parse(got.Query)
				require.NoError(t, err, "%s: %s", v, name)
			}
		}
	}
}

// holds requires what every conversion must keep: it parses and is laid out, or has reasons.
func holds(t require.TestingT, v convert.Vendor, src string) {
	got, err := convert.Convert(v, src)
	if err != nil {
		var errs convert.Errors
		require.ErrorAs(t, err, &errs)
		require.NotEmpty(t, errs)
		for _, e := range errs {
			require.NotEmpty(t, e.Msg)
			require.LessOrEqual(t, 0, e.Pos)
			require.LessOrEqual(t, e.Pos, e.End, "%q", src)
			require.LessOrEqual(t, e.End, len(src), "%q", src)
			require.Positive(t, e.Column)
		}
		require.Empty(t, got.Query)
		return
	}
	again, err := query.Format(got.Query)
	require.NoError(t, err, "%s: %q became %q", v, src, got.Query)
	require.Equal(t, got.Query, again, "%s: %q", v, src)
}

func TestConvertedQueriesAlwaysParse(t *testing.T) {
	pieces := []string{
		"belarus", "калий*", "白俄罗斯", "and", "OR", "NOT", "and not", "(", ")", `"great stone"`, "“a b”", `"`,
		"w/5", "near5", "NEAR/3", "NEAR/3f", "NEAR", "adj", "same", "W/S", "pre/2", "/5", "/F50/", "atleast3",
		"ATLEAST5(", "hd=", "hlp=(", "title:", "site:", "raw:", "HEADLINE(", "caps(", "language(", "la=", "country:by",
		"bank!", "bank$2", "wom*n", "pot?sh", "x^5", "^3", "~2", "-", "-b", "date", "wc>5", "LENGTH", "> 5", "&", ",", "@v",
	}
	rapid.Check(t, func(t *rapid.T) {
		src := ""
		for range rapid.IntRange(0, 14).Draw(t, "pieces") {
			src += rapid.SampledFrom(pieces).Draw(t, "piece")
			if rapid.IntRange(0, 3).Draw(t, "space") > 0 {
				src += " "
			}
		}
		holds(t, rapid.SampledFrom(convert.Vendors()).Draw(t, "vendor"), src)
	})
}

// written is a random query of a vendor whose reading is known, and what it must become.
func written(t *rapid.T, v convert.Vendor, depth int) (src string, want query.Node) {
	if depth == 0 {
		w := rapid.SampledFrom([]string{"belarus", "potash", "калий", "ban"}).Draw(t, "word")
		return w, &query.Word{Text: w}
	}
	left, l := written(t, v, depth-1)
	right, r := written(t, v, depth-1)
	switch rapid.IntRange(0, 2).Draw(t, "operator") {
	case 0:
		return "(" + left + ") AND (" + right + ")", &query.And{Args: []query.Node{l, r}}
	case 1:
		return "(" + left + ") OR (" + right + ")", &query.Or{Args: []query.Node{l, r}}
	}
	not := map[bool]string{true: ") AND NOT (", false: ") NOT ("}[v == convert.Lexis]
	return "(" + left + not + right + ")", &query.Not{Left: l, Right: r}
}

func TestParenthesesMeanTheSameEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(convert.Vendors()).Draw(t, "vendor")
		src, want := written(t, v, rapid.IntRange(0, 4).Draw(t, "depth"))
		got, err := convert.Convert(v, src)
		require.NoError(t, err, "%s: %s", v, src)
		ours, err := query.Parse(got.Query)
		require.NoError(t, err)
		for i := range 16 { // the four words are in an item or not
			require.Equal(t, truth(want, i), truth(ours, i), "%s: %s became %s", v, src, got.Query)
		}
	})
}

// truth is what a query says of an item that has the words whose bits are set.
func truth(n query.Node, item int) bool {
	switch n := n.(type) {
	case *query.And:
		for _, arg := range n.Args {
			if !truth(arg, item) {
				return false
			}
		}
		return true
	case *query.Or:
		for _, arg := range n.Args {
			if truth(arg, item) {
				return true
			}
		}
		return false
	case *query.Not:
		return truth(n.Left, item) && !truth(n.Right, item)
	case *query.Word:
		return item>>map[string]int{"belarus": 0, "potash": 1, "калий": 2, "ban": 3}[n.Text]&1 == 1
	}
	panic("not in the queries above")
}

func FuzzConvert(f *testing.F) {
	for _, v := range convert.Vendors() {
		for _, row := range conversions()[v] {
			f.Add(string(v), row[0])
		}
	}
	for _, r := range refusals() {
		f.Add(string(r.from), r.src)
	}
	f.Fuzz(func(t *testing.T, vendor, src string) {
		i := len(vendor) % len(convert.Vendors())
		for _, v := range convert.Vendors() {
			if string(v) == vendor {
				holds(t, v, src)
				return
			}
		}
		holds(t, convert.Vendors()[i], src)
	})
}
