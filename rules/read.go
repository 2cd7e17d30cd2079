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
	problems     diag.Problems
}

// source reads one file: one rule or vocabulary, a list of them, or lists under rules and
// vocabularies. What a thing is shows by its keys.
func (r *reader) source(src diag.Source) {
	f, ps := diag.Read(src.Name, src.Data)
	r.problems = append(r.problems, ps...)
	if len(ps) > 0 || f.Empty() {
		return
	}
	keys := f.Keys("")
	if !slices.Contains(keys, "rules") && !slices.Contains(keys, "vocabularies") {
		if f.Kind("") == "a list" {
			r.list(f, "", r.thing)
			return
		}
		r.thing(f, "")
		return
	}
	for _, key := range keys {
		each := map[string]func(*diag.File, string){"rules": r.rule, "vocabularies": r.vocabulary}[key]
		switch {
		case each == nil:
			r.problems = append(r.problems, f.Problem(key,
				fmt.Sprintf("%q cannot stand beside rules and vocabularies", key),
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

// thing reads a rule or a vocabulary.
func (r *reader) thing(f *diag.File, path string) {
	keys := f.Keys(path)
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(keys, n) })
	}
	switch {
	case f.Kind(path) == "a mapping of keys" && has("query", "tests", "id", "severity", "level"):
		r.rule(f, path)
	case f.Kind(path) == "a mapping of keys" && has("terms", "name"):
		r.vocabulary(f, path)
	default:
		r.problems = append(r.problems, f.Problem(path, "this is neither a rule nor a vocabulary",
			"a rule has id and query, a vocabulary has name and terms"))
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
