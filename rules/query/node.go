package query

import "slices"

// A Pos is a byte offset in the source of a query.
type Pos int

// A Node is one element of a parsed query. The set is closed: Word, Phrase, Vocabulary, And, Or,
// Not, Near, AtLeast, First, Case, Stem and Field, always as pointers.
type Node interface {
	// Pos is where the node begins in the source; 0 in a tree made by hand.
	Pos() Pos
	// End is the offset just after the node in the source; 0 in a tree made by hand.
	End() Pos
	// String is the canonical print of the node: one line that parses back to an Equal node.
	String() string

	write(w *printer)
	source() *source
}

// span is the place of a node in the source.
type span struct {
	pos, end Pos
	src      *source // nil in a tree made by hand
}

// source is the text of one query, shared by its nodes so that later readers can point into it.
type source struct{ text string }

// Pos is where the node begins in the source.
func (s span) Pos() Pos { return s.pos }

// End is the offset just after the node in the source.
func (s span) End() Pos { return s.end }

func (s span) source() *source { return s.src }

// A Word is one search word as written; it may hold the wildcards * and ?. Parse also makes a Word
// of a phrase of one word, so the text may be anything that quotation marks can hold, "and" or
// "/sport/" too. A word in Chinese or Japanese is a run of characters.
type Word struct {
	span
	Text string
}

// A Phrase is two or more words that follow one another in the text, as written between the
// quotation marks; wildcards are allowed in each. An element without letters and digits ("&")
// stands for punctuation.
type Phrase struct {
	span
	Words []string
}

// A Vocabulary stands for any term of the vocabulary with that name.
type Vocabulary struct {
	span
	Name string
}

// And holds where all of its arguments hold. It has two or more, none of them an And.
type And struct {
	span
	Args []Node
}

// Or holds where one of its arguments holds. It has two or more, none of them an Or.
type Or struct {
	span
	Args []Node
}

// Not holds where Left holds and Right does not. "a AND NOT b" is the same as "a NOT b".
type Not struct {
	span
	Left, Right Node
}

// A Unit is what a Near measures its distance in.
type Unit int

// The units: at most so many words between, the same sentence, the same paragraph.
const (
	Words Unit = iota
	Sentence
	Paragraph
)

// MaxDistance is the largest distance of a Near in words.
const MaxDistance = 100

// Near holds where Left and Right stand near one another in one field of the text. Ordered asks
// for Left first (ONEAR); Negated asks for a Left that has no Right near it (NOT NEAR).
type Near struct {
	span
	Left, Right Node
	Ordered     bool
	Negated     bool
	Distance    int // words between, 0 to MaxDistance; 0 if Unit is not Words
	Unit        Unit

	op token // the operator's own place, where its mistakes are shown
}

// MaxCount is the largest count of an AtLeast.
const MaxCount = 50

// AtLeast holds where Arg is found at N or more places that do not overlap; 1 to MaxCount.
type AtLeast struct {
	span
	N   int
	Arg Node
}

// MaxFirst is the largest number of words of a First.
const MaxFirst = 100_000

// First is Arg looked for in the first N words of the text only; 1 to MaxFirst.
type First struct {
	span
	N   int
	Arg Node
}

// Case is Arg with upper and lower case compared as written.
type Case struct {
	span
	Arg Node
}

// Stem is Arg with the inflected forms of its words found too.
type Stem struct {
	span
	Arg Node
}

// A Field is Arg looked for in one field only, or compared with the value of one: see IsText.
type Field struct {
	span
	Name string
	Arg  Node
}

// broken stands where a mistake has been reported; it never leaves the package.
type broken struct{ span }

// Walk calls f for n and, where f returns true, for the nodes below it, in the order of the source.
func Walk(n Node, f func(Node) bool) {
	if n == nil || !f(n) {
		return
	}
	for _, c := range children(n) {
		Walk(c, f)
	}
}

// children are the nodes directly below n.
func children(n Node) []Node {
	switch n := n.(type) {
	case *And:
		return n.Args
	case *Or:
		return n.Args
	case *Not:
		return []Node{n.Left, n.Right}
	case *Near:
		return []Node{n.Left, n.Right}
	case *AtLeast:
		return []Node{n.Arg}
	case *First:
		return []Node{n.Arg}
	case *Case:
		return []Node{n.Arg}
	case *Stem:
		return []Node{n.Arg}
	case *Field:
		return []Node{n.Arg}
	}
	return nil
}

// Equal reports whether two trees say the same in the same shape; positions do not count.
func Equal(a, b Node) bool {
	return sameNode(a, b) && slices.EqualFunc(children(a), children(b), Equal)
}

// sameNode compares two nodes without what is below them.
func sameNode(a, b Node) bool {
	switch a := a.(type) {
	case *Word:
		b, ok := b.(*Word)
		return ok && a.Text == b.Text
	case *Phrase:
		b, ok := b.(*Phrase)
		return ok && slices.Equal(a.Words, b.Words)
	case *Vocabulary:
		b, ok := b.(*Vocabulary)
		return ok && a.Name == b.Name
	case *And:
		_, ok := b.(*And)
		return ok
	case *Or:
		_, ok := b.(*Or)
		return ok
	case *Not:
		_, ok := b.(*Not)
		return ok
	case *Near:
		b, ok := b.(*Near)
		return ok && a.Ordered == b.Ordered && a.Negated == b.Negated &&
			a.Distance == b.Distance && a.Unit == b.Unit
	case *AtLeast:
		b, ok := b.(*AtLeast)
		return ok && a.N == b.N
	case *First:
		b, ok := b.(*First)
		return ok && a.N == b.N
	case *Case:
		_, ok := b.(*Case)
		return ok
	case *Stem:
		_, ok := b.(*Stem)
		return ok
	case *Field:
		b, ok := b.(*Field)
		return ok && a.Name == b.Name
	}
	return a == nil && b == nil
}
