package notify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Route is a node of the routing tree. An alert that reaches a node is offered to its
// Routes in order; the first whose Match holds takes it, and the ones after that are
// asked only if it says Continue. Where none takes it, it goes to the node's own
// Channel, which is the parent's unless the node names one. The root takes every alert.
type Route struct {
	Channel  string  `yaml:"channel,omitempty"`
	Match    Match   `yaml:"match,omitempty"`
	Continue bool    `yaml:"continue,omitempty"` // ask the routes after this one too
	Routes   []Route `yaml:"routes,omitempty"`
}

// A Match says which alerts a route takes: those for which each list that is not empty
// holds one of the alert's values. Themes and rules are those of the whole story, so
// that who heard its beginning hears its news; severity is the alert's own; the others
// are of the item that raised it and its feed.
type Match struct {
	Severity Strings `yaml:"severity,omitempty"`
	Theme    Strings `yaml:"theme,omitempty"`
	Rule     Strings `yaml:"rule,omitempty"`
	Language Strings `yaml:"language,omitempty"` // "zh" takes "zh-Hant" too
	Country  Strings `yaml:"country,omitempty"`
	Feed     Strings `yaml:"feed,omitempty"`
	Tag      Strings `yaml:"tag,omitempty"`
	Official *bool   `yaml:"official,omitempty"`
}

// Strings is a list that a file may write as one value, "theme: potash"; package diag
// reads both.
type Strings []string

// Known lists the names that a route may use. A nil list is not checked, but for
// Channels.
type Known struct {
	Channels, Themes, Rules, Feeds, Tags []string
}

// A Router is the routing tree at work. It is immutable; NewRouter is the only door.
type Router struct{ root node }

var _ watcher.Router = (*Router)(nil)

// A node is a route that knows its channel and place.
type node struct {
	path    string
	channel string
	test    Match
	goOn    bool
	routes  []node
}

// NewRouter checks a tree and makes it a router. Its error is Problems whose paths
// begin with "route".
func NewRouter(root Route, k Known) (*Router, error) {
	var ps Problems
	if root.Channel == "" {
		ps.Add("route.channel", "missing", "name the channel that hears of what no other route takes")
	}
	if len(root.Match.fields()) > 0 {
		ps.Add("route.match", "the first route takes every alert and can have no match", "move it to a route under route.routes")
	}
	if root.Continue {
		ps.Add("route.continue", "there is no route after the first one", "delete it")
	}
	r := &Router{root: build(root, "route", "", k, &ps)}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

func build(r Route, path, parent string, k Known, ps *Problems) node {
	n := node{path: path, channel: r.Channel, goOn: r.Continue, test: r.Match}
	if n.channel == "" {
		n.channel = parent
	} else if !slices.Contains(k.Channels, n.channel) {
		ps.Add(path+".channel", "unknown channel "+strconv.Quote(n.channel), Guess(n.channel, k.Channels))
	}
	r.Match.check(path+".match", k, ps)
	for i, c := range r.Routes {
		at := fmt.Sprintf("%s.routes[%d]", path, i)
		n.routes = append(n.routes, build(c, at, n.channel, k, ps))
		if i > 0 && !r.Routes[i-1].Continue && len(r.Routes[i-1].Match.fields()) == 0 {
			ps.Add(at, fmt.Sprintf("never reached, %s.routes[%d] takes every alert", path, i-1), "give that one a match or continue: true, or put it last")
		}
	}
	return n
}

// check finds values that nothing can have.
func (m Match) check(path string, k Known, ps *Problems) {
	var severities []string
	for _, s := range watcher.Severities() {
		severities = append(severities, string(s))
	}
	for _, l := range []struct {
		name   string
		values Strings
		known  []string
	}{
		{"severity", m.Severity, severities},
		{"theme", m.Theme, k.Themes},
		{"rule", m.Rule, k.Rules},
		{"feed", m.Feed, k.Feeds},
		{"tag", m.Tag, k.Tags},
	} {
		for i, v := range l.values {
			if l.known == nil || slices.Contains(l.known, v) {
				continue
			}
			at := path + "." + l.name
			if len(l.values) > 1 {
				at += fmt.Sprintf("[%d]", i)
			}
			ps.Add(at, "unknown "+l.name+" "+strconv.Quote(v), Guess(v, l.known))
		}
	}
}

// Route returns the channels that hear of an alert, each once, in the order of the tree.
func (r *Router) Route(a watcher.Alert) []string {
	var out []string
	r.root.walk(a, func(n *node) {
		if !slices.Contains(out, n.channel) {
			out = append(out, n.channel)
		}
	})
	return out
}

// walk calls found for every node that an alert ends at.
func (n *node) walk(a watcher.Alert, found func(*node)) {
	taken := false
	for i := range n.routes {
		c := &n.routes[i]
		if c.test.miss(a) != "" {
			continue
		}
		taken = true
		c.walk(a, found)
		if !c.goOn {
			break
		}
	}
	if !taken {
		found(n)
	}
}

// A field is one condition of a match with what the alert has for it.
type field struct {
	name string
	want []string
	have func(a watcher.Alert) []string
	same func(want, have string) bool
}

// fields returns the conditions that are set, in the order of Match.
func (m Match) fields() []field {
	all := []field{
		{"severity", m.Severity, func(a watcher.Alert) []string { return []string{string(a.Severity)} }, strings.EqualFold},
		{"theme", m.Theme, themesOf, exact},
		{"rule", m.Rule, rulesOf, exact},
		{"language", m.Language, languageOf, language},
		{"country", m.Country, func(a watcher.Alert) []string { return []string{a.Feed.Country} }, strings.EqualFold},
		{"feed", m.Feed, func(a watcher.Alert) []string { return []string{string(a.Feed.ID)} }, exact},
		{"tag", m.Tag, func(a watcher.Alert) []string { return a.Feed.Tags }, strings.EqualFold},
		{"official", nil, func(a watcher.Alert) []string { return []string{strconv.FormatBool(a.Feed.Official)} }, exact},
	}
	if m.Official != nil {
		all[len(all)-1].want = []string{strconv.FormatBool(*m.Official)}
	}
	return slices.DeleteFunc(all, func(f field) bool { return len(f.want) == 0 })
}

// miss returns why a match does not hold, "" if it does.
func (m Match) miss(a watcher.Alert) string {
	for _, f := range m.fields() {
		have := f.have(a)
		if !slices.ContainsFunc(f.want, func(w string) bool {
			return slices.ContainsFunc(have, func(h string) bool { return f.same(w, h) })
		}) {
			return f.name + " is " + listed(have)
		}
	}
	return ""
}

func exact(want, have string) bool { return want == have }

// language reports whether have is the language want or a variety of it.
func language(want, have string) bool {
	return strings.EqualFold(want, have) ||
		len(have) > len(want) && have[len(want)] == '-' && strings.EqualFold(want, have[:len(want)])
}

func languageOf(a watcher.Alert) []string {
	if a.Item.Language != "" {
		return []string{a.Item.Language}
	}
	return []string{a.Feed.Language}
}

func themesOf(a watcher.Alert) []string {
	out := slices.Clone(a.Story.Themes)
	for _, m := range a.Matches {
		out = append(out, m.Theme)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func rulesOf(a watcher.Alert) []string {
	out := slices.Clone(a.Story.Rules)
	for _, m := range a.Matches {
		out = append(out, m.RuleID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// listed writes values for readers.
func listed(vs []string) string {
	vs = slices.DeleteFunc(slices.Clone(vs), func(v string) bool { return v == "" })
	if len(vs) == 0 {
		return "not known"
	}
	return strings.Join(vs, ", ")
}
