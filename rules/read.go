package rules

import (
	"fmt"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// reader collects what the sources hold, in their order.
type reader struct {
	rules        []*Rule
	vocabularies []*Vocabulary
	exclusions   []*Exclusion
	problems     diag.Problems
}

// source reads one file: one rule, vocabulary or exclusion, a list of them, or lists under
// rules, vocabularies and exclusions. What a thing is shows by its keys.
func (r *reader) source(src diag.Source) {
	f, ps := diag.Read(src.Name, src.Data)
	if len(ps) == 0 {
		ps = invisibles(src)
	}
	r.problems = append(r.problems, ps...)
	if len(ps) > 0 || f.Empty() {
		return
	}
	keys := f.Keys("")
	listed := func(key string) bool {
		return slices.Contains([]string{"rules", "vocabularies", "exclusions"}, key)
	}
	if !slices.ContainsFunc(keys, listed) || isExclusion(f, "") {
		if f.Kind("") == "a list" {
			r.list(f, "", r.thing)
			return
		}
		r.thing(f, "")
		return
	}
	for _, key := range keys {
		each := map[string]func(*diag.File, string){
			"rules": r.rule, "vocabularies": r.vocabulary, "exclusions": r.exclusion,
		}[key]
		switch {
		case each == nil:
			r.problems = append(r.problems, f.Problem(key,
				fmt.Sprintf("%q cannot stand beside rules, vocabularies and exclusions", key),
				"indent it to the rule that it belongs to"))
		case f.Kind(key) != "a list" && f.Kind(key) != "empty":
			r.problems = append(r.problems, f.Problem(key, "must be a list, not "+f.Kind(key),
				"begin each entry with -"))
		default:
			r.list(f, key, each)
		}
	}
}

// list reads the entries of a list.
func (r *reader) list(f *diag.File, path string, each func(*diag.File, string)) {
	for i := range f.Len(path) {
		each(f, fmt.Sprintf("%s[%d]", path, i))
	}
}

// isExclusion reports whether the mapping at a path is an exclusion: it has a query, and
// under rules names and no rules.
func isExclusion(f *diag.File, path string) bool {
	keys, rules := f.Keys(path), origin{f, path}.at("rules")
	return slices.Contains(keys, "query") && slices.Contains(keys, "rules") &&
		f.Kind(rules) != "a mapping of keys" && f.Kind(rules+"[0]") != "a mapping of keys"
}

// thing reads a rule, a vocabulary or an exclusion.
func (r *reader) thing(f *diag.File, path string) {
	keys := f.Keys(path)
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(keys, n) })
	}
	switch {
	case isExclusion(f, path):
		r.exclusion(f, path)
	case f.Kind(path) == "a mapping of keys" && has("query", "tests", "id", "severity", "level"):
		r.rule(f, path)
	case f.Kind(path) == "a mapping of keys" && has("terms", "name"):
		r.vocabulary(f, path)
	default:
		r.problems = append(r.problems, f.Problem(path, "this is no rule, vocabulary or exclusion",
			"a rule has id and query, a vocabulary name and terms, an exclusion query and rules"))
	}
}

func (r *reader) rule(f *diag.File, path string) {
	rule := &Rule{File: f.Name, origin: origin{f, path}}
	rule.Line, _ = f.At(path)
	r.problems = append(r.problems, f.DecodeAt(path, rule)...)
	if f.Kind(path) == "a mapping of keys" {
		r.rules = append(r.rules, rule)
	}
}

func (r *reader) vocabulary(f *diag.File, path string) {
	v := &Vocabulary{File: f.Name, origin: origin{f, path}}
	v.Line, _ = f.At(path)
	r.problems = append(r.problems, f.DecodeAt(path, v)...)
	if f.Kind(path) == "a mapping of keys" {
		r.vocabularies = append(r.vocabularies, v)
	}
}

func (r *reader) exclusion(f *diag.File, path string) {
	x := &Exclusion{File: f.Name, origin: origin{f, path}}
	x.Line, _ = f.At(path)
	r.problems = append(r.problems, f.DecodeAt(path, x)...)
	if f.Kind(path) == "a mapping of keys" {
		r.exclusions = append(r.exclusions, x)
	}
}
