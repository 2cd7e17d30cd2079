package feed

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// rebase returns the base inside an element that has an xml:base, which may be relative
// to the one around it.
func rebase(base *url.URL, ref string) *url.URL {
	if ref == "" || len(ref) > maxURL { // a long one would be in front of every link
		return base
	}
	u, err := parseRef(ref)
	if err != nil {
		return base
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if !u.IsAbs() || unsafeScheme(u.Scheme) || len(u.Path) > maxURL {
		return base
	}
	return u
}

// resolve makes an address absolute. One that is absolute, empty or unreadable stays as
// it is, byte for byte; one that would run a script is dropped.
func resolve(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	u, err := parseRef(ref)
	if err != nil || ref == "" {
		return ref
	}
	if unsafeScheme(u.Scheme) {
		return ""
	}
	if base == nil || u.IsAbs() {
		return ref
	}
	return base.ResolveReference(u).String()
}

// parseRef parses an address with the blanks and line breaks that feeds leave in it.
func parseRef(ref string) (*url.URL, error) {
	ref = strings.TrimSpace(ref)
	if strings.ContainsAny(ref, " \t\r\n") {
		ref = strings.NewReplacer("\t", "", "\r", "", "\n", "", " ", "%20").Replace(ref)
	}
	return url.Parse(ref)
}

func unsafeScheme(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "javascript", "vbscript", "data", "file":
		return true
	}
	return false
}

// resolveHTML makes the links in HTML absolute and leaves all else as it is.
func resolveHTML(base *url.URL, s string) string {
	if !strings.Contains(s, "=") || !strings.Contains(s, "<") {
		return s
	}
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	for {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == html.ErrorToken {
			b.WriteString(raw)
			return b.String()
		}
		if b.Len() <= maxText && (kind == html.StartTagToken || kind == html.SelfClosingTagToken) {
			raw = resolveTag(base, z, raw)
		}
		b.WriteString(raw)
	}
}

// resolveTag returns a start tag with its links absolute, or as it was.
func resolveTag(base *url.URL, z *html.Tokenizer, raw string) string {
	t := z.Token()
	changed := false
	for i, a := range t.Attr {
		if !holdsLink(a.Key) {
			continue
		}
		if abs := resolve(base, a.Val); abs != a.Val && abs != "" {
			t.Attr[i].Val, changed = abs, true
		}
		changed = changed || a.Val != "" && !quoted(raw, a.Key)
	}
	if !changed {
		return raw
	}
	return t.String()
}

// quoted reports whether the value of an attribute stands in quotes. Without them a stray
// quote becomes part of the address.
func quoted(tag, attr string) bool {
	i := strings.Index(strings.ToLower(tag), attr+"=")
	if i < 0 || i+len(attr)+1 >= len(tag) {
		return true
	}
	c := tag[i+len(attr)+1]
	return c == '"' || c == '\'' || c == ' '
}

func holdsLink(attr string) bool {
	switch attr {
	case "href", "src", "cite", "action", "background", "longdesc", "poster", "data", "usemap",
		"codebase", "classid", "profile":
		return true
	}
	return false
}
