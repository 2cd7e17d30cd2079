package feed

import (
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var lossesIn = flag.String("losses", "", "a folder with feeds: say of which an item is lost without a word")

var (
	hiddenRE = regexp.MustCompile(`(?s)<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?>`)
	rootRE   = regexp.MustCompile(`(?i)<(?:[a-z]+:)?(rss|rdf|channel|feed)[\s/<>]`)
	startRE  = regexp.MustCompile(`(?i)<(?:(?:rss|atom|a):)?(item|entry)(?:[\s/][^<>]*)?>`)
)

// begun counts the items that a document begins, by rough means of its own.
func begun(text string) int {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		var d struct{ Items []json.RawMessage }
		if json.Unmarshal([]byte(text), &d) == nil {
			return len(d.Items)
		}
		return 0
	}
	text = hiddenRE.ReplaceAllString(text, "")
	name := "item"
	if m := rootRE.FindStringSubmatch(text); m != nil && strings.EqualFold(m[1], "feed") {
		name = "entry"
	}
	n := 0
	for _, m := range startRE.FindAllStringSubmatch(text, -1) {
		if strings.EqualFold(m[1], name) {
			n++
		}
	}
	return n
}

// TestNoItemIsLostSilently reads the documents of the folder that -losses names. Each one
// that is accepted gives the items that it begins, or says how many it does not.
func TestNoItemIsLostSilently(t *testing.T) {
	if *lossesIn == "" {
		t.Skip("-losses names no folder")
	}
	read, refused, items := 0, 0, 0
	require.NoError(t, filepath.WalkDir(*lossesIn, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		d, _ := Parse(body, Hints{URL: "https://post.example/feed"})
		if d == nil { // refused with an error
			refused++
			return nil
		}
		text, _, _ := decode(body, Hints{})
		starts := begun(text)
		if starts > len(d.Items)+d.Lost {
			t.Errorf("%s begins %d items, gives %d and speaks of %d: %q", path, starts, len(d.Items), d.Lost, d.Notes)
		}
		if starts < len(d.Items)+d.Lost {
			t.Logf("%s begins %d items, gives %d and speaks of %d: %q", path, starts, len(d.Items), d.Lost, d.Notes)
		}
		kept, lost := d.convert(watcher.Feed{ID: "a"}, time.Now())
		if len(kept) < len(d.Items) && len(lost) == 0 {
			t.Errorf("%s: %d of %d items are gone without a word", path, len(d.Items)-len(kept), len(d.Items))
		}
		if d.Lost > 0 || len(lost) > 0 {
			t.Logf("%s: %q %q", filepath.Base(path), d.Notes, lost)
		}
		items += len(kept)
		return nil
	}))
	t.Logf("%d documents, %d refused, %d items", read, refused, items)
}
