package feed

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	jsonfeed "github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"
)

// maxWait bounds how long a publisher can send us away.
const maxWait = 24 * time.Hour

// Parse reads a document of RSS, RDF, Atom, CDF or JSON Feed. It repairs what it can,
// says so in Notes, and returns an error only for what is no feed at all or is built to
// cost more than a feed may. It is safe for any input.
func Parse(body []byte, h Hints) (*Document, error) {
	text, notes, err := decode(body, h)
	if err != nil {
		return nil, err
	}
	base := baseOf(h)
	if start := strings.TrimSpace(text); strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
		return parseJSON(start, h, base, notes)
	}
	m, err := mend(text, base)
	if errors.Is(err, errNoRoot) || err == nil && m.starts == 0 {
		if i := jsonBehind(text); i >= 0 {
			return parseJSON(text[i:], h, base, notes)
		}
	}
	if err != nil {
		return nil, refuse(text, err)
	}
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	parser.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	f, err := parser.ParseString(m.xml)
	if err != nil {
		return nil, fmt.Errorf("parse feed: %w", err)
	}
	d := translate(f, h)
	d.Kind = kind(f, rootName(text))
	d.Notes = append(notes, m.notes...)
	d.undouble()
	d.Partial = m.cut
	d.Hints.Every = max(d.Hints.Every, m.extra.wait())
	d.Hints.SkipHours, d.Hints.SkipDays = m.extra.rests()
	if d.Feed.ID == "" {
		d.Feed.ID = m.extra.about
	}
	d.Hub = hubOf(h, m.extra.links)
	d.missing(m.starts, m.lost)
	return d, nil
}

// missing notes items that a document begins and that were not read, so that nothing is
// lost silently.
func (d *Document) missing(starts int, lost tally) {
	lost.add(starts-lost.total()-len(d.Items), lostBroken)
	d.Lost = lost.total()
	d.Notes = append(d.Notes, lost.notes()...)
}

// baseOf returns the address that relative links of a document start from.
func baseOf(h Hints) *url.URL {
	u, err := url.Parse(h.URL)
	if err != nil || !u.IsAbs() || unsafeScheme(u.Scheme) {
		u = nil
	}
	if u != nil {
		u.User = nil
	}
	return rebase(u, h.Header.Get("Content-Location"))
}

// translate takes over what gofeed read, with dates and fall-backs of our own.
func translate(f *gofeed.Feed, h Hints) *Document {
	d := &Document{Items: make([]Entry, 0, len(f.Items))}
	d.Feed = Meta{
		Title: f.Title, Link: f.Link, Description: f.Description, Language: language(f.Language),
		Author: people(f.Authors), Rights: f.Copyright,
	}
	d.Feed.Description = first(d.Feed.Description, extension(f.Extensions, "itunes", "subtitle"))
	d.Feed.Language = first(d.Feed.Language, h.Header.Get("Content-Language"))
	dates := dateReader{language: first(h.Language, d.Feed.Language)}
	updated := f.Updated
	switch o := f.OriginalFeed().(type) {
	case *rss.Feed:
		updated = first(updated, o.PubDate)
		d.Hints.Every = minutes(o.TTL)
		d.Feed.ID = extension(f.Extensions, "atom", "id")
		d.Feed.Author = first(d.Feed.Author, person(o.ManagingEditor), person(extension(f.Extensions, "dc", "author")),
			extension(f.Extensions, "itunes", "author"), extension(f.Extensions, "googleplay", "author"),
			extension(f.Extensions, "itunes", "name"), extension(f.Extensions, "itunes", "email"), person(o.WebMaster))
	case *atom.Feed:
		d.Feed.ID = o.ID
		d.Feed.Link = first(alternate(o.Links), f.Link)
	}
	d.Feed.Author = first(d.Feed.Author, extension(f.Extensions, "dc", "creator"), extension(f.Extensions, "dc", "publisher"))
	if own := baseOf(Hints{URL: h.URL}); own != nil {
		d.Feed.Link = first(d.Feed.Link, own.String())
	}
	d.Feed.Title = first(d.Feed.Title, d.Feed.Link)
	d.Feed.Updated, _ = dates.read(first(updated, extension(f.Extensions, "atom", "updated"),
		extension(f.Extensions, "dc", "date"), extension(f.Extensions, "dcterms", "modified")))
	for i, it := range f.Items {
		e := entry(f, i, it, dates)
		e.Author = line(plain(first(e.Author, d.Feed.Author)))
		d.Items = append(d.Items, e)
	}
	return d
}

// entry takes over one item.
func entry(f *gofeed.Feed, i int, it *gofeed.Item, dates dateReader) Entry {
	x := it.Extensions
	e := Entry{
		Title: it.Title, Link: it.Link, Summary: it.Description, Content: it.Content,
		Author: people(it.Authors), guid: it.GUID, tags: it.Categories,
	}
	e.Title = first(e.Title, extension(x, "media", "title"), extension(x, "itunes", "title"), extension(x, "dc", "title"))
	e.Summary = first(e.Summary, extension(x, "dc", "description"), extension(x, "itunes", "subtitle"),
		extension(x, "media", "description"))
	e.Content = first(e.Content, extension(x, "yandex", "full-text"))
	e.language = extension(x, "dc", "language")
	published := []string{it.Published, extension(x, "dcterms", "issued"), extension(x, "dcterms", "created")}
	updated := []string{it.Updated, extension(x, "atom", "updated"), extension(x, "dcterms", "modified")}
	switch o := f.OriginalFeed().(type) {
	case *rss.Feed:
		if i < len(o.Items) {
			e.Link = first(e.Link, rssLink(o.Items[i]))
			e.guid = first(e.guid, extension(x, "atom", "id"))
			e.Author = first(e.Author, person(o.Items[i].Author), person(extension(x, "dc", "creator")))
			e.summaries(o.Items[i].Custom["summary"])
		}
	case *jsonfeed.Feed:
		if i < len(o.Items) {
			e.Link = first(e.Link, o.Items[i].ExternalURL)
			e.language = o.Items[i].Language
			e.Title = first(e.Title, beginning(plain(first(e.Summary, o.Items[i].ContentText))))
		}
	case *atom.Feed:
		if i < len(o.Entries) {
			e.Link = first(atomLink(o.Entries[i]), e.Link)
			published[0] = o.Entries[i].Published // gofeed takes the update for it
			e.Author = first(e.Author, extension(x, "dc", "creator"))
		}
	}
	e.Published = readFirst(dates, published...)
	e.Updated = readFirst(dates, updated...)
	if e.Published.IsZero() {
		e.Published = e.Updated
	}
	for _, enclosure := range it.Enclosures {
		e.Link = first(e.Link, enclosure.URL)
	}
	e.Link = first(extension(x, "feedburner", "origlink"), e.Link)
	e.ID = first(e.guid, e.Link)
	if e.Title == "" {
		e.Title = first(beginning(plain(e.Summary)), beginning(plain(e.Content)), e.Link)
	}
	return e
}

// summaries takes in a <summary> of RSS, which has none.
func (e *Entry) summaries(summary string) {
	switch {
	case e.Summary == "":
		e.Summary = summary
	case e.Content == "":
		e.Content = summary
	}
}

// person returns the name in "name <address>" or "address (name)", else the whole text.
func person(s string) string {
	s = strings.TrimSpace(s)
	if before, _, ok := strings.Cut(s, "<"); ok && strings.Contains(s, "@") && strings.TrimSpace(before) != "" {
		return strings.Trim(before, " \t\"")
	}
	if before, name, ok := strings.Cut(s, " ("); ok && strings.Contains(before, "@") {
		return strings.TrimSuffix(name, ")")
	}
	return s
}

// rssLink returns the address of an item without <link>: an Atom link in it, a guid that
// is a permalink, or one that is plainly an address.
func rssLink(it *rss.Item) string {
	for _, x := range it.Extensions["atom"]["link"] {
		if rel := x.Attrs["rel"]; rel == "" || rel == "alternate" {
			if href := x.Attrs["href"]; href != "" {
				return href
			}
		}
	}
	if it.GUID != nil && Canonical(it.GUID.Value) != "" {
		return it.GUID.Value
	}
	return ""
}

// atomLink returns the address of an entry: its alternate link, else one that stands for
// the text, else an id that is an address.
func atomLink(en *atom.Entry) string {
	link := alternate(en.Links)
	for _, rel := range []string{"content", "via", "related", "self"} {
		for _, l := range en.Links {
			if link == "" && l.Rel == rel {
				link = l.Href
			}
		}
	}
	if link == "" && Canonical(en.ID) != "" {
		link = en.ID
	}
	return link
}

// alternate returns the first alternate link, one to HTML before others.
func alternate(links []*atom.Link) string {
	best := ""
	for _, l := range links {
		if rel := strings.ToLower(l.Rel); rel != "" && rel != "alternate" {
			continue
		}
		if strings.Contains(l.Type, "html") {
			return l.Href
		}
		best = first(best, l.Href)
	}
	return best
}

// extension returns the text of the first extension element that has one.
func extension(x ext.Extensions, space, name string) string {
	for _, e := range x[space][name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}

func people(ps []*gofeed.Person) string {
	var names []string
	for _, p := range ps {
		if p == nil {
			continue
		}
		if name := first(person(p.Name), person(p.Email)); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// first returns the first text that is not blank.
func first(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

func readFirst(d dateReader, texts ...string) time.Time {
	for _, s := range texts {
		if t, ok := d.read(s); ok {
			return t
		}
	}
	return time.Time{}
}

// minutes reads RSS's ttl.
func minutes(s string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(min(n, 24*60))*time.Minute, maxWait)
}

// rest takes in an hour or a day at which the publisher does not want to be asked.
func (x *extras) rest(kind, v string) {
	v = strings.ToLower(strings.TrimSpace(v))
	if kind == "day" {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if v == strings.ToLower(d.String()) {
				x.days |= 1 << d
			}
		}
		return
	}
	if n, err := strconv.Atoi(v); err == nil && n >= 0 && n <= 24 {
		x.hours |= 1 << (n % 24) // both 0 and 24 are used for midnight
	}
}

// rests are the hours and days of rest. A document that leaves no time to ask says nothing.
func (x extras) rests() (hours uint32, days uint8) {
	hours, days = x.hours, x.days
	if hours == 1<<24-1 {
		hours = 0
	}
	if days == 1<<7-1 {
		days = 0
	}
	return hours, days
}

// wait is the pause between updates that the syndication module tells.
func (x extras) wait() time.Duration {
	var period time.Duration
	switch strings.ToLower(x.every) {
	case "hourly":
		period = time.Hour
	case "daily", "weekly", "monthly", "yearly":
		period = 24 * time.Hour
	default:
		return 0
	}
	if n, err := strconv.Atoi(x.times); err == nil && n > 1 {
		period /= time.Duration(n)
	}
	return min(period, maxWait)
}
