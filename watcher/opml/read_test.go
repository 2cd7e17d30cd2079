package opml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/opml"
)

func read(tb testing.TB, doc string) opml.List {
	tb.Helper()
	l, err := opml.Read([]byte(doc))
	require.NoError(tb, err)
	return l
}

func TestFoldersAndCategoriesBecomeTags(t *testing.T) {
	l := read(t, `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Desk</title></head><body>
<outline text="Belarus">
  <outline text="State Media">
    <outline type="rss" text="БЕЛТА" xmlUrl="https://www.belta.by/rss" htmlUrl="https://www.belta.by/" language="ru"/>
  </outline>
  <outline type="rss" title="Zerkalo" text="z" xmlUrl="https://news.zerkalo.io/rss/all.rss" category="/news/exile,belarus"/>
</outline>
<outline text="OFAC" xmlUrl="https://ofac.example/feed"/>
</body></opml>`)
	require.Empty(t, l.Problems)
	require.Equal(t, []opml.Outline{
		{Line: 5, Feed: watcher.Feed{Name: "БЕЛТА", URL: "https://www.belta.by/rss", Language: "ru", Tags: []string{"belarus", "state-media"}}},
		{Line: 7, Feed: watcher.Feed{Name: "Zerkalo", URL: "https://news.zerkalo.io/rss/all.rss", Tags: []string{"belarus", "news", "exile"}}},
		{Line: 9, Feed: watcher.Feed{Name: "OFAC", URL: "https://ofac.example/feed"}},
	}, l.Outlines)
}

func TestWhatOtherProgramsWriteIsRead(t *testing.T) {
	for name, doc := range map[string]string{
		"attribute in lower case":     `<opml version="1.0"><body><outline xmlurl="https://a.example/rss" text="A"/></body></opml>`,
		"attribute in capitals":       `<opml><body><outline XMLURL="https://a.example/rss" TEXT="A"/></body></opml>`,
		"elements in capitals":        `<OPML><BODY><OUTLINE xmlUrl="https://a.example/rss" text="A"/></BODY></OPML>`,
		"url in the place of xmlUrl":  `<opml><body><outline type="rss" url="https://a.example/rss" text="A"/></body></opml>`,
		"feed protocol":               `<opml><body><outline xmlUrl="feed://a.example/rss" text="A"/></body></opml>`,
		"feed prefix":                 `<opml><body><outline xmlUrl="feed:https://a.example/rss" text="A"/></body></opml>`,
		"no protocol":                 `<opml><body><outline xmlUrl="//a.example/rss" text="A"/></body></opml>`,
		"blanks":                      "<opml><body><outline xmlUrl=' https://a.example/rss\n' text=' A\n '/></body></opml>",
		"a mark before the prolog":    "\ufeff<?xml version=\"1.0\"?><opml><body><outline xmlUrl='https://a.example/rss' text='A'/></body></opml>",
		"a type and a comment before": `<!DOCTYPE opml><!-- of mine --><opml><body><outline xmlUrl="https://a.example/rss" text="A"/></body></opml>`,
		"a language that is none":     `<opml><body><outline xmlUrl="https://a.example/rss" text="A" language="unknown"/></body></opml>`,
		"no body":                     `<opml><outline xmlUrl="https://a.example/rss" text="A"/></opml>`,
	} {
		t.Run(name, func(t *testing.T) {
			l := read(t, doc)
			require.Empty(t, l.Problems)
			require.Len(t, l.Outlines, 1)
			require.Equal(t, watcher.Feed{Name: "A", URL: "https://a.example/rss"}, l.Outlines[0].Feed)
		})
	}
}

func TestBareAmpersandsStayInAddresses(t *testing.T) {
	l := read(t, `<opml><body><outline text="R&D &eacute;" xmlUrl="https://a.example/?a=1&b=2&lang=be"/></body></opml>`)
	require.Equal(t, "https://a.example/?a=1&b=2&lang=be", l.Outlines[0].Feed.URL)
	require.Equal(t, "R&D é", l.Outlines[0].Feed.Name)
}

func TestCharsetsAreRead(t *testing.T) {
	doc := `<?xml version="1.0" encoding="%s"?><opml><body><outline text="Звязда" xmlUrl="https://zviazda.example/rss"/></body></opml>`
	cyrillic, err := charmap.Windows1251.NewEncoder().String(fmt.Sprintf(doc, "windows-1251"))
	require.NoError(t, err)
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(fmt.Sprintf(doc, "utf-16"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"windows-1251":                       cyrillic,
		"UTF-16":                             wide,
		"UTF-8 that is declared another way": fmt.Sprintf(doc, "windows-1251"),
		"UTF-8":                              fmt.Sprintf(doc, "utf-8"),
	} {
		t.Run(name, func(t *testing.T) {
			l := read(t, text)
			require.Empty(t, l.Problems)
			require.Equal(t, "Звязда", l.Outlines[0].Feed.Name)
		})
	}
}

func TestBrokenBytesDoNotHideTheRest(t *testing.T) {
	l := read(t, "<opml><body><outline text='a\xff' xmlUrl='https://a.example/'/><outline text='b' xmlUrl='https://b.example/'/></body></opml>")
	require.Len(t, l.Outlines, 2)
}

func TestWhatCannotBeReadIsSaidWithItsLine(t *testing.T) {
	for name, c := range map[string]struct{ doc, want string }{
		"no address": {
			"<opml><body>\n<outline type='rss' text='A'/></body></opml>",
			"line 2: A: no address: the outline has no xmlUrl",
		},
		"a pointer to a list": {
			"<opml><body>\n\n<outline type='include' text='More' url='https://a.example/x.opml'/></body></opml>",
			"line 3: More: a pointer to another list or page, not a feed: https://a.example/x.opml",
		},
		"no protocol": {
			"<opml><body><outline text='A' xmlUrl='a.example/rss'/></body></opml>",
			"line 1: A: the address begins without https://",
		},
		"another protocol": {
			"<opml><body><outline text='A' xmlUrl='gopher://a.example/rss'/></body></opml>",
			"line 1: A: the address begins with gopher: and not with https://",
		},
		"no host": {
			"<opml><body><outline text='A' xmlUrl='https:///rss'/></body></opml>",
			"line 1: A: the address has no host",
		},
		"a long address": {
			"<opml><body><outline text='A' xmlUrl='https://a.example/" + strings.Repeat("x", 3000) + "'/></body></opml>",
			"line 1: A: the address is too long to be one",
		},
		"an end before its time": {
			"<opml><body>\n<outline text='A' xmlUrl='https://a.example/'/>\n<outline text='B",
			"line 3: the document is damaged here (unexpected EOF): what follows was not read",
		},
		"a tag that is none": {
			"<opml><body>\n<outline text='A' xmlUrl='https://a.example/'/>\n<\n<outline text='B' xmlUrl='https://b.example/'/></body></opml>",
			"line 3: the document is damaged here (expected element name after <): what follows was not read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := read(t, c.doc)
			require.Len(t, l.Problems, 1)
			require.Equal(t, c.want, l.Problems[0].Error())
		})
	}
	l := read(t, "<opml><body>\n<outline text='A' xmlUrl='https://a.example/'/>\n<outline text='B")
	require.Len(t, l.Outlines, 1, "what stands before the damage is read")
}

func TestWhatIsNoListIsRefusedByName(t *testing.T) {
	for doc, want := range map[string]string{
		"":                             "not OPML: the document is empty",
		"hello":                        "not OPML: the document is empty",
		"\n<rss version='2.0'></rss>":  "not OPML: line 2 begins <rss>: this is a feed, not a list of feeds",
		"<!doctype html><html></html>": "not OPML: line 1 begins <html>: this is a web page",
		"<urlset></urlset>":            "not OPML: line 1 begins <urlset>, not <opml>",
		"<":                            "not OPML: unexpected EOF",
	} {
		_, err := opml.Read([]byte(doc))
		require.EqualError(t, err, want, doc)
	}
}

func TestLargeListsAreBounded(t *testing.T) {
	deep := read(t, "<opml>"+strings.Repeat("<outline text='x'>", 100_000))
	require.Len(t, deep.Problems, 1)
	require.Contains(t, deep.Problems[0].Msg, "more than 64 deep")
	wide := read(t, "<opml>"+strings.Repeat("<outline text='x' xmlUrl='https://a.example/'/>", 60_000)+"</opml>")
	require.Len(t, wide.Outlines, 50_000)
	require.Contains(t, wide.Problems[0].Msg, "more than 50000 outlines")
	bad := read(t, "<opml>"+strings.Repeat("<outline type='rss' text='x'/>", 5_000)+"</opml>")
	require.Len(t, bad.Problems, 1_000)
	long := read(t, "<opml><outline text='"+strings.Repeat("ж", 5_000)+"' xmlUrl='https://a.example/'/></opml>")
	require.Equal(t, strings.Repeat("ж", 100), long.Outlines[0].Feed.Name)
}

func TestTagsAreMadeOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"State media": "state-media", "  EU / Legal ": "eu-legal", "Беларусь": "беларусь", "国际": "国际", "!!": "", "": "",
	} {
		require.Equal(t, want, opml.Tag(name), name)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<opml version="2.0"><body><outline text="x"><outline xmlUrl="https://a.example/?a&b" category="a,/b"/></outline></body></opml>`))
	f.Add([]byte("\xff\xfe<\x00o\x00p\x00m\x00l\x00>\x00"))
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1251"?><opml><outline type=rss text="` + "\xe0" + `"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := opml.Read(data)
		if err != nil {
			require.Empty(t, l.Outlines)
		}
		for _, o := range l.Outlines {
			require.NotEmpty(t, o.Feed.URL)
			require.Positive(t, o.Line)
		}
	})
}
