package feed

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// longestDate is longer than any date that means one.
const longestDate = 100

// A dateReader reads the dates of one document. It knows what publishers write: RFC 822
// and ISO 8601 with their usual mistakes, month names of the languages we read, zone
// names, dates in figures, Unix time. The zero value reads dates of no language.
type dateReader struct {
	language string // of the document, such as "zh-CN"; decides what is ambiguous
}

var (
	clockRE   = regexp.MustCompile(`(\d{1,2}):(\d{2})(?::(\d{1,2})(?:[.,](\d+))?)?`)
	compactRE = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})[t ]?(\d{2})(\d{2})(\d{2})?(.*)$`)
	offsetRE  = regexp.MustCompile(`^(?:[a-z/]*\s*)?([+\-\x{2212}])\s*(\d{1,2})(?::?(\d{2}))?(?:$|[^\d])`)
	wordRE    = regexp.MustCompile(`[\p{L}\p{M}]+`)
	figuresRE = regexp.MustCompile(`\d+`)
	pairsRE   = regexp.MustCompile(`(\d{1,4})\s*([-/.])\s*(\d{1,3})(?:\s*[-/.]\s*(\d{1,4}))?`)
	hanDateRE = regexp.MustCompile(`(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?`)
	hanRE     = regexp.MustCompile(`(\d{1,2})\s*月`)
)

// read reads a date; false if it is none.
func (d dateReader) read(s string) (time.Time, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if s == "" || len(s) > longestDate {
		return time.Time{}, false
	}
	if t, ok := unixTime(s); ok {
		return t, true
	}
	if m := compactRE.FindStringSubmatch(s); m != nil {
		return d.build(parts{atoi(m[1]), atoi(m[2]), atoi(m[3])},
			clock{atoi(m[4]), atoi(m[5]), atoi(m[6]), 0}, m[7], s)
	}
	date, c, rest := s, clock{}, ""
	if i := clockRE.FindStringSubmatchIndex(s); i != nil {
		m := clockRE.FindStringSubmatch(s)
		c = clock{atoi(m[1]), atoi(m[2]), atoi(m[3]), fraction(m[4])}
		date, rest = s[:i[0]], s[i[1]:]
		if date = strings.TrimRight(date, " t_,"); !figuresRE.MatchString(date) {
			date = s[:i[0]] + rest // the date stands behind the time
		} else if !yearIn(date) {
			date += " " + afterZone(rest) // "Sun Jan 4 16:29:06 2004"
		}
		c = c.half(s)
	}
	p, ok := d.date(date)
	if !ok {
		return time.Time{}, false
	}
	return d.build(p, c, rest, s)
}

// parts are a year, a month and a day.
type parts struct{ year, month, day int }

// A clock is a time of day.
type clock struct{ hour, minute, second, nano int }

// half applies AM and PM.
func (c clock) half(s string) clock {
	pm := false
	am := false
	for _, w := range wordRE.FindAllString(s, -1) {
		pm = pm || w == "pm" || w == "오후" || w == "下午"
		am = am || w == "am" || w == "오전" || w == "上午"
	}
	switch {
	case pm && c.hour < 12:
		c.hour += 12
	case am && c.hour == 12:
		c.hour = 0
	}
	return c
}

// build makes a time of its parts; rest is what stands behind the clock, whole the text.
func (d dateReader) build(p parts, c clock, rest, whole string) (time.Time, bool) {
	switch {
	case p.month < 1 || p.month > 12 || p.day < 1 || p.day > daysIn(p.year, p.month):
		return time.Time{}, false
	case c.hour > 24 || c.minute > 59 || c.second > 61 || p.year < 1900 || p.year > 2200:
		return time.Time{}, false
	}
	offset := d.zone(strings.TrimSpace(rest), whole)
	t := time.Date(p.year, time.Month(p.month), p.day, c.hour, c.minute, min(c.second, 59), c.nano, time.UTC)
	if c.second > 59 {
		t = t.Add(time.Second)
	}
	return t.Add(-offset), true
}

// date reads year, month and day.
func (d dateReader) date(s string) (parts, bool) {
	if m := hanDateRE.FindStringSubmatch(s); m != nil {
		return parts{atoi(m[1]), atoi(m[2]), atoi(m[3])}, true
	}
	if month := monthIn(s); month > 0 {
		return named(s, month)
	}
	if m := pairsRE.FindStringSubmatch(s); m != nil && !strings.HasPrefix(s, "-") {
		return d.figures(m)
	}
	return iso8601(s)
}

// named reads a date with the name of a month: the other two figures are day and year.
func named(s string, month int) (parts, bool) {
	if m := hanRE.FindStringSubmatchIndex(s); m != nil {
		s = s[:m[0]] + " " + s[m[1]:]
	}
	f := figuresRE.FindAllString(s, -1)
	switch {
	case len(f) == 0:
		return parts{}, false
	case len(f) == 1 && len(f[0]) == 4:
		return parts{atoi(f[0]), month, 1}, true
	case len(f) == 1:
		return parts{}, false
	case len(f[0]) == 4:
		return parts{atoi(f[0]), month, atoi(f[1])}, true
	}
	return parts{century(f[1]), month, atoi(f[0])}, true
}

// figures reads a date such as 2021-05-25, 25.05.2021 or 5/25/2021.
func (d dateReader) figures(m []string) (parts, bool) {
	a, sep, b, c := m[1], m[2], m[3], m[4]
	switch {
	case len(a) == 4 && c == "" && len(b) == 3: // the day of the year
		return ordinal(atoi(a), atoi(b))
	case len(a) == 4 && c == "":
		return parts{atoi(a), atoi(b), 1}, true
	case len(a) == 4:
		return parts{atoi(a), atoi(b), atoi(c)}, true
	case c == "":
		return parts{}, false
	case sep == "-" && len(a) == 2 && len(c) == 2: // ISO 8601 with a short year
		return parts{century(a), atoi(b), atoi(c)}, true
	case atoi(b) > 12, sep == "/" && atoi(a) <= 12 && d.monthFirst():
		return parts{century(c), atoi(a), atoi(b)}, true
	}
	return parts{century(c), atoi(b), atoi(a)}, true
}

// monthFirst reports whether 5/4/2021 is the fourth of May.
func (d dateReader) monthFirst() bool {
	l := strings.ToLower(d.language)
	return l == "" || l == "en" || l == "en-us"
}

// iso8601 reads the short forms of ISO 8601: 20031231, 031231, 2003365, 2003, -03-12.
func iso8601(s string) (parts, bool) {
	s, ok := strings.CutPrefix(strings.TrimSpace(s), "-")
	digits := strings.ReplaceAll(s, "-", "")
	for _, r := range digits {
		if r < '0' || r > '9' {
			return parts{}, false
		}
	}
	switch {
	case ok && len(digits) == 4: // -YYMM
		return parts{century(digits[:2]), atoi(digits[2:]), 1}, true
	case ok:
		return parts{}, false
	case len(digits) == 8:
		return parts{atoi(digits[:4]), atoi(digits[4:6]), atoi(digits[6:])}, true
	case len(digits) == 7:
		return ordinal(atoi(digits[:4]), atoi(digits[4:]))
	case len(digits) == 6:
		return parts{century(digits[:2]), atoi(digits[2:4]), atoi(digits[4:])}, true
	case len(digits) == 5:
		return ordinal(century(digits[:2]), atoi(digits[2:]))
	case len(digits) == 4:
		return parts{atoi(digits), 1, 1}, true
	}
	return parts{}, false
}

func ordinal(year, day int) (parts, bool) {
	if day < 1 || day > 366 {
		return parts{}, false
	}
	t := time.Date(year, 1, day, 0, 0, 0, 0, time.UTC)
	return parts{t.Year(), int(t.Month()), t.Day()}, true
}

// unixTime reads seconds or milliseconds since 1970.
func unixTime(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}, false
	case len(s) == 13:
		return time.UnixMilli(n).UTC(), true
	case len(s) == 10 || len(s) == 9:
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}

// yearIn reports whether the date in front of the clock is whole.
func yearIn(s string) bool {
	f := figuresRE.FindAllString(s, -1)
	return len(f) >= 3 || len(f) == 1 && len(f[0]) >= 5 || len(f) == 2 && monthIn(s) > 0 ||
		hanDateRE.MatchString(s)
}

// afterZone returns the last figure behind the clock, where Unix puts the year.
func afterZone(s string) string {
	f := figuresRE.FindAllString(s, -1)
	if len(f) == 0 || len(f[len(f)-1]) != 4 {
		return ""
	}
	return f[len(f)-1]
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// century completes a year of two figures.
func century(s string) int {
	n := atoi(s)
	switch {
	case len(s) > 2:
		return n
	case n < 70:
		return 2000 + n
	}
	return 1900 + n
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// fraction reads the part of a second behind the point, in nanoseconds.
func fraction(s string) int {
	s = (s + "000000000")[:9]
	return atoi(s)
}
