package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// operator tells whether an unquoted word is an operator, ours or another product's. With a msg it
// is one that must be written otherwise; the token then says what was meant.
func operator(text string) (t token, msg string, ok bool) {
	name, distance, slash := strings.Cut(text, "/")
	upper := strings.ToUpper(name)
	switch {
	case !slash && (upper == "AND" || upper == "OR" || upper == "NOT"):
		t.kind = map[string]kind{"AND": kindAnd, "OR": kindOr, "NOT": kindNot}[upper]
		return t, capitals(text, upper), true
	case upper == "NEAR" || upper == "ONEAR":
		t, msg = near(text, upper, distance, slash)
		return t, msg, true
	}
	return foreignNear(text)
}

// capitals is the complaint about an operator that is not in capitals, or empty.
func capitals(text, want string) string {
	if text == want {
		return ""
	}
	return fmt.Sprintf("%q: operators are written in capitals (%s); quote it to search for the word",
		clip(text), want)
}

// near reads NEAR/distance or ONEAR/distance.
func near(text, name, distance string, slash bool) (token, string) {
	t := token{kind: kindNear, ordered: name == "ONEAR"}
	switch {
	case !slash && text == name, slash && distance == "":
		return t, fmt.Sprintf("%s needs a distance: write %s/4", name, name)
	case !slash:
		return t, capitals(text, name+"/4")
	case !strings.HasPrefix(text, name):
		want := name + "/" + strings.ToUpper(distance)
		msg := capitals(text, want)
		if n, ok := number(distance); ok { // Lexis writes near/n in any case and counts positions
			msg += fmt.Sprintf("; Lexis' near/%d is %s/%d", n, name, max(n-1, 0))
		}
		return t, msg
	case distance == "S":
		t.unit = Sentence
		return t, ""
	case distance == "P":
		t.unit = Paragraph
		return t, ""
	case distance == "s" || distance == "p":
		return t, fmt.Sprintf("%s: write %s/%s", text, name, strings.ToUpper(distance))
	}
	n, ok := number(distance)
	if !ok {
		if n, ok := number(strings.TrimSuffix(distance, "f")); ok {
			return t, fmt.Sprintf("%s is Brandwatch; write ONEAR/%d", text, min(n, MaxDistance))
		}
		return t, fmt.Sprintf("%s: the distance must be a number from 0 to %d, S (same sentence) "+
			"or P (same paragraph)", clip(text), MaxDistance)
	}
	if n > MaxDistance {
		return t, fmt.Sprintf("%s: at most %d words can stand between; write %s/%d or %s/P for the "+
			"same paragraph", clip(text), MaxDistance, name, MaxDistance, name)
	}
	t.number = n
	return t, ""
}

// foreignNear knows the proximity operators of other products by their form.
func foreignNear(text string) (token, string, bool) {
	t := token{kind: kindNear}
	lower := strings.ToLower(text)
	name, distance, slash := strings.Cut(lower, "/")
	if !slash {
		if text == "SAME" {
			return t, "SAME is Factiva; write NEAR/P", true
		}
		name = strings.TrimRightFunc(lower, unicode.IsDigit)
		distance = lower[len(name):]
	}
	ours := "NEAR/"
	product := "Factiva/Lexis"
	switch {
	case slash && name == "w":
	case slash && name == "pre":
		ours, t.ordered = "ONEAR/", true
	case !slash && name == "adj":
		ours, product, t.ordered = "ONEAR/", "Factiva", true
		if distance == "" {
			return t, fmt.Sprintf("%s is Factiva; write ONEAR/0 or quote the words as a phrase", text), true
		}
	case !slash && name == "near" && distance != "":
		product = "Factiva"
	case !slash && name == "onear" && distance != "":
		return t, fmt.Sprintf("%s: write ONEAR/%s", clip(text), clip(distance)), true
	default:
		return token{}, "", false
	}
	if letter, ok := unitOf(distance); ok {
		return t, fmt.Sprintf("%s is Lexis; write %s%s", text, ours, letter), true
	}
	n, ok := number(distance)
	if !ok {
		return token{}, "", false
	}
	return t, fmt.Sprintf("%s is %s; write %s%d", clip(text), product, ours, positions(n)), true
}

// positions turns a distance that counts positions into ours, which counts the words between.
func positions(n int) int { return min(max(n-1, 0), MaxDistance) }

// unitOf knows Lexis' names for sentence and paragraph.
func unitOf(name string) (letter string, ok bool) {
	switch name {
	case "s", "sent":
		return "S", true
	case "p", "para":
		return "P", true
	}
	return "", false
}

// number reads decimal digits; a huge number is read as a million, which every caller refuses.
func number(digits string) (int, bool) {
	if digits == "" || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > 1_000_000 {
		n = 1_000_000
	}
	return n, true
}

// call reads the name before an opening parenthesis: CASE, STEM, ATLEAST/5, ATLEAST5, FIRST/50.
func call(text string) (token, string) {
	t := token{kind: kindCall, text: text}
	name, digits, slash := strings.Cut(text, "/")
	if !slash {
		name = strings.TrimRightFunc(text, unicode.IsDigit)
		digits = text[len(name):]
	}
	n, isNumber := number(digits)
	t.text, t.number = name, n
	switch {
	case (name == "CASE" || name == "STEM") && digits == "" && !slash:
		return t, ""
	case name == "CASE" || name == "STEM":
		return t, fmt.Sprintf("%s takes no number: write %s(...)", name, name)
	case name == "ATLEAST" && !isNumber:
		return t, "ATLEAST needs a count: write ATLEAST/3(...)"
	case name == "ATLEAST" && (n < 1 || n > MaxCount):
		return t, fmt.Sprintf("ATLEAST/%s: the count must be from 1 to %d", clip(digits), MaxCount)
	case name == "FIRST" && !isNumber:
		return t, "FIRST needs a number of words: write FIRST/50(...)"
	case name == "FIRST" && !slash:
		return t, fmt.Sprintf("%s(: write FIRST/%d(...)", clip(text), n)
	case name == "FIRST" && (n < 1 || n > MaxFirst):
		return t, fmt.Sprintf("FIRST/%s: the number of words must be from 1 to %d", clip(digits), MaxFirst)
	case name == "ATLEAST" || name == "FIRST":
		return t, ""
	}
	t.text = text
	return t, unknownCall(text, name)
}

// unknownCall is the complaint about a name before a parenthesis that is no call, with the cure
// for those that other products have.
func unknownCall(text, name string) string {
	const calls = "the calls are ATLEAST/3(, CASE(, FIRST/50( and STEM("
	switch upper := strings.ToUpper(name); upper {
	case "CASE", "STEM", "ATLEAST", "FIRST":
		return fmt.Sprintf("unknown call %s(: calls are written in capitals (%s)", clip(text), upper)
	case "CAPS", "ALLCAPS":
		return fmt.Sprintf("unknown call %s( of Lexis; write CASE(...)", text)
	case "HEADLINE", "HLEAD", "BODY", "BYLINE", "TITLE", "LEAD", "TEXT", "AUTHOR":
		field := map[string]string{"HEADLINE": "title", "BYLINE": "author"}[upper]
		if field == "" {
			field = strings.ToLower(upper)
		}
		return fmt.Sprintf("unknown call %s( of Lexis; write %s:(...)", text, field)
	}
	return fmt.Sprintf("unknown call %s(: %s; a group needs an operator before it", clip(text), calls)
}

// reservedMistake is the complaint about the name of a call that stands alone, or empty.
func reservedMistake(text string) string {
	name, digits, slash := strings.Cut(text, "/")
	if !slash {
		name = strings.TrimRightFunc(text, unicode.IsDigit)
		digits = text[len(name):]
	}
	if _, isNumber := number(digits); digits != "" && !isNumber {
		return ""
	}
	switch {
	case (name == "CASE" || name == "STEM") && !slash && digits == "":
		return fmt.Sprintf("%s is a call: write %s(...), or quote it to search for the word", name, name)
	case (name == "ATLEAST" || name == "FIRST") && (slash || digits == "" || name == "ATLEAST"):
		return fmt.Sprintf("%s is a call: write %s/5(...), or quote it to search for the word",
			clip(text), name)
	}
	return ""
}
