package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
)

func TestLintSaysWhatIsUnwise(t *testing.T) {
	s := load(t, vocabularies, potash, `
id: copy
title: Copy
theme: potahs
severity: low
query: |
  @belarus   NEAR/8
  @potash
tests: {match: [{title: Minsk potash}], reject: [{title: x}]}
`, `
id: loose
title: Loose
theme: mine
severity: low
owner: desk
description: d
query: (przestrze* OR 钾 OR kali OR sale* OR "bank* of" OR R2D*) NOT (site:abc* OR salt*)
escalate: [{when: банк*, severity: high}]
tests: {match: [{title: sales}], reject: [{title: x}]}
`, `
name: traps
terms: {pl: [bank*, Przestrze*, bank* rolny, kre*, tra*], be: [калі], zh: [瑞安, 矿, 钾肥]}
`)
	var lines []string
	for _, p := range s.Lint() {
		lines = append(lines, strings.SplitN(p.Error(), ";", 2)[0])
	}
	require.Equal(t, []string{
		`b.yaml:9:8: query: the query says the same as that of rule copy`,
		`c.yaml:2:1: the rule has no description`,
		`c.yaml:2:1: the rule is experimental and has no owner`,
		`c.yaml:4:8: theme: the theme "potahs" is new`,
	}, lines[:4], "of the rules with one query the one with the later id is told")
	require.Equal(t, []string{
		`d.yaml:8:9: query: "przestrze*" mostly finds przestrzegać, "to observe"`,
		`d.yaml:8:23: query: "钾" is one character, which is part of many words`,
		`d.yaml:8:36: query: fewer than 5 letters before *: sale*, salt*`,
		`d.yaml:9:19: escalate[0].when: "банк*" mostly finds банкомат, банкир and банка (a jar)`,
		`e.yaml:2:7: name: no query uses the vocabulary @traps`,
		`e.yaml:3:14: terms.pl[0]: "bank*" mostly finds bankomat, bankier and bankructwo`,
		`e.yaml:3:21: terms.pl[1]: "Przestrze*" mostly finds przestrzegać, "to observe"`,
		`e.yaml:3:46: terms.pl[3]: fewer than 5 letters before *: kre*, tra*`,
		`e.yaml:3:64: terms.be[0]: "калі" mostly finds "when" in Belarusian`,
		`e.yaml:3:76: terms.zh[0]: "瑞安" mostly finds a city in Zhejiang`,
		`e.yaml:3:80: terms.zh[1]: "矿" is one character, which is part of many words`,
	}, lines[4:])
	require.Contains(t, rules.Themes(), "potash")
}

// lintOf is what is said of a rule with a query beside what every rule of these tests
// lacks nothing of.
func lintOf(t *testing.T, q, match string, more ...string) []string {
	t.Helper()
	rule := "id: r\ntitle: R\ntheme: mine\nseverity: low\nstatus: stable\ndescription: d\nquery: |\n  " + q +
		"\ntests: {match: [" + match + "], reject: [{title: zzz}]}\n"
	_, ps := rules.Load(sources(append([]string{rule, implyWords}, more...)...))
	for _, p := range ps { // a query that can never match cannot pass a sample
		require.Contains(t, p.Field, "tests.match", ps.Error())
	}
	s, _ := rules.Load(sources(append([]string{rule, implyWords}, more...)...))
	require.NotNil(t, s)
	var lines []string
	for _, p := range s.Lint() {
		require.NotZero(t, p.Line)
		require.NotEmpty(t, p.Cure)
		if p.File == "a.yaml" {
			lines = append(lines, strings.TrimPrefix(p.Error(), "a.yaml:"))
		}
	}
	return lines
}

func TestLintFindsClausesThatAnotherMakesUseless(t *testing.T) {
	for _, tt := range []struct{ query, want string }{
		{"sanction* OR sanctions", "8:16: query: sanctions changes nothing: whatever it finds, sanction* beside it finds"},
		{"sanctions OR sanction*", "8:3: query: sanctions changes nothing"},
		{"potash OR salts OR potash", "8:22: query: potash changes nothing: whatever it finds, potash beside it finds"},
		{`stone OR "great stone"`, `8:12: query: "great stone" changes nothing`},
		{"@salts OR @rock", "8:13: query: @rock changes nothing: whatever it finds, @salts beside it finds"},
		{"@salts OR rock OR salted", "8:21: query: salted changes nothing"},
		{"title:(potash OR lead) AND (potash OR title:potash)", "title:potash changes nothing"},
		{"(potash NEAR/3 ban) OR (ban NEAR/5 potash)", "8:4: query: potash NEAR/3 ban changes nothing"},
		{"potash AND hlead:(potash NEAR/3 ban)", "8:3: query: potash changes nothing: it holds wherever hlead:(potash NEAR/3 ban) beside it does"},
		{"(potash OR ban) AND potash", "8:4: query: potash OR ban changes nothing: it holds wherever potash beside it does"},
		{"potash NOT sport NOT title:sport", "8:24: query: title:sport changes nothing"},
		{"potash NOT pota*", "8:14: query: this can never match: NOT pota* throws away whatever potash finds"},
		{"x AND (potash NEAR/2 (ban* OR banned))", "8:33: query: banned changes nothing"},
	} {
		lines := strings.Join(lintOf(t, tt.query, "{title: potash ban}"), "\n")
		require.Contains(t, lines, tt.want, tt.query)
	}
	for _, q := range []string{
		"sanction OR sanctions", "dekret* OR dekrēt*", "title:potash OR lead:potash", "MAZ OR MAZ-543",
		`x NEAR/2 (stone OR "great stone")`, "ATLEAST/2(potash) OR (potash AND ban)", "@rock OR saltpetre",
		"potash NOT title:potash", "(potash NOT NEAR/3 canada) AND potas", "CASE(MOP) OR potash",
		"(a1 NEAR/3 b1) OR (a1 NEAR/5 c1)", "lang:ru OR lang:be", "title:(a1 NOT b1) OR (c1 NOT b1)",
	} {
		for _, line := range lintOf(t, q, "{title: potash ban}") {
			require.Contains(t, line, "fewer than", q)
		}
	}
}

func TestLintFindsWhatCanNeverMatch(t *testing.T) {
	for _, tt := range []struct{ query, want string }{
		{"potash AND lang:by", `8:19: query: lang:by can never match: "by" is a country; write lang:be`},
		{"potash AND lang:xx", `lang:xx can never match: "xx" is no language`},
		{"potash AND country:uk", `country:uk can never match: "uk" is no ISO 3166 code; write country:gb`},
		{"potash AND country:zz", `country:zz can never match`},
		{"potash AND site:reuters", `site:reuters can never match: no host is called "reuters" alone`},
		{"potash AND site:reuters.com/markets", "a site is a host without path; write url:"},
		{"potash AND lang:ru AND lang:be", "8:26: query: this can never match: an item has one lang, and ru is wanted beside it; write lang:(ru OR be)"},
		{"potash AND site:a.example AND site:b.example", "an item has one site"},
		{`FIRST/2("one two three") OR potash`, `8:11: query: "one two three" can never match: it has 3 words, and the first 2 are searched`},
	} {
		lines := strings.Join(lintOf(t, tt.query, "{title: potash}"), "\n")
		require.Contains(t, lines, tt.want, tt.query)
	}
	for _, q := range []string{
		"potash AND site:by", "potash AND site:www.reuters.com", "potash AND site:reuters.*", "potash AND lang:zh AND lang:zh-Hant",
		"potash AND site:example.org AND site:news.example.org", "potash AND country:by", "potash AND lang:(zh OR be) AND lang:zh-Hant",
		"potash NOT lang:ru NOT lang:be", `FIRST/3("one two three") OR potash`, "potash AND lang:zh_Hant",
	} {
		require.Empty(t, lintOf(t, q, "{title: potash}"), q)
	}
}

func TestLintFindsANotThatThrowsAwayNews(t *testing.T) {
	other := func(q string) string {
		return "id: other\ntitle: O\ntheme: mine\nseverity: low\nstatus: stable\ndescription: d\nquery: " + q +
			"\ntests: {match: [{title: Canada wants a ban on potash}], reject: [{title: zzz}]}\n"
	}
	const sample = "{title: potash}"
	require.Equal(t, []string{
		`8:14: query: NOT canada throws away "Canada wants a ban on potash", which rule other must find; ` +
			"write NOT NEAR/8 beside the words that it may not stand near, or look in the title only",
	}, lintOf(t, "potash NOT canada", sample, other("potash AND ban")))
	require.Empty(t, lintOf(t, "potash NOT canada", sample, other("potash AND canada")), "they share out the news")
	require.Empty(t, lintOf(t, "potash NOT brazil", sample, other("potash AND ban")))
	require.Empty(t, lintOf(t, "salt NOT canada", "{title: salt}", other("potash AND ban")))
	require.Empty(t, lintOf(t, "potash NOT canada", sample,
		strings.Replace(other("potash AND ban"), "theme: mine", "theme: trade", 1)), "another theme's news is not its own")
	require.Len(t, lintOf(t, "potash AND (x OR (ban NOT canada) OR FIRST/9(CASE(act) OR (STEM(act) NOT ban)))",
		"{title: potash x}", other("potash AND ban")), 1)
}

func TestLintFindsANotOfAWholeVocabulary(t *testing.T) {
	var terms []string
	for w := range strings.FieldsSeq("hockey football tennis boxing rowing skiing judo chess biathlon swimming") {
		terms = append(terms, w)
	}
	sport := "name: sport\nterms: {en: [" + strings.Join(terms, ", ") + "]}\n"
	require.Equal(t, []string{
		"8:14: query: NOT throws away every item that has one of the 10 terms of @sport anywhere in its text; " +
			"write title:@sport, or NOT NEAR/8 beside the words that it may not stand near",
	}, lintOf(t, "potash NOT @sport", "{title: potash}", sport))
	require.Len(t, lintOf(t, "potash NOT (canada OR @sport)", "{title: potash}", sport), 1)
	for _, q := range []string{"potash NOT title:@sport", "potash NOT FIRST/9(@sport)", "potash NOT NEAR/5 @sport", "potash AND @sport"} {
		require.Empty(t, lintOf(t, q, "{title: potash}", sport), q)
	}
	s := load(t, potash, vocabularies, sport, strings.NewReplacer("title:(vacancy OR вакансия)", "'@sport OR vacancy OR вакансия'",
		"description: Companies look for people.\n", "").Replace(postings))
	var lines []string
	for _, p := range s.Lint() {
		lines = append(lines, p.Error())
	}
	require.Equal(t, []string{
		"d.yaml:2:1: the exclusion has no description; say what it keeps out, and why",
		"d.yaml:4:9: query: throws away every item that has one of the 10 terms of @sport anywhere in its text; " +
			"write title:@sport, or NOT NEAR/8 beside the words that it may not stand near",
	}, lines)
}

func TestLintFindsEscalationsThatNeverOrAlwaysRaise(t *testing.T) {
	for _, tt := range []struct{ query, escalate, want string }{
		{"potash NOT canada", "{when: canada, severity: high}", "8:19: escalate[0].when: this never raises the severity: the rule throws it away with NOT canada"},
		{"x AND (potash NOT canada)", "{when: canada AND ban, severity: high}", "the rule throws it away with NOT canada"},
		{"potash AND ban", "{when: ban*, severity: high}", "this holds wherever the rule fires: its severity is always at least high; write severity: high for the rule"},
		{"potash", "{when: ban, severity: high}, {when: bans OR ban, severity: high}, {when: ban AND act, severity: medium}", "escalate[0].when: this never raises the severity: escalation 2 gives high wherever it holds"},
		{"potash", "{when: ban, severity: high}, {when: ban AND act, severity: medium}", "8:48: escalate[1].when: this never raises the severity: escalation 1 gives high"},
		{"potash", "{when: ban, severity: high}, {when: ban, severity: high}", "escalate[1].when: this never raises"},
	} {
		rule := "id: r\ntitle: R\ntheme: mine\nseverity: low\nstatus: stable\ndescription: d\nquery: " + tt.query + "\nescalate: [" +
			tt.escalate + "]\ntests: {match: [{title: potash ban x}], reject: [{title: zzz}]}\n"
		s := load(t, rule)
		ps := s.Lint()
		require.NotEmpty(t, ps, tt.query)
		require.Contains(t, ps.Error(), tt.want)
	}
	s := load(t, "id: r\ntitle: R\ntheme: mine\nseverity: low\nstatus: stable\ndescription: d\nquery: potash NOT canada\nescalate: ["+
		"{when: ban, severity: medium}, {when: ban AND act, severity: high}, {when: title:canada OR war, severity: critical}]\n"+
		"tests: {match: [{title: potash}], reject: [{title: zzz}]}\n")
	require.Empty(t, s.Lint())
}

func TestLintFindsWhatIsLeftOverAndOutOfPlace(t *testing.T) {
	rule := func(id, theme string) string {
		return "  - {id: " + id + ", title: T, theme: " + theme + ", severity: low, status: stable, description: d, query: " + id +
			", tests: {match: [{title: " + id + "}], reject: [{title: zzz}]}}\n"
	}
	three := "rules:\n" + rule("aa", "mine") + rule("bb", "mine") + rule("cc", "trade")
	s := load(t, three, "rules:\n"+rule("dd", "one")+rule("ee", "two")+rule("ff", "three")+rule("gg", "three"),
		"rules:\n"+rule("hh", "mine")+rule("ii", "trade"), "name: idle\nterms: {en: [Idle, idle, Idle]}\n")
	ps := s.Lint()
	require.EqualError(t, ps,
		`a.yaml:4:31: rules[2].theme: the theme is "trade", and that of all 2 other rules of this file "mine"; `+
			"write theme: mine, or move the rule to a file of its theme\n"+
			"d.yaml:1:7: name: no query uses the vocabulary @idle; delete it, or write its name where it was meant\n"+
			`d.yaml:2:26: terms.en[2]: "Idle" stands in the list already; delete it`)

	packs := sources("name: idle\nterms: {en: [idle]}\n", three[:strings.Index(three, "  - {id: cc")])
	packs[0].Name = "builtin:vocabularies/idle.yaml"
	s, wrong := rules.Load(packs)
	require.Empty(t, wrong)
	require.Empty(t, s.Lint(), "what the binary brings may lie idle")

	used := strings.Replace(postings, "title:(vacancy OR вакансия)", "'@idle OR title:(vacancy OR вакансия)'", 1)
	s = load(t, potash, vocabularies, "name: idle\nterms: {en: [idle]}\n", used)
	require.Empty(t, s.Lint(), "an exclusion uses it too")
}
