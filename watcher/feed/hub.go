package feed

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxHubs is how many hubs of one document are looked at.
const maxHubs = 10

// A hubLinks is what headers or a document say of hubs (WebSub, section 4).
type hubLinks struct {
	hubs []string
	self string
}

// add takes in a link if it is of use; rel may hold several words.
func (l *hubLinks) add(rel, href string) {
	if href == "" || len(href) > maxURL {
		return
	}
	for word := range strings.FieldsSeq(strings.ToLower(rel)) {
		switch {
		case word == "hub" && len(l.hubs) < maxHubs:
			l.hubs = append(l.hubs, href)
		case word == "self" && l.self == "":
			l.self = href
		}
	}
}

// best returns the first hub that can be asked over https, else over http.
func (l hubLinks) best() string {
	plain := ""
	for _, h := range l.hubs {
		u, err := url.Parse(h)
		if err != nil || u.Host == "" || u.User != nil {
			continue
		}
		switch u.Scheme {
		case "https":
			return h
		case "http":
			plain = first(plain, h)
		}
	}
	return plain
}

// hubOf returns the hub of a document. What the headers say wins; who does not say what
// the hub calls the feed is called by its address.
func hubOf(h Hints, doc hubLinks) watcher.Hub {
	base := baseOf(Hints{URL: h.URL}) // a link in a header is relative to the request (RFC 8288, 3.2)
	var head hubLinks
	eachLink(h.Header, func(rel, href string) { head.add(rel, resolve(base, href)) })
	hub := watcher.Hub{URL: head.best(), Topic: first(head.self, doc.self)}
	if hub.URL == "" {
		hub = watcher.Hub{URL: doc.best(), Topic: first(doc.self, head.self)}
	}
	if hub.URL == "" {
		return watcher.Hub{}
	}
	if u, err := url.Parse(hub.Topic); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		if base == nil {
			return watcher.Hub{}
		}
		hub.Topic = base.String()
	}
	return hub
}

// eachLink reads Link headers, which look so: <address>; rel="word word"; other="x", <address>
// (RFC 8288, 3).
func eachLink(h http.Header, found func(rel, href string)) {
	for _, v := range h.Values("Link") {
		for {
			_, rest, ok := strings.Cut(v, "<")
			if !ok {
				break
			}
			href, rest, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			var rel string
			rel, v = linkParams(rest)
			found(rel, strings.TrimSpace(href))
		}
	}
}

// linkParams reads the parameters of one link up to the comma that ends it, and returns
// its rel, of which the first counts, and what follows.
func linkParams(s string) (rel, rest string) {
	seen := false
	for {
		s = strings.TrimLeft(s, " \t;")
		if s == "" || s[0] == ',' {
			return rel, s
		}
		end := strings.IndexAny(s, "=;,")
		if end < 0 {
			return rel, ""
		}
		name := strings.TrimSpace(s[:end])
		if s = s[end:]; s[0] != '=' {
			continue
		}
		var value string
		if value, s = linkValue(strings.TrimLeft(s[1:], " \t")); strings.EqualFold(name, "rel") && !seen {
			rel, seen = value, true
		}
	}
}

// linkValue reads a value, in quotes or not.
func linkValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ";,")
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// noteLink keeps the links of the feed itself; those of items are their own.
func (m *mender) noteLink(p piece) {
	if l := m.top().local; l == "" || l == "feed" || l == "channel" {
		base := rebase(m.top().base, p.attribute("xml:base"))
		m.res.extra.links.add(p.attribute("rel"), resolve(base, p.attribute("href")))
	}
}

// jsonHubs reads the hubs of a JSON Feed.
func jsonHubs(top map[string]json.RawMessage, base *url.URL) hubLinks {
	var l hubLinks
	var hubs []struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	if json.Unmarshal(top["hubs"], &hubs) == nil {
		for _, h := range hubs {
			if strings.EqualFold(h.Type, "websub") {
				l.add("hub", resolve(base, h.URL))
			}
		}
	}
	l.add("self", resolve(base, jsonString(top["feed_url"])))
	return l
}
