package feed

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// The bounds of a page that is searched for feeds.
const (
	maxPage  = 4 << 20 // bytes; the links to feeds stand in the head
	maxToken = 1 << 20 // bytes of one tag or text
	maxLinks = 50
)

// A Link is an address in a page that may be that of a feed.
type Link struct {
	URL      string
	Title    string
	Declared bool // by the page itself, with a <link>; else it only looks like one
}

// Links returns the feeds that an HTML page names and the links in it that look like
// feeds, declared ones first, at most fifty. Addresses are absolute. It is safe for any
// input.
func Links(page []byte, h Hints) []Link {
	f := linkFinder{base: baseOf(h)}
	f.read(pageText(page, h))
	var out []Link
	seen := map[string]bool{}
	for _, l := range f.found {
		u := parseLinkAt(f.base, l.URL)
		if u == nil || (!l.Declared && !feedLike(u, l.Title)) || seen[u.String()] {
			continue
		}
		seen[u.String()] = true
		out = append(out, Link{URL: u.String(), Title: cutWords(line(l.Title), 100), Declared: l.Declared})
	}
	slices.SortStableFunc(out, func(a, b Link) int { return rank(a) - rank(b) })
	return out[:min(len(out), maxLinks)]
}

// rank puts what a page declares first, and what readers say of it last.
func rank(l Link) int {
	n := 0
	if !l.Declared {
		n = 1
	}
	if strings.Contains(strings.ToLower(l.URL+l.Title), "comment") {
		n += 2
	}
	return n
}

// pageText is a page in UTF-8, as browsers find out its charset.
func pageText(page []byte, h Hints) string {
	page = page[:min(len(page), maxPage)]
	e, _, _ := charset.DetermineEncoding(page, h.Header.Get("Content-Type"))
	out, err := e.NewDecoder().Bytes(page)
	if err != nil {
		return string(page)
	}
	return string(out)
}

// A linkFinder goes through a page tag by tag.
type linkFinder struct {
	base   *url.URL
	based  bool // a <base> was seen: only the first counts
	found  []Link
	inText int // index+1 in found of the <a> whose text comes next
}

func (f *linkFinder) read(page string) {
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxToken)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			if f.inText > 0 && f.found[f.inText-1].Title == "" {
				f.found[f.inText-1].Title = strings.Join(strings.Fields(cutBytes(string(z.Text()), 200)), " ")
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				f.inText = 0
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			f.tag(z)
		}
	}
}

func (f *linkFinder) tag(z *html.Tokenizer) {
	name, more := z.TagName()
	tag := string(name)
	if tag != "link" && tag != "a" && tag != "base" {
		return
	}
	attrs := map[string]string{}
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if _, twice := attrs[string(k)]; !twice {
			attrs[string(k)] = string(v)
		}
	}
	href := strings.TrimSpace(attrs["href"])
	switch {
	case href == "":
	case tag == "base" && !f.based:
		f.based = true
		if u := parseLinkAt(f.base, href); u != nil {
			f.base = u
		}
	case tag == "link" && declares(attrs):
		f.found = append(f.found, Link{URL: href, Title: attrs["title"], Declared: true})
	case tag == "a" && len(f.found) < 20*maxLinks && mayBeFeed(href, attrs["title"], attrs["type"]):
		f.found = append(f.found, Link{URL: href, Title: first(attrs["title"], attrs["aria-label"])})
		f.inText = len(f.found)
	}
}

// declares reports whether a <link> names a feed. Types that are used for other things
// too count only as an alternate.
func declares(attrs map[string]string) bool {
	rel := strings.Fields(strings.ToLower(attrs["rel"]))
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(attrs["type"])), ";")
	switch strings.TrimSpace(kind) {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/x-rss+xml":
		return slices.Contains(rel, "alternate") || slices.Contains(rel, "feed")
	case "application/json":
		return slices.Contains(rel, "alternate") && feedWord(attrs["href"]+" "+attrs["title"])
	case "text/xml", "application/xml":
		return slices.Contains(rel, "alternate") && attrs["hreflang"] == ""
	case "":
		return slices.Contains(rel, "feed")
	}
	return false
}

// mayBeFeed is a quick look at a link before its text is known.
func mayBeFeed(href, title, kind string) bool {
	return feedWord(href) || feedWord(title) || feedWord(kind) || strings.HasSuffix(strings.ToLower(href), ".xml")
}

func feedWord(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "rss") || strings.Contains(s, "feed") || strings.Contains(s, "atom") || strings.Contains(s, "rdf")
}

// feedLike reports whether a link that nobody declared leads to a feed by its looks.
func feedLike(u *url.URL, title string) bool {
	path := strings.ToLower(strings.Trim(u.Path, "/"))
	for _, end := range []string{".rss", ".atom", ".rdf"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	if strings.HasSuffix(path, ".xml") {
		return !strings.Contains(path, "sitemap")
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch strings.Trim(segment, "_.") {
		case "rss", "rss2", "feed", "feeds", "atom", "feed.json", "rss.php", "rss.aspx", "rss.asp":
			return true
		}
	}
	for name, values := range u.Query() {
		name = strings.ToLower(name)
		if name == "rss" || name == "feed" || name == "atom" || feedWord(strings.Join(values, " ")) && len(name) < 12 {
			return true
		}
	}
	for word := range strings.FieldsSeq(strings.ToLower(title)) {
		if w := strings.Trim(word, "()[]:,."); w == "rss" || w == "atom" || strings.HasPrefix(w, "rss-") {
			return true
		}
	}
	return false
}

// parseLinkAt resolves a link of a page; nil for what cannot be fetched.
func parseLinkAt(base *url.URL, ref string) *url.URL {
	ref = strings.TrimSpace(ref)
	if rest, ok := strings.CutPrefix(ref, "feed:"); ok {
		ref = rest
		if strings.HasPrefix(rest, "//") {
			ref = "https:" + rest
		}
	}
	u, err := url.Parse(ref)
	if err != nil {
		return nil
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	u.Fragment, u.RawFragment, u.User = "", "", nil
	return parseLink(u.String())
}
