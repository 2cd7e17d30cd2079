package feed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// An office is a publisher with a feed, and pages behind its items.
type office struct {
	*httptest.Server

	mu    sync.Mutex
	items []string                    // guarded by mu, as are those below; the newest first
	pages map[string]http.HandlerFunc // by path; a page of its own for each other one
	hits  map[string]int
	auth  map[string]string // the last Authorization, by path
}

func newOffice(t testing.TB) *office {
	o := &office{pages: map[string]http.HandlerFunc{}, hits: map[string]int{}, auth: map[string]string{}}
	o.Server = serve(t, o.serve)
	o.pages["/robots.txt"] = http.NotFound
	return o
}

func (o *office) serve(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.hits[r.URL.Path]++
	o.auth[r.URL.Path] = r.Header.Get("Authorization")
	page, items := o.pages[r.URL.Path], strings.Join(o.items, "")
	o.mu.Unlock()
	switch {
	case r.URL.Path == "/feed":
		_, _ = io.WriteString(w, channel(items))
	case page != nil:
		page(w, r)
	default:
		shows(story(r.URL.Path))(w, r)
	}
}

// publish puts items in front whose links are paths or addresses.
func (o *office) publish(links ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range links {
		if strings.HasPrefix(l, "/") {
			l = o.URL + l
		}
		o.items = append([]string{fmt.Sprintf("<item><title>News at %s</title><link>%s</link><description>In short.</description></item>", l, l)}, o.items...)
	}
}

func (o *office) on(path string, h http.HandlerFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pages[path] = h
}

func (o *office) count(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hits[path]
}

func (o *office) feed() watcher.Feed {
	return watcher.Feed{ID: "post", URL: o.URL + "/feed", FullText: true}
}

// told is a sentence that only the article at a path has.
func told(path string) string {
	return "The harbour master said that the ship " + path + " carries eleven thousand tonnes of potash, more than any ship before it this year."
}

// story is a page with an article in it.
func story(path string) string {
	return "<html><head><title>Post</title></head><body><nav><a href=/>Home</a></nav><article><h1>News</h1><p>" + told(path) +
		"</p><p>It left the port on Monday morning, and the company that sent it was not named in the papers that were shown to us.</p>" +
		"</article><script>x()</script></body></html>"
}

func shows(page string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	}
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// reader is a client without gaps for an office that is the test's own.
func reader(t testing.TB, o feed.Options) *feed.Client {
	c := newClient(t, o)
	c.Hurry()
	return c
}

// later is a cursor of a feed that was polled before.
var later = watcher.Cursor{BodyHash: "another"}

func fetch(t testing.TB, c *feed.Client, f watcher.Feed, cur watcher.Cursor) watcher.Batch {
	t.Helper()
	b, err := c.Fetch(t.Context(), f, cur)
	require.NoError(t, err)
	return b
}

func TestArticlesAreReadIntoBodies(t *testing.T) {
	o := newOffice(t)
	o.publish("/1", "/2")
	c := reader(t, feed.Options{})
	b := fetch(t, c, o.feed(), later)
	require.Len(t, b.Items, 2)
	for i, path := range []string{"/1", "/2"} {
		require.Equal(t, "In short.", b.Items[i].Lead)
		require.Contains(t, b.Items[i].Body, told(path))
		require.Contains(t, b.Items[i].Body, "\nIt left the port", "each paragraph on a line of its own")
		require.NotContains(t, b.Items[i].Body, "<")
		require.NotContains(t, b.Items[i].Body, "x()")
	}
	require.Empty(t, b.Notes, "what went well is not worth a word")
	require.Equal(t, 1, o.count("/robots.txt"), "kept for a day")
	read, unread := c.Articles()
	require.EqualValues(t, 2, read)
	require.Zero(t, unread)

	plain := o.feed()
	plain.FullText = false
	require.Empty(t, fetch(t, c, plain, later).Items[0].Body, "only where the operator wants it")
	require.Equal(t, 1, o.count("/1"))
}

func TestArticleIsReadOnceAndAgainWhenItsHeadlineChanged(t *testing.T) {
	o := newOffice(t)
	o.publish("/1")
	c := reader(t, feed.Options{})
	fetch(t, c, o.feed(), later)
	require.Empty(t, fetch(t, c, o.feed(), later).Items[0].Body)
	require.Equal(t, 1, o.count("/1"))
	o.mu.Lock()
	o.items[0] = strings.Replace(o.items[0], "In short.", "At length.", 1)
	o.mu.Unlock()
	require.Contains(t, fetch(t, c, o.feed(), later).Items[0].Body, told("/1"))
	require.Equal(t, 2, o.count("/1"))
}

func TestStoreSaysWhatIsNew(t *testing.T) {
	o := newOffice(t)
	o.publish("/known", "/held", "/edited", "/new")
	c := reader(t, feed.Options{})
	var asked int
	c.Known = func(_ context.Context, items []watcher.Item) ([]watcher.Sighting, error) {
		asked++
		if asked == 1 {
			return nil, errors.New("the disk is full")
		}
		if asked == 2 {
			require.Len(t, items, 4)
			return []watcher.Sighting{watcher.Known, watcher.Held, watcher.Edited, watcher.Unknown}, nil
		}
		return []watcher.Sighting{watcher.Known, watcher.Unknown}[:len(items)], nil
	}
	require.Empty(t, fetch(t, c, o.feed(), later).Items[3].Body, "what is new is not known")
	b := fetch(t, c, o.feed(), later)
	for i, want := range []bool{false, false, true, true} {
		require.Equal(t, want, b.Items[i].Body != "", b.Items[i].URL)
	}
	require.Zero(t, o.count("/known"))
	b = fetch(t, c, o.feed(), later)
	require.Empty(t, b.Items[2].Body)
	require.NotEmpty(t, b.Items[3].Body, "it was read, and not recorded")
}

func TestFeedThatGivesItsArticlesIsNotAskedForThem(t *testing.T) {
	o := newOffice(t)
	o.publish("/1")
	o.items[0] = strings.Replace(o.items[0], "</item>", "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>"+
		strings.Repeat("The feed has it all. ", 200)+"</content:encoded></item>", 1)
	b := fetch(t, reader(t, feed.Options{}), o.feed(), later)
	require.Contains(t, b.Items[0].Body, "The feed has it all.")
	require.Zero(t, o.count("/1"))
}

func TestWhatCannotBeReadIsToldAndLeavesTheItemAsItIs(t *testing.T) {
	pdf := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = io.WriteString(w, story("/pdf"))
	}
	coded := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "rot13")
		shows(story("/coded"))(w, nil)
	}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		shows(story("/cut"))(w, nil)
	}
	for name, c := range map[string]struct {
		page http.HandlerFunc
		note string
		hits int // in five polls
	}{
		"forbidden":  {shows(story("/x")), "0 of 1 article read; 1 refused by robots.txt", 0},
		"gone":       {answers(404), "0 of 1 article read; 1 not there any more", 1},
		"paid for":   {answers(402), "0 of 1 article read; 1 refused by the publisher (HTTP 402)", 1},
		"broken":     {answers(500), "0 of 1 article read; 1 answered with HTTP 500", 3},
		"patience":   {answers(429), "0 of 1 article read; 1 answered with HTTP 429", 3},
		"paper":      {pdf, "0 of 1 article read; 1 not a page of HTML", 1},
		"empty":      {shows("<html></html>"), "0 of 1 article read; 1 without more text than the feed gives", 1},
		"a teaser":   {shows("<html><p>In short.</p></html>"), "0 of 1 article read; 1 without more text than the feed gives", 1},
		"vast":       {shows(strings.Repeat("<p>a", 2<<20)), "0 of 1 article read; 1 too large", 1},
		"in circles": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, "0 of 1 article read; 1 behind too many redirects", 6},
		"cut":        {cut, "0 of 1 article read; 1 cut short", 3},
		"in code":    {coded, "0 of 1 article read; 1 not to be read", 3},
		"out of house": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "ftp://post.example/", http.StatusFound)
		}, "0 of 1 article read; 1 not to be read", 3},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.publish("/x")
			o.on("/x", c.page)
			if name == "forbidden" {
				o.on("/robots.txt", shows("User-agent: sanctionwatch\nDisallow: /x"))
			}
			client := reader(t, feed.Options{})
			for n := range 5 {
				b := fetch(t, client, o.feed(), later)
				require.Len(t, b.Items, 1)
				require.Empty(t, b.Items[0].Body)
				require.Equal(t, "In short.", b.Items[0].Lead)
				if n == 0 {
					require.Equal(t, []string{"full text: " + c.note}, b.Notes)
				}
			}
			require.Equal(t, c.hits, o.count("/x"))
			_, unread := client.Articles()
			require.Positive(t, unread)
		})
	}
}

func TestArticleThatFailedIsReadAtALaterPoll(t *testing.T) {
	o := newOffice(t)
	o.publish("/1")
	o.on("/1", answers(503))
	c := reader(t, feed.Options{})
	c.Known = func(_ context.Context, items []watcher.Item) ([]watcher.Sighting, error) {
		return make([]watcher.Sighting, len(items)), nil
	}
	require.Empty(t, fetch(t, c, o.feed(), later).Items[0].Body)
	o.on("/1", nil)
	require.Contains(t, fetch(t, c, o.feed(), later).Items[0].Body, told("/1"))

	first := reader(t, feed.Options{})
	o.on("/1", answers(503))
	fetch(t, first, o.feed(), watcher.Cursor{})
	o.on("/1", nil)
	require.Empty(t, fetch(t, first, o.feed(), later).Items[0].Body, "after a first poll it would be told as news")
}

func TestTwentyArticlesAPollTheNewestFirst(t *testing.T) {
	o := newOffice(t)
	for i := range 25 {
		o.publish(fmt.Sprintf("/%d", i))
	}
	c := reader(t, feed.Options{})
	b := fetch(t, c, o.feed(), later)
	require.Equal(t, []string{"full text: 20 of 25 articles read; 5 left for the next poll"}, b.Notes)
	for i, it := range b.Items {
		require.Equal(t, i >= 5, it.Body != "", "%s", it.URL)
	}
	b = fetch(t, c, o.feed(), later)
	require.Empty(t, b.Notes)
	for i, it := range b.Items {
		require.Equal(t, i < 5, it.Body != "", "%s", it.URL)
	}
	b = fetch(t, reader(t, feed.Options{}), o.feed(), watcher.Cursor{})
	require.Equal(t, []string{"full text: 20 of 25 articles read; 5 not asked for on the first poll"}, b.Notes)
}

func TestHostThatAsksForPatienceIsLeftAlone(t *testing.T) {
	o := newOffice(t)
	o.publish("/1", "/2", "/3")
	o.on("/2", answers(429))
	b := fetch(t, reader(t, feed.Options{}), o.feed(), later)
	require.Equal(t, []string{"full text: 1 of 3 articles read; 1 answered with HTTP 429; 1 left for the next poll"}, b.Notes)
	require.Zero(t, o.count("/1"))
}

func TestRobotsThatCannotBeReadPutArticlesOff(t *testing.T) {
	for _, status := range []int{500, 503, 429} {
		o := newOffice(t)
		o.publish("/1", "/2")
		o.on("/robots.txt", answers(status))
		b := fetch(t, reader(t, feed.Options{}), o.feed(), later)
		require.Equal(t, []string{"full text: 0 of 2 articles read; 2 put off, since robots.txt could not be read"}, b.Notes)
		require.Equal(t, 1, o.count("/robots.txt"), "not asked for again at once")
		require.Zero(t, o.count("/1"))
	}
	for _, status := range []int{401, 403, 404, 410} {
		o := newOffice(t)
		o.publish("/1")
		o.on("/robots.txt", answers(status))
		require.NotEmpty(t, fetch(t, reader(t, feed.Options{}), o.feed(), later).Items[0].Body, "%d allows all", status)
	}
}

func TestRobotsAreAskedOfWhoARedirectLeadsTo(t *testing.T) {
	o, other := newOffice(t), newOffice(t)
	o.publish("/1")
	o.on("/1", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/private/1", http.StatusFound)
	})
	other.on("/robots.txt", shows("User-agent: *\nDisallow: /private/"))
	b := fetch(t, reader(t, feed.Options{}), o.feed(), later)
	require.Equal(t, []string{"full text: 0 of 1 article read; 1 refused by robots.txt"}, b.Notes)
	require.Zero(t, other.count("/private/1"))
}

func TestRobotsKnowUsByTheNameThatWeSend(t *testing.T) {
	o := newOffice(t)
	o.publish("/1")
	o.on("/robots.txt", shows("User-agent: acme\nDisallow: /"))
	require.NotEmpty(t, fetch(t, reader(t, feed.Options{}), o.feed(), later).Items[0].Body)
	require.Empty(t, fetch(t, reader(t, feed.Options{UserAgent: "Acme/2 (+https://acme.example)"}), o.feed(), later).Items[0].Body)
	agreed := reader(t, feed.Options{})
	access(agreed, o.URL, feed.Access{Headers: map[string]string{"user-agent": "acme/3"}})
	require.Empty(t, fetch(t, agreed, o.feed(), later).Items[0].Body)
}

func TestPagesOfConsentAreNoArticles(t *testing.T) {
	o, wall := newOffice(t), newOffice(t)
	away := strings.Replace(wall.URL, "127.0.0.1", "localhost", 1) + "/consent"
	wall.on("/consent", shows(story("we value your privacy")))
	for _, path := range []string{"/1", "/2", "/3"} {
		o.publish(path)
		o.on(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, away, http.StatusFound) })
	}
	b := fetch(t, reader(t, feed.Options{}), o.feed(), later)
	require.Equal(t, []string{"full text: 1 of 3 articles read; 2 gave the text of another one, as pages that ask for consent do; " +
		"3 led to another host, localhost"}, b.Notes)
}

func TestPagesInOldCharsetsAreRead(t *testing.T) {
	const words = "\xd1\xf3\xe4\xed\xee \xe2\xfb\xf8\xeb\xee \xe8\xe7 \xef\xee\xf0\xf2\xe0 \xf1 \xea\xe0\xeb\xe8\xe5\xec \xf3\xf2\xf0\xee\xec \xe2 \xef\xee\xed\xe5\xe4\xe5\xeb\xfc\xed\xe8\xea. "
	page := "<html><head>%s</head><body><article><p>" + strings.Repeat(words, 8) + "</p></article></body></html>"
	for name, c := range map[string][2]string{
		"named by the header": {"text/html; charset=windows-1251", ""},
		"named by the page":   {"text/html", "<meta charset='windows-1251'>"},
		"the old way":         {"text/html", `<META http-equiv="Content-Type" content="text/html; charset=windows-1251">`},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.publish("/1")
			o.on("/1", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c[0])
				_, _ = fmt.Fprintf(w, page, c[1])
			})
			require.Contains(t, fetch(t, reader(t, feed.Options{}), o.feed(), later).Items[0].Body, "Судно вышло из порта с калием утром в понедельник.")
		})
	}
}

func TestSecretsGoToArticlesOfTheFeedsOwnHostOnly(t *testing.T) {
	o, other := newOffice(t), newOffice(t)
	o.publish("/own", other.URL+"/other", "/away")
	o.on("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/away", http.StatusFound) })
	c := reader(t, feed.Options{})
	access(c, o.URL+"/feed", feed.Access{Auth: &feed.Auth{TokenFile: secretFile(t, "t0ken")}})
	for _, it := range fetch(t, c, o.feed(), later).Items {
		require.NotEmpty(t, it.Body, it.URL)
	}
	require.Equal(t, map[string]string{"/feed": "Bearer t0ken", "/robots.txt": "Bearer t0ken", "/own": "Bearer t0ken", "/away": "Bearer t0ken"}, o.auth)
	require.Equal(t, map[string]string{"/robots.txt": "", "/other": "", "/away": ""}, other.auth)

	named := o.feed()
	named.ID, named.URL = "named", strings.Replace(named.URL, "http://", "http://ann:pw@", 1)
	fetch(t, c, named, later)
	require.Empty(t, other.auth["/other"])
}

func TestLinksIntoTheOwnNetworkAreNotFollowed(t *testing.T) {
	for _, private := range []bool{false, true} {
		o := newOffice(t)
		v := newOutlook(t, feed.Options{}, strings.TrimPrefix(o.URL, "http://"))
		v.client.Hurry()
		v.names["inside.example"] = [][]string{{"10.0.0.7"}}
		o.publish("http://169.254.169.254/latest/meta-data", "http://inside.example/admin", "http://2130706433/", "/leads", "/own")
		o.on("/leads", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.168.0.1/admin", http.StatusFound)
		})
		f := o.feed()
		if f.Private = private; !private {
			_, err := v.client.Fetch(t.Context(), f, later)
			require.ErrorContains(t, err, "is private")
			continue
		}
		b := fetch(t, v.client, f, later)
		require.Equal(t, []string{"full text: 1 of 5 articles read; 4 at a private address"}, b.Notes)
		require.NotEmpty(t, b.Items[4].Body, "the feed's own host is where the operator sent us")
		require.Empty(t, v.past())
	}
}

func TestNameThatLeadsIntoTheOwnNetworkLaterIsNotFollowed(t *testing.T) {
	v := newOutlook(t, feed.Options{}, "")
	v.client.Hurry()
	v.names["post.example"] = [][]string{{"10.0.0.7"}}
	items := []watcher.Item{{ID: "1", URL: "http://post.example/1", Title: "News"}}
	r := v.client.ReadArticles(t.Context(), watcher.Feed{ID: "post", URL: "http://post.example/feed", FullText: true}, items)
	require.Equal(t, "0 of 1 article read; 1 at a private address", r.String())
	require.Empty(t, v.past())
}
