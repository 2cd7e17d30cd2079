package diag

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// The YAML library recurses once for each level and for each key of a mapping and walks
// back over blank lines, so these are bounded before it sees them. Measured: at the limits
// a file of MaxSize is read in under a second.
const (
	// MaxDepth is how many levels deep values may be nested.
	MaxDepth = 64

	maxLine  = 1 << 16 // bytes of one line
	maxKeys  = 10_000  // keys of one mapping
	maxBlank = 1_000   // blank lines in a row
	maxNodes = 200_000 // values in a file, aliases unfolded
	maxSigns = 400_000 // words, commas, colons and the like of a file

	maxProblems = 200 // mistakes that one decoding reports
)

// blankRun finds more blank lines in a row than anyone needs.
func (f *File) blankRun() *Problem {
	run := 0
	for i, line := range f.lines {
		if strings.TrimSpace(line) != "" {
			run = 0
			continue
		}
		if run++; run > maxBlank {
			return new(f.problem(i+1, 1, 1, "",
				fmt.Sprintf("more than %d blank lines in a row", maxBlank), "delete them"))
		}
	}
	return nil
}

// level is a block mapping that is open while tokens are counted.
type level struct{ col, keys int }

// tooMuch finds nesting and mappings beyond the limits.
func (f *File) tooMuch(tokens token.Tokens) *Problem {
	if len(tokens) > maxSigns {
		at := tokens[maxSigns].Position
		return new(f.problem(at.Line, at.Column, 1, "",
			fmt.Sprintf("more than %d signs and words", maxSigns), "split the file"))
	}
	var open []level
	flow, line, marks := 0, 0, 0
	for i, tk := range tokens {
		if tk.Position.Line != line {
			line, marks = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow = max(flow-1, 0)
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			marks++
		case token.MappingValueType:
			if flow > 0 || i == 0 {
				break
			}
			marks++
			if open = count(open, tokens, i); open[len(open)-1].keys > maxKeys {
				return new(f.problem(line, tk.Position.Column, 1, "",
					fmt.Sprintf("more than %d keys in one mapping", maxKeys), "split the file"))
			}
		}
		if flow > MaxDepth || len(open) > MaxDepth || flow == 0 && marks > MaxDepth {
			return new(f.problem(line, tk.Position.Column, 1, "",
				fmt.Sprintf("nested more than %d levels deep", MaxDepth), "write it flatter"))
		}
	}
	return nil
}

// count adds the key before the colon tokens[i] to the mapping it belongs to. A mapping
// in another entry of a list has the same column and is another mapping.
func count(open []level, tokens token.Tokens, i int) []level {
	col := tokens[i-1].Position.Column
	for len(open) > 0 && open[len(open)-1].col > col {
		open = open[:len(open)-1]
	}
	if len(open) == 0 || open[len(open)-1].col < col {
		return append(open, level{col: col, keys: 1})
	}
	if i >= 2 && tokens[i-2].Type == token.SequenceEntryType {
		open[len(open)-1].keys = 0
	}
	open[len(open)-1].keys++
	return open
}
