package opml

import (
	"encoding/xml"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// attrs are the attributes of an outline: OPML's own in lower case, for programs differ
// in it, ours with "our:" before the name.
type attrs map[string]string

func attributes(t xml.StartElement) attrs {
	as := attrs{}
	for _, a := range t.Attr {
		switch a.Name.Space {
		case "":
			as[strings.ToLower(a.Name.Local)] = a.Value
		case namespace:
			as["our:"+a.Name.Local] = a.Value
		}
	}
	return as
}

// outline takes one outline: a feed, a folder, or a pointer to something else.
func (r *reader) outline(as attrs, line int) {
	name := label(first(as["title"], as["text"]))
	if own, ok := as["our:name"]; ok {
		name = own
	}
	address := first(as["xmlurl"], as["our:url"])
	if address == "" && strings.EqualFold(as["type"], "rss") {
		address = as["url"] // as some programs have it
	}
	kind := strings.ToLower(as["type"])
	switch {
	case address != "":
		r.feed(as, name, address, line)
		r.open = append(r.open, folder{})
		return
	case kind == "rss":
		r.problem(line, name, "no address: the outline has no xmlUrl")
	case kind == "include" || kind == "link":
		r.problem(line, name, "a pointer to another list or page, not a feed: "+first(as["url"], "without address"))
	}
	r.open = append(r.open, folder{tag: Tag(name)})
}

// feed takes an outline that is a feed.
func (r *reader) feed(as attrs, name, address string, line int) {
	u, problem := readURL(address)
	if problem != "" {
		r.problem(line, name, problem)
		return
	}
	f := watcher.Feed{
		ID: watcher.FeedID(as["our:id"]), Name: name, URL: u, Language: language(as["language"]),
		Country: as["our:country"], Schedule: as["our:schedule"], Encoding: as["our:encoding"],
		Official: as["our:official"] == "true", Private: as["our:private"] == "true", FullText: as["our:full_text"] == "true",
	}
	if own, ok := as["our:tags"]; ok {
		f.Tags = splitTags(own)
	} else {
		f.Tags = r.tags(as["category"])
	}
	r.list.Outlines = append(r.list.Outlines, Outline{Feed: f, Line: line})
}

// tags are those of the folders that are open and of the categories.
func (r *reader) tags(category string) []string {
	var out []string
	add := func(tag string) {
		if tag != "" && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	for _, f := range r.open {
		add(f.tag)
	}
	for word := range strings.FieldsFuncSeq(category, func(c rune) bool { return c == ',' || c == '/' }) {
		add(Tag(word))
	}
	return out
}

// Tag is a tag as rules and routes like it, made from the name of a folder: lower case,
// hyphens for what is no letter or figure. It may be empty.
func Tag(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
	})
	return strings.Join(words, "-")
}

// readURL returns the address of a feed, or what is wrong with it.
func readURL(raw string) (address, problem string) {
	s := strings.TrimSpace(raw)
	if len(s) > maxURL {
		return "", "the address is too long to be one"
	}
	if rest, ok := cutFold(s, "feed:"); ok { // feed://host/ and feed:https://host/
		s = rest
		if strings.HasPrefix(rest, "//") {
			s = "https:" + rest
		}
	} else if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsFunc(s, unicode.IsControl):
		return "", "the address cannot be read"
	case u.Scheme == "":
		return "", "the address begins without https://"
	case u.Scheme != "http" && u.Scheme != "https":
		return "", "the address begins with " + u.Scheme + ": and not with https://"
	case u.Hostname() == "":
		return "", "the address has no host"
	}
	return s, ""
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

var languageRE = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// language is a language code, or "" for what is none, such as "unknown".
func language(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	primary, rest, cut := strings.Cut(s, "-")
	s = strings.ToLower(primary)
	if cut {
		s += "-" + rest
	}
	if !languageRE.MatchString(s) {
		return ""
	}
	return s
}

// label is a name on one line and of bounded length.
func label(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxName {
		return s
	}
	s = s[:maxName]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return strings.TrimSpace(s)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}
