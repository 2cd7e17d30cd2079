package opml_test

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/opml"
)

func write(tb testing.TB, feeds ...watcher.Feed) string {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, opml.Write(&b, "Feeds", feeds))
	return b.String()
}

func TestWrittenListsAreWhatOtherProgramsExpect(t *testing.T) {
	got := write(t,
		watcher.Feed{ID: "belta-ru", Name: "БЕЛТА", URL: "https://www.belta.by/rss?a=1&b=2", Language: "ru", Country: "by", Tags: []string{"belarus", "state-media"}},
		watcher.Feed{ID: "lrt", Name: `LRT "news"`, URL: "https://www.lrt.lt/?rss", Language: "lt", Official: true},
		watcher.Feed{ID: "zerkalo", Name: "Зеркало", URL: "https://news.zerkalo.io/rss", Tags: []string{"belarus"}, Schedule: "@every 5m"},
		watcher.Feed{ID: "x", Name: "X", URL: "https://x.example/"},
	)
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:sw="https://github.com/sanctionwatch/sanctionwatch/opml">
  <head><title>Feeds</title></head>
  <body>
    <outline text="belarus">
      <outline type="rss" text="БЕЛТА" title="БЕЛТА" xmlUrl="https://www.belta.by/rss?a=1&amp;b=2" language="ru" category="belarus,state-media" sw:id="belta-ru" sw:country="by" sw:tags="belarus,state-media"/>
      <outline type="rss" text="Зеркало" title="Зеркало" xmlUrl="https://news.zerkalo.io/rss" category="belarus" sw:id="zerkalo" sw:schedule="@every 5m" sw:tags="belarus"/>
    </outline>
    <outline text="lt">
      <outline type="rss" text="LRT &#34;news&#34;" title="LRT &#34;news&#34;" xmlUrl="https://www.lrt.lt/?rss" language="lt" sw:id="lrt" sw:official="true" sw:tags=""/>
    </outline>
    <outline type="rss" text="X" title="X" xmlUrl="https://x.example/" sw:id="x" sw:tags=""/>
  </body>
</opml>
`, got)
}

// printable is text that XML can carry.
func printable() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune(`ab,\/'"&<>; =Жé新.-	`+"\n")), 0, 12, -1)
}

func feeds() *rapid.Generator[watcher.Feed] {
	return rapid.Custom(func(t *rapid.T) watcher.Feed {
		f := watcher.Feed{
			ID:       watcher.FeedID(rapid.StringMatching(`[a-z][a-z0-9._-]{0,20}`).Draw(t, "id")),
			Name:     rapid.StringMatching(`[a-z]`).Draw(t, "initial") + printable().Draw(t, "name"),
			URL:      "https://" + rapid.StringMatching(`[a-z]{1,9}\.example/[a-z&?=%2'"<>]{0,12}`).Filter(parses).Draw(t, "url"),
			Language: rapid.SampledFrom([]string{"", "be", "zh-Hant", "en-GB"}).Draw(t, "language"),
			Country:  rapid.SampledFrom([]string{"", "by", "lt"}).Draw(t, "country"),
			Schedule: rapid.SampledFrom([]string{"", "@every 5m", "*/5 * * * *"}).Draw(t, "schedule"),
			Encoding: rapid.SampledFrom([]string{"", "windows-1251"}).Draw(t, "encoding"),
			Official: rapid.Bool().Draw(t, "official"),
			Private:  rapid.Bool().Draw(t, "private"),
			FullText: rapid.Bool().Draw(t, "full text"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "tags") {
			f.Tags = append(f.Tags, "t"+printable().Draw(t, "tag"))
		}
		return f
	})
}

// TestReadGivesBackWhatWriteWasGiven holds for any feeds; only their order may change,
// for folders bring together what lay apart.
func TestReadGivesBackWhatWriteWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(feeds(), 0, 8).Draw(t, "feeds")
		var b bytes.Buffer
		require.NoError(t, opml.Write(&b, "Feeds <&>", want))
		require.NoError(t, xml.Unmarshal(b.Bytes(), new(struct{})), "strict XML")
		l, err := opml.Read(b.Bytes())
		require.NoError(t, err)
		require.Empty(t, l.Problems)
		got := make([]watcher.Feed, len(l.Outlines))
		for i, o := range l.Outlines {
			got[i] = o.Feed
		}
		require.ElementsMatch(t, want, got)
	})
}

func parses(s string) bool {
	_, err := url.Parse("https://" + s)
	return err == nil
}
