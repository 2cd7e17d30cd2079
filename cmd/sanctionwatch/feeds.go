package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

type feedsCmd struct {
	Parse    feedsParseCmd    `cmd:"" help:"Print what is read from a feed document, as JSON."`
	Check    feedsCheckCmd    `cmd:"" help:"Poll each feed once, without recording anything, and say how it is."`
	Import   feedsImportCmd   `cmd:"" help:"Turn a list of another feed reader (OPML) into a feed file."`
	Export   feedsExportCmd   `cmd:"" help:"Print the feeds as OPML, for another feed reader."`
	Discover feedsDiscoverCmd `cmd:"" help:"Look for the feeds of a page."`
}

type feedsParseCmd struct {
	Document string `arg:"" optional:"" help:"File or address; - for standard input."`
	Notes    bool   `help:"Say on standard error what was repaired or left out."`
	Batch    bool   `help:"Read JSON lines {\"file\",\"url\",\"headers\"} and print one line for each."`
	Private  bool   `help:"Allow an address inside your own network."`
}

// most is how many bytes of a document are read from a file.
const most = 64 << 20

// Run prints what is read from a document.
func (c *feedsParseCmd) Run(a *app) error {
	switch {
	case c.Batch && c.Document == "":
		return c.batch(a)
	case c.Batch:
		return errors.New("feeds parse --batch reads standard input: name no document")
	case c.Document == "":
		return errors.New("feeds parse needs a file or an address, - for standard input, or --batch")
	}
	doc := c.one(a)
	if err := printJSON(a.out, doc); err != nil {
		return err
	}
	c.tell(a, "", doc)
	if doc.Error != "" {
		return errFound
	}
	return nil
}

// tell prints the notes of a document for people.
func (c *feedsParseCmd) tell(a *app, name string, doc *feed.Document) {
	if !c.Notes {
		return
	}
	for _, n := range doc.Notes {
		fmt.Fprintln(a.err, "note: "+name+safe(n))
	}
	if doc.Partial {
		fmt.Fprintln(a.err, "note: "+name+"the document is cut: the items that are whole were read")
	}
	if doc.Error == "" && len(doc.Notes) == 0 && !doc.Partial {
		fmt.Fprintln(a.err, "note: "+name+"nothing had to be repaired")
	}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// one reads the document that the command line names. FEED_URL and FEED_HEADERS give a
// file the address and headers that it came with.
func (c *feedsParseCmd) one(a *app) *feed.Document {
	if strings.HasPrefix(c.Document, "https://") || strings.HasPrefix(c.Document, "http://") {
		client := feed.New(feed.Options{AllowPrivateAddresses: c.Private}, a.log)
		defer client.Close()
		res, err := client.Get(context.Background(), watcher.Feed{ID: "parse", URL: c.Document}, watcher.Cursor{})
		if err != nil {
			return &feed.Document{Error: err.Error()}
		}
		return parse(res.Body, feed.Hints{URL: res.URL, Header: res.Header})
	}
	h := feed.Hints{URL: os.Getenv("FEED_URL")}
	if raw := os.Getenv("FEED_HEADERS"); raw != "" {
		var err error
		if h.Header, err = headers([]byte(raw)); err != nil {
			return &feed.Document{Error: "FEED_HEADERS: " + err.Error()}
		}
	}
	return parseFile(a, c.Document, h)
}

func parseFile(a *app, name string, h feed.Hints) *feed.Document {
	body, err := readAll(a, name)
	if err != nil {
		return &feed.Document{Error: err.Error()}
	}
	return parse(body, h)
}

func readAll(a *app, name string) ([]byte, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	return io.ReadAll(io.LimitReader(in, most))
}

func parse(body []byte, h feed.Hints) *feed.Document {
	doc, err := feed.Parse(body, h)
	if err != nil {
		return &feed.Document{Error: err.Error()}
	}
	return doc
}

// headers reads a JSON object of header lines; a value may be one text or a list.
func headers(raw []byte) (http.Header, error) {
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, errors.New(`not a JSON object of headers, such as {"Content-Type":"text/xml"}`)
	}
	h := http.Header{}
	for k, v := range m {
		switch v := v.(type) {
		case string:
			h.Add(k, v)
		case []any:
			for _, x := range v {
				h.Add(k, fmt.Sprint(x))
			}
		}
	}
	return h, nil
}

// batch reads one document for each line, in order, in this process.
func (c *feedsParseCmd) batch(a *app) error {
	in := bufio.NewScanner(a.in)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(a.out)
	for in.Scan() {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		var job struct {
			File    string          `json:"file"`
			URL     string          `json:"url"`
			Headers json.RawMessage `json:"headers"`
		}
		doc := &feed.Document{Error: "this line is not a JSON object with file, url, headers"}
		if json.Unmarshal(line, &job) == nil {
			h := feed.Hints{URL: job.URL}
			h.Header, _ = headers(job.Headers) // no headers where there are none
			doc = parseFile(a, job.File, h)
		}
		if err := printJSON(out, doc); err != nil {
			return err
		}
		if err := out.Flush(); err != nil { // the reader may wait for each answer
			return err
		}
		c.tell(a, job.File+": ", doc)
	}
	return in.Err()
}

// hostOf is the host of an address, for people.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Hostname()
}
