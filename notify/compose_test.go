package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// marked writes a quote with its bold words in brackets.
func marked(rs []notify.Run) string {
	var b strings.Builder
	for _, r := range rs {
		if r.Bold {
			fmt.Fprintf(&b, "[%s]", r.Text)
			continue
		}
		b.WriteString(r.Text)
	}
	return b.String()
}

// span finds a word in a field of an item.
func span(t testing.TB, it watcher.Item, f watcher.Field, clause, word string) watcher.Span {
	t.Helper()
	at := strings.Index(it.Text(f), word)
	require.GreaterOrEqual(t, at, 0, "no %q in the %s", word, f)
	return watcher.Span{Field: f, Start: at, End: at + len(word), Term: strings.ToLower(word), Clause: clause}
}

func TestSampleSaysAllThatAReaderNeeds(t *testing.T) {
	m := notify.Compose(notify.Sample("desk", noon))
	require.Equal(t, "[HIGH] potash: Sample alert: урад забараніў транзіт калійных угнаенняў", m.Subject())
	require.Equal(t, "Урад [забараніў транзіт калійных угнаенняў] праз порт з 1 лютага, паведаміла міністэрства.", marked(m.Quote))
	require.Equal(t, []string{"@ban: забараніў", "@transit: транзіт", "@potash: калійных угнаенняў"}, m.Why[0].Clauses)
	require.Equal(t, "3 outlets, 4 items, 3 languages, first: Узорнае агенцтва 11:54 UTC", m.CoverageLine())
	require.Equal(t, "news.example.org", m.Host)
	require.Equal(t, "a sample is like no other story", m.Novelty)
	require.Equal(t, []string{"potash"}, m.Themes)
}

func TestComposeIsPure(t *testing.T) {
	o := notify.Sample("desk", noon)
	before := fmt.Sprintf("%#v", o)
	first, second := notify.Compose(o), notify.Compose(o)
	require.Equal(t, first, second)
	require.Equal(t, before, fmt.Sprintf("%#v", o), "the delivery was changed")
}

func TestTimesAreShownInThePlaceAsked(t *testing.T) {
	vilnius, err := time.LoadLocation("Europe/Vilnius")
	require.NoError(t, err)
	m := notify.Compose(notify.Sample("desk", noon))
	require.Contains(t, m.In(vilnius).CoverageLine(), "13:54 EET")
	require.Contains(t, m.CoverageLine(), "11:54 UTC", "the message itself was changed")
}

func TestStampShowsTheDayOnlyWhenItIsAnother(t *testing.T) {
	require.Equal(t, "12:00 UTC", notify.Stamp(noon, noon.Add(2*time.Hour)))
	require.Equal(t, "31 Jan 12:00 UTC", notify.Stamp(noon.AddDate(0, 0, -1), noon))
	require.Equal(t, "1 Feb 2025 12:00 UTC", notify.Stamp(noon.AddDate(-1, 0, 0), noon))
	require.Equal(t, "undated", notify.Stamp(time.Time{}, noon))
}

func TestCoverageLine(t *testing.T) {
	o := notify.Sample("desk", noon)
	s := &o.Alert.Story
	for _, row := range []struct {
		name  string
		alter func()
		want  string
	}{
		{"one outlet", func() { s.Outlets, s.Feeds, s.Items = s.Outlets[:1], s.Feeds[:1], 1 }, "1 outlet: Узорнае агенцтва 11:54 UTC"},
		{"more than are kept", func() { s.Feeds = make([]string, 60) }, "60 outlets, first: Узорнае агенцтва 11:54 UTC"},
		{"none", func() { s.Outlets, s.Feeds = nil, nil }, ""},
	} {
		row.alter()
		require.Equal(t, row.want, notify.Compose(o).CoverageLine(), row.name)
	}
}

func TestFirstOutletIsTheEarliest(t *testing.T) {
	o := notify.Sample("desk", noon)
	o.Alert.Story.Outlets[2].At = noon.Add(-time.Hour)
	require.Contains(t, notify.Compose(o).CoverageLine(), "first: 示例通讯社 11:00 UTC")
}

func TestNewsIsNamedByItsReason(t *testing.T) {
	for _, row := range []struct {
		reason  watcher.Reason
		novelty string
		subject string
	}{
		{watcher.Escalation, "severity rose to high: Potash: bans on transit and export (sample)", "[HIGH] potash, escalated: "},
		{watcher.Official, "first official source: Узорнае агенцтва", "[HIGH] potash, first official source: "},
		{watcher.NewRule, "another rule fired: Potash: bans on transit and export (sample)", "[HIGH] potash, another rule fired: "},
		{watcher.Coverage, "more coverage: Узорнае агенцтва", "[HIGH] potash, more coverage: "},
	} {
		o := notify.Sample("desk", noon)
		o.Delivery.Kind, o.Alert.Reason = watcher.Reply, row.reason
		m := notify.Compose(o)
		require.Equal(t, row.novelty, m.Novelty)
		require.True(t, strings.HasPrefix(m.Subject(), row.subject), m.Subject())
	}
}

func TestATroubleTellsWhatIsWrongAndNoNews(t *testing.T) {
	o := notify.SampleTrouble("desk", noon)
	o.Alert.Notice.What += "\r\n\x1b[31m"
	m := notify.Compose(o)
	require.Equal(t, "[MEDIUM] trouble: Узорнае агенцтва does not answer as a feed", m.Subject())
	require.Empty(t, m.URL+m.Host+m.Novelty+m.CoverageLine()+m.QuoteText())
	require.Empty(t, m.Why)
	var labels []string
	for _, f := range m.Facts {
		labels = append(labels, f.Label)
		require.NotContains(t, f.String(m.Seen), "\x1b")
	}
	require.Equal(t, []string{"what", "since", "last success", "last item", "to do"}, labels)
	require.Equal(t, "10:50 UTC", m.Facts[1].String(m.Seen))
	vilnius, err := time.LoadLocation("Europe/Vilnius")
	require.NoError(t, err)
	require.Equal(t, "31 Jan 08:00 EET", m.In(vilnius).Facts[3].String(m.Seen))
	require.Equal(t, "10:50 UTC", m.Facts[1].String(m.Seen), "the message itself was changed")
}

func TestUpdateTellsTheStoryFromItsBeginning(t *testing.T) {
	o := notify.Sample("desk", noon)
	o.Delivery.Kind, o.Alert.Reason = watcher.Update, watcher.Coverage
	o.Alert.Severity, o.Alert.Story.Severity = watcher.Medium, watcher.Critical
	o.Alert.Item.ID = "another"
	o.Alert.Item.Title, o.Alert.Item.URL = "Кітай: калій", "https://other.example/1"
	o.Alert.Feed.Name = "Other"
	m := notify.Compose(o)
	require.Equal(t, watcher.Critical, m.Severity)
	require.Equal(t, "Sample alert: урад забараніў транзіт калійных угнаенняў", m.Headline)
	require.Equal(t, "https://news.example.org/2026/kaliy", m.URL)
	require.Equal(t, "Узорнае агенцтва", m.Feed)
	require.Equal(t, "Other", m.QuoteSource, "the quote is from the outlet that came last")
}

func TestEditedHeadlineThatFiresNothingKeepsTheStorysReasons(t *testing.T) {
	o := notify.Sample("desk", noon)
	o.Delivery.Kind, o.Alert.Reason, o.Alert.Matches = watcher.Update, watcher.Coverage, nil
	m := notify.Compose(o)
	require.Equal(t, []notify.Why{{RuleID: "potash-transit", RuleTitle: "potash-transit"}}, m.Why)
	require.Equal(t, []string{"potash"}, m.Themes)
	require.True(t, strings.HasPrefix(m.QuoteText(), "Гэта выдуманая навіна"))
}

func TestWeightiestRuleComesFirst(t *testing.T) {
	o := notify.Sample("desk", noon)
	low := o.Alert.Matches[0]
	low.RuleID, low.RuleTitle, low.Theme, low.Severity = "a-low", "", "sanctions", watcher.Low
	o.Alert.Matches = []watcher.Match{low, o.Alert.Matches[0]}
	m := notify.Compose(o)
	require.Equal(t, []string{"potash", "sanctions"}, m.Themes)
	require.Equal(t, "potash-transit", m.Why[0].RuleID)
	require.Equal(t, "a-low", m.Why[1].RuleTitle, "a rule without a title is called by its id")
}

func TestClausesNameEachWordOnceAndNotWithoutEnd(t *testing.T) {
	it := watcher.Item{Title: "Potash potash POTASH kali kalis k1 k2 k3 k4 k5"}
	var spans []watcher.Span
	at := 0
	for word := range strings.SplitSeq(it.Title, " ") {
		spans = append(spans, watcher.Span{Field: watcher.Title, Start: at, End: at + len(word), Clause: "@potash"})
		at += len(word) + 1
	}
	spans = append(spans,
		watcher.Span{Field: watcher.Title, Start: 0, End: 6, Clause: `"potash"`},
		watcher.Span{Field: watcher.Title, Start: 0, End: 6},
		watcher.Span{Field: watcher.Title, Start: 900, End: 906, Term: "long gone", Clause: "@old"},
		watcher.Span{Field: watcher.Title, Start: -1, End: 4, Clause: "@broken"},
	)
	o := watcher.Outgoing{Alert: watcher.Alert{Item: it, Matches: []watcher.Match{{RuleID: "r", Spans: spans}}}}
	require.Equal(t, []string{
		"@potash: Potash, kali, kalis, k1, k2, k3, …", `"potash"`, "Potash", "@old: long gone", "@broken",
	}, notify.Compose(o).Why[0].Clauses)
}

// TestHostileTextsAreMadeHarmless takes what a feed may say and looks for what must not
// come through in any field.
func TestHostileTextsAreMadeHarmless(t *testing.T) {
	for _, evil := range []string{
		"a\r\nBcc: x@example.org", "esc \x1b[31mred\x1b[0m \x9b31m", "bidi \u202egnp.exe\u202c \u2066x\u2069",
		"zero\u200bwidth\u200d\ufeff\u00ad", "tags \U000e0041\U000e0042", strings.Repeat("long ", 3000), "z" + strings.Repeat("\u0335", 300),
		"bad \xff\xfe utf8", "\u3164\u2800", "line\u2028sep\u2029par", "\x00",
	} {
		o := notify.Sample("desk", noon)
		a := &o.Alert
		a.Item.Title, a.Item.Lead, a.Feed.Name, a.Story.Headline, a.Join.Why = evil, evil, evil, evil, evil
		a.Item.Language, a.PlanHash = evil, evil
		a.Matches[0].RuleTitle, a.Matches[0].RuleID, a.Matches[0].Theme, a.Matches[0].Escalated = evil, evil, evil, evil
		a.Matches[0].Spans = []watcher.Span{{Field: watcher.Title, Start: 0, End: len(evil), Clause: evil, Term: evil}}
		for i := range a.Story.Outlets {
			a.Story.Outlets[i].Name, a.Story.Outlets[i].Host, a.Story.Outlets[i].Language = evil, evil, evil
		}
		a.Story.Rules, a.Story.Themes = []string{evil}, []string{evil}
		for _, kind := range []watcher.Kind{watcher.Post, watcher.Reply, watcher.Update} {
			o.Delivery.Kind = kind
			requireHarmless(t, notify.Compose(o), evil)
		}
	}
}

func requireHarmless(t *testing.T, m notify.Message, evil string) {
	t.Helper()
	texts := []string{m.Headline, m.URL, m.Host, m.Feed, m.Language, m.Novelty, m.PlanHash, m.QuoteText(), m.QuoteSource, m.Subject(), m.CoverageLine()}
	texts = append(texts, m.Themes...)
	texts = append(texts, m.Languages...)
	for _, w := range m.Why {
		texts = append(append(texts, w.RuleID, w.RuleTitle, w.Theme, w.Escalated), w.Clauses...)
	}
	for _, o := range m.Outlets {
		texts = append(texts, o.Name, o.Host, o.URL, o.Language)
	}
	for _, s := range texts {
		require.True(t, utf8.ValidString(s), "%q from %.40q", s, evil)
		require.LessOrEqual(t, utf8.RuneCountInString(s), 450, "from %.40q", evil)
		for _, r := range s {
			require.False(t, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), "%q from %.40q", s, evil)
		}
		require.NotContains(t, s, strings.Repeat("\u0335", 5))
	}
}

func TestAnyDeliveryComposes(t *testing.T) {
	text := rapid.StringMatching(`(\PC|\pC|[а-я ]|\. ){0,400}`)
	rapid.Check(t, func(t *rapid.T) {
		it := watcher.Item{Title: text.Draw(t, "title"), Lead: text.Draw(t, "lead"), Body: text.Draw(t, "body"), URL: text.Draw(t, "url")}
		var spans []watcher.Span
		for range rapid.IntRange(0, 12).Draw(t, "spans") {
			at := rapid.IntRange(-2, 500).Draw(t, "start")
			spans = append(spans, watcher.Span{
				Field: rapid.SampledFrom([]watcher.Field{watcher.Title, watcher.Lead, watcher.Body, "other"}).Draw(t, "field"),
				Start: at, End: at + rapid.IntRange(-1, 400).Draw(t, "length"), Clause: text.Draw(t, "clause"),
			})
		}
		m := notify.Compose(watcher.Outgoing{Alert: watcher.Alert{Item: it, Matches: []watcher.Match{{RuleID: "r", Spans: spans}}}})
		if q := m.QuoteText(); utf8.RuneCountInString(q) > 305 || !utf8.ValidString(q) {
			t.Fatalf("quote of %d characters: %q", utf8.RuneCountInString(q), q)
		}
		for _, r := range m.Quote {
			if r.Text == "" {
				t.Fatalf("empty run in %#v", m.Quote)
			}
		}
	})
}

func BenchmarkCompose(b *testing.B) {
	o := notify.Sample("desk", noon)
	long := notify.Sample("desk", noon)
	long.Alert.Item.Body = strings.Repeat("калій без кропкі ", 1<<16)
	for i := range 5000 {
		at := i * len("калій без кропкі ")
		long.Alert.Matches[0].Spans = append(long.Alert.Matches[0].Spans,
			watcher.Span{Field: watcher.Body, Start: at, End: at + len("калій"), Clause: "@potash"})
	}
	for name, o := range map[string]watcher.Outgoing{"sample": o, "endless body": long} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				notify.Compose(o)
			}
		})
	}
}
