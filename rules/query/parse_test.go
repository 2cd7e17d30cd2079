package query_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

func word(text string) *query.Word          { return &query.Word{Text: text} }
func phrase(words ...string) *query.Phrase  { return &query.Phrase{Words: words} }
func vocabulary(n string) *query.Vocabulary { return &query.Vocabulary{Name: n} }
func and(args ...query.Node) *query.And     { return &query.And{Args: args} }
func or(args ...query.Node) *query.Or       { return &query.Or{Args: args} }
func not(l, r query.Node) *query.Not        { return &query.Not{Left: l, Right: r} }
func field(n string, arg query.Node) *query.Field {
	return &query.Field{Name: n, Arg: arg}
}

func near(l query.Node, n int, r query.Node) *query.Near {
	return &query.Near{Left: l, Right: r, Distance: n}
}

func parse(t testing.TB, src string) query.Node {
	t.Helper()
	n, err := query.Parse(src)
	require.NoError(t, err, "%s", src)
	return n
}

func TestParseBuildsTheTree(t *testing.T) {
	a, b, c, d := word("a"), word("b"), word("c"), word("d")
	for _, tt := range []struct {
		src  string
		want query.Node
	}{
		{"a", a},
		{"(((a)))", a},
		{`"a"`, a},
		{`"a b"`, phrase("a", "b")},
		{`"and"`, word("and")},
		{"a AND b", and(a, b)},
		{"a AND (b AND (c AND d))", and(a, b, c, d)},
		{"((a AND b) AND c) AND d", and(a, b, c, d)},
		{"a OR (b OR c) OR d", or(a, b, c, d)},
		{"a NOT b", not(a, b)},
		{"a AND NOT b", not(a, b)},
		{"a AND b NOT c AND d", and(not(and(a, b), c), d)},
		{"a NOT b NOT c", not(not(a, b), c)},
		{"a NOT (b NOT c)", not(a, not(b, c))},
		{"a AND (b NOT c)", and(a, not(b, c))},
		{"a AND (b NOT c AND d)", and(a, not(b, c), d)},
		{"a NOT (b OR c)", not(a, or(b, c))},
		{"(a OR b) AND c", and(or(a, b), c)},
		{"a NEAR/0 b", near(a, 0, b)},
		{"a ONEAR/100 b", &query.Near{Left: a, Right: b, Ordered: true, Distance: 100}},
		{"a NOT NEAR/5 b", &query.Near{Left: a, Right: b, Negated: true, Distance: 5}},
		{"a NOT ONEAR/S b", &query.Near{Left: a, Right: b, Negated: true, Ordered: true, Unit: query.Sentence}},
		{"a NEAR/P b", &query.Near{Left: a, Right: b, Unit: query.Paragraph}},
		{"a NEAR/3 b NOT c", not(near(a, 3, b), c)},
		{"a AND b NEAR/3 c", and(a, near(b, 3, c))},
		{"a NEAR/3 b AND c NEAR/4 d", and(near(a, 3, b), near(c, 4, d))},
		{"(a NEAR/3 b) NEAR/4 c", near(near(a, 3, b), 4, c)},
		{"a NOT b NEAR/3 c", not(a, near(b, 3, c))},
		{"a NEAR/05 b", near(a, 5, b)},
		{"title:a", field("title", a)},
		{"title:(a)", field("title", a)},
		{"title:(a OR b)", field("title", or(a, b))},
		{"hlead:(title:a)", field("hlead", field("title", a))},
		{"title:a AND b", and(field("title", a), b)},
		{"title:@v", field("title", vocabulary("v"))},
		{"ATLEAST5(a)", &query.AtLeast{N: 5, Arg: a}},
		{"ATLEAST/5(a OR b)", &query.AtLeast{N: 5, Arg: or(a, b)}},
		{"FIRST/50(a AND b)", &query.First{N: 50, Arg: and(a, b)}},
		{"CASE(a)", &query.Case{Arg: a}},
		{"STEM(a)", &query.Stem{Arg: a}},
		{"title:ATLEAST/2(a)", field("title", &query.AtLeast{N: 2, Arg: a})},
		{"a# b", nil},
		{"a # b", a},
		{"# x\na # y\nAND b#", nil},
		{"# x\r\na # y\r\nAND\tb #", and(a, b)},
		{"白俄罗斯", word("白俄罗斯")},
		{"пам’ять", word("пам’ять")},
	} {
		n, err := query.Parse(tt.src)
		if tt.want == nil {
			require.Error(t, err, tt.src)
			continue
		}
		require.NoError(t, err, tt.src)
		require.True(t, query.Equal(tt.want, n), "%s became %s, a %T", tt.src, n, n)
	}
}

// vendorQueries are written as the users of the press databases write them, with the canonical
// print of each.
func vendorQueries() [][2]string {
	return [][2]string{
		{`belarus`, `belarus`},
		{`  belarus  `, `belarus`},
		{`"great stone"`, `"great stone"`},
		{`“great  stone”`, `"great stone"`},
		{`„Великий камень“`, `"Великий камень"`},
		{`„Wielki Kamień”`, `"Wielki Kamień"`},
		{`«Гродно Азот»`, `"Гродно Азот"`},
		{`"Belaruskali"`, `Belaruskali`},
		{`"OR"`, `"OR"`},
		{`"or"`, `"or"`},
		{`"NEAR/5"`, `"NEAR/5"`},
		{`"SAME"`, `"SAME"`},
		{`same`, `same`},
		{`"w/5"`, `"w/5"`},
		{`"CASE"`, `"CASE"`},
		{`case`, `case`},
		{`"FIRST" AND first`, `"FIRST" AND first`},
		{`"K+S" OR K+S OR AT&T OR C++`, `K+S OR K+S OR AT&T OR C++`},
		{`"Johnson & Johnson"`, `"Johnson & Johnson"`},
		{`"$100"`, `"$100"`},
		{`U.S. AND 24/7`, `U.S. AND 24/7`},
		{`MAZ-543 OR MAZ‑543`, `MAZ-543 OR MAZ‑543`},
		{`l’espace OR l'espace`, `l’espace OR l'espace`},
		{
			`(@belarus OR Belaruskali OR "Беларуськалий") AND (@potash NEAR/12 @sanction) NOT site:example-jobs.com    # postings`,
			`(@belarus OR Belaruskali OR Беларуськалий) AND @potash NEAR/12 @sanction NOT site:example-jobs.com`,
		},
		{`(belarus* OR беларус*) AND (sanction* OR санкци*)`, `(belarus* OR беларус*) AND (sanction* OR санкци*)`},
		{`organi?ation`, `organi?ation`},
		{`"apple orchard*"`, `"apple orchard*"`},
		{`(apple NEAR/3 orchard) NOT (pie OR tart)`, `apple NEAR/3 orchard NOT (pie OR tart)`},
		{`potash AND NOT (fertiliser OR "plant food")`, `potash NOT (fertiliser OR "plant food")`},
		{
			`title:(potash NEAR/5 ban) OR hlead:("potassium chloride" AND belarus)`,
			`title:(potash NEAR/5 ban) OR hlead:("potassium chloride" AND belarus)`,
		},
		{`ATLEAST3(lukashenko) AND FIRST/50(minsk)`, `ATLEAST/3(lukashenko) AND FIRST/50(minsk)`},
		{`CASE(MAZ) ONEAR/2 truck*`, `CASE(MAZ) ONEAR/2 truck*`},
		{`belarus NOT NEAR/5 (hockey OR football)`, `belarus NOT NEAR/5 (hockey OR football)`},
		{`(a NEAR/2 b) NEAR/10 (c ONEAR/3 d)`, `(a NEAR/2 b) NEAR/10 (c ONEAR/3 d)`},
		{`potash NEAR/S transit`, `potash NEAR/S transit`},
		{`potash NEAR/P transit`, `potash NEAR/P transit`},
		{`lang:(be OR ru) AND country:by`, `lang:(be OR ru) AND country:by`},
		{`site:belta.by OR url:"/sanctions/"`, `site:belta.by OR url:"/sanctions/"`},
		{`feed:"BelTA English" AND tag:official`, `feed:"BelTA English" AND tag:official`},
		{`author:"Max Mustermann" OR author:(Petrov NEAR/1 Ivan)`, `author:"Max Mustermann" OR author:(Petrov NEAR/1 Ivan)`},
		{`制裁 AND (白俄罗斯 OR 白俄羅斯)`, `制裁 AND (白俄罗斯 OR 白俄羅斯)`},
		{`"ベラルーシ 制裁"`, `"ベラルーシ 制裁"`},
		{`벨라루스 AND 제재*`, `벨라루스 AND 제재*`},
		{`STEM(калий) NEAR/3 транзит`, `STEM(калий) NEAR/3 транзит`},
		{`STEM(калий OR "калийная соль")`, `STEM(калий OR "калийная соль")`},
		{`hlead:(lead:potash OR title:potash)`, `hlead:(lead:potash OR title:potash)`},
		{`text:(title:potash AND body:ban)`, `text:(title:potash AND body:ban)`},
		{"(\n  potash   # the salt\n  OR калий\n)\nAND @belarus\n", `(potash OR калий) AND @belarus`},
		{`a NEAR/5(b OR c)`, `a NEAR/5 (b OR c)`},
		{`a AND(b OR c)`, `a AND (b OR c)`},
		{`((a NOT b) AND c) OR ((d))`, `(a NOT b AND c) OR d`},
		{`category:economy NOT category:"sport & leisure"`, `category:economy NOT category:"sport & leisure"`},
		{`А-200 OR A200 OR 5G OR IMT-2020`, `А-200 OR A200 OR 5G OR IMT-2020`},
		{`@state-finance NEAR/14 @belarus_names`, `@state-finance NEAR/14 @belarus_names`},
	}
}

func TestVendorsQueriesPrintCanonically(t *testing.T) {
	for _, q := range vendorQueries() {
		n := parse(t, q[0])
		require.Equal(t, q[1], n.String())
		again := parse(t, n.String())
		require.True(t, query.Equal(n, again), "%s", n)
		require.Equal(t, n.String(), again.String())
	}
}

func TestNodesKnowTheirPlace(t *testing.T) {
	src := `(title:a OR "b c") AND (@v NEAR/2 d) NOT CASE(e) # f`
	got := map[string]string{}
	query.Walk(parse(t, src), func(n query.Node) bool {
		got[n.String()] = src[n.Pos():n.End()]
		return true
	})
	require.Equal(t, map[string]string{
		`(title:a OR "b c") AND @v NEAR/2 d NOT CASE(e)`: `(title:a OR "b c") AND (@v NEAR/2 d) NOT CASE(e)`,
		`(title:a OR "b c") AND @v NEAR/2 d`:             `(title:a OR "b c") AND (@v NEAR/2 d)`,
		`title:a OR "b c"`:                               `title:a OR "b c"`,
		`title:a`:                                        `title:a`,
		`a`:                                              `a`,
		`"b c"`:                                          `"b c"`,
		`@v NEAR/2 d`:                                    `@v NEAR/2 d`,
		`@v`:                                             `@v`,
		`d`:                                              `d`,
		`CASE(e)`:                                        `CASE(e)`,
		`e`:                                              `e`,
	}, got)
}

func TestWalkSkipsWhatItIsToldTo(t *testing.T) {
	var seen []string
	query.Walk(parse(t, "(a OR b) AND c"), func(n query.Node) bool {
		seen = append(seen, n.String())
		_, or := n.(*query.Or)
		return !or
	})
	require.Equal(t, []string{"(a OR b) AND c", "a OR b", "c"}, seen)
	query.Walk(nil, func(query.Node) bool { panic("called for nothing") })
}

func TestEqualSeesEveryDifference(t *testing.T) {
	different := []string{
		"a", "b", `"a b"`, `"a c"`, "@a", "@b", "a AND b", "a AND b AND c", "a OR b", "a NOT b", "b NOT a",
		"a NEAR/3 b", "a NEAR/4 b", "a ONEAR/3 b", "a NOT NEAR/3 b", "a NEAR/S b", "a NEAR/P b",
		"ATLEAST/2(a)", "ATLEAST/3(a)", "FIRST/2(a)", "FIRST/3(a)", "CASE(a)", "STEM(a)", "title:a", "lead:a",
	}
	for i, x := range different {
		for j, y := range different {
			require.Equal(t, i == j, query.Equal(parse(t, x), parse(t, y)), "%s, %s", x, y)
		}
		require.False(t, query.Equal(parse(t, x), nil))
	}
	require.True(t, query.Equal(nil, nil))
}

func TestFieldsAreTheGrammars(t *testing.T) {
	require.IsIncreasing(t, query.Fields())
	require.Len(t, query.Fields(), 13)
	for _, name := range query.Fields() {
		require.Equal(t, strings.Contains(" title lead hlead body text ", " "+name+" "), query.IsText(name))
		parse(t, name+":x")
	}
	require.False(t, query.IsText("colour"))
}

func TestReadingIsLinear(t *testing.T) {
	for name, src := range map[string]string{
		"words":       strings.Repeat("a OR ", 40_000) + "b",
		"not":         strings.Repeat("a NOT ", 34_000) + "b",
		"implied":     strings.Repeat("a ", 100_000),
		"quotes":      strings.Repeat(`""`, 100_000),
		"parentheses": strings.Repeat("(", 200_000),
		"closed":      strings.Repeat(")", 200_000),
		"deep":        strings.Repeat("(", 64) + strings.Repeat("a OR ", 40_000) + "b" + strings.Repeat(")", 64),
		"near":        strings.Repeat("a NEAR/5 ", 22_000) + "b",
		"nested near": strings.Repeat("(", 60) + strings.Repeat("a OR ", 40_000) + "b" + strings.Repeat(" NEAR/1 c)", 60),
		"stars":       strings.Repeat("*", 200_000),
		"word":        strings.Repeat("a", 200_000),
		"fields":      strings.Repeat("titl:a OR ", 20_000) + "b",
		"long field":  strings.Repeat("t", 200_000) + ":a",
		"signs":       strings.Repeat(`"a"%`, 50_000),
		"not near":    strings.Repeat("title:a NEAR/1 b AND ", 9_000) + "b",
		"lower case":  strings.Repeat("a and ", 33_000) + "b",
		"colons":      strings.Repeat("title:", 33_000),
	} {
		n, err := query.Parse(src)
		if err == nil {
			require.True(t, query.Equal(n, parse(t, n.String())), name)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, q := range vendorQueries() {
		f.Add(q[0])
	}
	for _, r := range refusals() {
		if len(r.src) < 1000 {
			f.Add(r.src)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		n, err := query.Parse(src)
		if err != nil {
			var errs query.Errors
			require.ErrorAs(t, err, &errs)
			require.NotEmpty(t, errs)
			for _, e := range errs {
				require.NotEmpty(t, e.Msg)
				require.LessOrEqual(t, 0, int(e.Pos))
				require.LessOrEqual(t, e.Pos, e.End)
				require.LessOrEqual(t, int(e.End), len(src))
				require.Positive(t, e.Column)
			}
			return
		}
		printed := n.String()
		again, err := query.Parse(printed)
		require.NoError(t, err, "%q prints as %q", src, printed)
		require.True(t, query.Equal(n, again), "%q prints as %q", src, printed)
		require.Equal(t, printed, again.String())
	})
}

func BenchmarkParse(b *testing.B) {
	src := vendorQueries()[23][0]
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := query.Parse(src); err != nil {
			b.Fatal(err)
		}
	}
}
