package diag_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// sameLetters requires that each letter of the text at path "k" is found in src where
// Offset says.
func sameLetters(t require.TestingT, src string) {
	f, ps := diag.Read("x.yaml", []byte(src))
	require.Empty(t, ps, "%s", src)
	var v map[string]string
	require.Empty(t, f.Decode(&v), "%s", src)
	lines := strings.Split(src, "\n")
	for at, r := range v["k"] {
		if !unicode.IsLetter(r) {
			continue
		}
		line, col := f.Offset("k", at)
		runes := []rune(lines[line-1])
		require.LessOrEqual(t, col, len(runes), "byte %d of %q in\n%s", at, v["k"], src)
		require.Equal(t, string(r), string(runes[col-1]), "byte %d of %q in\n%s", at, v["k"], src)
	}
}

func TestOffsetsPointIntoEveryKindOfText(t *testing.T) {
	for name, src := range map[string]string{
		"plain":                "k: калий abc\n",
		"plain in lines":       "k: abc\n  def\n\n  калий #x\n",
		"plain below":          "k:\n  abc\n  def\nz: 1\n",
		"plain after comment":  "k: # why\n  # more\n  abc\n",
		"single":               "k: 'it''s й ''q'''\n",
		"single in lines":      "k: 'ab  \n   cd\n\n   ''ef'''\n",
		"double":               `k: "a\"b\\c калий \t d"` + "\n",
		"double in lines":      "k: \"ab  \n   cd\n\n\n   ef\"\n",
		"double with join":     "k: \"ab\\\n   cd \\\n   ef\"\n",
		"double, kept space":   "k: \"ab\\t \n   cd\"\n",
		"literal":              "k: |\n  abc\n\n  калий\n    deeper\n  z\n",
		"literal, kept":        "k: |+\n  abc\n\n\nz: 1\n",
		"literal, cut":         "k: |-\n  abc\n  def\n\n",
		"literal, told indent": "k: |2\n    abc\n  def\n",
		"literal, comment":     "k: | # why\n  abc # not a comment\n",
		"literal, blank first": "k: |\n\n\n  abc\n",
		"literal, not last":    "k: |\n  abc\nz: 1\n",
		"folded":               "k: >\n  abc\n  def\n\n  ghi\n\n\n  jkl\n",
		"folded, deeper":       "k: >-\n  abc\n    deeper\n    still\n  back\n\n    deep\n\n  end\n",
		"anchor and tag":       "k: &x !!str |\n  abc\n",
		"in braces":            "{z: 1, k: \"abc\", y: 2}\n",
		"quoted key":           "\"k\": 'abc'\n",
	} {
		t.Run(name, func(t *testing.T) { sameLetters(t, src) })
	}
}

func TestOffsetsPointIntoRandomTexts(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abйж钾'\"\\#")), 1, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		for _, words := range rapid.SliceOfN(rapid.SliceOfN(word, 0, 4), 1, 5).Draw(t, "lines") {
			lines = append(lines, strings.Join(words, " "))
		}
		lines = append([]string{"x"}, append(lines, "y")...)
		text := strings.Join(lines, "\n")
		indent := strings.Repeat(" ", rapid.IntRange(1, 6).Draw(t, "indent"))
		block := "\n" + indent + strings.Join(lines, "\n"+indent) + "\n"
		switch rapid.IntRange(0, 3).Draw(t, "style") {
		case 0:
			sameLetters(t, "k: |"+block+"z: 1\n")
		case 1:
			sameLetters(t, "a: 1\nk: >-"+block)
		case 2:
			// A doubled quote at the end of a line misleads the library: it adds a line end.
			quoted := regexp.MustCompile("'+(\n|$)|'+").ReplaceAllString(strings.TrimSpace(block), "''b$1")
			sameLetters(t, "k: '"+quoted+"'\n")
		case 3:
			quoted := strconv.Quote(text)
			sameLetters(t, "{k: "+quoted+", z: 1}\n")
		}
	})
}

func TestOffsetsOutsideTheTextStayInTheFile(t *testing.T) {
	f := read(t, "a:\n  - k: abc\n  - |\n    def\n  - [1]\n")
	for _, c := range []struct {
		path   string
		offset int
		line   int
		col    int
	}{
		{"a[0].k", 3, 2, 11}, // just after the last letter
		{"a[0].k", 99, 2, 11},
		{"a[0].k", -1, 2, 8},
		{"a[1]", 1, 4, 6},
		{"a[2]", 1, 5, 5},
		{"none", 5, 1, 1},
	} {
		line, col := f.Offset(c.path, c.offset)
		require.Equal(t, [2]int{c.line, c.col}, [2]int{line, col}, "%s %d", c.path, c.offset)
	}
}

func TestProblemsInsideTextsHaveACaretAsLongAsTheWord(t *testing.T) {
	f := read(t, "query: |\n  калий\n  AND or salt\n")
	text := "калий\nAND or salt\n"
	at := strings.Index(text, "or")
	p := f.ProblemAt("query", at, at+2, "lower case", "write OR")
	require.Equal(t, "x.yaml:3:7: query: lower case; write OR", p.Error())
	require.Equal(t, "  AND or salt", p.Snippet)
	require.Equal(t, 2, p.Width)
	p = f.ProblemAt("query", 0, len(text), "all", "")
	require.Equal(t, 1, p.Width, "a caret over several lines is one character")
}
