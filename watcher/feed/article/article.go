// Package article finds the article in a page of HTML. [Text] is all of it. It owns
// nothing and asks nobody: pages come in as text that is UTF-8.
package article

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
)

// ErrNone is what Text returns for a page that has no article.
var ErrNone = errors.New("no article in the page")

// short is the number of characters from which a text is taken for an article at first
// sight; news can be of a few sentences.
const short = 250

// Text returns the article of a page, as HTML without menus, scripts and the like. The
// page may be anything: what is made a tree of is small, and a panic is an error.
func Text(page string) (text string, err error) {
	defer func() {
		if v := recover(); v != nil { // others' code on a hostile page
			text, err = "", fmt.Errorf("panic: %v", v)
		}
	}()
	doc, err := html.Parse(strings.NewReader(shrink(page)))
	if err != nil {
		return "", fmt.Errorf("parse page: %w", err)
	}
	p := readability.NewParser()
	p.CharThresholds = short
	p.DisableJSONLD = true
	found, err := p.ParseAndMutate(doc, &url.URL{})
	if err != nil {
		return "", fmt.Errorf("find article: %w", err)
	}
	if found.Node == nil {
		return "", ErrNone
	}
	var b strings.Builder
	if err := found.RenderHTML(&b); err != nil {
		return "", fmt.Errorf("write article: %w", err)
	}
	return b.String(), nil
}
