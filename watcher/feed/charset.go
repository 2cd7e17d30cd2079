package feed

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

var (
	prologRE  = regexp.MustCompile(`(?i)<\?xml[^>]*?\bencoding\s*=\s*["']?\s*([a-z0-9._:\-]+)`)
	charsetRE = regexp.MustCompile(`(?i)charset\s*=\s*["']?\s*([a-z0-9._:\-]+)`)
)

// prologWindow is how far into a document its XML prolog is looked for: programs print
// warnings before it.
const prologWindow = 8 << 10

// decode turns a document into UTF-8 and says what it had to assume. In order: what the
// operator said, a byte order mark, UTF-8 that is valid whatever is declared, the prolog,
// the HTTP header, UTF-8 with some bytes broken, the charset that reads best.
func decode(body []byte, h Hints) (text string, notes []string, err error) {
	if e := lookup(h.Encoding); e != nil {
		return convert(body, e, h.limit)
	}
	if e, skip := marked(body); e != nil {
		return convert(body[skip:], e, h.limit)
	}
	if bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")) {
		return utf8Text(body[3:], h.limit)
	}
	labels := []string{prologLabel(body), headerLabel(h)}
	if utf8.Valid(body) || mostlyUTF8(body) {
		if e := sevenBit(body, labels); e != nil {
			return convert(body, e, h.limit)
		}
		return utf8Text(body, h.limit)
	}
	for _, l := range labels {
		if e := lookup(l); e != nil && e != unicode.UTF8 && e != encoding.Replacement && !wide(l) {
			return convert(body, e, h.limit)
		}
	}
	if lookup(labels[0]) == unicode.UTF8 || lookup(labels[1]) == unicode.UTF8 {
		return utf8Text(body, h.limit)
	}
	label := guess(body, h)
	text, _, err = convert(body, lookup(label), h.limit)
	return text, []string{"no charset is declared and the text is no UTF-8: it was read as " + label +
		"; if that is wrong set encoding on the feed"}, err
}

// marked recognises UTF-16 and UTF-32 by their mark, or by how "<" looks in them, and
// EBCDIC by how "<?xm" does (XML 1.0, appendix F).
func marked(b []byte) (e encoding.Encoding, skip int) {
	for _, m := range []struct {
		sign string
		e    encoding.Encoding
		skip int
	}{
		{"\x00\x00\xFE\xFF", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 4},
		{"\xFF\xFE\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4},
		{"\x00\x00\x00<", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 0},
		{"<\x00\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 0},
		{"\xFE\xFF", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2},
		{"\xFF\xFE", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2},
		{"\x00<\x00", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 0},
		{"<\x00", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 0},
		{"\x4C\x6F\xA7\x94", charmap.CodePage037, 0},
	} {
		if bytes.HasPrefix(b, []byte(m.sign)) {
			return m.e, m.skip
		}
	}
	return nil, 0
}

// utf8Text is a text that is UTF-8, perhaps with some bytes that are not.
func utf8Text(b []byte, limit int) (string, []string, error) {
	if utf8.Valid(b) {
		return within(limit, sanitize(string(b)), nil)
	}
	return within(limit, sanitize(strings.ToValidUTF8(string(b), "\uFFFD")), []string{"bytes that are no UTF-8 were replaced"})
}

// within refuses a text that became longer than its bytes may be, unless limit is 0.
func within(limit int, text string, notes []string) (string, []string, error) {
	if limit > 0 && len(text) > limit {
		return "", nil, errLonger(limit)
	}
	return text, notes, nil
}

func errLonger(limit int) error {
	return fmt.Errorf("the document is larger than %v (max_body) once it is UTF-8", Size(limit))
}

func convert(b []byte, e encoding.Encoding, limit int) (string, []string, error) {
	// A text can be three times longer than its bytes: it is measured first, so that it
	// is in memory once, or not at all.
	size, err := io.Copy(io.Discard, transform.NewReader(bytes.NewReader(b), e.NewDecoder()))
	if err != nil && size == 0 {
		return utf8Text(b, limit)
	}
	if limit > 0 && size > int64(limit) {
		return "", nil, errLonger(limit)
	}
	var out strings.Builder
	out.Grow(int(size))
	_, _ = io.Copy(&out, transform.NewReader(bytes.NewReader(b), e.NewDecoder())) // the error is that of before
	text := strings.TrimPrefix(out.String(), "\uFEFF")
	return within(limit, sanitize(strings.ToValidUTF8(text, "\uFFFD")), nil)
}

// lookup finds an encoding by its label: as browsers know it, or as IANA does.
func lookup(label string) encoding.Encoding {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	if label == "" {
		return nil
	}
	if e, _ := charset.Lookup(label); e == nil {
		label = alias(strings.ReplaceAll(label, "_", "-"))
	}
	if e, _ := charset.Lookup(label); e != nil && e != encoding.Replacement {
		if e == encoding.Nop { // its name for UTF-8
			return unicode.UTF8
		}
		return e
	}
	e, err := ianaindex.IANA.Encoding(label)
	if err != nil {
		return nil
	}
	return e
}

// alias returns the registered name of a charset for one that programs use.
func alias(label string) string {
	switch label {
	case "mac-cyrillic", "maccyrillic":
		return "x-mac-cyrillic"
	case "cp932", "windows-932":
		return "shift-jis"
	case "cp936", "windows-936":
		return "gbk"
	case "cp949", "uhc":
		return "euc-kr"
	case "cp950", "windows-950":
		return "big5"
	case "ks-c-5601-1987":
		return "euc-kr"
	case "utf8", "u8", "unicode":
		return "utf-8"
	}
	if number, ok := strings.CutPrefix(label, "cp125"); ok {
		return "windows-125" + number
	}
	return label
}

// wide reports whether a label cannot be true of a document whose prolog was read as
// single bytes.
func wide(label string) bool {
	l := strings.ToLower(label)
	return strings.HasPrefix(l, "utf-16") || strings.HasPrefix(l, "utf-32") || strings.HasPrefix(l, "ucs-") ||
		strings.HasPrefix(l, "iso-10646-ucs")
}

// sevenBit returns a declared encoding that hides other characters in ASCII, if the
// document uses its escapes.
func sevenBit(b []byte, labels []string) encoding.Encoding {
	for _, l := range labels {
		switch l := strings.ToLower(l); {
		case strings.HasPrefix(l, "iso-2022-") && bytes.IndexByte(b, 0x1B) >= 0,
			strings.HasPrefix(l, "hz-gb") && bytes.Contains(b, []byte("~{")):
			return lookup(l)
		}
	}
	return nil
}

func prologLabel(b []byte) string {
	if m := prologRE.FindSubmatch(b[:min(len(b), prologWindow)]); m != nil {
		return string(m[1])
	}
	return ""
}

func headerLabel(h Hints) string {
	ct := h.Header.Get("Content-Type")
	if _, params, err := mime.ParseMediaType(ct); err == nil {
		return strings.Trim(params["charset"], "'\" ")
	}
	if m := charsetRE.FindStringSubmatch(ct); m != nil {
		return m[1]
	}
	return ""
}

// mostlyUTF8 reports whether a text has so many characters that are right in UTF-8 that
// it can be nothing else, though some bytes are broken. A document cut in the middle of
// a character is such a text.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good > 10*bad
}

var languageRE = regexp.MustCompile(`(?i)(?:<(?:dc:)?language>\s*|xml:lang=["'])([a-z]{2})`)

func declaredLanguage(b []byte) string {
	if m := languageRE.FindSubmatch(b[:min(len(b), prologWindow)]); m != nil {
		return strings.ToLower(string(m[1]))
	}
	return ""
}
