package rules_test

import (
	"strings"
	"testing"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/stretchr/testify/require"
)

func TestMatchesCarryTheHighestEscalation(t *testing.T) {
	s := load(t, vocabularies, potash)
	ms := s.Match(watcher.Item{ID: "i", Title: "Bans on potash of Belarus bite"}, watcher.Feed{})
	require.Len(t, ms, 1)
	m := ms[0]
	require.Equal(t, watcher.High, m.Severity)
	require.Equal(t, "title:(ban OR bans OR запрет*)", m.Escalated)
	require.Equal(t, []string{"i", "potash-ban", "Bans on potash", "potash"},
		[]string{string(m.ItemID), m.RuleID, m.RuleTitle, m.Theme})
	r, _ := s.Rule("potash-ban")
	require.Equal(t, r.Hash, m.RuleHash)
	var words []string
	for _, sp := range m.Spans {
		words = append(words, "Bans on potash of Belarus bite"[sp.Start:sp.End])
	}
	require.ElementsMatch(t, []string{"potash", "Belarus", "Bans"}, words)

	ms = s.Match(watcher.Item{Title: "Ban: everything on potash of Minsk"}, watcher.Feed{})
	require.Equal(t, watcher.Critical, ms[0].Severity)
	ms = s.Match(watcher.Item{Title: "Potash of Minsk"}, watcher.Feed{})
	require.Equal(t, watcher.Medium, ms[0].Severity)
	require.Empty(t, ms[0].Escalated)
	require.Empty(t, s.Match(watcher.Item{Title: "Potash"}, watcher.Feed{}))
}

func TestMatchesComeInOrderOfRuleIDsAndDeprecatedRulesAreSilent(t *testing.T) {
	rule := func(id, status string) string {
		return strings.NewReplacer("potash-ban", id, "stable", status).Replace(potash)
	}
	s := load(t, rule("zz", "stable"), vocabularies, rule("aa", "experimental"), rule("mm", "deprecated"))
	var ids []string
	for _, m := range s.Match(watcher.Item{Title: "Potash of Minsk"}, watcher.Feed{}) {
		ids = append(ids, m.RuleID)
	}
	require.Equal(t, []string{"aa", "zz"}, ids)
	require.Len(t, s.Rules(), 3)
	require.Len(t, s.Test(), 18, "samples of deprecated rules are run")
}

func TestSamplesReachTheFieldsOfFeedAndItem(t *testing.T) {
	load(t, `
id: a
title: a
theme: a
severity: low
query: salt AND feed:gazette AND country:by AND lang:be AND tag:trade AND site:example.org AND author:Ivanova AND body:mine
tests:
  match:
    - title: Salt
      body: From a mine
      author: A. Ivanova
      feed: gazette
      country: by
      lang: be
      tags: trade
      url: https://news.example.org/1
  reject: [{title: Salt, body: From a mine}]
`)
}

func TestHashesFollowTheContentOnly(t *testing.T) {
	hashes := func(texts ...string) (set, rule string) {
		s := load(t, texts...)
		r, _ := s.Rule("potash-ban")
		return s.Hash(), r.Hash
	}
	set, rule := hashes(vocabularies, potash)
	sameSet, sameRule := hashes(potash, "# a comment\n"+vocabularies)
	require.Equal(t, set, sameSet)
	require.Equal(t, rule, sameRule)
	set2, rule2 := hashes(vocabularies, strings.Replace(potash, "Trade bans", "All bans", 1))
	require.NotEqual(t, set, set2)
	require.Equal(t, rule, rule2, "words about a rule do not change what it finds")
	_, rule3 := hashes(vocabularies, strings.Replace(potash, "NEAR/8", "NEAR/9", 1))
	require.NotEqual(t, rule, rule3)
	_, rule4 := hashes(strings.Replace(vocabularies, "[potash]", "[potash, muriate]", 1), potash)
	require.NotEqual(t, rule, rule4, "a term of a vocabulary does")
}

func TestExplainAgreesWithMatch(t *testing.T) {
	s := load(t, vocabularies, potash)
	for title, fires := range map[string]bool{"Potash of Minsk": true, "Potash of Canada": false} {
		tr, err := s.Explain("potash-ban", watcher.Item{Title: title}, watcher.Feed{})
		require.NoError(t, err)
		require.Equal(t, fires, tr.Pass, title)
	}
	more, err := s.ExplainEscalations("potash-ban", watcher.Item{Title: "everything"}, watcher.Feed{})
	require.NoError(t, err)
	require.Len(t, more, 2)
	require.True(t, more[1].Pass)
	_, err = s.Explain("potash-bam", watcher.Item{}, watcher.Feed{})
	require.EqualError(t, err, `no rule "potash-bam": did you mean "potash-ban"?`)
	_, err = s.ExplainEscalations("zzz", watcher.Item{}, watcher.Feed{})
	require.EqualError(t, err, `no rule "zzz"`)
}

func TestSetsMayBeUsedAtOnce(t *testing.T) {
	s := load(t, vocabularies, potash)
	done := make(chan []watcher.Match)
	for range 8 {
		go func() {
			var ms []watcher.Match
			for range 50 {
				ms = s.Match(watcher.Item{Title: "Minsk potash"}, watcher.Feed{})
			}
			done <- ms
		}()
	}
	for range 8 {
		require.Len(t, <-done, 1)
	}
}
