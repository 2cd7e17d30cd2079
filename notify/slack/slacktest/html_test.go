package slacktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

func render(t *testing.T, msgs ...slacktest.Message) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, slacktest.RenderHTML(&b, msgs))
	return b.String()
}

func TestMentionsAndLinksAreSeenWhereverTheyStand(t *testing.T) {
	m := slacktest.Message{
		Text: "<!here> &lt;!channel&gt; <https://a.example/?x=1&amp;y=2|a bank> <!date^1^{time}|now> <#C1|general>",
		Blocks: []byte(`[{"type":"section","text":{"type":"mrkdwn","text":"<@U1> <https://b.example>"}},
			{"type":"section","text":{"type":"plain_text","text":"<!everyone>"}},
			{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
				{"type":"broadcast","range":"channel"},{"type":"usergroup","usergroup_id":"S1"},
				{"type":"text","text":"<!everyone>"},{"type":"link","url":"https://c.example","text":"c"}]}]}]`),
	}
	require.Equal(t, []string{"!here", "#C1", "@U1", "!channel", "@S1"}, m.Mentions())
	require.Equal(t, []slacktest.Link{
		{URL: "https://a.example/?x=1&y=2", Text: "a bank"}, {URL: "https://b.example"}, {URL: "https://c.example", Text: "c"},
	}, m.Links())
}

func TestReadIsWhatAReaderSees(t *testing.T) {
	m := slacktest.Message{Text: "a &lt;b&gt; <https://x.example|y> <!date^1^{time}|08:14 UTC> <"}
	require.Equal(t, "a <b> y 08:14 UTC <", m.Read())
	m.Blocks = []byte(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one "},{"type":"date","timestamp":1,"format":"x","fallback":"then"}]},
		{"type":"rich_text_quote","elements":[{"type":"link","url":"https://x.example","text":"two"}]}]},{"type":"context","elements":[{"type":"plain_text","text":"three"}]}]`)
	require.Equal(t, "one then\ntwo\nthree", m.Read())
}

func TestMarksFormatOnlyBesideSpaceAndPunctuation(t *testing.T) {
	for text, want := range map[string]string{
		"*bold* word":                   "<b>bold</b> word",
		"(_it_), ~no~":                  "(<i>it</i>), <s>no</s>",
		"`a *b* c`":                     "<code>a *b* c</code>",
		"2*3*4":                         "2*3*4",
		"калия*запрещён*":               "калия*запрещён*",
		"钾肥*出口*被":                       "钾肥*出口*被",
		"* not *":                       "* not *",
		"*open":                         "*open",
		"*one\ntwo*":                    "*one<br>two*",
		"*b _i_ b*":                     "<b>b </b><b><i>i</i></b><b> b</b>",
		"<javascript:x|y>":              "y",
		"&lt;b&gt; <https://x|y>":       `&lt;b&gt; <a href="https://x">y</a>`,
		"<!channel> <@U1>":              `<b class="mention">@channel</b> <b class="mention">@U1</b>`,
		"<!date^0^{date_num} {time}|x>": "1970-01-01 12:00 AM",
	} {
		require.Contains(t, render(t, slacktest.Message{Text: text}), want+"\n", text)
	}
}

func TestPageCannotBeBrokenByAMessage(t *testing.T) {
	evil := `"><script>alert(1)</script><img src=x onerror=y>`
	page := render(t, slacktest.Message{Text: evil}, slacktest.Message{
		Blocks: []byte(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://x.example/\"><script>","text":"<script>"},{"type":"<script>"}]}]},{"type":"<script>"}]`),
	})
	require.NotContains(t, page, "<script>")
	require.NotContains(t, page, "<img")
}

func TestAnswersStandUnderTheirMessage(t *testing.T) {
	at := time.Date(2026, 2, 1, 8, 14, 0, 0, time.UTC)
	page := render(t,
		slacktest.Message{Channel: "C", TS: "1.1", Text: "first", At: at, Edits: 1},
		slacktest.Message{Channel: "C", TS: "2.1", Text: "second", At: at},
		slacktest.Message{Channel: "C", TS: "3.1", ThreadTS: "1.1", Text: "answer", Broadcast: true, At: at},
		slacktest.Message{Channel: "C", TS: "4.1", ThreadTS: "0.1", Text: "orphan", At: at})
	place := func(s string) int { return strings.Index(page, s) }
	require.Less(t, place("first"), place("answer"))
	require.Less(t, place("answer"), place("second"))
	require.Less(t, place("second"), place("orphan"))
	require.Contains(t, page, "8:14 AM")
	require.Contains(t, page, "(edited)")
	require.Contains(t, page, "also sent to the channel")
}

func TestEveryBlockIsDrawn(t *testing.T) {
	page := render(t, slacktest.Message{Blocks: []byte(`[
		{"type":"header","text":{"type":"plain_text","text":"Head & tail"}},
		{"type":"section","text":{"type":"mrkdwn","text":"*sec*"},"fields":[{"type":"plain_text","text":"field"}]},
		{"type":"divider"},{"type":"markdown","text":"# md"},
		{"type":"image","alt_text":"a picture","image_url":"https://x.example/x.png"},
		{"type":"context","elements":[{"type":"image","alt_text":"icon","image_url":"https://x.example/x.png"},{"type":"plain_text","text":"ctx"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Press"}}]},
		{"type":"rich_text","elements":[
			{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"li","style":{"italic":true}}]}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":"pre"}]},
			{"type":"rich_text_section","elements":[{"type":"emoji","name":"wave"},{"type":"date","timestamp":0,"format":"{time}"},{"type":"link","url":"https://y.example"},{"type":"user","user_id":"U9"}]}]}]`)})
	for _, want := range []string{
		"Head &amp; tail", "<b>sec</b>", "field", "<hr>", "# md", "[a picture]", "[icon]", "ctx", "Press",
		"<ol><li><div><i>li</i></div></li></ol>", "<pre>pre</pre>", ":wave:", "12:00 AM",
		`<a href="https://y.example">https://y.example</a>`, "@U9",
	} {
		require.Contains(t, page, want)
	}
}
