package main

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/seeds"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/opml"
)

// roundTrip exports feeds and imports them again.
func roundTrip(t require.TestingT, feeds []watcher.Feed) *feedImport {
	var b bytes.Buffer
	require.NoError(t, opml.Write(&b, "Feeds", feeds))
	list, err := opml.Read(b.Bytes())
	require.NoError(t, err)
	require.Empty(t, list.Problems)
	im := newImport(nil, "", true)
	for _, o := range list.Outlines {
		im.take(o)
	}
	return im
}

func TestImportOfAnExportIsTheSameList(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-zЖж新é0-9][A-Za-zЖж新é,/&<"': -]{0,9}[a-z]`)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 9).Draw(t, "feeds")
		want := make([]watcher.Feed, n)
		for i := range want {
			want[i] = watcher.Feed{
				ID: watcher.FeedID(fmt.Sprintf("feed-%d", i)), Name: word.Draw(t, "name"),
				URL:      fmt.Sprintf("https://host%d.example/%s", i, rapid.StringMatching(`[a-z&?=]{0,9}`).Draw(t, "path")),
				Language: rapid.SampledFrom([]string{"", "be", "zh-Hant"}).Draw(t, "language"),
				Country:  rapid.SampledFrom([]string{"", "by"}).Draw(t, "country"),
				Schedule: rapid.SampledFrom([]string{"", "@every 5m"}).Draw(t, "schedule"),
				Tags:     rapid.SliceOfN(word, 0, 3).Draw(t, "tags"),
				Official: rapid.Bool().Draw(t, "official"), Private: rapid.Bool().Draw(t, "private"),
			}
			if len(want[i].Tags) == 0 {
				want[i].Tags = nil
			}
		}
		im := roundTrip(t, want)
		require.Empty(t, im.refused)
		require.ElementsMatch(t, want, im.added)
	})
}

func TestTheFeedsOfThePackTravelToo(t *testing.T) {
	raw, err := seeds.FS().Open("feeds.yaml")
	require.NoError(t, err)
	defer raw.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(raw)
	require.NoError(t, err)
	want, problems := config.ReadFeeds([]diag.Source{{Name: "feeds.yaml", Data: b.Bytes()}})
	require.NoError(t, problems.Err())
	im := roundTrip(t, want)
	require.Empty(t, im.skipped)
	require.ElementsMatch(t, want, im.added)
}
