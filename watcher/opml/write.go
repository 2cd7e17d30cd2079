package opml

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A branch is a folder with its feeds.
type branch struct {
	name  string
	feeds []watcher.Feed
}

// Write writes feeds as OPML 2.0, in folders named by the first tag, else the language.
// A feed with neither lies outside of folders. Feeds keep their order within a folder,
// and folders are in the order of their first feeds.
func Write(w io.Writer, title string, feeds []watcher.Feed) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s<opml version=\"2.0\" xmlns:sw=%s>\n  <head><title>%s</title></head>\n  <body>\n",
		xml.Header, attr(namespace), escape(title))
	for _, br := range branches(feeds) {
		indent := "    "
		if br.name != "" {
			fmt.Fprintf(b, "    <outline text=%s>\n", attr(br.name))
			indent = "      "
		}
		for _, f := range br.feeds {
			_, _ = b.WriteString(indent + outline(f) + "\n")
		}
		if br.name != "" {
			_, _ = b.WriteString("    </outline>\n")
		}
	}
	_, _ = b.WriteString("  </body>\n</opml>\n")
	return b.Flush() // carries the errors of all writes
}

func branches(feeds []watcher.Feed) []branch {
	var out []branch
	at := map[string]int{}
	for _, f := range feeds {
		name := f.Language
		if len(f.Tags) > 0 {
			name = f.Tags[0]
		}
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, branch{name: name})
		}
		out[i].feeds = append(out[i].feeds, f)
	}
	return out
}

// outline is the element of a feed. Names and addresses that XML would change on the way
// are written exactly beside the plain form.
func outline(f watcher.Feed) string {
	var b strings.Builder
	_, _ = b.WriteString("<outline type=\"rss\"")
	put := func(name, value string) {
		if value != "" {
			_, _ = b.WriteString(" " + name + "=" + attr(value))
		}
	}
	flag := func(name string, on bool) {
		if on {
			put(name, "true")
		}
	}
	put("text", f.Name)
	put("title", f.Name)
	put("xmlUrl", f.URL)
	put("language", f.Language)
	put("category", categories(f.Tags))
	put("sw:id", string(f.ID))
	if label(f.Name) != f.Name {
		put("sw:name", f.Name)
	}
	put("sw:country", f.Country)
	put("sw:schedule", f.Schedule)
	put("sw:encoding", f.Encoding)
	flag("sw:official", f.Official)
	flag("sw:private", f.Private)
	flag("sw:full_text", f.FullText)
	_, _ = b.WriteString(" sw:tags=" + attr(joinTags(f.Tags)) + "/>")
	return b.String()
}

// categories are tags as other programs read them: separated by commas, without slashes,
// which stand for levels.
func categories(tags []string) string {
	words := make([]string, len(tags))
	for i, t := range tags {
		words[i] = strings.Map(func(c rune) rune {
			if c == ',' || c == '/' {
				return ' '
			}
			return c
		}, t)
	}
	return strings.Join(words, ",")
}

// joinTags writes tags in one text; a backslash takes its meaning from a comma in a tag.
func joinTags(tags []string) string {
	words := make([]string, len(tags))
	for i, t := range tags {
		words[i] = strings.NewReplacer(`\`, `\\`, `,`, `\,`).Replace(t)
	}
	return strings.Join(words, ",")
}

// splitTags reads what joinTags wrote.
func splitTags(s string) []string {
	if s == "" {
		return nil
	}
	var out []string
	var word strings.Builder
	escaped := false
	for _, c := range s {
		switch {
		case !escaped && c == '\\':
			escaped = true
			continue
		case !escaped && c == ',':
			out = append(out, word.String())
			word.Reset()
		default:
			word.WriteRune(c)
		}
		escaped = false
	}
	return append(out, word.String())
}

// attr is a quoted attribute value.
func attr(s string) string { return `"` + escape(s) + `"` }

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
