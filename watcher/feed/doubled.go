package feed

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// wrongReadings are the charsets that programs take UTF-8 for.
var wrongReadings = []*charmap.Charmap{charmap.Windows1252, charmap.Windows1251}

// longestDoubled bounds the texts that are looked at.
const longestDoubled = maxText

// undouble repairs a text that a program wrote as UTF-8 twice, so that a dash became
// "â€“". It does so only if the whole text makes sense that way: as bytes of the wrong
// charset it is valid UTF-8, of letters and signs. A text in any language is that as good
// as never: a capital would have to stand before each sign.
func undouble(s string) (string, bool) {
	if len(s) > longestDoubled || isASCII(s) {
		return s, false
	}
	for _, wrong := range wrongReadings {
		if text, ok := reread(s, wrong); ok {
			return text, true
		}
	}
	return s, false
}

// reread takes the characters of a text for bytes that are UTF-8.
func reread(s string, wrong *charmap.Charmap) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		c, ok := wrong.EncodeRune(r)
		switch {
		case ok:
		case r == '\u02DC' && wrong == charmap.Windows1251: // as sanitize reads U+0098
			c = 0x98
		case 0x80 <= r && r <= 0xFF: // what the charset leaves undefined
			c = byte(r)
		default:
			return s, false
		}
		b.WriteByte(c)
	}
	text := b.String()
	if !utf8.ValidString(text) || wrong == charmap.Windows1251 && utf8.RuneCountInString(text)+3 > utf8.RuneCountInString(s) {
		return s, false
	}
	for _, r := range text {
		if r >= utf8.RuneSelf && !unicode.IsPrint(r) && !unicode.IsSpace(r) && !invisible(r) {
			return s, false
		}
	}
	return text, true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// undouble repairs the texts of a document.
func (d *Document) undouble() {
	texts := []*string{&d.Feed.Title, &d.Feed.Description, &d.Feed.Author, &d.Feed.Rights}
	for i := range d.Items {
		e := &d.Items[i]
		texts = append(texts, &e.Title, &e.Summary, &e.Content, &e.Author)
	}
	found := false
	for _, t := range texts {
		var ok bool
		if *t, ok = undouble(*t); ok {
			found = true
		}
	}
	if found {
		d.Notes = append(d.Notes, "text that was written as UTF-8 twice was repaired")
	}
}
