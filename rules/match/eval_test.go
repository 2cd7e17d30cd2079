package match_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// row is one query on a title and a lead, with the words that must be found; none if it must not
// hold.
type row struct {
	src, title, lead string
	want             []string
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		ok, words := found(t, r.src, item(r.title, r.lead), watcher.Feed{})
		require.Equal(t, len(r.want) > 0, ok, "%s in %q, %q", r.src, r.title, r.lead)
		require.Equal(t, r.want, words, "%s in %q, %q", r.src, r.title, r.lead)
	}
}

func TestWordsAreFoundWhole(t *testing.T) {
	check(t, []row{
		{"potash", "EU bans Potash", "", []string{"Potash"}},
		{"potash", "EU bans potashes", "", nil},
		{"potash", "Potash", "The potash.", []string{"Potash", "potash"}},
		{"POTASH", "ｐｏｔａｓｈ ban", "", []string{"ｐｏｔａｓｈ"}},
		{"lodz", "Łódź", "", []string{"Łódź"}},
		{"Łódź", "Lodz airport", "", []string{"Lodz"}},
		{"самолёт", "Самолет сел", "", []string{"Самолет"}},
		{"Слаўнафта", "Слаунафта", "", []string{"Слаунафта"}},
		{"калий", "калии", "", nil},
		{"Lukashenko", "Lukashenko's jet", "", []string{"Lukashenko"}},
		{"espace", "fermeture de l’espace", "", []string{"espace"}},
		{`"a"`, "A b", "", []string{"A"}},
		{"Лукашэнка", "Лукашэнкa", "", []string{"Лукашэнкa"}}, // the last letter is Latin
		{"Cуп", "СУП, CYП", "", []string{"СУП", "CYП"}},       // a Latin C in the term, and C and Y in the text
		{"5G", "５Ｇ network", "", []string{"５Ｇ"}},
		{"AT&T", "AT&T pays", "", []string{"AT&T"}},
	})
}

func TestPhrasesStandTogetherInOneField(t *testing.T) {
	check(t, []row{
		{`"great stone"`, "The Great Stone park", "", []string{"Great Stone"}},
		{`"great stone"`, "The Great-Stone park", "", []string{"Great-Stone"}},
		{`"great stone"`, "The “Great” stone", "", []string{"Great” stone"}},
		{`"great stone"`, "stone great", "", nil},
		{`"great stone"`, "great old stone", "", nil},
		{`"great stone"`, "great", "stone", nil},
		{`"a a"`, "a a a", "", []string{"a a", "a a"}},
		{`"Johnson & Johnson"`, "Johnson and Johnson", "", nil},
		{`"Johnson & Johnson"`, "Johnson, Johnson", "", []string{"Johnson, Johnson"}},
	})
}

func TestWildcards(t *testing.T) {
	check(t, []row{
		{"belarus*", "Belarus and Belarusian", "", []string{"Belarus", "Belarusian"}},
		{"organi?ation", "organisation, organization, organiation", "", []string{"organisation", "organization"}},
		{`"закры* неб*"`, "Литва закрыла небо", "", []string{"закрыла небо"}},
		{"Cанкци*", "Санкции", "", []string{"Санкции"}}, // the first letter of the term is Latin
		{"пере*ть", "перехватить переход", "", []string{"перехватить"}},
		{"sanc*ns?", "sanctions sanction sanctionsx", "", []string{"sanctionsx"}},
		{"제재*", "제재를 해제", "", []string{"제재를"}},
		{"MAZ-5*", "MAZ-543 and MAZ 537 and MAZ537", "", []string{"MAZ-543", "MAZ 537", "MAZ537"}},
	})
}

func TestHyphensMayBeLeftOut(t *testing.T) {
	all := []string{"MAZ-543", "MAZ 543", "MAZ‑543", "MAZ543"}
	for _, term := range []string{"MAZ-543", "MAZ‑543", "maz-543", "MAZ/543"} {
		for _, written := range all {
			ok, words := found(t, term, item("Lorry "+written+" seen", ""), watcher.Feed{})
			require.True(t, ok, "%s in %s", term, written)
			require.Equal(t, []string{written}, words)
		}
	}
	check(t, []row{
		{"MAZ543", "MAZ-543", "", []string{"MAZ-543"}},
		{"MAZ543", "MAZ 543", "", nil},
		{`"MAZ 543"`, "MAZ543", "", nil},
		{"5G", "5-G", "", []string{"5-G"}},
		{`"the MAZ543 truck"`, "the MAZ-543 truck", "", []string{"the MAZ-543 truck"}},
		{`"the MAZ-543 truck"`, "the MAZ543 truck", "", []string{"the MAZ543 truck"}},
		{"MAZ-543-K", "MAZ543-K", "", []string{"MAZ543-K"}},
		{"MAZ-543-K", "MAZ-543K", "", []string{"MAZ-543K"}},
		{"MAZ543K", "MAZ-543-K", "", []string{"MAZ-543-K"}},
		{"543", "MAZ-543", "", []string{"543"}},
		{"@trucks", "A200, MAZ543", "", []string{"A200", "MAZ543"}},
		{"CASE(MAZ543)", "maz-543, MAZ-543", "", []string{"MAZ-543"}},
	})
}

func TestChineseWordsArePhrasesOfCharacters(t *testing.T) {
	check(t, []row{
		{"白俄罗斯", "欧盟制裁白俄罗斯钾肥", "", []string{"白俄罗斯"}},
		{"白俄罗斯", "歐盟制裁白俄羅斯", "", []string{"白俄羅斯"}},
		{"制裁", "抵制，裁员", "", nil},
		{"制裁", "抵制 裁员", "", nil},
		{"5G技术", "5G 技术", "", []string{"5G 技术"}},
		{`"制裁 白俄"`, "制裁，白俄罗斯", "", []string{"制裁，白俄"}},
		{"制裁 NEAR/0 白俄罗斯", "制裁白俄罗斯", "", []string{"制裁", "白俄罗斯"}},
		{"制裁 NEAR/1 钾肥", "制裁白俄钾肥", "", nil},
		{"制裁 NEAR/2 钾肥", "制裁白俄钾肥", "", []string{"制裁", "钾肥"}},
		{"ベラルーシ", "ベラルーシ制裁", "", []string{"ベラルーシ"}},
		{"ガス", "カス", "", nil},
	})
}

func TestAndOrNotWorkOnTheItem(t *testing.T) {
	check(t, []row{
		{"a AND b", "a", "b", []string{"a", "b"}},
		{"a AND b", "a", "c", nil},
		{"a OR b", "b", "", []string{"b"}},
		{"a OR b", "c", "", nil},
		{"a NOT b", "a", "c", []string{"a"}},
		{"a NOT b", "a", "b", nil},
		{"a NOT b", "c", "", nil},
		{"a AND b NOT c AND d", "a b d", "", []string{"a", "b", "d"}},
		{"a AND b NOT c AND d", "a b c d", "", nil},
		{"(a AND b) OR c", "a c", "", []string{"c"}}, // the part that failed shows nothing
		{"a OR (b NOT c)", "b c", "", nil},
	})
}

func TestNearCountsTheWordsBetween(t *testing.T) {
	check(t, []row{
		{"a NEAR/0 b", "a b", "", []string{"a", "b"}},
		{"a NEAR/0 b", "b a", "", []string{"b", "a"}},
		{"a NEAR/0 b", "a x b", "", nil},
		{"a NEAR/2 b", "a x y b", "", []string{"a", "b"}},
		{"a NEAR/2 b", "a x y z b", "", nil},
		{"a NEAR/9 b", "a", "b", nil},
		{"a ONEAR/2 b", "a x b", "", []string{"a", "b"}},
		{"a ONEAR/2 b", "b x a", "", nil},
		{"a NEAR/5 a", "a", "", nil},
		{"a NEAR/5 a", "a x a", "", []string{"a", "a"}},
		{`"a b" NEAR/5 b`, "a b", "", nil}, // they overlap
		{`"a b" NEAR/5 b`, "a b x b", "", []string{"a b", "b"}},
		{"(a NEAR/1 b) NEAR/0 c", "a x b c", "", []string{"a", "b", "c"}},
		{"(a NEAR/1 b) NEAR/0 c", "a c b", "", nil}, // c stands inside
		{"(a NEAR/5 b) NEAR/0 c", "a b x b c", "", []string{"a", "b", "c"}},
		{"(a OR b) NEAR/1 (c OR d)", "b x d a", "", []string{"b", "d", "a"}},
		{"@potash NEAR/3 @sanction", "EU bans imports of Belarusian potash", "", []string{"bans", "potash"}},
		{"title:(a NEAR/1 b)", "a b", "", []string{"a", "b"}},
		{"title:(a NEAR/1 b)", "a", "a b", nil},
		{"author:(a NEAR/1 b)", "a b", "", nil},
	})
}

func TestNotNearWantsOnePlaceAlone(t *testing.T) {
	check(t, []row{
		{"a NOT NEAR/1 b", "a x y b", "", []string{"a"}},
		{"a NOT NEAR/1 b", "a x b", "", nil},
		{"a NOT NEAR/1 b", "a b x y a", "", []string{"a"}},
		{"a NOT NEAR/1 b", "a b", "a", []string{"a"}},
		{"a NOT NEAR/1 b", "b", "", nil},
		{"a NOT ONEAR/1 b", "b a", "", []string{"a"}},
		{"a NOT ONEAR/1 b", "a b", "", nil},
		{"(a NOT NEAR/1 b) NEAR/1 c", "a b x x a c", "", []string{"a", "c"}},
	})
}

func TestSentencesAndParagraphs(t *testing.T) {
	check(t, []row{
		{"cats NEAR/S dogs", "We saw cats x x x with dogs.", "", []string{"cats", "dogs"}},
		{"cats NEAR/S dogs", "We saw cats. Then came dogs.", "", nil},
		{"cats ONEAR/S dogs", "We saw dogs and cats.", "", nil},
		{"cats NEAR/P dogs", "We saw cats. Then came dogs.", "", []string{"cats", "dogs"}},
		{"cats NEAR/P dogs", "We saw cats.\n\nThen came dogs.", "", nil},
		{"cats NOT NEAR/S dogs", "We saw cats. Then came dogs.", "", []string{"cats"}},
		{"制裁 NEAR/S 钾肥", "制裁白俄。钾肥涨价。", "", nil},
	})
}

func TestAtLeastCountsPlaces(t *testing.T) {
	check(t, []row{
		{"ATLEAST/2(a)", "a x a", "", []string{"a", "a"}},
		{"ATLEAST/2(a)", "a", "x a", []string{"a", "a"}},
		{"ATLEAST/3(a)", "a x a", "", nil},
		{`ATLEAST/2("a a")`, "a a a", "", nil}, // they overlap
		{`ATLEAST/2("a a")`, "a a a a", "", []string{"a a", "a a", "a a"}},
		{"ATLEAST/2(a OR b)", "a b", "", []string{"a", "b"}},
		{"ATLEAST/2(potash)", "Potash ban", "Potash ban. More to come.", nil},
		{"ATLEAST/2(potash)", "Potash ban", "Potash ban. Potash is dear.", []string{"Potash", "Potash", "Potash"}},
		{"ATLEAST/2(potash)", "Ban", "Potash. Ban. Potash.", []string{"Potash", "Potash"}},
		{"ATLEAST/2(a NEAR/1 b)", "a b x x x a b", "", []string{"a", "b", "a", "b"}},
	})
}

func TestFirstLooksAtTheBeginningOfEachField(t *testing.T) {
	check(t, []row{
		{"FIRST/2(a)", "x a", "", []string{"a"}},
		{"FIRST/2(a)", "x x a", "", nil},
		{"FIRST/2(a)", "x x x", "x a", []string{"a"}},
		{`FIRST/2("a b")`, "x a b", "", nil},
		{`FIRST/3("a b")`, "x a b", "", []string{"a b"}},
		{"FIRST/2(a AND b)", "a x b", "", nil},
		{"FIRST/9(FIRST/2(a))", "x x a", "", nil},
		{"FIRST/2(FIRST/9(a))", "x x a", "", nil},
		{"FIRST/2(@potash)", "x x potash", "", nil},
		{"@potash AND FIRST/2(@potash)", "x x potash", "", nil},
		{"FIRST/2(a NOT NEAR/5 b)", "a x b", "", []string{"a"}},
	})
}

func TestCaseComparesAsWritten(t *testing.T) {
	check(t, []row{
		{"CASE(MAZ)", "MAZ maz Maz", "", []string{"MAZ"}},
		{"CASE(MAZ)", "ＭＡＺ", "", []string{"ＭＡＺ"}},
		{"CASE(Łódź)", "Lodz Łódź ŁÓDŹ", "", []string{"Łódź"}},
		{"CASE(Бел*)", "Беларусь беларусь", "", []string{"Беларусь"}},
		{`CASE("Great Stone")`, "great stone, Great Stone", "", []string{"Great Stone"}},
		{"CASE(白俄羅斯)", "白俄罗斯", "", nil},
		{"CASE(@trucks)", "maz-543 MAZ-543", "", []string{"MAZ-543"}},
		{"CASE(@trucks) OR @trucks", "maz-543", "", []string{"maz-543"}},
		{"CASE(AIDS) NEAR/2 aids", "AIDS aids", "", []string{"AIDS", "aids"}},
	})
}

func TestStemFindsOtherForms(t *testing.T) {
	check(t, []row{
		{"STEM(санкция)", "Санкции, санкциями, санкционный", "", []string{"Санкции", "санкциями"}},
		{"санкция", "Санкции", "", nil},
		{"STEM(sanction)", "sanctions sanctioned", "", []string{"sanctions", "sanctioned"}},
		{`STEM("калийное удобрение")`, "калийных удобрений", "", []string{"калийных удобрений"}},
		{"STEM(калій)", "калію", "", nil}, // there is no stemmer for Belarusian
		{"STEM(калій)", "калій", "", []string{"калій"}},
		{"STEM(制裁)", "制裁", "", []string{"制裁"}},
		{"STEM(A200)", "A200", "", []string{"A200"}},
		{"STEM(@stems)", "удобрения добрыву fertilizers", "", []string{"удобрения", "fertilizers"}},
		{"STEM(санкция) NEAR/1 калий", "санкции на калий", "", []string{"санкции", "калий"}},
	})
}

func TestFieldsNarrowTheText(t *testing.T) {
	it := watcher.Item{Title: "one", Lead: "two", Body: "three", Author: "Ivan Four"}
	for src, want := range map[string]bool{
		"one": true, "two": true, "three": true, "four": false,
		"title:one": true, "title:two": false, "lead:two": true, "lead:three": false,
		"hlead:one": true, "hlead:two": true, "hlead:three": false, "body:three": true, "body:one": false,
		"text:one": true, "text:three": true, "text:four": false,
		"hlead:(title:one)": true, "hlead:(title:two)": false,
		"author:four": true, `author:"ivan four"`: true, "author:one": false, "author:(ivan NEAR/0 four)": true,
		"title:(one OR two) AND body:three": true, "title:(one AND two)": false,
		"author:FIRST/1(four)": false, "author:FIRST/1(ivan)": true,
	} {
		ok, _ := found(t, src, it, watcher.Feed{})
		require.Equal(t, want, ok, src)
	}
}

func TestAuthorsNameIsNoSpan(t *testing.T) {
	ok, words := found(t, "one AND author:ivan", watcher.Item{Title: "one", Author: "Ivan"}, watcher.Feed{})
	require.True(t, ok)
	require.Equal(t, []string{"one"}, words)
}

func TestFieldsCompareValues(t *testing.T) {
	it := watcher.Item{
		Title: "x", URL: "https://www.EN.Belta.by/economics/Great-Stone_park/%D0%BA%D0%B0%D0%BB%D0%B8%D0%B9?id=7",
		Language: "zh-Hant", Tags: []string{"Ökonomie", "Foreign  Trade"},
	}
	f := watcher.Feed{
		ID: "belta-en", Name: "BelTA English", Language: "en", Country: "by", Tags: []string{"Official"},
		URL: "https://feeds.example.org/rss",
	}
	for src, want := range map[string]bool{
		"url:economics": true, "url:ECONOM": true, `url:"/economics/"`: true, `url:"great stone"`: true,
		"url:great-stone": true, "url:калий": true, `url:"id=7"`: true, "url:sport": false, "url:econ*park": true,
		"url:econ*sport": false,
		"site:belta.by":  true, "site:en.belta.by": true, "site:www.en.belta.by": true, "site:by": true,
		"site:elta.by": false, "site:belta": false, "site:bel*.by": true, "site:example.org": false, "site:@sites": true,
		"feed:belta-en": true, `feed:"belta english"`: true, "feed:belta": false, "feed:belt*": true,
		"lang:zh": true, "lang:zh-hant": true, "lang:zh-hans": false, "lang:en": false, "lang:(ru OR zh)": true,
		"country:by": true, "country:BY": true, "country:ru": false,
		"tag:official": true, "tag:okonomie": true, `tag:"foreign trade"`: true, "tag:foreign": false,
		"category:official": true, "category:(official AND okonomie)": true, "category:(official NOT okonomie)": false,
		"x NOT site:belta.by": false, "x NOT site:reform.news": true,
	} {
		ok, words := found(t, src, it, f)
		require.Equal(t, want, ok, src)
		require.Equal(t, want && strings.HasPrefix(src, "x "), len(words) > 0, src)
	}
}

func TestFieldsWithoutValuesDoNotHold(t *testing.T) {
	for src, want := range map[string]bool{
		"lang:be": true, "site:example.org": true, "tag:x": false, "country:by": false, "url:abc": false, "feed:x": false,
	} {
		ok, _ := found(t, src, watcher.Item{}, watcher.Feed{Language: "be_BY", URL: "https://example.org/feed"})
		require.Equal(t, want, ok, src)
	}
}

func TestInternationalHostsHaveBothForms(t *testing.T) {
	it := watcher.Item{URL: "https://xn--b1aew.xn--p1ai/news"}
	for _, src := range []string{"site:мвд.рф", "site:рф", "site:xn--b1aew.xn--p1ai"} {
		ok, _ := found(t, src, it, watcher.Feed{})
		require.True(t, ok, src)
	}
}

func TestSpansNameTheTermAndItsVocabulary(t *testing.T) {
	q := compile(t, `(@belarus AND @potash NEAR/5 транзит*) OR "Great Stone"`)
	it := watcher.Item{
		Title: "Транзит калийных удобрений",
		Lead:  "из Белоруссии.",
		Body:  "白俄罗斯 great stone",
	}
	ok, spans := q.Eval(match.NewDoc(it, watcher.Feed{}))
	require.True(t, ok)
	require.Equal(t, []watcher.Span{
		{Field: watcher.Title, Start: 0, End: 14, Term: "транзит*"},
		{Field: watcher.Title, Start: 15, End: 50, Term: "калийн* удобрени*", Clause: "@potash"},
		{Field: watcher.Lead, Start: 5, End: 25, Term: "белорус*", Clause: "@belarus"},
		{Field: watcher.Body, Start: 0, End: 12, Term: "白俄罗斯", Clause: "@belarus"},
		{Field: watcher.Body, Start: 13, End: 24, Term: "Great Stone"},
	}, spans)
}

func TestTermsOfAllLanguagesRunOnEveryItem(t *testing.T) {
	for _, title := range []string{
		"EU bans imports of Belarusian potash", "Санкции: белорусский калий", "欧盟制裁白俄罗斯钾肥",
	} {
		ok, _ := found(t, "@belarus AND (@potash NEAR/12 @sanction)", watcher.Item{Title: title, Language: "lt"}, watcher.Feed{})
		require.True(t, ok, title)
	}
}

func TestOverlongItemsAreBounded(t *testing.T) {
	srcs := []string{
		"a NEAR/100 b", "a NEAR/P b", "(a NEAR/P b) NEAR/P c", "((a NEAR/100 b) NEAR/100 c) NEAR/100 a", "ATLEAST/50(a NEAR/P b)",
		"a NOT NEAR/P b", `"a b c a b c"`, `"aaa* aaa* aaa* aaa* aaa* aaa* aaa* aaa* aaa* aaa* aaa* aaa* bbb"`,
		"STEM(a) NEAR/S STEM(b)", "CASE(a)", "@potash OR @belarus",
	}
	var queries []*match.Query
	for i := range 40 {
		queries = append(queries, compile(t, srcs[i%len(srcs)]))
	}
	for name, body := range map[string]string{
		"words":   strings.Repeat("a b c ", 40_000),
		"hyphens": strings.Repeat("aaa-", 60_000),
		"one":     strings.Repeat("a", 250_000),
		"chinese": strings.Repeat("制裁白俄罗斯", 15_000),
		"stops":   strings.Repeat("A b. ", 50_000),
	} {
		start := time.Now()
		d := match.NewDoc(watcher.Item{Body: body}, watcher.Feed{})
		for _, q := range queries {
			_, spans := q.Eval(d)
			require.LessOrEqual(t, len(spans), 200)
		}
		t.Log(name, time.Since(start))
	}
}

func TestOverlongFieldsAreCutBetweenCharacters(t *testing.T) {
	body := "x" + strings.Repeat("я", 2<<20)
	ok, words := found(t, "xяя*", watcher.Item{Body: body}, watcher.Feed{})
	require.True(t, ok)
	require.Less(t, len(words[0]), len(body))
}
