package feed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var noon = time.Date(2021, 5, 25, 12, 0, 0, 0, time.UTC)

// items are those that a document of feed id has.
func items(t testing.TB, id watcher.FeedID, body string) []watcher.Item {
	t.Helper()
	return parse(t, body).Convert(watcher.Feed{ID: id, URL: "https://post.example/feeds/all.xml"}, noon)
}

func TestItemIsPlainText(t *testing.T) {
	its := items(t, "post", channel(`<item><title>Ferry &amp;amp; &lt;b&gt;ice&lt;/b&gt;</title>
		<link>https://www.post.example/1?utm_source=rss</link><guid isPermaLink="false">n1</guid>
		<description>&lt;p&gt;Fog.&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</description>
		<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[<p>Fog.</p><p>More of it.</p>]]></content:encoded>
		<author>ann@post.example (Ann Lee)</author><category>Weather</category><category>Ships</category>
		<pubDate>Tue, 25 May 2021 11:05:00 GMT</pubDate></item>`))
	require.Len(t, its, 1)
	require.Equal(t, watcher.Item{
		ID: watcher.NewItemID("https://post.example/1"), FeedID: "post", GUID: "n1",
		URL: "https://www.post.example/1", Title: "Ferry & ice", Lead: "Fog.", Body: "Fog.\nMore of it.",
		Author: "Ann Lee", Tags: []string{"Weather", "Ships"},
		Published: time.Date(2021, 5, 25, 11, 5, 0, 0, time.UTC), Seen: noon,
	}, its[0])
}

func TestSameLinkInTwoFeedsIsOneItem(t *testing.T) {
	a := items(t, "a", channel(`<item><title>x</title><link>http://post.example/1?utm_source=a</link><guid>1</guid></item>`))
	b := items(t, "b", channel(`<item><title>y</title><link>https://www.post.example/1/</link><guid>2</guid></item>`))
	require.Equal(t, a[0].ID, b[0].ID)
}

func TestLinkThatNamesNoItemIsNoIdentity(t *testing.T) {
	for name, c := range map[string]string{
		"the site":         `<item><title>%</title><link>http://www.post.example</link><guid>g%</guid></item>`,
		"the feed":         `<item><title>%</title><link>https://post.example/feeds/all.xml</link><guid>g%</guid></item>`,
		"shared":           `<item><title>%</title><link>https://post.example/live</link><guid isPermaLink="false">g%</guid></item>`,
		"shared with guid": `<item><title>%</title><link>https://post.example/live</link><guid isPermaLink="false">g</guid></item>`,
		"shared, no guid":  `<item><title>%</title><link>https://post.example/live</link></item>`,
		"none":             `<item><title>%</title><guid isPermaLink="false">g%</guid></item>`,
		"neither":          `<item><title>%</title></item>`,
	} {
		t.Run(name, func(t *testing.T) {
			body := channel(strings.ReplaceAll(c, "%", "1") + strings.ReplaceAll(c, "%", "2"))
			a := items(t, "a", body)
			require.Len(t, a, 2)
			require.NotEqual(t, a[0].ID, a[1].ID)
			require.NotEqual(t, watcher.NewItemID("https://post.example/live"), a[0].ID)
			require.NotEqual(t, a[0].ID, items(t, "b", body)[0].ID, "not the same in another feed")
			require.Equal(t, a, items(t, "a", body), "the same in the next poll")
		})
	}
}

func TestItemGivenTwiceIsOne(t *testing.T) {
	one := `<item><title>A</title><link>https://post.example/1</link><guid>1</guid></item>`
	its := items(t, "a", channel(one+one))
	require.Len(t, its, 1)
	require.Equal(t, watcher.NewItemID("https://post.example/1"), its[0].ID)
}

func TestOldestItemIsFirst(t *testing.T) {
	titles := func(its []watcher.Item) (out []string) {
		for _, it := range its {
			out = append(out, it.Title)
		}
		return out
	}
	dated := `<item><title>c</title><pubDate>3 May 2021</pubDate></item><item><title>a</title><pubDate>1 May 2021</pubDate></item>` +
		`<item><title>b</title><pubDate>2 May 2021</pubDate></item>`
	require.Equal(t, []string{"a", "b", "c"}, titles(items(t, "a", channel(dated))))
	undated := `<item><title>c</title></item><item><title>b</title></item><item><title>a</title><pubDate>9 May 2021</pubDate></item>`
	require.Equal(t, []string{"a", "b", "c"}, titles(items(t, "a", channel(undated))))
}

func TestItemWithoutTitleIsCalledByItsText(t *testing.T) {
	its := items(t, "a", channel(`<item><description>&lt;p&gt;Fog on the quay&lt;/p&gt;&lt;p&gt;More&lt;/p&gt;</description></item>`))
	require.Equal(t, "Fog on the quay", its[0].Title)
	its = items(t, "a", channel(`<item><description>`+strings.Repeat("water ", 100)+`</description></item>`))
	require.Regexp(t, `^(water )+water\x{2026}$`, its[0].Title)
	its = items(t, "a", channel(`<item><link>https://post.example/1</link></item>`))
	require.Equal(t, "https://post.example/1", its[0].Title)
	require.Empty(t, items(t, "a", channel(`<item/>`)))
}

func TestTextsAreBoundedAtAWord(t *testing.T) {
	long := strings.Repeat("вода ", 30_000)
	its := items(t, "a", channel("<item><title>"+long+"</title><description>"+long+"</description><author>"+long+"</author></item>"))
	it := its[0]
	require.LessOrEqual(t, len(it.Title), 500)
	require.LessOrEqual(t, len(it.Lead), 4_000)
	require.LessOrEqual(t, len(it.Author), 200)
	for _, s := range []string{it.Title, it.Lead, it.Author} {
		require.True(t, strings.HasSuffix(s, "вода"), "%q", s[len(s)-10:])
	}
	its = items(t, "a", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><content>`+long+`</content></entry></feed>`)
	require.LessOrEqual(t, len(its[0].Lead), 4_000)
	require.Greater(t, len(its[0].Body), 90_000)
	require.LessOrEqual(t, len(its[0].Body), 100_000)
}

func TestLanguageOfTheItemComesFirst(t *testing.T) {
	body := `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><entry xml:lang="be"><title>t</title></entry><entry><title>u</title></entry></feed>`
	its := parse(t, body).Convert(watcher.Feed{ID: "a", Language: "ru"}, noon)
	require.Equal(t, "ru", its[0].Language)
	require.Equal(t, "be", its[1].Language)
	its = parse(t, body).Convert(watcher.Feed{ID: "a"}, noon)
	require.Equal(t, "en", its[0].Language)
	its = items(t, "a", channel(`<language>pl_PL</language><item><title>t</title></item>`))
	require.Equal(t, "pl-PL", its[0].Language)
	its = items(t, "a", channel(`<language>see &lt;b&gt;</language><item><title>t</title></item>`))
	require.Empty(t, its[0].Language)
}

func TestTitleThatOnlyLooksLikeMarkupIsKept(t *testing.T) {
	its := items(t, "a", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>if x &lt;y then &amp;c</title></entry></feed>`)
	require.Equal(t, "if x <y then &c", its[0].Title)
}

func TestConvertDoesNotChangeTheDocument(t *testing.T) {
	d := parse(t, channel(numbered(3)))
	d.Convert(watcher.Feed{ID: "a"}, noon)
	require.Equal(t, "Cargo 0", d.Items[0].Title)
}
