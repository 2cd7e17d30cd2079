package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// vocabularies are what the rules of these tests use.
const vocabularies = `
vocabularies:
  - name: belarus
    description: the country
    terms:
      en: [Belarus*, Minsk]
      ru: [Беларус*, Белорус*]
      zh: [白俄罗斯]
  - name: potash
    terms: {en: [potash], ru: [калий, калия, калийн*], zh: [钾肥]}
`

// potash is a rule that holds.
const potash = `
id: potash-ban
title: Bans on potash
theme: potash
severity: medium
status: stable
owner: desk
description: Trade bans on potash of Belarus.
query: |
  @belarus NEAR/8 @potash   # both
escalate:
  - {when: 'title:(ban OR bans OR запрет*)', severity: high}
  - {when: 'everything', severity: critical}
tests:
  match:
    - {title: Minsk sells potash abroad, lang: en, severity: medium}
    - {title: Union bans potash from Belarus, severity: high}
    - {title: Калийные соли из Беларуси, lang: ru}
    - {title: 白俄罗斯钾肥, lang: zh}
    - {title: Fields, summary: The potash comes from Minsk.}
  reject:
    - {title: Canadian potash is dear}
`

// source is a file of its own for each text.
func sources(texts ...string) []diag.Source {
	var list []diag.Source
	for i, s := range texts {
		list = append(list, diag.Source{Name: string(rune('a'+i)) + ".yaml", Data: []byte(s)})
	}
	return list
}

// load loads texts that must be without mistakes.
func load(tb testing.TB, texts ...string) *rules.Set {
	tb.Helper()
	s, ps := rules.Load(sources(texts...))
	require.Empty(tb, ps)
	return s
}

func TestRulesAndVocabulariesAreKnownByTheirKeys(t *testing.T) {
	second := strings.ReplaceAll(potash, "potash-ban", "second")
	indented := func(s string) string {
		return "  - " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ") + "\n"
	}
	listed := strings.ReplaceAll(indented(second), "\n  ", "\n")[2:]
	vocabulary := "name: salt\nterms: {en: [salt]}\n"
	for name, texts := range map[string][]string{
		"files of their own":  {vocabularies, potash, second, vocabulary},
		"a list under rules":  {vocabularies, "rules:\n" + indented(potash) + indented(second), vocabulary},
		"both in one":         {"rules:\n" + indented(potash) + indented(second) + vocabularies, vocabulary},
		"a bare list":         {vocabularies, potash, listed + "- name: salt\n  terms: {en: salt}\n"},
		"empty ones are fine": {vocabularies, potash, second, vocabulary, "# nothing yet\n", "rules:\n"},
	} {
		s := load(t, texts...)
		require.Len(t, s.Rules(), 2, name)
		require.Len(t, s.Vocabularies(), 3, name)
		require.Equal(t, "potash-ban", s.Rules()[0].ID, name)
		require.Equal(t, "salt", s.Vocabularies()[2].Name, name)
	}
}

func TestEveryMistakeIsReportedAtItsPlace(t *testing.T) {
	_, ps := rules.Load(sources(vocabularies, `rules:
  - id: one
    titel: A
    theme: Potash!
    severity: hihg
    status: stabel
    query: |
      @belarus
        AND (kali or salt)
    tests: {match: [{title: x}]}
  - id: one
    title: B
    theme: mine
    severity: low
    query: '@belarus AND @potahs'
    escalate:
      - {when: a b, severity: info}
      - {severity: high}
    tests:
      match: [{lang: en}]
      reject: [{title: y, severity: loud}]
  - title: [C]
    level: medium
    tags: [theme.airspace]
    query: ka* AND @none
    tests: {match: [{title: x}], reject: [{title: y}]}
  - text
  - id: no spaces
    title: D
    theme: a
    severity: low
    tests: {match: [{title: x}], reject: [{title: y}]}
`, `name: Bad Name
terms:
  english: [fine]
  ru: ["к*", "!!", кал*ий]
`, "name: belarus\nterms: {en: []}\n", "hello: 1\n", "rules: {a: 1}\nquery: x\n", "a: \"open\n"))
	var lines []string
	for _, p := range ps {
		lines = append(lines, strings.SplitAfterN(p.Error(), ";", 2)[0])
	}
	require.Equal(t, []string{
		`b.yaml:2:5: rules[0]: the rule has no title;`,
		`b.yaml:3:5: rules[0]: unknown key "titel";`,
		`b.yaml:4:12: rules[0].theme: "Potash!" is no theme;`,
		`b.yaml:5:15: rules[0].severity: unknown severity "hihg";`,
		`b.yaml:6:13: rules[0].status: unknown status "stabel";`,
		`b.yaml:9:19: rules[0].query: "or": operators are written in capitals (OR);`,
		`b.yaml:10:5: rules[0].tests: the rule has no reject sample;`,
		`b.yaml:11:9: rules[1].id: the id "one" is used already in b.yaml:2;`,
		`b.yaml:15:26: rules[1].query: unknown vocabulary @potahs: did you mean @potash?`,
		`b.yaml:17:18: rules[1].escalate[0].when: `,
		`b.yaml:17:31: rules[1].escalate[0].severity: an escalation to info raises nothing: the rule has low;`,
		`b.yaml:18:10: rules[1].escalate[1].when: the query is missing;`,
		`b.yaml:20:16: rules[1].tests.match[0]: the sample has no text;`,
		`b.yaml:21:37: rules[1].tests.reject[0].severity: unknown severity "loud";`,
		`b.yaml:22:5: rules[2].title: must be text, not a list`,
		`b.yaml:22:5: rules[2]: the rule has no id;`,
		`b.yaml:25:12: rules[2].query: `,
		`b.yaml:27:5: rules[3]: must be a mapping of keys, not text;`,
	}, trimmed(lines[:18]))
	rest := strings.Join(lines[18:], "\n")
	for _, want := range []string{
		`b.yaml:28:9: rules[4].id: "no spaces" is no id;`,
		`b.yaml:28:5: rules[4].query: the query is missing;`,
		`c.yaml:1:7: name: "Bad Name" is no name for a vocabulary;`,
		`c.yaml:3:3: terms.english: "english" is no language;`,
		`c.yaml:4:8: terms.ru[0]: the term "к*" cannot be searched for: `,
		`c.yaml:4:14: terms.ru[1]: the term "!!" `,
		`d.yaml:1:7: name: the name "belarus" is used already in a.yaml:3;`,
		`d.yaml:2:1: terms: the vocabulary belarus has no terms;`,
		`e.yaml:1:1: this is no rule, vocabulary or exclusion;`,
		`f.yaml:1:1: rules: must be a list, not a mapping of keys;`,
		`f.yaml:2:8: query: "query" cannot stand beside rules, vocabularies and exclusions;`,
		`g.yaml:1:4: a text in double quotes is not closed;`,
	} {
		require.Contains(t, rest, want)
	}
}

// trimmed cuts what the query language says of its own.
func trimmed(lines []string) []string {
	for i, l := range lines {
		for _, field := range []string{"escalate[0].when: ", "rules[2].query: "} {
			if at := strings.Index(l, field); at >= 0 {
				lines[i] = l[:at+len(field)]
			}
		}
	}
	return lines
}

func TestMistakesInQueriesPointIntoEveryStyleOfYAML(t *testing.T) {
	for _, c := range []struct{ query, at string }{
		{"query: калий and salt", "3:14"},
		{"query: 'it''s OR (калий and salt)'", "3:25"},
		{`query: "\"salt\" and калий"`, "3:18"},
		{"query: |\n  salt OR  # why\n  (калий and sea)", "5:10"},
		{"query: >-\n  salt OR\n  (калий and sea)", "5:10"},
	} {
		_, ps := rules.Load(sources("id: a\ntitle: a\n" + c.query + `
theme: a
severity: low
tests: {match: [{title: salt}], reject: [{title: x}]}
`))
		require.Len(t, ps, 1, c.query)
		require.Contains(t, ps[0].Error(), "a.yaml:"+c.at+": query: \"and\"", c.query)
		require.Equal(t, 3, ps[0].Width)
	}
}

func TestFailingSamplesSayWhatIsMissingOrFired(t *testing.T) {
	s, ps := rules.Load(sources(vocabularies, `
id: p
title: Potash
theme: potash
severity: low
query: (@belarus NEAR/3 @potash) NOT title:weather
escalate: [{when: alarm, severity: high}]
tests:
  match:
    - title: Potash from Canada
    - title: Weather in Minsk for the potash works
      lead: Minsk potash
    - {title: Minsk potash alarm, severity: low}
  reject:
    - {lead: "The potash of\n Minsk", lang: en}
`))
	require.EqualError(t, ps,
		`b.yaml:10:7: tests.match[0]: the sample "Potash from Canada" must match and does not: `+
			"missing @belarus; change the query or the sample\n"+
			`b.yaml:11:7: tests.match[1]: the sample "Weather in Minsk for the potash works" must match and `+
			"does not: missing nothing but excluded by title:weather; change the query or the sample\n"+
			`b.yaml:13:8: tests.match[2]: the sample "Minsk potash alarm" matches with another severity: `+
			"fired with severity high, not low; change the query or the sample\n"+
			`b.yaml:15:8: tests.reject[0]: the sample "The potash of Minsk" must not match and does: `+
			`fired on "potash" (@potash), "Minsk" (@belarus); change the query or the sample`)
	require.NotNil(t, s, "for a report on the samples")
	require.Len(t, s.Test(), 4)
}

func TestLevelAndThemeTagAreOtherSpellings(t *testing.T) {
	s := load(t, `
id: 6f0f2c3e-6b1d-4d0a-9d4b-2a1f0a6f6c11
title: Potash
level: critical
tags: [country.by, theme.potash, theme.other]
references: https://example.org/why
falsepositives: [Price reports]
query: potash
tests: {match: [{title: potash}], reject: [{title: salt}]}
`, `
id: both
title: Both
severity: low
level: high
theme: mine
tags: [theme.potash]
query: salt
tests: {match: [{title: salt}], reject: [{title: potash}]}
`)
	r, ok := s.Rule("6f0f2c3e-6b1d-4d0a-9d4b-2a1f0a6f6c11")
	require.True(t, ok)
	require.Equal(t, "critical potash experimental", string(r.Severity)+" "+r.Theme+" "+string(r.Status))
	require.Equal(t, []string{"https://example.org/why"}, r.References)
	r, _ = s.Rule("both")
	require.Equal(t, "low mine", string(r.Severity)+" "+r.Theme)
	_, ok = s.Rule("none")
	require.False(t, ok)
}

func TestABadTermIsToldOnceHoweverManyRulesUseIt(t *testing.T) {
	broken := strings.Replace(vocabularies, "[potash]", `['a" OR "b', '***', potash]`, 1)
	_, ps := rules.Load(sources(broken, potash, strings.Replace(potash, "potash-ban", "other", 1)))
	require.Len(t, ps, 2)
	require.Contains(t, ps[0].Error(), `a.yaml:10:18: vocabularies[1].terms.en[0]: the term "a\" OR \"b" can never match`)
	require.Contains(t, ps[1].Error(), `a.yaml:10:30: vocabularies[1].terms.en[1]: the term "***" cannot be searched for`)

	_, ps = rules.Load(sources(strings.Replace(vocabularies, "{en: [potash], ru: [калий, калия, калийн*], zh: [钾肥]}", "potash", 1), potash))
	require.EqualError(t, ps, "a.yaml:10:12: vocabularies[1].terms: must be a mapping of keys, not text; "+
		"write key: value in the lines below, with a space after the colon")
}
