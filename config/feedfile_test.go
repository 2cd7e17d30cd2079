package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var (
	belta = watcher.Feed{ID: "belta-ru", Name: "БЕЛТА", URL: "https://www.belta.by/rss", Language: "ru", Tags: []string{"belarus", "state-media"}}
	lrt   = watcher.Feed{ID: "lrt", Name: "LRT", URL: "https://www.lrt.lt/?rss", Language: "lt", Country: "lt", Official: true, Schedule: "@every 5m"}
)

func TestFeedsAreWrittenAsPeopleWriteThem(t *testing.T) {
	require.Equal(t, `{id: belta-ru, name: БЕЛТА, url: "https://www.belta.by/rss", language: ru, tags: [belarus, state-media]}`, config.FeedLine(belta))
	require.Equal(t, `{id: lrt, name: LRT, url: "https://www.lrt.lt/?rss", language: lt, country: lt, official: true, schedule: "@every 5m"}`, config.FeedLine(lrt))
	require.Equal(t, `{id: "15min", name: "No", url: "https://a.example/", language: "no", private: true}`,
		config.FeedLine(watcher.Feed{ID: "15min", Name: "No", URL: "https://a.example/", Language: "no", Private: true}))
}

func TestAppendingLeavesEveryByte(t *testing.T) {
	const added = `{id: belta-ru, name: БЕЛТА, url: "https://www.belta.by/rss", language: ru, tags: [belarus, state-media]}`
	for name, c := range map[string]struct{ file, end string }{
		"nothing":          {"", "# yaml-language-server: $schema=schema/feeds.schema.json\nfeeds:\n  - " + added + "\n"},
		"a comment only":   {"# ours\n", "feeds:\n  - " + added + "\n"},
		"no feed yet":      {"feeds:\n", "  - " + added + "\n"},
		"entries":          {"# top\nfeeds:\n  # the first\n  - {id: a, url: \"https://a.example/\"}  # why\n", "  - " + added + "\n"},
		"no line end":      {"feeds:\n  - {id: a, url: \"https://a.example/\"}", "\n  - " + added + "\n"},
		"not indented":     {"feeds:\n- id: a\n  url: https://a.example/\n", "- " + added + "\n"},
		"deeper":           {"feeds:\n      - id: a\n        url: https://a.example/\n", "      - " + added + "\n"},
		"a lonely hyphen":  {"feeds:\n    -\n      id: a\n      url: https://a.example/\n", "    - " + added + "\n"},
		"a comment at end": {"feeds:\n  - id: a\n    url: https://a.example/\n# see you\n\n", "  - " + added + "\n"},
		"tags as entries":  {"feeds:\n  - id: a\n    url: https://a.example/\n    tags:\n      - x\n", "  - " + added + "\n"},
		"Windows":          {"feeds:\r\n  - id: a\r\n    url: https://a.example/\r\n", "  - " + added + "\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := config.AppendFeeds(diag.Source{Name: "feeds.yaml", Data: []byte(c.file)}, []watcher.Feed{belta})
			require.NoError(t, err)
			require.Equal(t, c.file+c.end, string(got))
		})
	}
}

func TestAppendingRefusesWhatItWouldBreak(t *testing.T) {
	for _, file := range []string{
		"feeds: [{id: a, url: \"https://a.example/\"}]\n",
		"feeds: []\n",
		"feeds:\n  - id: a\n    url: https://a.example/\n...\n",
	} {
		_, err := config.AppendFeeds(diag.Source{Name: "feeds.yaml", Data: []byte(file)}, []watcher.Feed{belta})
		require.ErrorContains(t, err, "feeds.yaml ends in a way that nothing can be added to", file)
	}
	_, err := config.AppendFeeds(diag.Source{Name: "feeds.yaml", Data: []byte("feeds:\n  - {id: a, url: x}\n")}, []watcher.Feed{belta})
	require.ErrorContains(t, err, `feeds.yaml:2:`)
	_, err = config.AppendFeeds(diag.Source{Name: "feeds.yaml", Data: []byte("feeds:\n  - {id: belta-ru, url: https://a.example}\n")}, []watcher.Feed{belta})
	require.Error(t, err, "the id is taken")
}

// TestWrittenFeedsAreReadBack holds for any text that a feed may hold.
func TestWrittenFeedsAreReadBack(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab :#,[]{}&*!|>'\"%@`-?~=.\\1é新\u00a0\u2028\n\t")), 0, 10, -1)
	rapid.Check(t, func(t *rapid.T) {
		f := watcher.Feed{
			ID: "a", Name: "n" + text.Draw(t, "name"), URL: "https://a.example/?q=%22'#x",
			Encoding: text.Draw(t, "encoding"), Official: rapid.Bool().Draw(t, "official"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "tags") {
			f.Tags = append(f.Tags, text.Draw(t, "tag"))
		}
		require.NoError(t, config.CheckFeed(f), string(config.NewFeedFile(f)))
	})
}

func TestWhatIsWrongWithAFeedIsSaid(t *testing.T) {
	require.EqualError(t, config.CheckFeed(watcher.Feed{ID: "a", URL: "https://a.example/", Country: "lithuania"}),
		`country: "lithuania" is not a country`)
}
