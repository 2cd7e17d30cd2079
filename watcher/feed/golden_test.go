package feed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

var update = flag.Bool("update", false, "write what is read now into testdata")

// TestPublishersAreReadAsWritten reads each archive of testdata: a document, the feed as
// an operator describes it, and the items and notes that come of it.
func TestPublishersAreReadAsWritten(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			require.NoError(t, err)
			require.Len(t, a.Files, 3)
			var f watcher.Feed
			require.NoError(t, json.Unmarshal(a.Files[0].Data, &f))
			d, err := feed.Parse(a.Files[1].Data, feed.Hints{URL: f.URL, Encoding: f.Encoding, Language: f.Language})
			require.NoError(t, err)
			got := encode(t, struct {
				Notes []string       `json:"notes"`
				Feed  feed.Meta      `json:"feed"`
				Items []watcher.Item `json:"items"`
			}{d.Notes, d.Feed, d.Convert(f, noon)})
			if *update {
				a.Files[2].Data = got
				require.NoError(t, os.WriteFile(path, txtar.Format(a), 0o644))
				return
			}
			require.Equal(t, string(a.Files[2].Data), string(got))
		})
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(v))
	return b.Bytes()
}
