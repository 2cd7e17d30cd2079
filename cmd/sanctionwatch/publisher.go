package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/sanctionwatch/sanctionwatch/seeds"
)

// An outlet is one sample outlet of the demo.
type outlet struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`
	Language string `yaml:"language"`
	Country  string `yaml:"country"`
	File     string `yaml:"file"`
	Official bool   `yaml:"official"`
	Edited   string `yaml:"edited"` // the file after its publisher changed a headline
}

// A publisher serves the bundled sample feeds on loopback as real outlets would.
type publisher struct {
	outlets []outlet
	docs    map[string][2][]byte // by path: first and edited version
	edits   string               // name of the outlet that edits a headline
	srv     *http.Server
	addr    string

	mu     sync.Mutex
	second bool            // the edit was made; guarded by mu
	served map[string]bool // by path; guarded by mu
}

// newPublisher renders the sample documents and starts to serve them.
func newPublisher() (*publisher, error) {
	p := &publisher{docs: map[string][2][]byte{}, served: map[string]bool{}}
	var list struct {
		Outlets []outlet `yaml:"outlets"`
	}
	raw, err := fs.ReadFile(seeds.FS(), "demo/feeds.yaml")
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	p.outlets = list.Outlets
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.addr = "http://" + l.Addr().String()
	now := time.Now()
	for _, o := range p.outlets {
		first, err := p.render(o.File, now)
		if err != nil {
			return nil, err
		}
		second := first
		if o.Edited != "" {
			if second, err = p.render(o.Edited, now); err != nil {
				return nil, err
			}
			p.edits = o.Name
		}
		p.docs["/"+o.ID] = [2][]byte{first, second}
	}
	p.srv = &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = p.srv.Serve(l) }() // ends with close
	return p, nil
}

// render fills in the times of a sample document.
func (p *publisher) render(name string, now time.Time) ([]byte, error) {
	raw, err := fs.ReadFile(seeds.FS(), "demo/"+name)
	if err != nil {
		return nil, err
	}
	ago := func(layout string) func(string) (string, error) {
		return func(s string) (string, error) {
			d, err := time.ParseDuration(s)
			return now.Add(-d).UTC().Format(layout), err
		}
	}
	t, err := template.New(name).Funcs(template.FuncMap{"rfc822": ago(time.RFC1123Z), "rfc3339": ago(time.RFC3339)}).Parse(string(raw))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, nil)
	return b.Bytes(), err
}

// ServeHTTP answers with a document and its validator.
func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	versions, ok := p.docs[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.mu.Lock()
	p.served[r.URL.Path] = true
	doc := versions[0]
	if p.second {
		doc = versions[1]
	}
	p.mu.Unlock()
	sum := sha256.Sum256(doc)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", kind(doc))
	_, _ = w.Write(doc) // the reader may have gone
}

func kind(doc []byte) string {
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(doc), []byte("{")):
		return "application/feed+json"
	case bytes.Contains(doc, []byte("<feed")):
		return "application/atom+xml"
	}
	return "application/rss+xml"
}

// feeds is the feed file that an operator would write for the outlets.
func (p *publisher) feeds() string {
	var b strings.Builder
	b.WriteString("feeds:\n")
	for _, o := range p.outlets {
		fmt.Fprintf(&b, "  - {id: %q, name: %q, url: %q, language: %q, country: %q, official: %t}\n",
			o.ID, o.Name, p.addr+"/"+o.ID, o.Language, o.Country, o.Official)
	}
	return b.String()
}

// servedAll reports whether every outlet was read.
func (p *publisher) servedAll() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.served) == len(p.outlets)
}

// edit publishes the second version of the documents.
func (p *publisher) edit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.second = true
}

func (p *publisher) close() { _ = p.srv.Close() }
