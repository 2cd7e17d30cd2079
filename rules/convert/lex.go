package convert

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// kind is what a token is.
type kind uint8

const (
	kindEnd kind = iota
	kindWord
	kindPhrase
	kindOpen
	kindClose
	kindPrefix  // title:  hd=  ATLEAST5  holds for what follows
	kindPostfix // /F50/  ^5  ~3  holds for what stands before
	kindAnd
	kindOr
	kindNot
	kindNear
	kindImplied // two words without an operator between them
	kindBad     // was reported; stands for nothing
)

// A token is one element of a vendor's query.
type token struct {
	kind     kind
	pos, end int
	text     string   // as written
	words    []string // of a phrase

	number  int // of a Near: words between
	unit    query.Unit
	ordered bool
	negated bool

	value   bool                                          // of a prefix: what follows up to a space is one value
	refusal string                                        // of a prefix: why it has no equal
	apply   func(p *parser, t token, arg operand) operand // of a prefix or postfix
}

// joins reports whether the token is an operator between two operands.
func (t token) joins() bool { return t.kind >= kindAnd && t.kind <= kindNear }

// begins reports whether the token can begin an operand.
func (t token) begins() bool {
	return t.kind == kindWord || t.kind == kindPhrase || t.kind == kindOpen || t.kind == kindPrefix
}

// closers are the marks that close a phrase opened by r, empty if none is.
func closers(r rune) string {
	switch r {
	case '"':
		return `"`
	case '“':
		return "”\""
	case '„':
		return "“”"
	case '«':
		return "»"
	}
	return ""
}

func isBreak(r rune) bool {
	return unicode.IsSpace(r) || r == '(' || r == ')' || strings.ContainsRune("\"“”„«»", r)
}

// isWordRune reports whether r may stand in a word of any vendor without quotes.
func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) ||
		strings.ContainsRune("-'’.&+_/*?\u2010\u2011\u2012\u2013\u2014", r)
}

// clump is the bytes from the next rune on to white space, a parenthesis or a quotation mark.
func (p *parser) clump() string {
	rest := p.src[p.at:]
	if i := strings.IndexFunc(rest, isBreak); i >= 0 {
		return rest[:i]
	}
	return rest
}

// peek is the next token.
func (p *parser) peek() token {
	if !p.peeked {
		p.token, p.peeked = p.lex(), true
	}
	return p.token
}

// take consumes the next token.
func (p *parser) take() token {
	t := p.peek()
	p.peeked = false
	return t
}

// lex cuts the next token.
func (p *parser) lex() token {
	before := p.at
	p.at += len(p.src[p.at:]) - len(strings.TrimLeftFunc(p.src[p.at:], unicode.IsSpace))
	if p.at == len(p.src) {
		return token{kind: kindEnd, pos: p.at, end: p.at}
	}
	r, size := utf8.DecodeRuneInString(p.src[p.at:])
	switch {
	case r == '(':
		return p.cut(token{kind: kindOpen}, 1)
	case r == ')':
		return p.cut(token{kind: kindClose}, 1)
	case closers(r) != "":
		return p.phrase(r)
	case strings.ContainsRune("”»", r):
		return p.bad(size, "the quotation mark %c closes nothing: none was opened before it", r)
	}
	clump := p.clump()
	t, n, msg := p.lexClump(p, clump, before == p.at && p.at > 0)
	if msg != "" {
		return p.bad(n, "%s", msg)
	}
	return p.cut(t, n)
}

// cut is a token of the next n bytes.
func (p *parser) cut(t token, n int) token {
	t.pos, t.end = p.at, p.at+n
	if t.text == "" {
		t.text = p.src[t.pos:t.end]
	}
	p.at = t.end
	return t
}

// bad reports the next n bytes.
func (p *parser) bad(n int, format string, args ...any) token {
	p.fail(p.at, p.at+n, format, args...)
	return p.cut(token{kind: kindBad}, n)
}

// phrase cuts a quoted phrase.
func (p *parser) phrase(open rune) token {
	inner := p.at + utf8.RuneLen(open)
	n := strings.IndexAny(p.src[inner:], closers(open))
	if n < 0 {
		return p.bad(len(p.src)-p.at, "the quotation mark %c opened here is never closed", open)
	}
	_, size := utf8.DecodeRuneInString(p.src[inner+n:])
	text := p.src[inner : inner+n]
	return p.cut(token{kind: kindPhrase, text: text, words: strings.Fields(text)}, inner+n+size-p.at)
}

// strayIn is the complaint about a character that no word holds, or empty.
func strayIn(word, also string) string {
	for _, r := range word {
		if !isWordRune(r) && !strings.ContainsRune(also, r) {
			return fmt.Sprintf("the character %q has no known meaning here: quote what it belongs to, \"%s\"",
				string(r), clip(word))
		}
	}
	return ""
}

// digits reads a decimal number; a huge one is read as a million, which every caller refuses.
func digits(s string) (int, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n := 0
	for _, c := range s {
		if n = n*10 + int(c-'0'); n > 1_000_000 {
			n = 1_000_000
		}
	}
	return n, true
}
