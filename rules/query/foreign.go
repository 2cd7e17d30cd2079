package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wildcardMistake says what is wrong with the wildcards of a word, or is empty.
func wildcardMistake(word string) string {
	i := strings.IndexAny(word, "*?")
	if i < 0 {
		return ""
	}
	if isIdeographic(word) {
		return fmt.Sprintf("wildcards do nothing in Chinese and Japanese: drop the %c", word[i])
	}
	letters := 0
	for _, r := range word[:i] {
		switch {
		case unicode.Is(unicode.Hangul, r): // a syllable is two letters or three
			letters += 2
		case isWordStart(r):
			letters++
		}
	}
	switch {
	case letters == 0:
		return fmt.Sprintf("%s: a wildcard cannot come first; write at least 3 letters before it", clip(word))
	case letters < 3:
		return fmt.Sprintf("%s: a wildcard needs at least 3 letters before it", clip(word))
	}
	return ""
}

func hasWildcard(word string) bool { return strings.ContainsAny(word, "*?") }

// otherFields are the names of our fields in other products.
func otherFields(name string) string {
	switch strings.ToLower(name) {
	case "headline", "hd", "head", "intitle", "allintitle":
		return "title"
	case "ingress", "lp", "summary", "leadin":
		return "lead"
	case "hlp":
		return "hlead"
	case "content", "intext", "fulltext":
		return "text"
	case "by", "byline":
		return "author"
	case "source", "domain", "host", "sites":
		return "site"
	case "inurl", "link", "links":
		return "url"
	case "language", "la", "sourcelang":
		return "lang"
	case "re", "region", "sourcecountry", "location":
		return "country"
	case "publication", "rst":
		return "feed"
	case "subject", "ns", "theme", "topic":
		return "category"
	case "label", "keyword":
		return "tag"
	}
	return ""
}

// unknownField is the complaint about a name before a colon that is no field.
func unknownField(name string) string {
	msg := fmt.Sprintf("unknown field %q", clip(name))
	if strings.EqualFold(name, "raw") {
		return msg + " of Brandwatch; write CASE(...)"
	}
	if ours := otherFields(name); ours != "" {
		return fmt.Sprintf("%s: did you mean %q?", msg, ours)
	}
	if near, ok := Closest(strings.ToLower(name), Fields()); ok {
		return fmt.Sprintf("%s: did you mean %q?", msg, near)
	}
	return msg
}

// gluedMistake is the complaint about a word that runs into a character that no word may hold;
// whole is the word with all that hangs on to it.
func gluedMistake(word, whole string) string {
	rest := whole[len(word):]
	mark, size := utf8.DecodeRuneInString(rest)
	tail := rest[size:]
	_, digits := number(tail)
	short := clip(whole)
	switch {
	case mark == '!' && tail == "":
		return fmt.Sprintf("%s is Lexis; write %s*", short, clip(word))
	case mark == '$' && (tail == "" || digits):
		return fmt.Sprintf("%s is Factiva; write %s*", short, clip(word))
	case mark == '=':
		field := otherFields(word)
		if field == "" {
			field = word
		}
		return fmt.Sprintf("%s: a field ends in a colon: write %s:%s", short, clip(field), clip(tail))
	case mark == '：':
		return fmt.Sprintf("%s: the colon after a field is the narrow one: write %s:%s",
			short, clip(word), clip(tail))
	case mark == '^' && digits:
		return fmt.Sprintf("%s: weights are Meltwater's and have no equal; write %s", short, clip(word))
	case mark == '~' && digits:
		return fmt.Sprintf("%s: fuzzy search has no equal; write the spellings with OR", short)
	case strings.ContainsRune(",;、，；", mark):
		return fmt.Sprintf("%q cannot separate words: write AND or OR between them", string(mark))
	}
	return noPlace(mark, whole)
}

// noPlace is the complaint about a character without a meaning in the language.
func noPlace(r rune, whole string) string {
	return fmt.Sprintf("the character %q has no meaning here: quote what it belongs to, \"%s\"",
		string(r), clip(whole))
}

// strayToken is the token, its mistake and its length for a clump of characters that cannot begin
// anything.
func (l *lexer) strayToken(clump string) (token, string, int) {
	r, size := utf8.DecodeRuneInString(clump)
	short, tail := clip(clump), clump[size:]
	all := len(clump)
	switch r {
	case '*', '?':
		if last := len(l.tokens) - 1; last >= 0 && l.tokens[last].text == "site" &&
			l.tokens[last].kind == kindField && strings.HasPrefix(tail, ".") && len(tail) > 1 {
			return token{kind: kindWord}, fmt.Sprintf("site:%s: a site covers what is under it; write site:%s",
				short, clip(tail[1:])), all
		}
		return token{kind: kindWord}, fmt.Sprintf(
			"%s: a wildcard cannot come first; write at least 3 letters before it", short), all
	case '\'', '’', '‘', '`':
		return token{kind: kindBad}, fmt.Sprintf("%s: a phrase stands in double quotation marks, \"...\"", short), all
	case ':':
		return token{kind: kindBad}, "a colon must follow the name of a field directly: write title:potash", size
	}
	if t, msg := foreignStray(clump); msg != "" {
		return t, msg, all
	}
	if isSeparator(clump) {
		return token{kind: kindBad}, fmt.Sprintf("%q cannot separate words: write AND or OR between them", clump), all
	}
	return token{kind: kindBad}, noPlace(r, clump), all
}

func isSeparator(clump string) bool {
	return clump == "," || clump == ";" || clump == "、" || clump == "，" || clump == "；"
}

// foreignStray knows the forms of other products that begin with a sign.
func foreignStray(clump string) (token, string) {
	short := clip(clump)
	switch clump {
	case "&", "&&":
		return token{kind: kindAnd}, fmt.Sprintf("%s: write AND", clump)
	case "|", "||":
		return token{kind: kindOr}, fmt.Sprintf("%s: write OR", clump)
	case "#":
		return token{kind: kindBad}, "a comment needs a space before its #"
	}
	lower := strings.ToLower(clump)
	inner := strings.Trim(lower, "/+")
	n, isNumber := number(inner)
	letter, isUnit := unitOf(inner)
	switch sign := clump[0]; {
	case sign == '/' && isUnit:
		return token{kind: kindNear}, fmt.Sprintf("%s is Lexis; write NEAR/%s", short, letter)
	case sign == '/' && isNumber:
		return token{kind: kindNear}, fmt.Sprintf("%s is Lexis; write NEAR/%d", short, positions(n))
	case sign == '/' && strings.HasPrefix(inner, "n") && isCount(inner[1:]):
		n, _ := number(inner[1:])
		return token{kind: kindNear}, fmt.Sprintf("%s is Factiva; write NEAR/%d", short, positions(n))
	case sign == '/' && strings.HasPrefix(inner, "f") && isCount(inner[1:]):
		n, _ := number(inner[1:])
		return token{kind: kindBad}, fmt.Sprintf("%s is Factiva; write FIRST/%d(...)", short, n)
	case sign == '+' && isUnit:
		return token{kind: kindNear}, fmt.Sprintf("%s is Westlaw; write ONEAR/%s", short, letter)
	case sign == '+' && isNumber:
		return token{kind: kindNear}, fmt.Sprintf("%s is Westlaw; write ONEAR/%d", short, positions(n))
	case sign == '-' && len(clump) == 1:
		return token{kind: kindBad}, "- cannot stand alone: quote the phrase it belongs to"
	case sign == '-':
		return token{kind: kindBad}, fmt.Sprintf("%s is Brandwatch and Talkwalker; write NOT %s", short, clip(clump[1:]))
	case sign == '+' && len(clump) > 1:
		return token{kind: kindBad}, fmt.Sprintf("%s: write AND %s", short, clip(clump[1:]))
	case sign == '!':
		return token{kind: kindBad}, fmt.Sprintf("%s: ! has no meaning; write NOT to exclude, CASE(...) to compare capitals", short)
	}
	return token{}, ""
}

func isCount(digits string) bool {
	_, ok := number(digits)
	return ok
}

// afterPhrase reports the signs that other products hang on to a phrase.
func (l *lexer) afterPhrase(t token) {
	rest := l.clump()
	if rest == "" {
		return
	}
	msg := ""
	switch n, digits := number(rest[1:]); {
	case rest[0] == '~' && digits && len(t.words) == 2:
		msg = fmt.Sprintf("%s is Brandwatch; write %s NEAR/%d %s",
			clip(rest), clip(t.words[0]), min(n, MaxDistance), clip(t.words[1]))
	case rest[0] == '~':
		msg = fmt.Sprintf("%s is Brandwatch; write the words with NEAR between them", clip(rest))
	case rest[0] == '*' || rest[0] == '?':
		msg = fmt.Sprintf("the %c belongs inside the quotation marks, after the word it stands for", rest[0])
	case rest[0] == '^' && digits:
		msg = fmt.Sprintf("%s: weights are Meltwater's and have no equal; drop it", clip(rest))
	default:
		return
	}
	l.errs.add(l.pos, l.pos+Pos(len(rest)), "%s", msg)
	l.pos += Pos(len(rest))
}

// clip shortens text for a message.
func clip(text string) string {
	const most = 60
	n := 0
	for i := range text {
		if n == most {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
