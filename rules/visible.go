package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// maxInvisible bounds how many invisible characters of one file are reported.
const maxInvisible = 10

// invisibles finds characters in a file that its reader cannot see and that change what
// the text around them says or in which order it is shown (CVE-2021-42574): a rule must be
// what its reviewer saw. They may be written as escapes, where a sample needs one.
func invisibles(src diag.Source) diag.Problems {
	var ps diag.Problems
	text := strings.TrimPrefix(string(src.Data), "\ufeff") // a byte order mark says UTF-8
	if !strings.ContainsFunc(text, isInvisible) {
		return nil
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for i, line := range strings.Split(text, "\n") {
		for at, r := range line {
			if !isInvisible(r) {
				continue
			}
			ps = append(ps, diag.Problem{
				File: src.Name, Line: i + 1, Col: utf8.RuneCountInString(line[:at]) + 1, Width: 1,
				Snippet: line, Msg: fmt.Sprintf("invisible character %U", r),
				Cure: fmt.Sprintf(`delete it; where a sample needs it, write %s in double quotes`, escape(r)),
			})
			if len(ps) == maxInvisible {
				return ps
			}
		}
	}
	return ps
}

// isInvisible reports whether nothing is shown of a character: soft hyphens, zero-width
// and bidirectional controls and their like.
func isInvisible(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u2028', '\u2029', '\u3164', '\uffa0':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// escape is a character as YAML writes it in double quotes.
func escape(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08X`, r)
	}
	return fmt.Sprintf(`\u%04X`, r)
}
