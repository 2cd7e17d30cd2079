package rules

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/language"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

// never reports what no item can have: values that fields do not take, two values of a
// field that has one, a phrase that is longer than the words it is looked for in.
func (l *linter) never(q linted, c clause) {
	if part, ok := c.inner(); ok {
		l.never(q, part)
		return
	}
	switch n := c.Node.(type) {
	case *query.Word:
		l.value(q, c, n.Text)
		l.long(q, c, n.Text)
	case *query.Phrase:
		written := strings.Join(n.Words, " ")
		l.value(q, c, written)
		l.long(q, c, written)
	case *query.And:
		l.twoValues(q, c.of(n.Args...))
		for _, kid := range c.of(n.Args...) {
			l.never(q, kid)
		}
	default:
		for _, kid := range c.of(children(n)...) {
			l.never(q, kid)
		}
	}
}

// children are the nodes directly below n.
func children(n query.Node) []query.Node {
	var out []query.Node
	query.Walk(n, func(c query.Node) bool {
		if c != n {
			out = append(out, c)
		}
		return c == n
	})
	return out
}

// long reports a phrase that cannot stand in the first words of a field.
func (l *linter) long(q linted, c clause, written string) {
	if c.in.first > 0 && c.in.value == "" {
		if words := len(text.Tokens(written)); words > c.in.first {
			l.at(q, c, fmt.Sprintf("%s can never match: it has %d words, and the first %d are searched",
				quoted(c), words, c.in.first), "write a larger FIRST/")
		}
	}
}

// value reports a value that its field never has.
func (l *linter) value(q linted, c clause, written string) {
	if c.in.value == "" || strings.ContainsAny(written, "*?") {
		return
	}
	value := strings.ToLower(strings.TrimSpace(written))
	msg, cure := "", ""
	switch c.in.value {
	case "lang":
		msg, cure = noLanguage(value)
	case "country":
		msg, cure = noCountry(value)
	case "site":
		msg, cure = noSite(value)
	}
	if msg != "" {
		l.at(q, c, fmt.Sprintf("%s can never match: %s", c.in.value+":"+written, msg), cure)
	}
}

// noLanguage says why a value is no language, with the one that was meant.
func noLanguage(value string) (msg, cure string) {
	meant := map[string]string{"by": "be", "ua": "uk", "cn": "zh", "cz": "cs", "jp": "ja", "dk": "da", "ee": "et"}
	primary, _, _ := strings.Cut(strings.ReplaceAll(value, "_", "-"), "-")
	if code := meant[primary]; code != "" {
		return fmt.Sprintf("%q is a country", primary), "write lang:" + code
	}
	if _, err := language.ParseBase(primary); err != nil {
		return fmt.Sprintf("%q is no language", primary), "write a code such as be, lt or zh-Hant"
	}
	return "", ""
}

// noCountry says why a value is no country, with the one that was meant.
func noCountry(value string) (msg, cure string) {
	if code := map[string]string{"uk": "gb", "el": "gr", "en": "gb"}[value]; code != "" {
		return fmt.Sprintf("%q is no ISO 3166 code", value), "write country:" + code
	}
	r, err := language.ParseRegion(value)
	if err != nil || !r.IsCountry() {
		return fmt.Sprintf("%q is no country", value), "write two letters such as by or lt"
	}
	return "", ""
}

// noSite says why a value is no host.
func noSite(value string) (msg, cure string) {
	host, _, slash := strings.Cut(value, "/")
	if slash {
		return "a site is a host without path", "write url: for parts of an address"
	}
	if strings.Contains(host, ".") {
		return "", ""
	}
	if _, known := publicsuffix.PublicSuffix(host); known {
		return "", "" // site:by is every host that ends in .by
	}
	return fmt.Sprintf("no host is called %q alone", host), "write all of it, such as " + host + ".com"
}

// twoValues reports arguments of AND that want two values of a field that has one.
func (l *linter) twoValues(q linted, args []clause) {
	seen := map[string][]string{} // by field, the values that are left
	for _, a := range args {
		f, ok := a.Node.(*query.Field)
		if !ok || !slices.Contains([]string{"lang", "country", "site"}, f.Name) {
			continue
		}
		values, sure := valuesOf(f.Arg)
		if !sure {
			continue
		}
		before, again := seen[f.Name]
		if again && !slices.ContainsFunc(values, func(v string) bool {
			return slices.ContainsFunc(before, func(w string) bool { return compatible(f.Name, v, w) })
		}) {
			l.at(q, a, fmt.Sprintf("this can never match: an item has one %s, and %s is wanted beside it",
				f.Name, strings.Join(before, " or ")), fmt.Sprintf("write %s:(%s OR %s)", f.Name, before[0], values[0]))
		}
		if !again {
			seen[f.Name] = values
		}
	}
}

// valuesOf are the values that a field may have; false if a wildcard leaves them open.
func valuesOf(n query.Node) ([]string, bool) {
	switch n := n.(type) {
	case *query.Word:
		return []string{strings.ToLower(n.Text)}, !strings.ContainsAny(n.Text, "*?")
	case *query.Or:
		var out []string
		for _, arg := range n.Args {
			values, sure := valuesOf(arg)
			if !sure {
				return nil, false
			}
			out = append(out, values...)
		}
		return out, true
	}
	return nil, false
}

// compatible reports whether one item can have both values: a language holds for its
// variants, a domain for its hosts.
func compatible(field, a, b string) bool {
	switch field {
	case "lang":
		return a == b || strings.HasPrefix(a, b+"-") || strings.HasPrefix(b, a+"-")
	case "site":
		a, b = strings.TrimPrefix(a, "www."), strings.TrimPrefix(b, "www.")
		return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
	}
	return a == b
}
