package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// fetchItem reads the article at an address as a feed would announce it: the title and
// description that its page gives for others to show.
func fetchItem(a *app, addr string) (watcher.Item, error) {
	client := feed.New(feed.Options{}, a.log)
	defer client.Close()
	res, err := client.Get(context.Background(), watcher.Feed{ID: "explain", URL: addr}, watcher.Cursor{})
	if err != nil {
		return watcher.Item{}, err
	}
	it, err := pageItem(res.Body, res.Header.Get("Content-Type"))
	if err != nil {
		return it, fmt.Errorf("%s: %w", addr, err)
	}
	it.URL = feed.Clean(res.URL)
	it.ID = watcher.NewItemID(feed.Canonical(res.URL))
	return it, nil
}

// pageItem reads the head of an HTML page.
func pageItem(body []byte, contentType string) (watcher.Item, error) {
	r, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return watcher.Item{}, err
	}
	var it watcher.Item
	var title, description string
	for z := html.NewTokenizer(r); ; {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return it, z.Err()
			}
			it.Title, it.Lead = first(it.Title, title), first(it.Lead, description)
			if it.Title == "" {
				return it, errors.New("the page gives no title")
			}
			return it, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "html":
				it.Language, _, _ = strings.Cut(attribute(t, "lang"), "-")
			case "title":
				if title == "" && z.Next() == html.TextToken {
					title = strings.Join(strings.Fields(z.Token().Data), " ")
				}
			case "meta":
				content := feed.PlainText(attribute(t, "content"))
				switch first(attribute(t, "property"), attribute(t, "name")) {
				case "og:title":
					it.Title = content
				case "og:description":
					it.Lead = content
				case "description":
					description = content
				}
			}
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
