package diag

import (
	"strings"
	"unicode/utf8"
)

// skip is the place of the first character of the value that is looked for from a place
// on: after spaces, line ends, comments, an anchor and a tag. The library gives the last
// line of some values as their place, so places are taken from the source.
func (b *builder) skip(line, col int) (int, int) {
	for line <= len(b.f.lines) {
		text := b.f.lines[line-1]
		at := b.byteOf(line, col)
		for at < len(text) {
			rest := text[at:]
			switch {
			case rest[0] == ' ' || rest[0] == '\t':
				at++
			case rest[0] == '#':
				at = len(text)
			case (rest[0] == '&' || rest[0] == '!') && len(rest) > 1:
				end := strings.IndexAny(rest, " \t")
				if end < 0 {
					end = len(rest)
				}
				at += end
			default:
				return line, b.column(at)
			}
		}
		line, col = line+1, 1
	}
	return len(b.f.lines), 1
}

// A cursor is where the search in a line got to, so that a line with thousands of values
// is counted through once.
type cursor struct{ line, col, byte int }

// byteOf is the byte offset of a column in a line.
func (b *builder) byteOf(line, col int) int {
	if b.cur.line != line || b.cur.col > col {
		b.cur = cursor{line: line, col: 1}
	}
	for text := b.f.lines[line-1]; b.cur.col < col && b.cur.byte < len(text); b.cur.col++ {
		_, n := utf8.DecodeRuneInString(text[b.cur.byte:])
		b.cur.byte += n
	}
	return b.cur.byte
}

// column is the column of a byte at or after the cursor in its line.
func (b *builder) column(at int) int {
	return b.cur.col + utf8.RuneCountInString(b.f.lines[b.cur.line-1][b.cur.byte:at])
}
