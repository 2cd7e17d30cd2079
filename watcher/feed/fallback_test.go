package feed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

func TestFeedWithoutTitleIsCalledByItsAddress(t *testing.T) {
	d := parse(t, `<rss><channel><link>/quay</link></channel></rss>`)
	require.Equal(t, "https://post.example/quay", d.Feed.Title)
	d, err := feed.Parse([]byte(`<rss><channel/></rss>`), feed.Hints{URL: "https://ann:secret@post.example/feed"})
	require.NoError(t, err)
	require.Equal(t, "https://post.example/feed", d.Feed.Title)
	require.Equal(t, "https://post.example/feed", d.Feed.Link)
}

func TestAuthorOfTheFeedIsThatOfItsItems(t *testing.T) {
	for name, c := range map[string]struct{ channel, item, want string }{
		"editor":           {"<managingEditor>ed@post.example (Ed)</managingEditor>", "", "Ed"},
		"webmaster":        {"<webMaster>web@post.example</webMaster>", "", "web@post.example"},
		"editor first":     {"<webMaster>web@post.example</webMaster><managingEditor>Ed</managingEditor>", "", "Ed"},
		"podcast's author": {"<itunes:author>Eva</itunes:author><itunes:owner><itunes:name>Ann</itunes:name></itunes:owner>", "", "Eva"},
		"podcast's owner":  {"<itunes:owner><itunes:name>Ann</itunes:name><itunes:email>a@post.example</itunes:email></itunes:owner>", "", "Ann"},
		"owner's address":  {"<itunes:owner><itunes:email>a@post.example</itunes:email></itunes:owner>", "", "a@post.example"},
		"Google Play":      {`<g:author xmlns:g="http://www.google.com/schemas/play-podcasts/1.0">Uma</g:author>`, "", "Uma"},
		"its own":          {"<managingEditor>Ed</managingEditor>", "<author>Ann</author>", "Ann"},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, channel(c.channel+"<item><title>A</title>"+c.item+"</item>"))
			require.Equal(t, c.want, d.Items[0].Author)
		})
	}
}

func TestJSONItemWithoutTitleIsCalledByItsPlainText(t *testing.T) {
	d := parse(t, `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","content_html":"<b>no</b>","content_text":"Fog\nMore"}]}`)
	require.Equal(t, "Fog", d.Items[0].Title)
}

func TestMarkThatStartsNoCommentIsText(t *testing.T) {
	d := parse(t, channel(`<item><description>&lt;!' see &lt;a href=http://post.example/x"&gt;fog&lt;/a&gt;&lt;!-- no --&gt; <![CDATA[<!]]></description></item>`))
	require.Equal(t, "<!' see fog <!", feed.PlainText(d.Items[0].Summary))
	require.Contains(t, d.Items[0].Summary, `href="http://post.example/x&#34;"`)
	require.Equal(t, "1 <! 2", feed.PlainText("1 <! 2"))
	require.Equal(t, "a", feed.PlainText("<!DOCTYPE html><![endif]--><p>a</p>"))
	require.Empty(t, strings.TrimSpace(feed.PlainText("<!-- a -->")))
}
