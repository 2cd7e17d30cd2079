package feed

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// describe writes the pieces of a document, one a line.
func describe(src string) string {
	var b strings.Builder
	s := scanner{src: src}
	for {
		p, ok := s.next()
		if !ok {
			return strings.TrimSpace(b.String())
		}
		switch p.kind {
		case pieceText:
			fmt.Fprintf(&b, "text %q\n", p.text)
		case pieceCDATA:
			fmt.Fprintf(&b, "cdata %q\n", p.text)
		case pieceOpen:
			fmt.Fprintf(&b, "open %s", p.name)
			attributes(p.attrs, func(name, value string) { fmt.Fprintf(&b, " %s=%q", name, value) })
			if p.empty {
				b.WriteString(" empty")
			}
			b.WriteString("\n")
		case pieceClose:
			fmt.Fprintf(&b, "close %s\n", p.name)
		case pieceOther:
			b.WriteString("other\n")
		case pieceCut:
			b.WriteString("cut\n")
		}
	}
}

func TestScannerNeverGivesUp(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"words":                  {`a b`, `text "a b"`},
		"element":                {`<a x="1" y='2' z=3>b</a>`, `open a x="1" y="2" z="3"` + "\n" + `text "b"` + "\nclose a"},
		"empty element":          {`<a:b x="1"/><c / >`, `open a:b x="1" empty` + "\nopen c empty"},
		"entities in a value":    {`<a x="1&amp;2&b=3"/>`, `open a x="1&2&b=3" empty`},
		"marks in a value":       {`<a x="1>2<3">`, `open a x="1>2<3"`},
		"line breaks":            {"<a\n x = \"1\"\r\n>", `open a x="1"`},
		"value without quotes":   {`<a href=http://b/c?d=1>`, `open a href="http://b/c?d=1"`},
		"name without a value":   {`<a checked x="1">`, `open a x="1"`},
		"end with blanks":        {`</a  >`, `close a`},
		"CDATA":                  {`<![CDATA[<b>]]>c`, `cdata "<b>"` + "\n" + `text "c"`},
		"comment":                {`<!-- <a> --->b`, "other\n" + `text "b"`},
		"instruction":            {`<?xml version="1.0"?>`, "other"},
		"doctype":                {`<!DOCTYPE a [<!ENTITY b "]"> ] >c`, "other\n" + `text "c"`},
		"plain doctype":          {`<!DOCTYPE html>c`, "other\n" + `text "c"`},
		"less-than sign":         {`1 < 2 <3`, `text "1 "` + "\n" + `text "< 2 "` + "\n" + `text "<3"`},
		"tag in a tag":           {`<a <b>`, "open a\nopen b"},
		"forgotten quote":        {`<a x="1>b</a>`, "open a x=\"1\"\n" + `text "b"` + "\nclose a"},
		"quote in a name":        {`<a "x">b`, "open a\n" + `text "b"`},
		"other scripts":          {`<ä ö="1"/>`, `open ä ö="1" empty`},
		"cut tag":                {`<a x="1`, "cut"},
		"cut end":                {`b</a`, `text "b"` + "\ncut"},
		"cut CDATA":              {`<![CDATA[b`, "cut"},
		"comment without an end": {`<!-- b`, "other\n" + `text " b"`},
		"cut at the start":       {`b<`, `text "b"` + "\ncut"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, describe(c.src)) })
	}
}

func TestPiecesCoverTheDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"<", ">", "</", "/>", "a", "item", " ", "x=", "\"", "'", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE ", "[", "]", "<?", "?>", "&", ";", "é",
		})).Draw(t, "parts"), "")
		s, at := scanner{src: src}, 0
		for {
			p, ok := s.next()
			if !ok {
				break
			}
			require.Equal(t, at, p.start)
			require.Greater(t, p.end, p.start)
			at = p.end
			attributes(p.attrs, func(name, _ string) { require.NotEmpty(t, name) })
		}
		require.Equal(t, len(src), at)
	})
}

func TestMendedDocumentIsSmallAndWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := []string{
			"<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<link href='a'/>", "<author>", "</author>", "<name>", "</name>", "<guid>",
			"<entry>", "</entry>", "<channel>", "</channel>", "<x:y>", "</x:y>", "<dc:date>", "</dc:date>", "<br>", "text", "&amp;", "&", "<![CDATA[", "]]>",
			"<content type='xhtml'><div>", "</div></content>", "<description>", "</description>", "<media:group>", "<category term='a'>", "\x00",
		}
		root := rapid.SampledFrom([]string{"<rss><channel>", `<feed xmlns="http://www.w3.org/2005/Atom">`, "<rdf:RDF>", "<channel>", "<rss>"}).Draw(t, "root")
		body := root + strings.Join(rapid.SliceOf(rapid.SampledFrom(parts)).Draw(t, "parts"), "")
		d, err := Parse([]byte(body), Hints{})
		require.NoError(t, err)
		for _, n := range d.Notes {
			require.NotContains(t, n, "could not be read", "gofeed lost an item of %q", body)
		}
	})
}
