package notify

import (
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Sample makes up the delivery of an alert at a time, for trying out a channel. The news
// in it is invented, and says so.
func Sample(channel string, now time.Time) watcher.Outgoing {
	now = now.UTC().Truncate(time.Second)
	it := watcher.Item{
		ID: watcher.NewItemID("sample" + now.Format(time.RFC3339)), FeedID: "sample-be",
		URL:      "https://news.example.org/2026/kaliy",
		Title:    "Sample alert: урад забараніў транзіт калійных угнаенняў",
		Lead:     "Гэта выдуманая навіна, каб праверыць канал. Урад забараніў транзіт калійных угнаенняў праз порт з 1 лютага, паведаміла міністэрства.",
		Language: "be", Published: now.Add(-6 * time.Minute), Seen: now.Add(-4 * time.Second),
	}
	feed := watcher.Feed{
		ID: it.FeedID, Name: "Узорнае агенцтва", URL: "https://news.example.org/rss",
		Language: "be", Country: "by", Tags: []string{"sample"},
	}
	m := watcher.Match{
		ItemID: it.ID, RuleID: "potash-transit", RuleTitle: "Potash: bans on transit and export (sample)",
		Theme: "potash", Severity: watcher.High,
		Spans: spansOf(it, watcher.Lead, "@ban", "забараніў", "@transit", "транзіт", "@potash", "калійных угнаенняў"),
	}
	story := watcher.Story{
		ID: watcher.NewStoryID(it.ID), Headline: it.Title, Language: it.Language, Lead: it.ID,
		Items: 4, Feeds: []string{"sample-be", "sample-lt", "sample-zh"},
		Rules: []string{m.RuleID}, Themes: []string{m.Theme}, Severity: m.Severity,
		First: it.Published, Last: now.Add(-time.Minute), Told: true,
		Outlets: []watcher.Outlet{
			{Feed: "sample-be", Name: feed.Name, Host: "news.example.org", URL: it.URL, Language: "be", At: it.Published},
			{Feed: "sample-lt", Name: "Pavyzdžio žinios", Host: "zinios.example.net", URL: "https://zinios.example.net/kalis", Language: "lt", At: now.Add(-4 * time.Minute)},
			{Feed: "sample-zh", Name: "示例通讯社", Host: "example.com", URL: "https://example.com/zh/1", Language: "zh-Hans", At: now.Add(-time.Minute)},
		},
	}
	a := watcher.Alert{
		ID:     watcher.NewAlertID(story.ID, it.ID, watcher.NewStory, it.TextHash()),
		Reason: watcher.NewStory, Severity: m.Severity, Story: story, Item: it, Feed: feed,
		Matches: []watcher.Match{m}, Raised: now,
		Join: watcher.Join{Signature: "none", Why: "a sample is like no other story"},
	}
	return watcher.Outgoing{Alert: a, Delivery: watcher.Delivery{
		ID: watcher.NewDeliveryID(a.ID, channel, watcher.Post), AlertID: a.ID, StoryID: story.ID,
		Channel: channel, Kind: watcher.Post, State: watcher.Sending, Attempts: 1, Created: now,
	}}
}

// spansOf finds the words of clauses in a field; clauses and words alternate.
func spansOf(it watcher.Item, f watcher.Field, pairs ...string) []watcher.Span {
	var out []watcher.Span
	for i := 0; i+1 < len(pairs); i += 2 {
		if at := strings.Index(it.Text(f), pairs[i+1]); at >= 0 {
			out = append(out, watcher.Span{Field: f, Start: at, End: at + len(pairs[i+1]), Term: pairs[i+1], Clause: pairs[i]})
		}
	}
	return out
}
