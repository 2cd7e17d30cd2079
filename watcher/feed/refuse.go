package feed

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// ErrNotFeed is wrapped by the errors of documents that are something else than a feed.
var ErrNotFeed = errors.New("not a feed")

// looked is how much of a page is read to say what it is.
const looked = 64 << 10

// refuse says by name what a document is that has no feed in it.
func refuse(text string, cause error) error {
	if !errors.Is(cause, errNoRoot) {
		return fmt.Errorf("parse feed: %w", cause)
	}
	head := text[:min(len(text), looked)]
	lower := strings.ToLower(head)
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%w: the body is empty", ErrNotFeed)
	case strings.Contains(lower, "<html") || strings.Contains(lower, "<!doctype html"):
		kind := "an HTML page"
		if strings.Contains(lower, `type="password"`) || strings.Contains(lower, `type='password'`) {
			kind = "a login page"
		}
		if title := pageTitle(head); title != "" {
			return fmt.Errorf("%w: %s titled %q", ErrNotFeed, kind, title)
		}
		return fmt.Errorf("%w: %s without a title", ErrNotFeed, kind)
	case strings.HasPrefix(strings.TrimSpace(text), "<"):
		return fmt.Errorf("%w: an XML document with the root %q", ErrNotFeed, rootName(text))
	}
	return fmt.Errorf("%w: text that begins with %q", ErrNotFeed, line(cutWords(fold(head), 60)))
}

// pageTitle returns the title of an HTML page.
func pageTitle(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "title" && z.Next() == html.TextToken {
				return cutWords(line(fold(string(z.Text()))), 100)
			}
		}
	}
}

func rootName(s string) string {
	sc := scanner{src: s}
	for {
		p, ok := sc.next()
		if !ok {
			return ""
		}
		if p.kind == pieceOpen {
			return cutBytes(p.name, 40)
		}
	}
}
