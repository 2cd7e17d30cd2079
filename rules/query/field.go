package query

import "slices"

// Fields are the names that may stand before a colon, sorted.
func Fields() []string {
	return []string{
		"author", "body", "category", "country", "feed", "hlead", "lang",
		"lead", "site", "tag", "text", "title", "url",
	}
}

// IsText reports whether a field is a part of the text to search in (title, lead, hlead, body and
// text). The others (author, url, site, feed, lang, country, category and tag) are compared by
// value.
func IsText(name string) bool {
	return slices.Contains([]string{"title", "lead", "hlead", "body", "text"}, name)
}
