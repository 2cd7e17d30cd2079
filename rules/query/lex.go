package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts the source into tokens and reports the mistakes that one token alone shows.
type lexer struct {
	src    string
	pos    Pos // of the next rune
	tokens []token
	errs   *mistakes
	torn   bool // a quotation mark is never closed: what follows means nothing

	comments []token // for those who print the source again
}

const eof rune = -1

// lex cuts the whole source; the last token is kindEOF.
func lex(src string, errs *mistakes) (tokens []token, torn bool) {
	l := &lexer{src: src, errs: errs}
	l.all()
	return l.tokens, l.torn
}

// all cuts the source to its end.
func (l *lexer) all() {
	for {
		r := l.peek()
		switch {
		case r == eof:
			l.tokens = append(l.tokens, token{kind: kindEOF, pos: l.pos, end: l.pos})
			return
		case unicode.IsSpace(r):
			l.pos += Pos(utf8.RuneLen(r))
		case r == '#' && l.afterSpace():
			l.comment()
		case r == '(':
			l.emit(token{kind: kindOpen}, 1)
		case r == ')':
			l.emit(token{kind: kindClose}, 1)
		case closers(r) != "":
			l.phrase(r)
		case r == '@':
			l.vocabulary()
		case isWordStart(r):
			l.word()
		default:
			l.stray()
		}
	}
}

// peek is the next rune, or eof.
func (l *lexer) peek() rune {
	if int(l.pos) == len(l.src) {
		return eof
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	return r
}

// emit appends a token of the next n bytes.
func (l *lexer) emit(t token, n int) {
	t.pos, t.end = l.pos, l.pos+Pos(n)
	if t.text == "" {
		t.text = l.src[t.pos:t.end]
	}
	l.tokens = append(l.tokens, t)
	l.pos = t.end
}

// run is the bytes from the next rune on whose runes all satisfy f.
func (l *lexer) run(f func(rune) bool) string {
	rest := l.src[l.pos:]
	if i := strings.IndexFunc(rest, func(r rune) bool { return !f(r) }); i >= 0 {
		return rest[:i]
	}
	return rest
}

// clump is the bytes from the next rune on to white space, a parenthesis, a quotation mark or a
// vocabulary: how far a mistake in a word is taken to reach.
func (l *lexer) clump() string {
	return l.run(func(r rune) bool { return !isBreak(r) })
}

func isBreak(r rune) bool {
	return unicode.IsSpace(r) || isQuote(r) || strings.ContainsRune("@()（）[]{}", r)
}

// afterSpace reports whether the next rune stands at the beginning or after white space.
func (l *lexer) afterSpace() bool {
	r, _ := utf8.DecodeLastRuneInString(l.src[:l.pos])
	return l.pos == 0 || unicode.IsSpace(r)
}

// comment goes to the end of the line.
func (l *lexer) comment() {
	text := l.run(func(r rune) bool { return r != '\n' && r != '\r' })
	t := token{pos: l.pos, end: l.pos + Pos(len(text)), text: strings.TrimSpace(text)}
	l.comments = append(l.comments, t)
	l.pos = t.end
}

// phrase cuts a phrase that opens with the mark open.
func (l *lexer) phrase(open rune) {
	start := l.pos
	inner := start + Pos(utf8.RuneLen(open))
	n := strings.IndexFunc(l.src[inner:], isQuote)
	if n < 0 {
		l.errs.add(start, inner, "the quotation mark %c opened here is never closed", open)
		l.torn, l.pos = true, Pos(len(l.src))
		return
	}
	mark, size := utf8.DecodeRuneInString(l.src[int(inner)+n:])
	if !strings.ContainsRune(closers(open), mark) {
		l.errs.add(inner+Pos(n), inner+Pos(n+size),
			"%c cannot stand in the phrase opened by %c at %d: close that with %s first",
			mark, open, l.column(start), strings.Join(strings.Split(closers(open), ""), " or "))
		l.torn, l.pos = true, Pos(len(l.src))
		return
	}
	text := l.src[inner : int(inner)+n]
	t := token{kind: kindPhrase, words: strings.Fields(text)}
	end := inner + Pos(n+size)
	switch msg := phraseMistake(t.words); {
	case msg != "":
		l.errs.add(start, end, "%s", msg)
		t.bad = true
	case len(t.words) == 1:
		t.kind, t.text = kindWord, t.words[0]
	}
	l.emit(t, int(end-start))
	l.afterPhrase(t)
}

// phraseMistake says what is wrong with the words of a phrase, or is empty.
func phraseMistake(words []string) string {
	if len(words) == 0 {
		return "the phrase is empty: write words between the quotation marks"
	}
	searchable := false
	for _, w := range words {
		if msg := wildcardMistake(w); msg != "" {
			return msg
		}
		searchable = searchable || strings.ContainsFunc(w, isWordStart)
	}
	if !searchable {
		return "the phrase holds no letter and no digit: there is nothing to search for"
	}
	return ""
}

// column is the character of src, from 1, that begins at p.
func (l *lexer) column(p Pos) int { return utf8.RuneCountInString(l.src[:p]) + 1 }

// vocabulary cuts @name.
func (l *lexer) vocabulary() {
	start := l.pos
	l.pos++
	name := l.run(isNameRune)
	l.pos = start
	if name == "" {
		l.errs.add(start, start+1, "@ needs the name of a vocabulary directly after it: write @potash")
		l.emit(token{kind: kindVocabulary, bad: true}, 1)
		return
	}
	l.emit(token{kind: kindVocabulary, text: name}, 1+len(name))
	if rest := l.clump(); rest != "" {
		l.errs.add(start, l.pos+Pos(len(rest)),
			"%q cannot follow a vocabulary: names are letters, digits, - and _, and take no wildcard",
			clip(rest))
		l.pos += Pos(len(rest))
		l.tokens[len(l.tokens)-1].bad = true
	}
}

// word cuts a word and tells by what it is and what follows whether it is a search word, a field,
// a call or an operator.
func (l *lexer) word() {
	text := l.run(isWordRune)
	after := eof
	if rest := l.src[int(l.pos)+len(text):]; rest != "" {
		after, _ = utf8.DecodeRuneInString(rest)
	}
	switch t, msg, ok := operator(text); {
	case after == ':':
		l.field(text)
	case after != eof && !isBreak(after):
		l.glued(text)
	case ok:
		t.unclear = msg != ""
		l.emitReporting(t, msg, len(text))
	case after == '(':
		t, msg := call(text)
		l.emitReporting(t, msg, len(text)+1)
	default:
		t, msg := l.plain(text)
		l.emitReporting(t, msg, len(text))
	}
}

// emitReporting emits a token and the mistake in it, if there is one.
func (l *lexer) emitReporting(t token, msg string, n int) {
	if msg != "" {
		l.errs.add(l.pos, l.pos+Pos(n), "%s", msg)
		t.bad = true
	}
	l.emit(t, n)
}

// plain is the token of a search word, with what is wrong with it.
func (l *lexer) plain(text string) (token, string) {
	t := token{kind: kindWord, text: text}
	if msg := reservedMistake(text); msg != "" {
		t.unclear = true
		return t, msg
	}
	return t, wildcardMistake(text)
}

// field cuts "name:".
func (l *lexer) field(name string) {
	t := token{kind: kindField, text: name}
	if slices.Contains(Fields(), name) {
		l.emit(t, len(name)+1)
		return
	}
	if strings.HasPrefix(l.src[int(l.pos)+len(name):], "://") {
		address := l.clump()
		l.errs.add(l.pos, l.pos+Pos(len(address)), "an address must be quoted: write url:%q",
			clip(address))
		l.emit(token{kind: kindWord, bad: true}, len(address))
		return
	}
	l.emitReporting(t, unknownField(name), len(name)+1)
}

// glued cuts a word that runs into a character that no word may hold.
func (l *lexer) glued(text string) {
	whole := l.clump()
	l.emitReporting(token{kind: kindWord, unclear: true}, gluedMistake(text, whole), len(whole))
}

// stray cuts what cannot begin anything.
func (l *lexer) stray() {
	r := l.peek()
	t, msg, n := token{kind: kindBad}, "", utf8.RuneLen(r)
	switch r {
	case '”', '»':
		msg = fmt.Sprintf("the quotation mark %c closes nothing: none was opened before it", r)
	case '（':
		t.kind, msg = kindOpen, "（ is a wide parenthesis: write ("
	case '）':
		t.kind, msg = kindClose, "） is a wide parenthesis: write )"
	case '[', '{':
		t.kind, msg = kindOpen, fmt.Sprintf("%c has no meaning: group with ( and )", r)
	case ']', '}':
		t.kind, msg = kindClose, fmt.Sprintf("%c has no meaning: group with ( and )", r)
	default:
		t, msg, n = l.strayToken(l.clump())
	}
	t.unclear = t.kind != kindWord
	l.emitReporting(t, msg, n)
}
