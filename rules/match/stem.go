package match

import (
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
)

// stemmer cuts the endings of one language.
type stemmer struct {
	language string
	run      func(*snowballstem.Env) bool
}

// stem is the stem of a folded word.
func (s *stemmer) stem(word string) string {
	env := snowballstem.NewEnv(word)
	s.run(env)
	return env.Current()
}

// stemmerOf is the stemmer of a language, or nil. There is none for be, uk, pl, lt and lv; of
// Hungarian and Turkish the folded words have lost letters that their stemmers need.
func stemmerOf(language string) *stemmer {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	run := map[string]func(*snowballstem.Env) bool{
		"da": danish.Stem, "nl": dutch.Stem, "en": english.Stem, "fi": finnish.Stem, "fr": french.Stem,
		"de": german.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nn": norwegian.Stem,
		"no": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem,
		"es": spanish.Stem, "sv": swedish.Stem,
	}[primary]
	if run == nil {
		return nil
	}
	return &stemmer{primary, run}
}

// stemmerFor is the stemmer for a folded word of a language, or by its letters if the language is
// unknown; nil if there is none.
func stemmerFor(language, word string) *stemmer {
	if language != "" {
		return stemmerOf(language)
	}
	for _, r := range word {
		switch {
		case strings.ContainsRune("іїєґјљњћђџ'", r):
			return nil // Belarusian, Ukrainian, Serbian
		case unicode.Is(unicode.Cyrillic, r):
			language = "ru"
		case unicode.Is(unicode.Latin, r) && language == "":
			language = "en"
		case !unicode.Is(unicode.Latin, r):
			return nil
		}
	}
	return stemmerOf(language)
}
