package article_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/sanctionwatch/sanctionwatch/watcher/feed/article"
)

// The page of a press agency as such pages are: a menu, an article, what else there is.
const (
	first = "The government in Vilnius decided on Monday that no freight train with potash fertiliser may cross the border, " +
		"a spokesman said after the meeting, which went on until late in the evening."
	second = "The railway, which carried eleven million tonnes a year, will end the contract in February, and the port in Klaipeda " +
		"expects to lose a third of its turnover, according to its director."
	menu   = "<nav><ul><li><a href='/'>Home</a><li><a href='/sport'>Sport</a><li><a href='/weather'>Weather in Minsk</a></ul></nav>"
	others = "<aside class='related'><ul><li><a href='/2'>Bank fined over sanctions</a><li><a href='/3'>Airspace closed</a></ul></aside>"
)

func page(body string) string {
	return "<!DOCTYPE html><html><head><title>Trains stopped | Post</title><meta charset=utf-8><style>p{color:red}</style>" +
		"<script>var potash = '<p>not for readers, not for readers, not for readers</p>';</script></head><body>" + menu +
		body + others + "<footer>© Post. All rights reserved.</footer><script>track()</script></body></html>"
}

func TestTheArticleIsFoundAndNothingElse(t *testing.T) {
	for name, body := range map[string]string{
		"an article":             "<article><h1>Trains stopped</h1><p>" + first + "</p><p>" + second + "</p></article>",
		"paragraphs without end": "<div class='content'><p>" + first + "<p>" + second + "</div>",
		"breaks":                 "<div id='text'>" + first + "<br><br>" + second + "</div>",
		"divisions":              "<main><div><div>" + first + "</div><div>" + second + "</div></div></main>",
		"tags nobody ended":      "<div><div><b><i><div class='article'><p>" + first + "</p><p><font color=red>" + second + "</p></div>",
		"very deep":              strings.Repeat("<div>", 300) + "<p>" + first + "</p><p>" + second + "</p>" + strings.Repeat("</div>", 300),
		"a select without ends":  "<select>" + strings.Repeat("<option>Country", 300) + "</select><article><p>" + first + "</p><p>" + second + "</p></article>",
		"foreign parts":          "<svg><path d='M0'/></svg><article><template><p>x</template><p>" + first + "</p><math><mi>x</math><p>" + second + "</p></article>",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := article.Text(page(body))
			require.NoError(t, err)
			require.Contains(t, got, first)
			require.Contains(t, got, second)
			for _, not := range []string{"Weather", "Airspace", "not for readers", "track()", "color:red"} {
				require.NotContains(t, got, not)
			}
		})
	}
}

func TestShortNewsIsAnArticleToo(t *testing.T) {
	got, err := article.Text(page("<article><h1>Trains stopped</h1><p>" + first[:120] + ".</p></article>"))
	require.NoError(t, err)
	require.Contains(t, got, first[:120])
}

func TestWhatNobodySeesIsNotRead(t *testing.T) {
	got, err := article.Text(page("<article><p>" + first + "</p><p style='display:none'>Secret words, which are hidden from readers.</p>" +
		"<p hidden>More of them.</p><!-- potash --><p>" + second + "</p></article>"))
	require.NoError(t, err)
	for _, not := range []string{"Secret", "More of them", "<!--"} {
		require.NotContains(t, got, not)
	}
}

func TestPageWithoutAnArticleSaysSo(t *testing.T) {
	for _, p := range []string{"", "   ", "<html></html>", "<img src=a>", "<script>" + first, "\x00"} {
		_, err := article.Text(p)
		require.ErrorIs(t, err, article.ErrNone, "%q", p)
	}
}

// hostile are parts that pages of 5 MiB are made of.
var hostile = map[string]string{
	"open":          "<div>",
	"open and text": "<div>a, b, c ",
	"formatting":    "<b><p>x",
	"attributes":    "<font color=1><p>a",
	"tables":        "<table><tr><td>a",
	"lists":         "<ul><li>a",
	"options":       "<option><p>a",
	"breaks":        "<br>a<br>b",
	"signs":         "<",
	"ruby":          "<ruby><rt>a",
	"links":         "<a href=x>aaa</a> ",
	"many texts":    "<div class=x><p>some text, that is long enough to be a paragraph, and so on</p>",
	"forms":         "<form><div>",
	"foreign":       "<svg><p><math><a>",
	"unclosed":      "<!--",
	"value":         `<p class="`,
	"text":          "a, ",
	"bytes":         "\x00\xFF",
}

func TestHostilePagesStayInBounds(t *testing.T) {
	const size = 5 << 20
	for name, part := range hostile {
		t.Run(name, func(t *testing.T) {
			small := article.Shrink(strings.Repeat(part, size/len(part)))
			require.Less(t, len(small), 5<<20/2)
			doc, err := html.Parse(strings.NewReader(small))
			require.NoError(t, err, "never deeper than a parser takes")
			nodes, depth := 0, 0
			for n := range doc.Descendants() {
				nodes++
				up := 0
				for range n.Ancestors() {
					up++
				}
				depth = max(depth, up)
			}
			require.Less(t, nodes, 150_000)
			require.Less(t, depth, 250)
		})
	}
}

func FuzzTextNeverPanics(f *testing.F) {
	f.Add(page("<article><p>" + first + "</p></article>"))
	for _, part := range hostile {
		f.Add(strings.Repeat(part, 50))
	}
	f.Fuzz(func(t *testing.T, p string) {
		if _, err := article.Text(p); err != nil {
			require.NotContains(t, err.Error(), "panic")
		}
	})
}

func BenchmarkText(b *testing.B) {
	for name, p := range map[string]string{
		"usual": page("<article><p>" + strings.Repeat(first+"</p><p>"+second+"</p><p>", 20) + "</article>"),
		"worst": strings.Repeat(hostile["many texts"], 5<<20/len(hostile["many texts"])),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := article.Text(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
