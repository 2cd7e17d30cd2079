package feed

import "strings"

// A role says what is done with an element.
type role int

const (
	roleSkip   role = iota // nothing of it is of use
	roleFrame              // it holds other elements: a channel, an item, an author
	roleText               // it holds text
	roleMarkup             // it holds HTML
	roleLink               // it holds or refers to an address
	roleAttrs              // only its attributes matter
	roleEnter              // the element itself is nothing, what is in it counts
)

// native is the space of the format's own elements, whatever namespace the document
// gives them.
const native = ""

// spaceOf gives the canonical prefix of a namespace.
func spaceOf(uri string) (string, bool) {
	switch strings.TrimSuffix(strings.ToLower(strings.TrimSpace(uri)), "/") {
	case "http://www.w3.org/2005/atom", "http://purl.org/atom/ns#":
		return "atom", true
	case "", "http://purl.org/rss/1.0", "http://my.netscape.com/rdf/simple/0.9",
		"http://channel.netscape.com/rdf/simple/0.9", "http://purl.org/net/rss1.1#",
		"http://backend.userland.com/rss", "http://backend.userland.com/rss2",
		"http://blogs.law.harvard.edu/tech/rss", "http://purl.org/rss/2.0",
		"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.microsoft.com/standards/channels.dtd":
		return native, true
	case "http://purl.org/rss/1.0/modules/content":
		return "content", true
	case "http://purl.org/dc/elements/1.1", "http://purl.org/dc/elements/1.0", "http://purl.org/dc/1.0",
		"http://purl.org/rss/1.0/modules/dc":
		return "dc", true
	case "http://purl.org/dc/terms":
		return "dcterms", true
	case "http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/dtds/podcast-1.0.dtd":
		return "itunes", true
	case "http://www.google.com/schemas/play-podcasts/1.0":
		return "googleplay", true
	case "http://search.yahoo.com/mrss":
		return "media", true
	case "http://purl.org/rss/1.0/modules/syndication":
		return "sy", true
	case "http://rssnamespace.org/feedburner/ext/1.0":
		return "feedburner", true
	case "http://news.yandex.ru", "http://news.yandex.com":
		return "yandex", true
	case "http://www.w3.org/1999/xhtml":
		return "xhtml", true
	}
	return "", false
}

// spaceOfPrefix is for a prefix that the document never declares.
func spaceOfPrefix(prefix string) (string, bool) {
	switch p := strings.ToLower(prefix); p {
	case "rss", "rdf":
		return native, true
	case "atom", "content", "dc", "dcterms", "feedburner", "googleplay", "itunes", "media", "sy", "xhtml", "yandex":
		return p, true
	case "dcq":
		return "dcterms", true
	}
	return "", false
}

// namespaces are declared on the root that mend writes.
const namespaces = ` xmlns:content="http://purl.org/rss/1.0/modules/content/"` +
	` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"` +
	` xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"` +
	` xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"` +
	` xmlns:googleplay="http://www.google.com/schemas/play-podcasts/1.0"` +
	` xmlns:media="http://search.yahoo.com/mrss/"` +
	` xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"` +
	` xmlns:yandex="http://news.yandex.ru"`

// roleOf says what an element is for. An author is a frame only in Atom.
func roleOf(space, local string) role {
	switch space {
	case native:
		return nativeRole(local)
	case "atom":
		if r := nativeRole(local); r != roleFrame || local == "author" {
			return r
		}
	case "content":
		if local == "encoded" {
			return roleMarkup
		}
	case "dc":
		switch local {
		case "title", "description", "rights":
			return roleMarkup
		case "creator", "author", "publisher", "date", "language", "subject":
			return roleText
		}
	case "dcterms":
		switch local {
		case "issued", "created", "modified":
			return roleText
		}
	case "itunes":
		switch local {
		case "summary", "subtitle":
			return roleMarkup
		case "author", "title", "name", "email":
			return roleText
		case "owner": // of a podcast
			return roleEnter
		}
	case "googleplay":
		if local == "author" {
			return roleText
		}
	case "media":
		switch local {
		case "group":
			return roleEnter
		case "title", "description":
			return roleMarkup
		}
	case "sy":
		return roleText
	case "yandex": // many agencies put the whole text here
		if local == "full-text" {
			return roleMarkup
		}
	case "feedburner":
		if local == "origlink" {
			return roleText
		}
	case "xhtml":
		if local == "body" || local == "div" {
			return roleMarkup
		}
	}
	return roleSkip
}

func nativeRole(local string) role {
	switch local {
	case "channel", "item", "entry", "author":
		return roleFrame
	case "title", "description", "summary", "content", "subtitle", "tagline", "rights",
		"copyright", "info", "encoded", "body", "fullitem", "abstract":
		return roleMarkup
	case "link", "id", "guid", "a":
		return roleLink
	case "pubdate", "lastbuilddate", "updated", "modified", "published", "issued", "created", "date",
		"language", "managingeditor", "webmaster", "ttl", "hour", "day", "name", "email", "uri", "url", "lastmod":
		return roleText
	case "category", "enclosure":
		return roleAttrs
	case "seq", "bag", "items", "skiphours", "skipdays":
		return roleEnter
	}
	return roleSkip
}

// inHTML reports whether a tag is one of HTML's.
func inHTML(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "bdi", "bdo", "big",
		"blockquote", "body", "br", "button", "caption", "center", "cite", "code", "col", "colgroup", "dd",
		"del", "details", "dfn", "dir", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure",
		"font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i",
		"iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "main", "map", "mark", "meta", "nav",
		"nobr", "noscript", "object", "ol", "option", "p", "param", "picture", "pre", "q", "rp", "rt", "ruby",
		"s", "samp", "script", "section", "select", "small", "source", "span", "strike", "strong", "style",
		"sub", "summary", "sup", "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time",
		"tr", "track", "tt", "u", "ul", "var", "video", "wbr":
		return true
	}
	return false
}
