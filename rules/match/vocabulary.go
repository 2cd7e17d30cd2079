package match

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// A Vocabulary is a named set of terms in several languages, resolved when rules load. It must not
// change once a query that names it is compiled. All queries that name it should be given the same
// one: a Doc then looks its terms up once.
type Vocabulary struct {
	Name string
	// Terms lists terms by language ("ru"). A term is a word or a phrase without quotation marks;
	// wildcards are allowed as in a query.
	Terms map[string][]string

	mu   sync.Mutex
	sets [modes]*termSet // under mu, made when first needed
	errs []string        // under mu: what is wrong with the terms
}

// compile is the vocabulary's terms under a mode, and what is wrong with them.
func (v *Vocabulary) compile(m mode) (*termSet, []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sets[m] != nil {
		return v.sets[m], v.errs
	}
	var terms []term
	var errs []string
	for _, language := range slices.Sorted(maps.Keys(v.Terms)) {
		for _, written := range v.Terms[language] {
			t, err := readTerm(written, language, m)
			if err != nil {
				errs = append(errs, fmt.Sprintf("@%s: %q (%s): %v", v.Name, written, language, err))
				continue
			}
			t.clause = "@" + v.Name
			terms = append(terms, t)
		}
	}
	if len(terms) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Sprintf("@%s has no terms: nothing can match", v.Name))
	}
	v.sets[m], v.errs = newTermSet(m, terms...), errs
	return v.sets[m], errs
}

// readTerm reads a term of a vocabulary, by the rules of a quoted phrase.
func readTerm(written, language string, m mode) (term, error) {
	n, err := query.Parse(`"` + written + `"`)
	if err != nil {
		if errs, ok := errors.AsType[query.Errors](err); ok {
			return term{}, errors.New(errs[0].Msg)
		}
		return term{}, err
	}
	switch n := n.(type) {
	case *query.Word:
		return newTerm(n.Text, language, m)
	case *query.Phrase:
		return newTerm(strings.Join(n.Words, " "), language, m)
	}
	return term{}, errNoWord
}
