package query_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// refusals holds for every message one query that provokes it, and the whole answer.
func refusals() []struct{ name, src, want string } {
	return []struct{ name, src, want string }{
		// Operators.
		{"lower case or", `bill clinton or gore`, `14: "or": operators are written in capitals (OR); quote it to search for the word`},
		{"lower case and", `a and b`, `3: "and": operators are written in capitals (AND); quote it to search for the word`},
		{"mixed case not", `a Not b`, `3: "Not": operators are written in capitals (NOT); quote it to search for the word`},
		{"lower case near", `a near b`, `3: "near": operators are written in capitals (NEAR/4); quote it to search for the word`},
		{"lower case near with distance", `a near/5 b`, `3: "near/5": operators are written in capitals (NEAR/5); quote it to search for the word; Lexis' near/5 is NEAR/4`},
		{"lower case not at the beginning", `not belarus`, `1: "not": operators are written in capitals (NOT); quote it to search for the word`},
		{"lower case field value", `lang:or`, `6: "or": operators are written in capitals (OR); quote it to search for the word`},
		{"implied operator", `bill clinton`, `6: no operator before clinton: quote "bill clinton" as a phrase, or write AND or OR between the words`},
		{"implied operator in a run", `eu bans "belarusian potash"`, `4: no operator before bans: quote "eu bans belarusian potash" as a phrase, or write AND or OR between the words`},
		{"implied operator before a group", `a (b OR c)`, `3: no operator before (: join the two with AND or OR, or quote the words that are one "phrase"`},
		{"AND with OR", `a AND b OR c`, `9: AND and OR are mixed: add parentheses (Factiva binds AND first, Lexis binds OR first)`},
		{"OR with AND", `a OR b AND c`, `8: AND and OR are mixed: add parentheses (Factiva binds AND first, Lexis binds OR first)`},
		{"OR with NOT", `a OR b NOT c`, `8: NOT and OR are mixed: add parentheses, (a OR b) NOT c or a OR (b NOT c)`},
		{"NOT after OR", `a OR NOT b`, `6: NOT cannot stand after OR: almost everything lacks a word; write (a OR b) NOT c`},
		{"NOT alone", `NOT belarus`, `1: NOT needs something before it: a query that only excludes matches almost everything`},
		{"NOT alone in a group", `a AND (NOT b)`, `8: NOT needs something before it: a query that only excludes matches almost everything`},
		{"operator first", `AND a`, `1: AND needs something before it`},
		{"operator last", `a AND`, `3: AND needs something after it`},
		{"operator last in a group", `(a OR ) AND b`, `4: OR needs something after it`},
		{"two operators", `a AND OR b`, `7: OR cannot follow AND: something to search for is missing between them`},
		// Proximity.
		{"w/n", `belarus w/5 potash`, `9: w/5 is Factiva/Lexis; write NEAR/4`},
		{"W/n", `belarus W/1 potash`, `9: W/1 is Factiva/Lexis; write NEAR/0`},
		{"PRE/n", `x PRE/2 y`, `3: PRE/2 is Factiva/Lexis; write ONEAR/1`},
		{"NEAR/nf", `logitech NEAR/2f keyboard`, `10: NEAR/2f is Brandwatch; write ONEAR/2`},
		{"bare NEAR", `x NEAR y`, `3: NEAR needs a distance: write NEAR/4`},
		{"bare ONEAR", `x ONEAR y`, `3: ONEAR needs a distance: write ONEAR/4`},
		{"NEAR/", `x NEAR/ y`, `3: NEAR needs a distance: write NEAR/4`},
		{"NEAR/s", `x NEAR/s y`, `3: NEAR/s: write NEAR/S`},
		{"distance no number", `x NEAR/many y`, `3: NEAR/many: the distance must be a number from 0 to 100, S (same sentence) or P (same paragraph)`},
		{"distance too large", `x ONEAR/101 y`, `3: ONEAR/101: at most 100 words can stand between; write ONEAR/100 or ONEAR/P for the same paragraph`},
		{"distance beyond integers", `x NEAR/99999999999999999999 y`, `3: NEAR/99999999999999999999: at most 100 words can stand between; write NEAR/100 or NEAR/P for the same paragraph`},
		{"adjN", `x adj5 y`, `3: adj5 is Factiva; write ONEAR/4`},
		{"adj", `x adj y`, `3: adj is Factiva; write ONEAR/0 or quote the words as a phrase`},
		{"nearN", `x near5 y`, `3: near5 is Factiva; write NEAR/4`},
		{"onearN", `x ONEAR5 y`, `3: ONEAR5: write ONEAR/5`},
		{"w/s", `x w/s y`, `3: w/s is Lexis; write NEAR/S`},
		{"PRE/P", `x PRE/P y`, `3: PRE/P is Lexis; write ONEAR/P`},
		{"/s", `x /s y`, `3: /s is Lexis; write NEAR/S`},
		{"/p", `x /p y`, `3: /p is Lexis; write NEAR/P`},
		{"/5", `x /5 y`, `3: /5 is Lexis; write NEAR/4`},
		{"/N5/", `x /N5/ y`, `3: /N5/ is Factiva; write NEAR/4`},
		{"/F50/", `x /F50/`, `3: /F50/ is Factiva; write FIRST/50(...)`},
		{"+5", `x +5 y`, `3: +5 is Westlaw; write ONEAR/4`},
		{"+s", `x +s y`, `3: +s is Westlaw; write ONEAR/S`},
		{"SAME", `x SAME y`, `3: SAME is Factiva; write NEAR/P`},
		{"phrase~n", `"a b"~5`, `6: ~5 is Brandwatch; write a NEAR/5 b`},
		{"long phrase~n", `"a b c"~5`, `8: ~5 is Brandwatch; write the words with NEAR between them`},
		{"two NEAR", `a NEAR/3 b NEAR/4 c`, `12: two NEAR in one level: add parentheses, (a NEAR/3 b) NEAR/3 c`},
		{"NEAR and NOT NEAR", `a NEAR/3 b NOT NEAR/4 c`, `16: two NEAR in one level: add parentheses, (a NEAR/3 b) NEAR/3 c`},
		{"NEAR beside AND", `a NEAR/3 (b AND c)`, `3: AND or NOT cannot stand beside NEAR: a place in the text is needed, not a condition`},
		{"ONEAR beside NOT", `(a NOT b) ONEAR/3 c`, `11: AND or NOT cannot stand beside ONEAR: a place in the text is needed, not a condition`},
		{"NEAR beside AND in a call", `CASE(a AND b) NEAR/3 c`, `15: AND or NOT cannot stand beside NEAR: a place in the text is needed, not a condition`},
		{"NEAR beside a field", `title:a NEAR/3 b`, `9: a field cannot stand beside NEAR: it must hold for both sides (write title:(a NEAR/3 b))`},
		{"NEAR before a field", `a NEAR/3 title:b`, `3: a field cannot stand beside NEAR: it must hold for both sides (write title:(a NEAR/3 b))`},
		{"NEAR between fields", `title:a NEAR/3 body:b`, `9: a field cannot stand beside NEAR: no two fields have places near one another (write title:a AND body:b)`},
		{"NEAR beside a value", `site:x.by NEAR/3 y`, `11: a field cannot stand beside NEAR: its value is no place in the text (write site:x.by AND y)`},
		{"NEAR beside a field in a group", `(title:a OR c) NEAR/3 b`, `16: a field cannot stand beside NEAR: it must hold for both sides (write title:(... NEAR/3 ...))`},
		{"NEAR beside ATLEAST", `ATLEAST/2(a) NEAR/3 b`, `14: ATLEAST cannot stand beside NEAR: a place in the text is needed, not a count`},
		{"NEAR beside FIRST", `a NEAR/3 FIRST/50(b)`, `3: FIRST cannot stand beside NEAR: write FIRST/50(... NEAR/3 ...)`},
		// Words.
		{"wildcard first", `*kali`, `1: *kali: a wildcard cannot come first; write at least 3 letters before it`},
		{"wildcard early", `ka*`, `1: ka*: a wildcard needs at least 3 letters before it`},
		{"wildcard early in a phrase", `"great st*"`, `1: st*: a wildcard needs at least 3 letters before it`},
		{"wildcard alone in a phrase", `"great * park"`, `1: *: a wildcard cannot come first; write at least 3 letters before it`},
		{"wildcard in Chinese", `白俄*`, `1: wildcards do nothing in Chinese and Japanese: drop the *`},
		{"wildcard in Japanese", `ベラルーシ?`, `1: wildcards do nothing in Chinese and Japanese: drop the ?`},
		{"wildcard after a phrase", `"great stone"*`, `14: the * belongs inside the quotation marks, after the word it stands for`},
		{"wildcard before a domain", `site:*.gov.by`, `6: site:*.gov.by: a site covers what is under it; write site:gov.by`},
		{"Lexis truncation", `belarus!`, `1: belarus! is Lexis; write belarus*`},
		{"Factiva truncation", `bank$3`, `1: bank$3 is Factiva; write bank*`},
		{"weight", `belarus^9`, `1: belarus^9: weights are Meltwater's and have no equal; write belarus`},
		{"weight of a phrase", `"great stone"^9`, `14: ^9: weights are Meltwater's and have no equal; drop it`},
		{"fuzzy word", `belarus~1`, `1: belarus~1: fuzzy search has no equal; write the spellings with OR`},
		{"comma", `belarus, potash`, `1: "," cannot separate words: write AND or OR between them`},
		{"comma alone", `belarus , potash`, `9: "," cannot separate words: write AND or OR between them`},
		{"other character", `50%`, `1: the character "%" has no meaning here: quote what it belongs to, "50%"`},
		{"other character alone", `a AND €`, `7: the character "€" has no meaning here: quote what it belongs to, "€"`},
		{"minus", `belarus -potash`, `9: -potash is Brandwatch and Talkwalker; write NOT potash`},
		{"dash alone", `belarus - potash`, `9: - cannot stand alone: quote the phrase it belongs to`},
		{"plus", `belarus +potash`, `9: +potash: write AND potash`},
		{"exclamation mark", `!"NASA"`, `1: !: ! has no meaning; write NOT to exclude, CASE(...) to compare capitals`},
		{"ampersand", `a & b`, `3: &: write AND`},
		{"bar", `a || b`, `3: ||: write OR`},
		{"brackets", `[a]`, "1: [ has no meaning: group with ( and )\n3: ] has no meaning: group with ( and )"},
		{"wide parentheses", `（a OR b） AND c`, "1: （ is a wide parenthesis: write (\n8: ） is a wide parenthesis: write )"},
		{"single quotation marks", `'great stone'`, `1: 'great: a phrase stands in double quotation marks, "..."`},
		{"hash", `(#a)`, `2: the character "#" has no meaning here: quote what it belongs to, "#a"`},
		{"hash alone", `a AND(# b)`, `7: a comment needs a space before its #`},
		// Fields.
		{"unknown field", `xyz:belarus`, `1: unknown field "xyz"`},
		{"misspelt field", `titel:belarus`, `1: unknown field "titel": did you mean "title"?`},
		{"another product's field", `headline:belarus`, `1: unknown field "headline": did you mean "title"?`},
		{"Brandwatch raw", `raw:NASA`, `1: unknown field "raw" of Brandwatch; write CASE(...)`},
		{"capital field", `Title:belarus`, `1: unknown field "Title": did you mean "title"?`},
		{"Factiva field", `hd=belarus`, `1: hd=belarus: a field ends in a colon: write title:belarus`},
		{"wide colon", `title：belarus`, `1: title：belarus: the colon after a field is the narrow one: write title:belarus`},
		{"address", `https://belta.by/x`, `1: an address must be quoted: write url:"https://belta.by/x"`},
		{"space after the colon", `title: belarus`, `1: no space may follow title: (write title:belarus)`},
		{"space before the colon", `title :belarus`, `7: a colon must follow the name of a field directly: write title:potash`},
		{"nothing after the colon", `title:`, `1: title: needs something directly after it: write title:word`},
		{"operator after the colon", `title:AND b`, "1: title: needs something directly after it: write title:word"},
		{"field before a field", `title:site:x`, `7: site: cannot follow title: one field holds for a word or a group; write one of them`},
		{"field under another part", `title:(body:x)`, `8: body: cannot stand under title: no place in the text is in both; join them with AND`},
		{"wider field under a narrow one", `title:(text:x)`, `8: text: cannot stand under title: no place in the text is in both; join them with AND`},
		{"value under a text field", `title:(a AND site:x)`, `14: site: cannot stand under title: one item has both, so join them with AND`},
		{"text field under a value", `site:(x OR title:a)`, `12: title: cannot stand under site: one item has both, so join them with AND`},
		{"NEAR under a value", `site:(a NEAR/3 b)`, `9: NEAR cannot stand under site: a value is compared there, no text is searched`},
		{"call under a value", `tag:CASE(x)`, `5: CASE cannot stand under tag: a value is compared there, no text is searched`},
		{"value under a call", `FIRST/9(site:x OR a)`, `9: site: cannot stand under FIRST: its value is no place in the text; write it outside with AND`},
		{"AND of languages", `lang:(en AND ru)`, `7: lang: AND cannot hold, for there is one lang only; write OR`},
		// Calls and vocabularies.
		{"unknown call", `EXACT(a)`, `1: unknown call EXACT(: the calls are ATLEAST/3(, CASE(, FIRST/50( and STEM(; a group needs an operator before it`},
		{"call in lower case", `case(a)`, `1: unknown call case(: calls are written in capitals (CASE)`},
		{"CAPS", `CAPS(aids)`, `1: unknown call CAPS( of Lexis; write CASE(...)`},
		{"HEADLINE", `HEADLINE(a)`, `1: unknown call HEADLINE( of Lexis; write title:(...)`},
		{"HLEAD", `HLEAD(a)`, `1: unknown call HLEAD( of Lexis; write hlead:(...)`},
		{"ATLEAST without count", `ATLEAST(a)`, `1: ATLEAST needs a count: write ATLEAST/3(...)`},
		{"ATLEAST/0", `ATLEAST/0(a)`, `1: ATLEAST/0: the count must be from 1 to 50`},
		{"ATLEAST51", `ATLEAST51(a)`, `1: ATLEAST/51: the count must be from 1 to 50`},
		{"FIRST without number", `FIRST(a)`, `1: FIRST needs a number of words: write FIRST/50(...)`},
		{"FIRST50", `FIRST50(a)`, `1: FIRST50(: write FIRST/50(...)`},
		{"FIRST/0", `FIRST/0(a)`, `1: FIRST/0: the number of words must be from 1 to 100000`},
		{"CASE with a number", `CASE/3(a)`, `1: CASE takes no number: write CASE(...)`},
		{"call that stands alone", `CASE (a)`, `1: CASE is a call: write CASE(...), or quote it to search for the word`},
		{"ATLEAST alone", `ATLEAST5 AND b`, `1: ATLEAST5 is a call: write ATLEAST/5(...), or quote it to search for the word`},
		{"AND in ATLEAST", `ATLEAST/3(a AND b)`, `11: AND or NOT cannot stand in ATLEAST: places in the text are counted, write ATLEAST/n(a) AND ATLEAST/n(b)`},
		{"ATLEAST in ATLEAST", `ATLEAST/3(ATLEAST/2(a))`, `11: ATLEAST cannot stand in ATLEAST: write one count`},
		{"CASE with STEM", `CASE(STEM(a))`, `6: CASE and STEM contradict each other: one compares as written, one finds other forms`},
		{"STEM with a wildcard", `STEM("great ston*")`, `6: ston*: STEM and a wildcard cannot work on one word; drop one of them`},
		{"nameless vocabulary", `@ AND a`, `1: @ needs the name of a vocabulary directly after it: write @potash`},
		{"vocabulary with a wildcard", `@pot*`, `1: "*" cannot follow a vocabulary: names are letters, digits, - and _, and take no wildcard`},
		// Shape.
		{"empty", ``, `1: the query is empty: write what to search for`},
		{"only a comment", ` # nothing`, `11: the query is empty: write what to search for`},
		{"empty parentheses", `a AND ()`, `7: the parentheses are empty: write something to search for between them`},
		{"empty phrase", `""`, `1: the phrase is empty: write words between the quotation marks`},
		{"phrase without letters", `"& -"`, `1: the phrase holds no letter and no digit: there is nothing to search for`},
		{"open parenthesis", `a AND (b OR c`, `7: the parenthesis ( opened here is never closed`},
		{"open call", `CASE(b`, `1: the parenthesis CASE( opened here is never closed`},
		{"closing parenthesis", `a) AND b`, `2: ) closes nothing: no ( was opened before it`},
		{"closing parenthesis first", `)`, `1: ) closes nothing: no ( was opened before it`},
		{"open quotation mark", `a AND "b OR c`, `7: the quotation mark " opened here is never closed`},
		{"closing quotation mark", `a AND b”`, `8: the quotation mark ” closes nothing: none was opened before it`},
		{"wrong quotation mark", `„a" AND b`, `3: " cannot stand in the phrase opened by „ at 1: close that with “ or ” first`},
		{"nesting", strings.Repeat("(", 65) + "a" + strings.Repeat(")", 65), `65: more than 64 parentheses are open at once: split the query`},
		{"length", strings.Repeat("a OR ", 41_000) + "b", `1: the query is 201 KB long: at most 200 KB are read`},
		{"control character", "a\x07b", `2: control character U+0007: delete it`},
		{"invalid UTF-8", "a OR b\xff", `7: invalid UTF-8 (byte 0xff): save the text as UTF-8`},
		{"zero-width space", "бела\u200bрусь", `5: invisible character U+200B ZERO WIDTH SPACE: delete it`},
		{"bidirectional override", "a AND \u202eb", `7: invisible character U+202E BIDIRECTIONAL EMBEDDING OR OVERRIDE: delete it`},
		{"bidirectional isolate in a comment", "a # \u2066b", `5: invisible character U+2066 BIDIRECTIONAL ISOLATE: delete it`},
		{"soft hyphen in a phrase", "\"be\u00adlarus\"", `4: invisible character U+00AD SOFT HYPHEN: delete it`},
		{"tag character", "a\U000e0041", `2: invisible character U+E0041 FORMAT CHARACTER: delete it`},
	}
}

func TestEveryRefusalCarriesItsCure(t *testing.T) {
	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			n, err := query.Parse(tt.src)
			require.Error(t, err, "%v", n)
			require.Nil(t, n)
			require.Equal(t, tt.want, err.Error())
		})
	}
}

func TestIndependentMistakesAreReportedTogether(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{
			"titel:belarus AND ka* AND (potash NEAR/200 ban) AND @",
			"1: unknown field \"titel\": did you mean \"title\"?\n" +
				"19: ka*: a wildcard needs at least 3 letters before it\n" +
				"35: NEAR/200: at most 100 words can stand between; write NEAR/100 or NEAR/P for the same paragraph\n" +
				"53: @ needs the name of a vocabulary directly after it: write @potash",
		},
		{
			"(a OR b AND c) AND (d NEAR/3 title:e)",
			"9: AND and OR are mixed: add parentheses (Factiva binds AND first, Lexis binds OR first)\n" +
				"23: a field cannot stand beside NEAR: it must hold for both sides (write title:(d NEAR/3 e))",
		},
		{
			"belarus w/5 potash AND (minsk or vilnius)",
			"9: w/5 is Factiva/Lexis; write NEAR/4\n" +
				"31: \"or\": operators are written in capitals (OR); quote it to search for the word",
		},
	} {
		_, err := query.Parse(tt.src)
		require.EqualError(t, err, tt.want)
	}
}

func TestMistakesInSeveralLinesNameTheLine(t *testing.T) {
	_, err := query.Parse("@belarus   # the country\n  AND калий соль\n")
	var errs query.Errors
	require.ErrorAs(t, err, &errs)
	require.Len(t, errs, 1)
	require.Equal(t, 2, errs[0].Line)
	require.Equal(t, 13, errs[0].LineColumn)
	require.Equal(t, 38, errs[0].Column)
	require.Equal(t, "соль", "@belarus   # the country\n  AND калий соль\n"[errs[0].Pos:errs[0].End])
	require.ErrorContains(t, errs[0], "line 2:13: no operator before соль")
}

func TestTrailingNewlineMakesNoSecondLine(t *testing.T) {
	_, err := query.Parse("a AND b OR c\n")
	require.ErrorContains(t, err, "9: AND and OR are mixed")
	require.NotContains(t, err.Error(), "line")
}

func TestMistakesAreCapped(t *testing.T) {
	_, err := query.Parse(strings.Repeat("ka* OR ", 1000) + "b")
	var errs query.Errors
	require.ErrorAs(t, err, &errs)
	require.Len(t, errs, 20)
	_, err = query.Parse(strings.Repeat("\x00", 1000))
	require.ErrorAs(t, err, &errs)
	require.Len(t, errs, 20)
}

func TestLaterMistakesPointIntoTheSource(t *testing.T) {
	n, err := query.Parse("калий AND\n  @potsh")
	require.NoError(t, err)
	var at query.Node
	query.Walk(n, func(n query.Node) bool {
		if _, ok := n.(*query.Vocabulary); ok {
			at = n
		}
		return true
	})
	e := query.NewError(at, "unknown vocabulary @potsh")
	require.EqualError(t, e, "line 2:3: unknown vocabulary @potsh")
	require.Equal(t, 13, e.Column)
	require.EqualError(t, query.NewError(&query.Word{Text: "x"}, "made by hand"), "1: made by hand")
}

func TestClosestFindsTypingMistakesOnly(t *testing.T) {
	known := []string{"potash", "airspace", "state-finance", "5g"}
	for name, want := range map[string]string{
		"potsah": "potash", "potahs": "potash", "Airspace": "airspace", "statefinance": "state-finance",
		"belarus": "", "5h": "5g", "x": "",
	} {
		got, ok := query.Closest(name, known)
		require.Equal(t, want, got, name)
		require.Equal(t, want != "", ok, name)
	}
}
