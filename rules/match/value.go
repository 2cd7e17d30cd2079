package match

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// isValue reports whether a field is compared by value; the author's name is searched as a text.
func isValue(field string) bool { return !query.IsText(field) && field != "author" }

// readValue is what the value of a field is compared with: folded, single-spaced, with wildcards.
func readValue(field, written string) (string, error) {
	value := foldValue(withWildcards.Replace(written))
	if field == "lang" {
		value = strings.ReplaceAll(value, "_", "-")
	}
	primary, _, _ := strings.Cut(value, "-")
	switch {
	case value == "":
		return "", errNoWord
	case field == "country" && !isCode(value, 2, 2):
		return "", errors.New("a country is a code of two letters, such as by; it can never match")
	case field == "lang" && !isCode(primary, 2, 3):
		return "", errors.New("a language is a code such as be or zh-Hant; it can never match")
	case field == "site":
		return strings.TrimPrefix(value, "www."), nil
	}
	return value, nil
}

// foldValue is a value as it is compared.
func foldValue(s string) string { return strings.Join(strings.Fields(text.Fold(s)), " ") }

// isCode reports whether s is from least to most letters a to z.
func isCode(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// valuesOf are the values of a field of the item, folded.
func (d *Doc) valuesOf(field string) []string {
	if list, ok := d.values[field]; ok {
		return list
	}
	var list []string
	for _, v := range d.rawValues(field) {
		if field == "lang" {
			v = strings.ReplaceAll(v, "_", "-")
		}
		if v = foldValue(v); v != "" {
			list = append(list, v)
		}
	}
	d.values[field] = list
	return list
}

func (d *Doc) rawValues(field string) []string {
	switch field {
	case "url":
		return d.addresses()
	case "site":
		return d.hosts()
	case "feed":
		return []string{string(d.feed.ID), d.feed.Name}
	case "lang":
		if d.item.Language != "" {
			return []string{d.item.Language}
		}
		return []string{d.feed.Language}
	case "country":
		return []string{d.feed.Country}
	}
	return slices.Concat(d.item.Tags, d.feed.Tags)
}

// addresses are the item's address as written, decoded, and with its signs as spaces.
func (d *Doc) addresses() []string {
	list := []string{d.item.URL}
	decoded, err := url.PathUnescape(d.item.URL)
	if err != nil {
		decoded = d.item.URL
	}
	words := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return r
		}
		return ' '
	}, decoded)
	return append(list, decoded, words)
}

// hosts are the host of the item, or of its feed if the item has no address, and the domains above
// it. Hosts in other alphabets are listed in both of their forms.
func (d *Doc) hosts() []string {
	host := d.item.Host()
	if u, err := url.Parse(d.feed.URL); host == "" && err == nil {
		host = strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	}
	var list []string
	for _, h := range []string{host, unicodeHost(host)} {
		for ok := h != ""; ok; _, h, ok = strings.Cut(h, ".") {
			list = append(list, h)
		}
	}
	return list
}

func unicodeHost(host string) string {
	h, err := idna.ToUnicode(host)
	if err != nil || h == host {
		return ""
	}
	return h
}

// holds reports whether a value of the item's field is one of those that n is compared with.
func (n *node) holds(d *Doc) bool {
	for _, value := range d.valuesOf(n.field) {
		for _, want := range n.values {
			if sameValue(n.field, want, value) {
				return true
			}
		}
	}
	return false
}

func sameValue(field, want, value string) bool {
	switch field {
	case "url":
		return glob(string(anyRunes)+want+string(anyRunes), value)
	case "lang":
		return glob(want, value) || glob(want+"-"+string(anyRunes), value)
	}
	return glob(want, value)
}
