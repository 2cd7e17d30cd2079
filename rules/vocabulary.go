package rules

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// A Vocabulary is a named list of terms in several languages; a query uses it as @name.
type Vocabulary struct {
	Name        string              `yaml:"name" json:"name"`
	Description string              `yaml:"description" json:"description,omitempty"`
	Terms       map[string][]string `yaml:"terms" json:"terms"` // by language, such as "ru" or "zh-Hant"

	File string `yaml:"-" json:"file"` // where it stands
	Line int    `yaml:"-" json:"line"`

	origin
	terms *match.Vocabulary // those of Terms that can match
}

var (
	slugForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	idForm       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

// languages are those of the terms, sorted.
func (v *Vocabulary) languages() []string { return slices.Sorted(maps.Keys(v.Terms)) }

// check reports the mistakes of a vocabulary and compiles its sound terms, so that one bad
// term is not reported again by every rule that uses it.
func (v *Vocabulary) check() diag.Problems {
	var ps diag.Problems
	if v.Name == "" {
		ps = append(ps, v.problem("", "the vocabulary has no name",
			"write name: and a word that queries use after @"))
	} else if !slugForm.MatchString(v.Name) {
		ps = append(ps, v.problem("name", fmt.Sprintf("%q is no name for a vocabulary", v.Name),
			"use a-z, 0-9 and - only"))
	}
	for _, lang := range v.languages() {
		if !languageForm.MatchString(lang) {
			ps = append(ps, v.problem("terms."+lang, fmt.Sprintf("%q is no language", lang),
				"write a code such as en, be or zh-Hant"))
		}
	}
	v.terms = &match.Vocabulary{Name: v.Name, Terms: v.Terms}
	if compile(v.terms) != nil {
		ps = append(ps, v.checkTerms()...)
	}
	return ps
}

// checkTerms reports the terms that cannot be searched for and keeps the others.
func (v *Vocabulary) checkTerms() diag.Problems {
	var ps diag.Problems
	sound := map[string][]string{}
	for _, lang := range v.languages() {
		for i, term := range v.Terms[lang] {
			if err := checkTerm(term, lang); err != nil {
				ps = append(ps, v.problem(fmt.Sprintf("terms.%s[%d]", lang, i),
					fmt.Sprintf("the term %q %v", term, err), ""))
				continue
			}
			sound[lang] = append(sound[lang], term)
		}
	}
	kind := v.src.Kind(v.at("terms")) // another one has been reported
	if len(sound) == 0 && len(ps) == 0 && (kind == "empty" || kind == "a mapping of keys") {
		ps = append(ps, v.problem("terms", fmt.Sprintf("the vocabulary %s has no terms", v.Name),
			"write terms: {en: [word, two words]}"))
	}
	v.terms = &match.Vocabulary{Name: v.Name, Terms: sound}
	return ps
}

// content is all that decides what the vocabulary finds.
func (v *Vocabulary) content() []string {
	parts := []string{v.Name}
	for _, lang := range v.languages() {
		parts = append(append(parts, lang), v.Terms[lang]...)
	}
	return parts
}

// checkTerm reports a term that cannot be searched for.
func checkTerm(term, lang string) error {
	if _, err := query.Parse(`"` + term + `"`); err != nil {
		if errs, ok := errors.AsType[query.Errors](err); ok {
			return fmt.Errorf("cannot be searched for: %s", errs[0].Msg)
		}
		return err
	}
	if compile(&match.Vocabulary{Name: "term", Terms: map[string][]string{lang: {term}}}) != nil {
		return errors.New("can never match: write one word or phrase, without quotes")
	}
	return nil
}

// compile compiles a vocabulary by itself.
func compile(v *match.Vocabulary) error {
	n, err := query.Parse("@term")
	if err != nil {
		return err
	}
	_, err = match.Compile(n, func(string) (*match.Vocabulary, bool) { return v, true })
	return err
}
