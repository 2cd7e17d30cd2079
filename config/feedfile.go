package config

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// FeedLine writes a feed as one entry of a feed file, between braces.
func FeedLine(f watcher.Feed) string {
	var parts []string
	put := func(key, value string) {
		if value != "" {
			parts = append(parts, key+": "+value)
		}
	}
	text := func(key, value string) {
		if value != "" {
			put(key, scalar(value))
		}
	}
	flag := func(key string, on bool) {
		if on {
			put(key, "true")
		}
	}
	text("id", string(f.ID))
	text("name", f.Name)
	put("url", quoted(f.URL))
	text("language", f.Language)
	text("country", f.Country)
	if len(f.Tags) > 0 {
		tags := make([]string, len(f.Tags))
		for i, t := range f.Tags {
			tags[i] = scalar(t)
		}
		put("tags", "["+strings.Join(tags, ", ")+"]")
	}
	flag("official", f.Official)
	if f.Schedule != "" {
		put("schedule", quoted(f.Schedule))
	}
	text("encoding", f.Encoding)
	flag("private", f.Private)
	flag("full_text", f.FullText)
	return "{" + strings.Join(parts, ", ") + "}"
}

// plainText is text that YAML takes as it is, whatever it stands between.
var plainText = regexp.MustCompile(`^\pL[\pL\pM\d]*(?:[ ._()/+&-]+[\pL\pM\d]+)*\)?$`)

// scalar writes a text plainly where that cannot be misread.
func scalar(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return quoted(s)
	}
	if plainText.MatchString(s) {
		return s
	}
	return quoted(s)
}

// quoted writes a text between quotation marks; Go's escapes mean the same in YAML.
func quoted(s string) string { return strconv.Quote(s) }

// CheckFeed reports what is wrong with a feed as an entry of a feed file.
func CheckFeed(f watcher.Feed) error {
	got, problems := ReadFeeds([]diag.Source{{Name: "feed", Data: NewFeedFile(f)}})
	if len(problems) > 0 {
		msgs := make([]string, len(problems))
		for i, p := range problems {
			msgs[i] = strings.TrimPrefix(strings.TrimPrefix(p.Field, "feeds[0]"), ".") + ": " + p.Msg
		}
		return errors.New(strings.Join(msgs, "; "))
	}
	if len(got) != 1 || !same(got[0], f) {
		return errors.New("it cannot be written so that it is read back the same")
	}
	return nil
}

// NewFeedFile writes a feed file.
func NewFeedFile(feeds ...watcher.Feed) []byte {
	var b bytes.Buffer
	b.WriteString("# yaml-language-server: $schema=schema/feeds.schema.json\nfeeds:\n")
	for _, f := range feeds {
		b.WriteString("  - " + FeedLine(f) + "\n")
	}
	return b.Bytes()
}

// AppendFeeds adds feeds at the end of a feed file: every byte that was there stays, in
// its order, comments too. It fails where the file would then not be read as what it held
// and the feeds, and says what to do by hand.
func AppendFeeds(src diag.Source, feeds []watcher.Feed) ([]byte, error) {
	before, problems := ReadFeeds([]diag.Source{src})
	if len(problems) > 0 {
		return nil, problems
	}
	if len(feeds) == 0 {
		return src.Data, nil
	}
	out := appended(src, feeds)
	after, problems := ReadFeeds([]diag.Source{{Name: src.Name, Data: out}})
	if len(problems) > 0 || !slices.EqualFunc(after, slices.Concat(before, feeds), same) {
		return nil, fmt.Errorf("%s ends in a way that nothing can be added to; write its feeds as entries with a hyphen, "+
			"or import without --into and put in what is printed", src.Name)
	}
	return out, nil
}

// appended is the file with the feeds behind what it holds, if it is written as most are.
func appended(src diag.Source, feeds []watcher.Feed) []byte {
	if len(bytes.TrimSpace(src.Data)) == 0 {
		return append(slices.Clone(src.Data), NewFeedFile(feeds...)...)
	}
	newline := "\n"
	if bytes.Contains(src.Data, []byte("\r\n")) {
		newline = "\r\n"
	}
	out := slices.Clone(src.Data)
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, newline...)
	}
	f, _ := diag.Read(src.Name, src.Data) // read before, without a problem
	if f.Empty() {
		out = append(out, "feeds:"+newline...)
	}
	indent := entryIndent(f, src.Data)
	for _, fd := range feeds {
		out = append(out, indent+"- "+FeedLine(fd)+newline...)
	}
	return out
}

// entryIndent is the blank before the hyphens of a file's entries.
func entryIndent(f *diag.File, data []byte) string {
	const usual = "  "
	if f.Len("feeds") == 0 {
		return usual
	}
	line, _ := f.At("feeds[0]")
	lines := strings.Split(string(data), "\n")
	for i := min(line, len(lines)) - 1; i >= 0; i-- {
		text := strings.TrimLeft(lines[i], " ")
		if text == "-" || strings.HasPrefix(text, "- ") || strings.HasPrefix(text, "-\r") {
			return lines[i][:len(lines[i])-len(text)]
		}
	}
	return usual
}

// same reports whether two feeds are read alike; no tags and an empty list are.
func same(a, b watcher.Feed) bool {
	if b.Name == "" {
		b.Name = string(b.ID)
	}
	tags := slices.Equal(a.Tags, b.Tags)
	a.Tags, b.Tags = nil, nil
	return tags && a.ID == b.ID && a.Name == b.Name && a.URL == b.URL && a.Language == b.Language &&
		strings.EqualFold(a.Country, b.Country) && a.Schedule == b.Schedule && a.Official == b.Official &&
		a.Encoding == b.Encoding && a.Private == b.Private && a.FullText == b.FullText
}
