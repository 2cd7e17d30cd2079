package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// postings is an exclusion that holds.
const postings = `
id: job-postings
title: Job postings
description: Companies look for people.
query: title:(vacancy OR вакансия)
rules: [potash-ban]
tests:
  match:
    - {title: "Vacancy: geologist", lang: en}
    - {title: Вакансия геолога, lang: ru}
  reject:
    - {title: Belarus sells potash, lang: en}
`

// salt is a second rule.
const salt = `
id: salt
title: Salt
theme: mining
severity: low
query: salt
tests: {match: [{title: salt}], reject: [{title: nothing}]}
`

// fired are the rules that fire on a title.
func fired(s *rules.Set, title string) []string {
	ids := []string{}
	for _, m := range s.Match(watcher.Item{Title: title}, watcher.Feed{}) {
		ids = append(ids, m.RuleID)
	}
	return ids
}

func TestExclusionsKeepTheRulesTheyNameFromFiring(t *testing.T) {
	const title = "Vacancy: a seller of Belarus potash and salt"
	for names, want := range map[string][]string{
		"[potash-ban]":                   {"salt"},
		"potash-ban":                     {"salt"},
		"theme:mining":                   {"potash-ban"},
		"[theme:mining, potash-ban]":     {},
		"'*'":                            {},
		"['*', theme:mining, salt]":      {},
		"[salt, salt]":                   {"potash-ban"},
		"[theme:mining, 'theme:potash']": {},
	} {
		x := strings.Replace(postings, "[potash-ban]", names, 1)
		s := load(t, vocabularies, potash, salt, x)
		require.Equal(t, want, fired(s, title), names)
		require.Equal(t, []string{"potash-ban", "salt"}, fired(s, "A seller of Belarus potash and salt"), names)
		require.Len(t, s.Exclusions(), 1)
	}
}

func TestExclusionsAreKnownByTheirKeysWhereverTheyLie(t *testing.T) {
	entry := func(s string) string {
		return "- " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") + "\n"
	}
	for name, texts := range map[string][]string{
		"a file of its own":     {postings},
		"a list":                {"exclusions:\n" + entry(postings)},
		"beside a rule":         {"rules:\n" + entry(salt) + "exclusions:\n" + entry(postings)},
		"a bare list":           {entry(salt) + entry(postings)},
		"with its rules as one": {strings.Replace(postings, "[potash-ban]", "potash-ban", 1)},
	} {
		s := load(t, append(texts, vocabularies, potash)...)
		require.Len(t, s.Exclusions(), 1, name)
		require.Equal(t, "job-postings", s.Exclusions()[0].ID, name)
		require.Empty(t, fired(s, "Vacancy: a seller of Belarus potash"), name)
	}
}

func TestExclusionsAreCheckedAsRulesAre(t *testing.T) {
	_, ps := rules.Load(sources(vocabularies, potash, salt, `exclusions:
  - id: salt
    titel: Twice
    query: '@belarus and @potash'
    rules: [potash-bam, theme:minning, none-such, '*']
    tests: {match: [{title: x, severity: high}], reject: [{lang: en}]}
  - query: '@nothing'
    rules: []
  - id: a b
    title: A
    query: x
    tests: {match: [{title: x}]}
  - text
`))
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.Error())
	}
	require.Equal(t, []string{
		`d.yaml:2:5: exclusions[0]: the exclusion has no title; write title: and what it keeps out`,
		`d.yaml:2:9: exclusions[0].id: the id "salt" is used already in c.yaml:2; choose another`,
		`d.yaml:3:5: exclusions[0]: unknown key "titel"; did you mean "title"? known are id, title, description, query, rules, tests`,
		`d.yaml:4:22: exclusions[0].query: "and": operators are written in capitals (AND); quote it to search for the word`,
		`d.yaml:5:13: exclusions[0].rules[0]: there is no rule "potash-bam"; did you mean "potash-ban"?`,
		`d.yaml:5:25: exclusions[0].rules[1]: there is no theme "minning"; did you mean "mining"?`,
		`d.yaml:5:40: exclusions[0].rules[2]: there is no rule "none-such"; write the id of a rule, theme:potash for all of a theme, or '*'`,
		`d.yaml:6:42: exclusions[0].tests.match[0].severity: an exclusion gives no severity; delete it`,
		`d.yaml:6:60: exclusions[0].tests.reject[0]: the sample has no text; write title:, lead: or body:`,
		`d.yaml:7:5: exclusions[1]: the exclusion has no id; write id: and a name that is never used again, such as job-postings`,
		`d.yaml:7:5: exclusions[1]: the exclusion has no title; write title: and what it keeps out`,
		`d.yaml:7:5: exclusions[1].tests: the exclusion has no match sample; write tests: {match: [{title: a headline it must keep out}]}`,
		`d.yaml:7:5: exclusions[1].tests: the exclusion has no reject sample; write tests: {reject: [{title: a headline it must leave alone}]}`,
		`d.yaml:7:13: exclusions[1].query: unknown vocabulary @nothing`,
		`d.yaml:8:5: exclusions[1].rules: the exclusion names no rules; write rules: and a list of their ids, theme:potash for those of a theme, or '*' for all`,
		`d.yaml:9:5: exclusions[2].rules: the exclusion names no rules; write rules: and a list of their ids, theme:potash for those of a theme, or '*' for all`,
		`d.yaml:9:9: exclusions[2].id: "a b" is no id; use up to 64 letters, digits and . _ -`,
		`d.yaml:12:5: exclusions[2].tests: the exclusion has no reject sample; write tests: {reject: [{title: a headline it must leave alone}]}`,
		`d.yaml:13:5: exclusions[3]: must be a mapping of keys, not text; write key: value in the lines below, with a space after the colon`,
	}, lines)
}

func TestSamplesOfExclusionsMustPass(t *testing.T) {
	s, ps := rules.Load(sources(vocabularies, potash, strings.NewReplacer(
		"Vacancy: geologist", "Geologists wanted", "Belarus sells potash", "A vacancy").Replace(postings)))
	require.EqualError(t, ps,
		`c.yaml:9:8: tests.match[0]: the sample "Geologists wanted" must be excluded and is not: `+
			"missing title:(vacancy OR вакансия); change the query or the sample\n"+
			`c.yaml:12:8: tests.reject[0]: the sample "A vacancy" must not be excluded and is: `+
			`excluded for "vacancy"; change the query or the sample`)
	var tried []string
	for _, r := range s.Test() {
		if r.RuleID == "job-postings" {
			require.Nil(t, r.Rule)
			tried = append(tried, r.Kind)
		}
	}
	require.Equal(t, []string{"match", "match", "reject"}, tried)
}

// TestAnExclusionMayNotTakeWhatARuleMustFind names both, since either may be wrong.
func TestAnExclusionMayNotTakeWhatARuleMustFind(t *testing.T) {
	greedy := strings.NewReplacer("(vacancy OR", "(vacancy OR fields OR abroad OR", "[potash-ban]", "'*'").Replace(postings)
	_, ps := rules.Load(sources(vocabularies, potash, greedy))
	require.EqualError(t, ps,
		`b.yaml:16:8: tests.match[0]: the sample "Minsk sells potash abroad" of rule potash-ban must match `+
			`and does not: excluded by job-postings (c.yaml:2) for "abroad"; `+
			"narrow the exclusion, or do not name this rule under its rules\n"+
			`b.yaml:20:8: tests.match[4]: the sample "Fields" of rule potash-ban must match and does not: `+
			`excluded by job-postings (c.yaml:2) for "Fields"; narrow the exclusion, or do not name this rule under its rules`)
	// What the rule must leave alone may be left alone with an exclusion's help.
	load(t, vocabularies, strings.Replace(potash, "Canadian potash is dear", "Vacancy at a potash mine of Belarus", 1), postings)
}

func TestExplainNamesTheExclusion(t *testing.T) {
	s := load(t, vocabularies, potash, salt, postings)
	tr, err := s.Explain("potash-ban", watcher.Item{Title: "Vacancy: a seller of Belarus potash"}, watcher.Feed{})
	require.NoError(t, err)
	require.False(t, tr.Pass)
	var text strings.Builder
	tr.Format(&text, false)
	require.Regexp(t, `^FAIL rule potash-ban NOT exclusion job-postings  \(excluded by job-postings\)
  PASS @belarus NEAR/8 @potash .*
    PASS @belarus .*`, text.String())
	require.Contains(t, text.String(), `
  PASS exclusion job-postings  (Job postings, d.yaml:2)
    PASS title:(vacancy OR вакансия)
`)
	for id, title := range map[string]string{
		"potash-ban": "A seller of Belarus potash", // no exclusion holds
		"salt":       "Vacancy: a seller of salt",  // none reaches it
	} {
		tr, err := s.Explain(id, watcher.Item{Title: title}, watcher.Feed{})
		require.NoError(t, err)
		require.True(t, tr.Pass)
		require.NotContains(t, tr.Node, "exclusion")
	}
}

func TestExclusionsAreCountedInHashes(t *testing.T) {
	hashes := func(texts ...string) (set, ban, other string) {
		s := load(t, append(texts, vocabularies, potash, salt)...)
		r, _ := s.Rule("potash-ban")
		o, _ := s.Rule("salt")
		return s.Hash(), r.Hash, o.Hash
	}
	_, ban0, salt0 := hashes()
	set1, ban1, salt1 := hashes(postings)
	require.NotEqual(t, ban0, ban1)
	require.Equal(t, salt0, salt1, "only the rules that it reaches change")
	set2, ban2, _ := hashes(strings.Replace(postings, "Companies look", "Everyone looks", 1))
	require.Equal(t, ban1, ban2, "words about an exclusion do not change what it finds")
	require.NotEqual(t, set1, set2)
	_, ban3, _ := hashes(strings.Replace(postings, "(vacancy OR", "(vacancy OR jobs OR", 1))
	require.NotEqual(t, ban1, ban3)
}

// TestAnExclusionIsJudgedOnlyAfterARuleFired measures the stems that only the exclusion
// asks for: those of every word of the item.
func TestAnExclusionIsJudgedOnlyAfterARuleFired(t *testing.T) {
	s := load(t, vocabularies, potash, strings.Replace(postings, "query: title:(vacancy OR вакансия)",
		"query: STEM(vacancy) OR STEM(вакансия)", 1))
	var body strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&body, "word%d ", i)
	}
	cost := func(title string) float64 {
		it := watcher.Item{Title: title, Body: body.String()}
		return testing.AllocsPerRun(5, func() { s.Match(it, watcher.Feed{}) })
	}
	quiet, loud := cost("Canada sells potash"), cost("Minsk sells potash")
	require.Greater(t, loud-quiet, 2000.0)
}
