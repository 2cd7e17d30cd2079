package opml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
)

// The bounds of a document.
const (
	maxDepth    = 64     // of outlines in outlines
	maxOutlines = 50_000 // feeds and folders
	maxURL      = 2_000  // bytes
	maxName     = 200    // bytes
	maxProblems = 1_000
)

// Read reads a document. Its error is for what is no OPML at all; a document that is
// damaged gives what stands before the damage, and a Problem. It is safe for any input.
func Read(data []byte) (List, error) {
	r := &reader{dec: decoder(data)}
	err := r.run()
	return r.list, err
}

// decoder returns a decoder that forgives what programs that write OPML get wrong: bare
// ampersands, entities of HTML, a charset that is not the one declared.
func decoder(data []byte) *xml.Decoder {
	isUTF8 := utf8.Valid(data) && !bytes.ContainsRune(data, '\x1b') // ISO-2022 is seven bits too
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		if text, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes(data); err == nil {
			data, isUTF8 = text, true
		}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	declared := false
	if !isUTF8 {
		head := bytes.ToLower(data[:min(len(data), 200)])
		declared = bytes.Contains(head, []byte("encoding")) && !bytes.Contains(head, []byte("utf-8"))
	}
	if !isUTF8 && !declared {
		data, isUTF8 = bytes.ToValidUTF8(data, []byte("\uFFFD")), true
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if isUTF8 {
			return in, nil
		}
		return charset.NewReaderLabel(label, in)
	}
	return d
}

// A reader takes a document token by token.
type reader struct {
	dec   *xml.Decoder
	list  List
	open  []folder // the outlines that are open
	count int
	root  bool // <opml> was seen
}

// A folder is an open outline. A feed that holds others gives them no tag.
type folder struct{ tag string }

// errEnough ends the reading of a document that is larger than any list.
var errEnough = errors.New("enough")

func (r *reader) run() error {
	for {
		line, _ := r.dec.InputPos()
		t, err := r.dec.Token()
		switch {
		case errors.Is(err, io.EOF) && !r.root:
			return errors.New("not OPML: the document is empty")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !r.root:
			return fmt.Errorf("not OPML: %w", said(err))
		case err != nil:
			r.problem(line, "", fmt.Sprintf("the document is damaged here (%v): what follows was not read", said(err)))
			return nil
		}
		switch t := t.(type) {
		case xml.StartElement:
			err = r.start(t, line)
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(r.open) > 0 {
				r.open = r.open[:len(r.open)-1]
			}
		}
		switch {
		case errors.Is(err, errEnough):
			return nil
		case err != nil:
			return err
		}
	}
}

// said is a mistake of XML without the line, which a Problem has itself.
func said(err error) error {
	if se, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return errors.New(se.Msg)
	}
	return err
}

func (r *reader) start(t xml.StartElement, line int) error {
	name := strings.ToLower(t.Name.Local)
	if !r.root {
		return r.first(name, line)
	}
	if name != "outline" {
		return nil
	}
	r.count++
	switch {
	case r.count > maxOutlines:
		r.problem(line, "", fmt.Sprintf("more than %d outlines: the rest was not read", maxOutlines))
		return errEnough
	case len(r.open) == maxDepth:
		r.problem(line, "", fmt.Sprintf("outlines lie more than %d deep: what follows was not read", maxDepth))
		return errEnough
	}
	r.outline(attributes(t), line)
	return nil
}

// first checks the root of the document.
func (r *reader) first(name string, line int) error {
	switch name {
	case "opml":
		r.root = true
		return nil
	case "rss", "feed", "rdf":
		return fmt.Errorf("not OPML: line %d begins <%s>: this is a feed, not a list of feeds", line, name)
	case "html":
		return fmt.Errorf("not OPML: line %d begins <html>: this is a web page", line)
	}
	return fmt.Errorf("not OPML: line %d begins <%.40s>, not <opml>", line, name)
}

func (r *reader) problem(line int, name, msg string) {
	if len(r.list.Problems) < maxProblems {
		r.list.Problems = append(r.list.Problems, Problem{Line: line, Name: name, Msg: msg})
	}
}
