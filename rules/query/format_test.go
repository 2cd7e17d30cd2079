package query_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// layouts are queries as they are written and as Format lays them out.
func layouts() []struct{ name, src, want string } {
	return []struct{ name, src, want string }{
		{"short", "a  AND ( b )\n", "a AND b"},
		{"kinds of brackets that go", "((a OR b)) AND ((c))", "(a OR b) AND c"},
		{
			"long at the top",
			`@belarus-potash-producers AND (@sanction OR @measure OR @ban) AND "potassium chloride" NOT site:jobs.example`,
			`@belarus-potash-producers
AND (@sanction OR @measure OR @ban)
AND "potassium chloride"
NOT site:jobs.example`,
		},
		{
			"long in a group",
			`@belarus AND ("potassium chloride" OR "potash fertiliser" OR Belaruskali OR Uralkali OR "калийные удобрения" OR "хлористый калий") NOT sport`,
			`@belarus
AND (
  "potassium chloride" OR "potash fertiliser" OR Belaruskali OR Uralkali
  OR "калийные удобрения" OR "хлористый калий"
)
NOT sport`,
		},
		{
			"long NEAR beside AND",
			`@belarus AND ("potassium chloride" OR "potash fertiliser" OR Belaruskali) NEAR/12 (@sanction OR @measure OR ("import" NEAR/3 ban) OR prohibit*)`,
			`@belarus
AND ("potassium chloride" OR "potash fertiliser" OR Belaruskali) NEAR/12 (
  @sanction OR @measure
  OR import NEAR/3 ban
  OR prohibit*
)`,
		},
		{
			"long NEAR alone",
			`("potassium chloride" OR "potash fertiliser" OR Belaruskali) NEAR/12 (@sanction OR @measure OR prohibit*)`,
			`("potassium chloride" OR "potash fertiliser" OR Belaruskali)
NEAR/12 (@sanction OR @measure OR prohibit*)`,
		},
		{
			"long words beside NEAR",
			`a AND "one two three four five six seven eight nine ten" NEAR/5 "one two three four five six seven eight nine ten"`,
			`a
AND "one two three four five six seven eight nine ten"
  NEAR/5 "one two three four five six seven eight nine ten"`,
		},
		{
			"field and call",
			`title:(ATLEAST/2("potassium chloride" OR "potash fertiliser" OR Belaruskali OR "калийные удобрения") NOT FIRST/9(sport))`,
			`title:(
  ATLEAST/2(
    "potassium chloride" OR "potash fertiliser" OR Belaruskali OR "калийные удобрения"
  )
  NOT FIRST/9(sport)
)`,
		},
		{"comment at the end", "a AND b    # why", "a AND b  # why"},
		{"comment before", "# why\n\n  a AND\nb", "# why\na AND b"},
		{"comments between", "a # one\nAND # two\nb # three\nNOT\n # four\n c", "a  # one\n# two\nAND b  # three\n# four\nNOT c"},
		{
			"comments in a group",
			"a AND ( # open\n# first\n (b) OR c # words\n OR d\n # last\n) # group\n AND e # end\n# bye",
			"a\nAND (  # open\n  # first\n  b OR c  # words\n  OR d\n  # last\n)  # group\nAND e  # end\n# bye",
		},
		{"comments in brackets that go", "( # x\n a # y\n) # z\nAND b", "# x\na  # y\n# z\nAND b"},
		{"comment in AND NOT", "a AND # x\n NOT b", "a  # x\nNOT b"},
		{"comment in a call", "CASE( # as written\n MAZ\n)", "CASE(  # as written\n  MAZ\n)"},
		{"comment in a NEAR", "x AND a\n# near\nNEAR/3 b", "x\nAND a\n  # near\n  NEAR/3 b"},
		{"line ends of Windows", "a # x\r\nAND b\r\n", "a  # x\nAND b"},
	}
}

func TestFormatLaysOut(t *testing.T) {
	for _, tt := range layouts() {
		t.Run(tt.name, func(t *testing.T) {
			got, err := query.Format(tt.src)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
			keepsAll(t, tt.src)
		})
	}
}

func TestFormatRefusesWhatParseRefuses(t *testing.T) {
	_, err := query.Format("a and b")
	require.EqualError(t, err, `3: "and": operators are written in capitals (AND); quote it to search for the word`)
}

func TestFormatRefusesALayoutThatIsTooLong(t *testing.T) {
	_, err := query.Format(strings.Repeat("x AND (y OR (", 30) + strings.Repeat("a AND ", 30_000) + "b" + strings.Repeat("))", 30))
	require.ErrorContains(t, err, "1: laid out, the query is ")
	require.ErrorContains(t, err, "at most 200 KB are read; split it")
}

var commentsOf = regexp.MustCompile(`(?m)(?:^|\s)#.*$`)

// keepsAll requires that Format says the same as src, with the same comments, and the same again.
func keepsAll(t require.TestingT, src string) {
	n, err := query.Parse(src)
	require.NoError(t, err)
	got, err := query.Format(src)
	require.NoError(t, err, "%q", src)
	again, err := query.Parse(got)
	require.NoError(t, err, "%q became %q", src, got)
	require.True(t, query.Equal(n, again), "%q became %q", src, got)
	twice, err := query.Format(got)
	require.NoError(t, err)
	require.Equal(t, got, twice, "%q", src)
	for line := range strings.SplitSeq(got, "\n") {
		require.Equal(t, strings.TrimRight(line, " "), line, "%q", got)
	}
	if !strings.Contains(src, "#") {
		loose := strings.NewReplacer(" ", "", "\n", "") // a phrase may hold "( "
		require.Equal(t, loose.Replace(n.String()), loose.Replace(got))
	}
}

// withComments is the print of a tree with comments, line ends and parentheses at random places.
func withComments(t *rapid.T) (src string, comments []string) {
	printed := randomTree(t, where{depth: rapid.IntRange(0, 5).Draw(t, "depth")}).String()
	var out strings.Builder
	if rapid.Bool().Draw(t, "first") {
		out.WriteString("# first\n")
		comments = append(comments, "# first")
	}
	quoted := false
	for i, r := range printed {
		out.WriteRune(r)
		if r == '"' {
			quoted = !quoted
		}
		opened := r == '(' || r == ' '
		if quoted || !opened && !strings.HasPrefix(printed[i+1:], ")") {
			continue
		}
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0:
			out.WriteString(" # a\n")
			comments = append(comments, "# a")
		case 1:
			out.WriteString("\n# b\n\n  # c \n")
			comments = append(comments, "# b", "# c")
		case 2:
			out.WriteString("\n")
		}
	}
	return out.String(), comments
}

func TestFormatKeepsTheMeaningAndTheComments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src, comments := withComments(t)
		if _, err := query.Parse(src); err != nil {
			t.Skip("a word with a parenthesis was cut")
		}
		keepsAll(t, src)
		got, err := query.Format(src)
		require.NoError(t, err)
		var kept []string
		for _, c := range commentsOf.FindAllString(got, -1) {
			kept = append(kept, strings.TrimSpace(c))
		}
		if len(kept) == len(comments) { // a word may hold a #
			require.Equal(t, comments, kept, "%q became %q", src, got)
		}
		require.GreaterOrEqual(t, len(kept), len(comments), "%q became %q", src, got)
	})
}

func TestFormattedLinesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := randomTree(t, where{depth: rapid.IntRange(0, 3).Draw(t, "depth")})
		got, err := query.Format(n.String())
		require.NoError(t, err)
		if len([]rune(n.String())) <= query.Width {
			require.Equal(t, n.String(), got)
			return
		}
		for line := range strings.SplitSeq(got, "\n") {
			text := strings.TrimLeft(line, " ")
			if len([]rune(line)) <= query.Width || len(line)-len(text) > 16 {
				continue
			}
			// Longer only where nothing can be broken: one operator with one word or opening.
			require.NotRegexp(t, ` (AND|OR|NOT) \w+ (AND|OR|NOT) `, text)
		}
	})
}

func TestFormattingIsLinear(t *testing.T) {
	for name, src := range map[string]string{
		"words":    strings.Repeat("a OR ", 40_000) + "b",
		"not":      strings.Repeat("a NOT ", 34_000) + "b",
		"deep":     strings.Repeat("x AND (y OR (", 32) + strings.Repeat("a AND ", 300) + "b" + strings.Repeat("))", 32),
		"comments": strings.Repeat("a # x\nOR ", 20_000) + "b",
		"own line": strings.Repeat("\n# x", 40_000) + "\nb",
	} {
		_, err := query.Format(src)
		require.NoError(t, err, name)
	}
}

func FuzzFormat(f *testing.F) {
	for _, q := range vendorQueries() {
		f.Add(q[0])
	}
	for _, l := range layouts() {
		f.Add(l.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if _, err := query.Parse(src); err != nil {
			_, ours := query.Format(src)
			require.EqualError(t, ours, err.Error())
			return
		}
		keepsAll(t, src)
	})
}
