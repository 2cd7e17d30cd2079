package slack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// sent returns what the fake Slack got of a delivery, with blocks unless plain.
func sent(t testing.TB, o watcher.Outgoing, plain bool) slacktest.Message {
	t.Helper()
	d := newDesk(t, slacktest.Options{})
	if plain {
		d.Script(slacktest.Refused("invalid_blocks").Once())
	}
	b := d.bot(t)
	if o.Delivery.Kind == watcher.Update {
		first, err := d.Post(slacktest.Message{Channel: channel, Text: "first"})
		require.NoError(t, err)
		o.Parent = watcher.Receipt{Ref: first.TS, Target: channel}
	}
	_, err := b.Notify(t.Context(), o)
	require.NoError(t, err)
	msgs := d.Messages()
	require.Len(t, msgs, 1)
	require.Equal(t, plain, msgs[0].Blocks == nil, "blocks were refused: %s", d.log)
	return msgs[0]
}

func indent(t *testing.T, raw []byte) string {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(raw, &v))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	require.NoError(t, e.Encode(v))
	return b.String()
}

func TestMessagesLookAsTheyDid(t *testing.T) {
	repeat := news()
	repeat.Repeat = true
	bare := news()
	bare.Alert.Item = watcher.Item{ID: "x", FeedID: "f", Title: "No link, no date, no match", Seen: bare.Alert.Item.Seen}
	bare.Alert.Matches, bare.Alert.Story.Outlets, bare.Alert.Story.Feeds = nil, nil, nil
	official := as(news(), "reply", watcher.Reply, watcher.Official, watcher.Receipt{})
	official.Alert.Feed = watcher.Feed{ID: "ministry", Name: "Ministry of Ports", Official: true, Language: "lt"}
	official.Alert.Severity = watcher.Critical
	official.Alert.Matches[0].Escalated = "@ban and @border"
	for name, o := range map[string]watcher.Outgoing{
		"post": news(), "trouble": trouble(), "recovered": recovered(), "repeat": repeat, "bare": bare, "official": official,
		"update": as(news(), "update", watcher.Update, watcher.Coverage, watcher.Receipt{}),
	} {
		t.Run(name, func(t *testing.T) {
			m := sent(t, o, false)
			golden(t, name+".json", indent(t, m.Blocks))
			golden(t, name+".txt", m.Text+"\n")
			if name != "update" {
				golden(t, name+"-plain.txt", sent(t, o, true).Text+"\n")
			}
			require.Empty(t, slacktest.CheckBlocks(m.Blocks))
		})
	}
}

// trouble is a delivery that a feed fails, recovered that it is well again.
func trouble() watcher.Outgoing {
	return notify.SampleTrouble("desk", time.Date(2026, 2, 1, 8, 14, 0, 0, time.UTC))
}

func recovered() watcher.Outgoing {
	o := as(trouble(), "recovered", watcher.Reply, watcher.Recovered, watcher.Receipt{})
	o.Alert.Severity, o.Alert.Item.Title, o.Repeat = watcher.Info, "Узорнае агенцтва is well again", true
	o.Alert.Notice = &watcher.Notice{What: "it answers as a feed again", LastSuccess: o.Alert.Item.Seen}
	return o
}

func TestTheQuoteShowsTheWordsThatFired(t *testing.T) {
	o := news()
	o.Alert.Item.Lead = "Вывоз «калия» запрещён: 钾肥出口被禁止。"
	o.Alert.Matches[0].Spans = nil
	for _, w := range []string{"калия", "钾肥", "禁止"} {
		i := strings.Index(o.Alert.Item.Lead, w)
		o.Alert.Matches[0].Spans = append(o.Alert.Matches[0].Spans,
			watcher.Span{Field: watcher.Lead, Start: i, End: i + len(w), Term: w})
	}
	m := sent(t, o, false)
	var blocks []struct {
		Elements []struct {
			Type     string
			Elements []struct {
				Text  string
				Style struct{ Bold bool }
			}
		}
	}
	require.NoError(t, json.Unmarshal(m.Blocks, &blocks))
	var bold []string
	for _, e := range blocks[0].Elements {
		if e.Type != "rich_text_quote" {
			continue
		}
		for _, run := range e.Elements {
			if run.Style.Bold {
				bold = append(bold, run.Text)
			}
		}
	}
	require.Equal(t, []string{"калия", "钾肥", "禁止"}, bold, "beside punctuation and between ideographs")
	require.Contains(t, m.Read(), o.Alert.Item.Lead)
}

// hostile are texts that would do harm in Slack's markup, or break its limits.
func hostile() map[string]string {
	return map[string]string{
		"channel":   "<!channel> <!here> <!everyone> <!subteam^S1|x> <@U012345> <#C012345|general>",
		"link":      "<https://evil.example|bank.example> is <mailto:a@b.example|safe>",
		"date":      "<!date^1^{time}^https://evil.example|now>",
		"entities":  "a & b &lt;!channel&gt; &amp;lt; &#60;!here&#62;",
		"marks":     "*bold* _it_ ~no~ `code` ```pre``` > quote • :rotating_light: @channel #general",
		"pipes":     "a|b|c>d<e>f|<|>",
		"bidi":      "pay \u202egnp.exe\u202c \u2066x\u2069 \u200b\u200f",
		"long":      strings.Repeat("потратил ", 2000),
		"one word":  strings.Repeat("x", 10_000),
		"emoji":     strings.Repeat("👩‍👩‍👧‍👦🇱🇹", 600),
		"cjk":       strings.Repeat("钾肥出口被禁止。", 700),
		"brackets":  strings.Repeat("<", 5000),
		"quotes":    strings.Repeat(`"\`, 3000),
		"marks on":  "Z" + strings.Repeat("\u0301", 5000),
		"not utf-8": "abc\xff\xfe<!channel>",
		"blank":     " \u200b\u2060 ",
		"json":      `"}],"type":"broadcast","range":"channel"`,
		"newlines":  "a\n\n> b\r\n<!channel>\u2028c",
	}
}

// poison puts a text everywhere where text of feeds, rules and outlets comes from.
func poison(o watcher.Outgoing, s string) watcher.Outgoing {
	a := &o.Alert
	a.Item.Title, a.Item.Lead, a.Item.Author, a.Item.Language = s, s, s, s
	a.Item.URL = "https://news.example/?q=" + s
	a.Feed.Name, a.Feed.Language = s, s
	a.Story.Headline, a.Story.Language = s, s
	a.Join.Why = s
	for i := range a.Story.Outlets {
		a.Story.Outlets[i].Name, a.Story.Outlets[i].Language = s, s
		a.Story.Outlets[i].URL = fmt.Sprintf("https://o%d.example/%s", i, s)
	}
	var ms []watcher.Match
	term := s[:min(len(s), 200)]
	for i := range 12 {
		m := watcher.Match{RuleID: fmt.Sprint(i, term), RuleTitle: s, Theme: s, Severity: watcher.High, Escalated: s}
		for j := 0; j+1 < len(s) && j < 200; j += 2 {
			m.Spans = append(m.Spans, watcher.Span{Field: watcher.Lead, Start: j, End: j + 1, Term: term, Clause: fmt.Sprint("@", j%9, term)})
		}
		ms = append(ms, m)
	}
	a.Matches = ms
	o.Repeat = true
	return o
}

// harmless requires that a message calls nobody, links only where it says, and fits.
func harmless(t testing.TB, m slacktest.Message) {
	t.Helper()
	require.Empty(t, m.Mentions())
	for _, l := range m.Links() {
		require.NotContains(t, l.URL, "evil.example|")
		require.False(t, strings.HasPrefix(l.URL, "https://evil.example"), l.URL)
		require.True(t, strings.HasPrefix(l.URL, "https://"), l.URL)
		require.Empty(t, strings.Trim(l.URL, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&()*+,;=%"), l.URL)
	}
	require.NotRegexp(t, "[\u202a-\u202e\u2066-\u2069\u200b]", m.Text+string(m.Blocks))
	require.LessOrEqual(t, len([]rune(m.Text)), 20_000, "with its escapes; Slack cuts at 40,000")
	require.LessOrEqual(t, len([]rune(m.Read())), 10_000)
	if m.Blocks != nil {
		require.Empty(t, slacktest.CheckBlocks(m.Blocks))
		require.LessOrEqual(t, slacktest.Weight(m.Blocks), slacktest.MaxWeight)
	}
}

func TestHostileTextsAreHarmless(t *testing.T) {
	for name, s := range hostile() {
		t.Run(name, func(t *testing.T) {
			for _, k := range []watcher.Kind{watcher.Post, watcher.Reply, watcher.Update} {
				o := poison(news(), s)
				o.Delivery.Kind = k
				for _, plain := range []bool{false, true} {
					harmless(t, sent(t, o, plain))
				}
			}
		})
	}
}

func TestHostileTextsAreStillReadable(t *testing.T) {
	o := news()
	o.Alert.Item.Title = "<!channel> Potash & <b>salt</b> *banned*"
	m := sent(t, o, false)
	require.Contains(t, m.Read(), "<!channel> Potash & <b>salt</b> *banned*")
	require.Contains(t, m.Text, "&lt;!channel&gt; Potash &amp; &lt;b&gt;salt&lt;/b&gt; *banned*")
}

func TestAnyMessageFits(t *testing.T) {
	d := newDesk(t, slacktest.Options{})
	h := d.webhook(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.OneOf(rapid.StringN(0, 400, -1), rapid.SampledFrom([]string{
			strings.Repeat("<&>", 300), strings.Repeat(`"`, 900), strings.Repeat("𝕏", 900), "", " ", "\x00",
		}))
		o := news()
		a := &o.Alert
		a.Item.Title, a.Item.Lead = text.Draw(r, "title"), text.Draw(r, "lead")
		a.Item.URL = rapid.SampledFrom([]string{"https://a.example/" + strings.Repeat("%41", 600), "ftp://x", "", "https://b.example/?q=<|>"}).Draw(r, "url")
		a.Feed.Name, a.Join.Why = text.Draw(r, "feed"), text.Draw(r, "why")
		a.Item.Published = rapid.SampledFrom([]time.Time{{}, a.Item.Seen, time.Unix(-1e9, 0)}).Draw(r, "published")
		a.Matches = nil
		for range rapid.IntRange(0, 9).Draw(r, "rules") {
			m := watcher.Match{RuleID: text.Draw(r, "id"), RuleTitle: text.Draw(r, "rule"), Severity: watcher.Low, Theme: text.Draw(r, "theme")}
			for j := range rapid.IntRange(0, 80).Draw(r, "spans") {
				m.Spans = append(m.Spans, watcher.Span{Field: watcher.Lead, Start: 2 * j, End: 2*j + 1, Clause: text.Draw(r, "clause")})
			}
			a.Matches = append(a.Matches, m)
		}
		_, err := h.Notify(t.Context(), o)
		require.NoError(r, err)
		msgs := d.Messages()
		n++
		require.Len(r, msgs, n)
		require.NotNil(r, msgs[n-1].Blocks)
		harmless(t, msgs[n-1])
	})
	require.NotContains(t, d.log.String(), "refused")
}
