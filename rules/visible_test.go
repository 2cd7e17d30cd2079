package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

func TestWhatAReviewerCannotSeeIsRefusedAtItsPlace(t *testing.T) {
	for name, tt := range map[string]struct{ old, put, want string }{
		"zero width in a query": {"@belarus NEAR", "@bel\u200barus NEAR", "b.yaml:10:7: invisible character U+200B"},
		"turned round in a comment": {
			"# both", "# b\u202eoth", "b.yaml:10:32: invisible character U+202E; delete it; where a sample needs it, " +
				`write \u202E in double quotes`,
		},
		"an isolate in a title":     {"Bans on", "Bans\u2066on", "b.yaml:3:12: invisible character U+2066"},
		"a soft hyphen in a sample": {"sells", "se\u00adlls", "b.yaml:16:23: invisible character U+00AD"},
		"a tag":                     {"desk", "desk\U000e0041", "U+E0041; delete it; where a sample needs it, write \\U000E0041"},
		"a filler":                  {"desk", "desk\u3164", "b.yaml:7:12: invisible character U+3164"},
		"a mark inside the file":    {"owner", "\ufeffowner", "b.yaml:7:1: "},
		"bytes that are no text":    {"owner: desk", "owner: d\xffsk", "b.yaml:7:9: the file is not UTF-8 here"},
		"an escape in a query":      {"'everything'", `"every\u200bthing"`, "escalate[1].when: invisible character U+200B ZERO WIDTH SPACE"},
		"an escape in a title":      {"Bans on potash\n", "\"Bans \\u202e potash\"\n", "b.yaml:3:8: title: the title holds an invisible character"},
	} {
		text := strings.Replace(potash, tt.old, tt.put, 1)
		require.NotEqual(t, potash, text, name)
		_, ps := rules.Load(sources(vocabularies, text))
		require.Len(t, ps, 1, name)
		require.Contains(t, ps.Error(), tt.want, name)
	}
	_, ps := rules.Load(sources(strings.Replace(vocabularies, "[potash]", `["pot\u00adash"]`, 1), potash))
	require.Contains(t, ps.Error(), "a.yaml:10:18: vocabularies[1].terms.en[0]: the term")
}

func TestFilesMayBeginWithAMarkAndSamplesHoldEscapes(t *testing.T) {
	load(t, "\ufeff"+vocabularies, strings.ReplaceAll(potash, "\n", "\r\n"),
		strings.Replace(salt, "{title: salt}", `{title: "s\u00adalt"}, {title: "s\u200dalt"}`, 1))
}

func TestAFileFullOfInvisibleCharactersIsToldInTenLines(t *testing.T) {
	_, ps := rules.Load([]diag.Source{{Name: "a.yaml", Data: []byte("# " + strings.Repeat("\u200b", 5000))}})
	require.Len(t, ps, 10)
}
