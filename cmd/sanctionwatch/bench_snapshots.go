package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A snapshot is a feed document as it was from a moment on.
type snapshot struct {
	at   time.Time
	body []byte
}

// mostSnapshots bounds the bytes of the snapshots of one feed.
const mostSnapshots = 1 << 30

// snapshotWindow is the window that archives of snapshots may be packed with: documents
// that hardly differ lie far apart.
const snapshotWindow = 128 << 20

// readSnapshots reads the snapshots of one feed in order of time from a folder or a tar
// archive, which may be packed with zstd. Each file is called by its time in Unix seconds.
func readSnapshots(path string) ([]snapshot, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	c := &collector{}
	if info.IsDir() {
		err = c.folder(path)
	} else {
		err = c.archive(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(c.shots) == 0 {
		return nil, fmt.Errorf("%s: no file whose name is a time in Unix seconds, such as 1744979242.xml", path)
	}
	slices.SortFunc(c.shots, func(a, b snapshot) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	return c.shots, nil
}

type collector struct {
	shots []snapshot
	size  int64
}

// add keeps a file if its name is a time.
func (c *collector) add(name string, r io.Reader) error {
	base := filepath.Base(name)
	unix, err := strconv.ParseInt(strings.TrimSuffix(base, filepath.Ext(base)), 10, 64)
	if err != nil {
		return nil //nolint:nilerr // another file
	}
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(r, most))
	if c.size += n; c.size > mostSnapshots {
		return fmt.Errorf("more than %d MB of snapshots", mostSnapshots>>20)
	}
	c.shots = append(c.shots, snapshot{time.Unix(unix, 0).UTC(), buf.Bytes()})
	return err
}

func (c *collector) folder(root string) error {
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		return c.add(p, f)
	})
}

func (c *collector) archive(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	var in io.Reader = f
	if strings.HasSuffix(path, ".zst") {
		z, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(snapshotWindow), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return err
		}
		defer z.Close()
		in = z
	}
	for t := tar.NewReader(in); ; {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("neither a folder nor a tar archive of a feed's documents: %w", err)
		case h.Typeflag != tar.TypeReg:
			continue
		}
		if err := c.add(h.Name, t); err != nil {
			return err
		}
	}
}

// ownSnapshots makes the snapshots of an invented newsroom: three days in which it writes
// an article an hour, corrects every fifth headline, and renews the date of its document
// each quarter of an hour.
func ownSnapshots() []snapshot {
	const shown, hours = 20, 72
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	var out []snapshot
	for quarter := range hours * 4 {
		at := start.Add(time.Duration(quarter) * 15 * time.Minute)
		var b strings.Builder
		fmt.Fprintf(&b, `<rss version="2.0"><channel><title>Harbour Gazette</title><link>https://gazette.example/</link><lastBuildDate>%s</lastBuildDate>`,
			at.Format(time.RFC1123Z))
		for n := quarter / 4; n >= max(0, quarter/4-shown+1); n-- {
			title := fmt.Sprintf("Cargo number %d leaves the harbour", n)
			if n%5 == 0 && quarter/4 > n {
				title += ", a day later than planned"
			}
			fmt.Fprintf(&b, `<item><title>%s</title><link>https://gazette.example/cargo/%d</link><guid>cargo-%d</guid><description>%s</description><pubDate>%s</pubDate></item>`,
				title, n, n, strings.Repeat("The ship was loaded in the night and passed the lock at dawn. ", 8),
				start.Add(time.Duration(n)*time.Hour).Format(time.RFC1123Z))
		}
		b.WriteString(`</channel></rss>`)
		out = append(out, snapshot{at, []byte(b.String())})
	}
	return out
}
