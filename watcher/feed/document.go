package feed

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// Hints are what is known of a document besides its bytes.
type Hints struct {
	URL      string      // where it was found, after redirects
	Header   http.Header // of the answer: Content-Type, Content-Location and Content-Language count
	Encoding string      // the operator's word, above all that is declared
	Language string      // the operator's word: decides what is ambiguous in dates

	limit int // of the text in UTF-8; 0 for none
}

// A Document is a feed as its publisher wrote it: text may be HTML.
type Document struct {
	Error string  `json:"error"` // why it was given up
	Feed  Meta    `json:"feed"`
	Items []Entry `json:"items"` // in the order of the document

	Kind    string        `json:"-"` // the format, such as "RSS 2.0"
	Notes   []string      `json:"-"` // what was repaired or left out, in words
	Lost    int           `json:"-"` // items that the document begins and that are not in Items; Notes say why
	Partial bool          `json:"-"` // the document ends early: more may come next time
	Hints   watcher.Hints `json:"-"` // when the publisher wants to be asked again
	Hub     watcher.Hub   `json:"-"` // who tells its news at once; zero if it names none
}

// Meta is what a document says of the feed itself.
type Meta struct {
	Title       string
	Link        string // of the site
	Description string
	Language    string
	Author      string
	Updated     time.Time
	ID          string
	Rights      string
}

// An Entry is one item as the document has it.
type Entry struct {
	Title     string
	Link      string // absolute where the document's address is known
	ID        string // guid or id; else the link
	Summary   string
	Content   string
	Published time.Time
	Updated   time.Time
	Author    string

	guid     string // the id only if the document gives one
	language string
	tags     []string
}

// MarshalJSON writes the shape that `feeds parse` prints, with items never null.
func (d Document) MarshalJSON() ([]byte, error) {
	type shape Document
	s := shape(d)
	if s.Items == nil {
		s.Items = []Entry{}
	}
	return json.Marshal(s)
}

// MarshalJSON writes the time as RFC 3339, or "" where there is none.
func (m Meta) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Title       string `json:"title"`
		Link        string `json:"link"`
		Description string `json:"description"`
		Language    string `json:"language"`
		Author      string `json:"author"`
		Updated     string `json:"updated"`
		ID          string `json:"id"`
		Rights      string `json:"rights"`
	}{m.Title, m.Link, m.Description, m.Language, m.Author, stamp(m.Updated), m.ID, m.Rights})
}

// MarshalJSON writes the times as RFC 3339, or "" where there is none.
func (e Entry) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Title     string `json:"title"`
		Link      string `json:"link"`
		ID        string `json:"id"`
		Summary   string `json:"summary"`
		Content   string `json:"content"`
		Published string `json:"published"`
		Updated   string `json:"updated"`
		Author    string `json:"author"`
	}{e.Title, e.Link, e.ID, e.Summary, e.Content, stamp(e.Published), stamp(e.Updated), e.Author})
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
