package robots_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed/robots"
)

const agent = "sanctionwatch/1.2 (+https://example.org)"

func allows(t testing.TB, text, address string) bool {
	t.Helper()
	u, err := url.Parse("https://press.example" + address)
	require.NoError(t, err)
	return robots.Parse(text, agent).Allow(u)
}

func TestRulesSayWhatMayBeRead(t *testing.T) {
	const everyone = "User-agent: *\n"
	for name, c := range map[string]struct {
		text  string
		allow []string
		deny  []string
	}{
		"an empty file":              {"", []string{"/", "/a"}, nil},
		"a page in its place":        {"<html><body>Disallow: nothing", []string{"/a"}, nil},
		"everything":                 {everyone + "Disallow: /", []string{"/robots.txt"}, []string{"", "/", "/a?b"}},
		"nothing":                    {everyone + "Disallow:", []string{"/a"}, nil},
		"a folder":                   {everyone + "Disallow: /news/", []string{"/news", "/New/s", "/a/news/"}, []string{"/news/", "/news/1"}},
		"a beginning":                {everyone + "Disallow: /news", []string{"/new"}, []string{"/news", "/newsletter", "/news/1"}},
		"the longest rule":           {everyone + "Allow: /a/b\nDisallow: /a", []string{"/a/b", "/a/b/c"}, []string{"/a", "/a/c"}},
		"the longest, order turned":  {everyone + "Disallow: /a\nAllow: /a/b", []string{"/a/b"}, []string{"/a"}},
		"a tie":                      {everyone + "Disallow: /a\nAllow: /a", []string{"/a"}, nil},
		"an end":                     {everyone + "Disallow: /*.pdf$", []string{"/a.pdf?x", "/a.pdfs", "/pdf"}, []string{"/a.pdf", "/a/b.pdf.pdf"}},
		"an end without a star":      {everyone + "Disallow: /a$", []string{"/ab", "/a/"}, []string{"/a"}},
		"stars":                      {everyone + "Disallow: /*/print*view", []string{"/print/view", "/a/view/print"}, []string{"/a/print/view", "/a/printview/b"}},
		"a query":                    {everyone + "Disallow: /*?print", []string{"/a?page=1"}, []string{"/a?print=1"}},
		"a part that overlaps":       {everyone + "Disallow: /ab*ba$", []string{"/aba"}, []string{"/abba", "/abcba"}},
		"us by name":                 {everyone + "Disallow: /\n\nUser-agent: SanctionWatch\nDisallow: /x", []string{"/a"}, []string{"/x"}},
		"us with a version":          {everyone + "Disallow: /\n\nUser-agent: sanctionwatch/2.0\nAllow: /", []string{"/a"}, nil},
		"us and nothing":             {everyone + "Disallow: /\n\nUser-agent: sanctionwatch\n", []string{"/a"}, nil},
		"us twice":                   {"User-agent: sanctionwatch\nDisallow: /x\n\nUser-agent: b\nDisallow: /\n\nUser-agent: sanctionwatch\nDisallow: /y", []string{"/a"}, []string{"/x", "/y"}},
		"several names to a group":   {"User-agent: a\nUser-agent: sanctionwatch\nUser-agent: b\nDisallow: /x", []string{"/a"}, []string{"/x"}},
		"another's":                  {"User-agent: sanctionwatchdog\nDisallow: /\nUser-agent: sanction\nDisallow: /", []string{"/a"}, nil},
		"rules of nobody":            {"Disallow: /\nUser-agent: b\nDisallow: /", []string{"/a"}, nil},
		"a sitemap inside a group":   {"User-agent: a\nSitemap: https://press.example/s.xml\nUser-agent: *\nDisallow: /x", []string{"/a"}, []string{"/x"}},
		"comments, blanks and cases": {"# hello\r\n USER-AGENT : * # all\r\n\r\ndisAllow:/x#y\r\n", []string{"/a"}, []string{"/x"}},
		"a mark at the beginning":    {"\uFEFF" + everyone + "Disallow: /x", nil, []string{"/x"}},
		"old line ends":              {"User-agent: *\rDisallow: /x\r", []string{"/a"}, []string{"/x"}},
		"escapes":                    {everyone + "Disallow: /a%7Eb\nDisallow: /новости\nDisallow: /%d0%bf\nDisallow: /c%2fd", []string{"/c/d"}, []string{"/a~b", "/a%7eb", "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8", "/п", "/c%2Fd"}},
		"a rule without a slash":     {everyone + "Disallow: news", []string{"/news"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, a := range c.allow {
				require.True(t, allows(t, c.text, a), "%q is allowed", a)
			}
			for _, a := range c.deny {
				require.False(t, allows(t, c.text, a), "%q is not", a)
			}
		})
	}
}

func TestProductIsTheNameThatAUserAgentBeginsWith(t *testing.T) {
	for given, want := range map[string]string{
		agent: "sanctionwatch", "acme_bot-x 2": "acme_bot-x", "plain": "plain", "": "", "(x)": "", "Бот/1": "",
	} {
		require.Equal(t, want, robots.Product(given))
	}
	everything, err := url.Parse("https://press.example/a")
	require.NoError(t, err)
	require.False(t, robots.Parse("User-agent: *\nDisallow: /", "").Allow(everything), "who has no name is anyone")
}

func TestOnlyTheBeginningOfAVastFileCounts(t *testing.T) {
	text := "User-agent: *\n" + strings.Repeat("Disallow: /y/yyyyyyyyyyyyy\n", robots.MaxBytes/27) + "\n\n\nDisallow: /x"
	require.Greater(t, len(text), robots.MaxBytes)
	require.True(t, allows(t, text, "/x"))
	require.False(t, allows(t, text, "/y/yyyyyyyyyyyyy"))
	require.Less(t, robots.Parse(text, agent).Size(), 2*robots.MaxBytes)
}

func FuzzRulesNeverPanicAndLetTheirOwnFileBeRead(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$", "/aab")
	f.Add("User-agent: sanctionwatch\nAllow: /%zz%4", "/%41?%")
	f.Fuzz(func(t *testing.T, text, path string) {
		r := robots.Parse(text, agent)
		r.Allow(&url.URL{Path: path, RawQuery: path})
		if !r.Allow(&url.URL{Path: "/robots.txt"}) {
			t.Error("the file itself is always allowed")
		}
	})
}
