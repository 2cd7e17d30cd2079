package match

import (
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// A Query is a compiled query. Compile is the only way to one. It is immutable and safe for
// concurrent use.
type Query struct{ root *node }

// node is a node of a query with what it needs to be evaluated.
type node struct {
	query.Node
	kids       []*node
	mode       mode
	terms      *termSet    // of a word, phrase or vocabulary
	vocabulary *Vocabulary // of a vocabulary
	field      string      // of a word, phrase or vocabulary: the field whose value it is compared with, or empty
	values     []string    // what the value is compared with: folded, wildcards as anyRunes and oneRune
}

// Compile resolves the vocabularies that a query names and folds its terms. It returns
// query.Errors with all mistakes: an unknown vocabulary, a term that can never match.
func Compile(n query.Node, vocabulary func(name string) (*Vocabulary, bool)) (*Query, error) {
	c := compiler{vocabulary: vocabulary}
	root := c.node(n, context{})
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return &Query{root}, nil
}

// compiler builds a Query and collects the mistakes.
type compiler struct {
	vocabulary func(name string) (*Vocabulary, bool)
	errs       query.Errors
}

// context is what a node of a query stands in.
type context struct {
	mode  mode
	field string // whose value is compared, or empty where text is searched
}

func (c *compiler) fail(n query.Node, format string, args ...any) {
	c.errs = append(c.errs, query.NewError(n, fmt.Sprintf(format, args...)))
}

func (c *compiler) node(n query.Node, in context) *node {
	out := &node{Node: n, mode: in.mode, field: in.field}
	switch n := n.(type) {
	case *query.Word:
		c.term(out, n.Text)
	case *query.Phrase:
		c.term(out, strings.Join(n.Words, " "))
	case *query.Vocabulary:
		c.named(out, n.Name)
	case *query.And:
		out.kids = c.nodes(in, n.Args...)
	case *query.Or:
		out.kids = c.nodes(in, n.Args...)
	case *query.Not:
		out.kids = c.nodes(in, n.Left, n.Right)
	case *query.Near:
		out.kids = c.nodes(in, n.Left, n.Right)
	case *query.AtLeast:
		out.kids = c.nodes(in, n.Arg)
	case *query.First:
		out.kids = c.nodes(in, n.Arg)
	case *query.Case:
		in.mode = asIs
		out.kids = c.nodes(in, n.Arg)
	case *query.Stem:
		in.mode = stemmed
		out.kids = c.nodes(in, n.Arg)
	case *query.Field:
		if isValue(n.Name) {
			in.field = n.Name
		}
		out.kids = c.nodes(in, n.Arg)
	}
	return out
}

func (c *compiler) nodes(in context, list ...query.Node) []*node {
	kids := make([]*node, len(list))
	for i, n := range list {
		kids[i] = c.node(n, in)
	}
	return kids
}

// term compiles a word or phrase of the query.
func (c *compiler) term(n *node, written string) {
	if n.field != "" {
		value, err := readValue(n.field, written)
		if err != nil {
			c.fail(n.Node, "%s: %v", written, err)
		}
		n.values = []string{value}
		return
	}
	t, err := newTerm(written, "", n.mode)
	if err != nil {
		c.fail(n.Node, "%s: %v", written, err)
		return
	}
	n.terms = newTermSet(n.mode, t)
}

// named compiles a vocabulary.
func (c *compiler) named(n *node, name string) {
	v, ok := c.vocabulary(name)
	if !ok {
		if near, ok := c.misspelt(name); ok {
			c.fail(n.Node, "unknown vocabulary @%s: did you mean @%s?", name, near)
			return
		}
		c.fail(n.Node, "unknown vocabulary @%s", name)
		return
	}
	set, errs := v.compile(n.mode)
	for _, err := range errs {
		c.fail(n.Node, "%s", err)
	}
	n.vocabulary, n.terms = v, set
	if n.field == "" {
		return
	}
	for _, t := range set.terms {
		value, err := readValue(n.field, t.written)
		if err != nil {
			c.fail(n.Node, "@%s: %s: %v", name, t.written, err)
			continue
		}
		n.values = append(n.values, value)
	}
}

// misspelt is the vocabulary that one typing mistake turns into name: a letter too many, missing,
// wrong or swapped with the next. Only a function gives the vocabularies, so it tries them all.
func (c *compiler) misspelt(name string) (string, bool) {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	letter := []rune(name)
	if len(letter) > 40 {
		return "", false
	}
	try := func(parts ...[]rune) (string, bool) {
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(string(p))
		}
		_, ok := c.vocabulary(b.String())
		return b.String(), ok
	}
	for i := range letter {
		if s, ok := try(letter[:i], letter[i+1:]); ok {
			return s, true
		}
		if i+1 < len(letter) {
			if s, ok := try(letter[:i], []rune{letter[i+1], letter[i]}, letter[i+2:]); ok {
				return s, true
			}
		}
	}
	for _, r := range letters + strings.ToLower(name) {
		for i := range len(letter) + 1 {
			if s, ok := try(letter[:i], []rune{r}, letter[i:]); ok {
				return s, true
			}
			if i < len(letter) {
				if s, ok := try(letter[:i], []rune{r}, letter[i+1:]); ok {
					return s, true
				}
			}
		}
	}
	return "", false
}
