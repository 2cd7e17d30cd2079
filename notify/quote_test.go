package notify_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// quoted returns the quote of an item in which one rule fired.
func quoted(it watcher.Item, spans ...watcher.Span) string {
	return marked(notify.Compose(watcher.Outgoing{Alert: watcher.Alert{
		Item: it, Matches: []watcher.Match{{RuleID: "r", Spans: spans}},
	}}).Quote)
}

func TestQuoteIsTheSentenceThatMeetsTheMostClauses(t *testing.T) {
	it := watcher.Item{
		Title: "Potash again",
		Lead:  "Potash is a salt. The port stops potash and bans transit. Transit is a word.",
	}
	got := quoted(it,
		span(t, it, watcher.Title, "@potash", "Potash"),
		span(t, it, watcher.Lead, "@potash", "Potash"),
		span(t, it, watcher.Lead, "@potash", "potash"),
		span(t, it, watcher.Lead, "@ban", "bans"),
		span(t, it, watcher.Lead, "@transit", "transit"),
		span(t, it, watcher.Lead, "@transit", "Transit"))
	require.Equal(t, "The port stops [potash] and [bans transit].", got)
}

func TestQuotePrefersTheLeadToATitleOfEqualWorth(t *testing.T) {
	it := watcher.Item{Title: "Potash news", Lead: "More potash came."}
	require.Equal(t, "More [potash] came.", quoted(it,
		span(t, it, watcher.Title, "@potash", "Potash"), span(t, it, watcher.Lead, "@potash", "potash")))
}

func TestQuoteOfRulesThatLookAtNoWordsIsTheLead(t *testing.T) {
	require.Equal(t, "All of it.", quoted(watcher.Item{Lead: " All\tof it. "}))
	require.Empty(t, quoted(watcher.Item{Title: "Only a title"}))
}

func TestOverlappingHitsAreOneBoldWord(t *testing.T) {
	it := watcher.Item{Lead: "The potash fertiliser ban"}
	require.Equal(t, "The [potash fertiliser] ban", quoted(it,
		span(t, it, watcher.Lead, "@a", "potash fertiliser"), span(t, it, watcher.Lead, "@b", "potash"),
		span(t, it, watcher.Lead, "@c", "fertiliser")))
	require.Equal(t, "The [potash fertiliser ban]", quoted(it,
		span(t, it, watcher.Lead, "@a", "potash fertiliser"), span(t, it, watcher.Lead, "@b", "fertiliser ban")))
}

func TestWhiteSpaceStaysOutsideTheBoldWord(t *testing.T) {
	it := watcher.Item{Lead: "the  potash\u00a0 ban"}
	require.Equal(t, "the [potash] ban", quoted(it, span(t, it, watcher.Lead, "@a", " potash\u00a0")))
}

func TestLongSentenceIsCutAroundItsHits(t *testing.T) {
	words := strings.Repeat("many words without a stop ", 40)
	it := watcher.Item{Lead: "Start " + words + "the potash ban holds " + words + "end."}
	got := quoted(it, span(t, it, watcher.Lead, "@potash", "potash"), span(t, it, watcher.Lead, "@ban", "ban"))
	require.Contains(t, got, "the [potash ban] holds")
	require.True(t, strings.HasPrefix(got, "… ") && strings.HasSuffix(got, " …"), got)
	require.LessOrEqual(t, utf8.RuneCountInString(got), 300+4+4)
	for w := range strings.FieldsSeq(strings.Trim(got, "… ")) {
		require.Contains(t, "many words without a stop the [potash ban] holds", w, "a word was cut")
	}
}

func TestLongSentenceShowsTheClusterThatMeetsTheMostClauses(t *testing.T) {
	filler := strings.Repeat("слова без кропкі ", 60)
	it := watcher.Item{Lead: "калій " + filler + "забарона транзіту " + filler + "калій"}
	got := quoted(it, span(t, it, watcher.Lead, "@potash", "калій"),
		span(t, it, watcher.Lead, "@ban", "забарона"), span(t, it, watcher.Lead, "@transit", "транзіту"))
	require.Contains(t, got, " кропкі [забарона транзіту] слова ")
	require.True(t, strings.HasSuffix(got, " …"), got)
}

func TestQuoteAtTheEdgeIsCutOnOneSideOnly(t *testing.T) {
	it := watcher.Item{Lead: "Potash " + strings.Repeat("and more words ", 60)}
	got := quoted(it, span(t, it, watcher.Lead, "@potash", "Potash"))
	require.True(t, strings.HasPrefix(got, "[Potash] and"), got)
	require.True(t, strings.HasSuffix(got, " …"), got)
	require.Greater(t, utf8.RuneCountInString(got), 270, "the room on the left is given to the right")
}

func TestHitLongerThanAQuoteIsCut(t *testing.T) {
	long := strings.Repeat("калій", 200)
	it := watcher.Item{Lead: long}
	got := quoted(it, span(t, it, watcher.Lead, "@x", long))
	require.Equal(t, "["+strings.Repeat("калій", 60)+"] …", got)
}

func TestIdeographsMayBeCutAnywhere(t *testing.T) {
	it := watcher.Item{Lead: strings.Repeat("漢字文章", 200) + "鉀肥禁令" + strings.Repeat("漢字文章", 200)}
	got := quoted(it, span(t, it, watcher.Lead, "@potash", "鉀肥"))
	require.Contains(t, got, "[鉀肥]禁令")
	require.InDelta(t, 305, utf8.RuneCountInString(got), 8)
}

func TestQuoteOfAnEndlessBodyIsQuick(t *testing.T) {
	it := watcher.Item{Body: strings.Repeat("potash без кропкі ", 1<<16)}
	var spans []watcher.Span
	for i := range 5000 {
		at := i * len("potash без кропкі ")
		spans = append(spans, watcher.Span{Field: watcher.Body, Start: at, End: at + 6, Clause: "@potash"})
	}
	n := testing.AllocsPerRun(1, func() { require.Contains(t, quoted(it, spans...), "[potash]") })
	require.Less(t, n, 20_000.0)
}
