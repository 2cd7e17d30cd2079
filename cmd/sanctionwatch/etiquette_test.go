package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// A behaviour is one way to be polite to a publisher. Its check fails, or says what it saw.
type behaviour struct {
	name  string
	check func(t *testing.T) (seen string)
}

// behaviours are the 24 ways, in the order in which feed authors list them.
var behaviours = []behaviour{
	{"sends validators back byte for byte, and never makes one up", validatorsBack},
	{"validators belong to the address that gave them", validatorsStayAtTheirAddress},
	{"304 is a success", notModifiedIsSuccess},
	{"keeps validators only once the items are recorded", validatorsAfterCommit},
	{"does not trust an unchanged ETag on a 200", sameTagOtherBody},
	{"asks hourly, and daily without validators, unless the publisher allows more", hourly},
	{"has a floor against the operator's wishes", hardFloor},
	{"takes max-age and Expires for not-before, within reason", maxAge},
	{"takes RSS ttl", ttl},
	{"keeps skipHours and skipDays", restHours},
	{"takes updatePeriod and updateFrequency", updatePeriod},
	{"429 with Retry-After, in seconds or as a date", tooMany},
	{"503 with Retry-After", unavailable},
	{"backs off from errors, and never gives up", backsOff},
	{"410 ends it", gone},
	{"follows 301 and 308 from the old address, and adopts a stable one after a week", permanent},
	{"follows 302, 303 and 307 without keeping them, and not for ever", temporary},
	{"takes gzip and br", compressed},
	{"says who it is, with no cookie, referrer or query of its own", polite},
	{"spreads its feeds", spread},
	{"one request at a time to a host, with a gap", oneAtATime},
	{"does not ask again after a restart", restart},
	{"has limits on time and size, and knows a page that is no feed", limits},
	{"WebSub where advertised, polling as the safety net", webSub},
}

func TestEtiquette(t *testing.T) {
	var table strings.Builder
	score := 0
	for i, b := range behaviours {
		seen := "not kept"
		if t.Run(fmt.Sprintf("%02d", i+1), func(t *testing.T) { seen = b.check(t) }) {
			score++
		}
		fmt.Fprintf(&table, "%2d  %-78s  %s\n", i+1, b.name, seen)
	}
	t.Logf("what the acceptance publisher saw\n%s%d of %d", table.String(), score, len(behaviours))
	require.Equal(t, len(behaviours), score)
}

// one is a reader of one feed at a path of the publisher.
func one(t *testing.T, a *acceptance, path, schedule string) *reader {
	return newReader(t, feed.Options{Schedule: schedule}, watcher.Feed{ID: "one", URL: a.URL + path})
}

func validatorsBack(t *testing.T) string {
	a := newAcceptance(t)
	const tag, date = `W/"a,b  c"`, "Tue, 25 May 2021 14:05:00 +0000"
	a.on("/with", serves(rss(1, ""), "ETag", tag, "Last-Modified", date))
	a.on("/without", serves(rss(1, "<pubDate>Tue, 25 May 2021 14:05:00 GMT</pubDate>")))
	r := newReader(t, feed.Options{}, watcher.Feed{ID: "with", URL: a.URL + "/with"}, watcher.Feed{ID: "without", URL: a.URL + "/without"})
	r.poll()
	r.poll()
	first, second := a.seen("/with")[0].header, a.seen("/with")[1].header
	require.Empty(t, first.Get("If-None-Match")+first.Get("If-Modified-Since"))
	require.Equal(t, tag, second.Get("If-None-Match"))
	require.Equal(t, date, second.Get("If-Modified-Since"))
	for _, v := range a.seen("/without") {
		require.Empty(t, v.header.Get("If-None-Match")+v.header.Get("If-Modified-Since"))
	}
	return "If-None-Match: " + second.Get("If-None-Match")
}

func validatorsStayAtTheirAddress(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/old", says(http.StatusFound, "Location", "/new", "ETag", `"of the redirect"`))
	a.on("/new", serves(rss(1, ""), "ETag", `"new"`))
	a.on("/other", serves(rss(2, ""), "ETag", `"other"`))
	r := one(t, a, "/old", "")
	r.poll()
	r.poll()
	require.Equal(t, `"new"`, a.seen("/new")[1].header.Get("If-None-Match"))
	a.on("/old", says(http.StatusFound, "Location", "/other"))
	r.poll()
	for _, v := range append(a.seen("/old"), a.seen("/other")...) {
		require.Empty(t, v.header.Get("If-None-Match"))
	}
	return "no validator went to the address that redirects, or to another target"
}

func notModifiedIsSuccess(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", serves(rss(1, "<ttl>90</ttl>"), "ETag", `"1"`))
	r := one(t, a, "/feed", "")
	first, _ := r.poll()
	st, wait := r.poll()
	require.Zero(t, st.Failures)
	require.Empty(t, st.LastError)
	require.False(t, st.LastSuccess.Before(first.LastPoll))
	require.Equal(t, first.Cursor, st.Cursor)
	require.GreaterOrEqual(t, wait, 90*time.Minute, "what the document said still holds")
	return fmt.Sprintf("validators and pace kept, next in %v", wait.Round(time.Minute))
}

func validatorsAfterCommit(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", serves(rss(1, ""), "ETag", `"1"`))
	r := one(t, a, "/feed", "")
	r.broken.broken = true
	st, _ := r.poll()
	require.Empty(t, st.Cursor)
	require.Contains(t, st.LastError, "the disk is full")
	r.broken.broken = false
	st, _ = r.poll()
	require.Empty(t, a.seen("/feed")[1].header.Get("If-None-Match"), "the items come again")
	require.Equal(t, `"1"`, st.Cursor.ETag)
	require.Equal(t, 1, r.items())
	return "unconditional after a poll that could not be recorded"
}

func sameTagOtherBody(t *testing.T) string {
	a := newAcceptance(t)
	n := 0
	a.on("/feed", func(w http.ResponseWriter, _ *http.Request) { // ignores the condition
		n++
		w.Header().Set("ETag", `"always the same"`)
		_, _ = w.Write([]byte(rss(n, "")))
	})
	r := one(t, a, "/feed", "")
	r.poll()
	r.poll()
	require.Equal(t, 2, r.items())
	return "both items read"
}

// items is how many items were recorded.
func (r *reader) items() int {
	r.t.Helper()
	c, err := r.store.Counts(r.t.Context())
	require.NoError(r.t, err)
	return c.Items
}

func hourly(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/tag", serves(rss(1, ""), "ETag", `"1"`))
	a.on("/bare", serves(rss(1, "")))
	a.on("/often", serves(rss(1, ""), "ETag", `"1"`, "Cache-Control", "max-age=600"))
	_, tag := one(t, a, "/tag", "").poll()
	_, bare := one(t, a, "/bare", "").poll()
	_, often := one(t, a, "/often", "").poll()
	require.GreaterOrEqual(t, tag, time.Hour)
	require.GreaterOrEqual(t, bare, 24*time.Hour)
	require.GreaterOrEqual(t, often, 10*time.Minute)
	require.Less(t, often, 12*time.Minute, "this one allows more")
	return fmt.Sprintf("%v with, %v without, %v where max-age is 10m", tag.Round(time.Minute), bare.Round(time.Hour), often.Round(time.Minute))
}

func hardFloor(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", serves(rss(1, "<ttl>1</ttl>"), "ETag", `"1"`, "Cache-Control", "max-age=1"))
	_, all := one(t, a, "/feed", "@every 1s").poll()
	_, own := newReader(t, feed.Options{}, watcher.Feed{ID: "own", URL: a.URL + "/feed", Schedule: "@every 1s"}).poll()
	_, none := one(t, a, "/feed", "").poll()
	for _, wait := range []time.Duration{all, own, none} {
		require.GreaterOrEqual(t, wait, 5*time.Minute)
	}
	return fmt.Sprintf("%v against @every 1s", all.Round(time.Second))
}

func maxAge(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/age", serves(rss(1, ""), "Cache-Control", "public, max-age=2400"))
	a.on("/expires", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
		w.Header().Set("Expires", time.Now().Add(50*time.Minute).UTC().Format(http.TimeFormat))
		_, _ = w.Write([]byte(rss(1, "")))
	})
	a.on("/silly", serves(rss(1, ""), "Cache-Control", "max-age=31536000"))
	_, age := one(t, a, "/age", "@every 10m").poll()
	_, expires := one(t, a, "/expires", "@every 10m").poll()
	_, silly := one(t, a, "/silly", "").poll()
	_, scheduled := one(t, a, "/silly", "@every 10m").poll()
	require.GreaterOrEqual(t, age, 40*time.Minute)
	require.GreaterOrEqual(t, expires, 49*time.Minute)
	require.LessOrEqual(t, silly, 25*time.Hour)
	require.LessOrEqual(t, scheduled, 61*time.Minute)
	return fmt.Sprintf("%v and %v; a year is %v, or %v with a schedule", age.Round(time.Minute), expires.Round(time.Minute),
		silly.Round(time.Hour), scheduled.Round(time.Minute))
}

func ttl(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", serves(rss(1, "<ttl>180</ttl>"), "ETag", `"1"`))
	_, wait := one(t, a, "/feed", "").poll()
	require.GreaterOrEqual(t, wait, 3*time.Hour)
	return wait.Round(time.Minute).String() + " for 180 minutes"
}

func restHours(t *testing.T) string {
	a := newAcceptance(t)
	now := time.Now().UTC()
	var hours strings.Builder
	for i := range 5 {
		fmt.Fprintf(&hours, "<hour>%d</hour>", now.Add(time.Duration(i)*time.Hour).Hour())
	}
	days := fmt.Sprintf("<day>%s</day><day>%s</day>", now.Weekday(), now.Add(24*time.Hour).Weekday())
	a.on("/hours", serves(rss(1, "<skipHours>"+hours.String()+"</skipHours>"), "ETag", `"1"`))
	a.on("/days", serves(rss(1, "<skipDays>"+days+"</skipDays>"), "ETag", `"1"`))
	night, _ := one(t, a, "/hours", "@every 10m").poll()
	weekend, _ := one(t, a, "/days", "").poll()
	require.NotContains(t, hours.String(), fmt.Sprintf(">%d<", night.NextDue.UTC().Hour()))
	require.NotContains(t, days, weekend.NextDue.UTC().Weekday().String())
	return fmt.Sprintf("%v for 5 hours of rest, %v for two days", time.Until(night.NextDue).Round(time.Minute), time.Until(weekend.NextDue).Round(time.Hour))
}

func updatePeriod(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", serves(rss(1, "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"), "ETag", `"1"`))
	_, wait := one(t, a, "/feed", "").poll()
	require.GreaterOrEqual(t, wait, 6*time.Hour)
	return wait.Round(time.Hour).String() + " for four times a day"
}

func tooMany(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/seconds", says(http.StatusTooManyRequests, "Retry-After", "7200"))
	a.on("/date", says(http.StatusTooManyRequests, "Retry-After", time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat)))
	st, seconds := one(t, a, "/seconds", "@every 10m").poll()
	_, date := one(t, a, "/date", "@every 10m").poll()
	require.GreaterOrEqual(t, seconds, 2*time.Hour)
	require.GreaterOrEqual(t, date, 2*time.Hour+59*time.Minute)
	require.Contains(t, st.LastError, "429")
	return fmt.Sprintf("%v and %v", seconds.Round(time.Minute), date.Round(time.Minute))
}

func unavailable(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", says(http.StatusServiceUnavailable, "Retry-After", "5400"))
	r := one(t, a, "/feed", "@every 10m")
	_, wait := r.poll()
	require.GreaterOrEqual(t, wait, 90*time.Minute)
	a.on("/feed", serves(rss(1, "")))
	_, after := r.poll()
	require.Less(t, after, 12*time.Minute, "it is over with the next success")
	return wait.Round(time.Minute).String()
}

func backsOff(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", says(http.StatusInternalServerError))
	r := one(t, a, "/feed", "@every 10m")
	last, longest := time.Duration(0), time.Duration(0)
	for range 15 {
		st, wait := r.poll()
		require.GreaterOrEqual(t, wait+time.Second, last)
		require.LessOrEqual(t, wait, 24*time.Hour+time.Minute)
		require.False(t, st.Gone)
		last, longest = wait, max(longest, wait)
	}
	require.Len(t, a.seen("/feed"), 15)
	a.on("/feed", serves(rss(1, "")))
	st, wait := r.poll()
	require.Zero(t, st.Failures)
	require.Less(t, wait, 12*time.Minute)
	return fmt.Sprintf("up to %v, then back at once", longest.Round(time.Hour))
}

func gone(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", says(http.StatusGone))
	r := one(t, a, "/feed", "@every 10m")
	st, _ := r.poll()
	require.True(t, st.Gone)
	require.Contains(t, st.LastError, "410")
	r.poll()
	require.Len(t, a.seen("/feed"), 1)
	return "asked once, and said so: " + st.LastError[strings.Index(st.LastError, "HTTP"):]
}

func permanent(t *testing.T) string {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusPermanentRedirect} {
		a := newAcceptance(t)
		a.on("/old", says(status, "Location", "/new"))
		a.on("/new", serves(rss(1, ""), "ETag", `"1"`))
		r := one(t, a, "/old", "")
		r.poll()
		st, _ := r.poll()
		require.Equal(t, a.URL+"/new", st.MovedTo)
		require.Empty(t, st.Adopted)
		require.Len(t, a.seen("/old"), 2, "the old address is asked first")
		st.MovedSince = st.MovedSince.Add(-8 * 24 * time.Hour)
		r.change(st)
		st, _ = r.poll()
		require.Equal(t, a.URL+"/new", st.Adopted)
		r.poll()
		require.Len(t, a.seen("/old"), 3, "and not any more")
		require.Len(t, a.seen("/new"), 4)
		a.on("/new", says(http.StatusGone))
		st, _ = r.poll()
		require.Empty(t, st.Adopted)
		require.False(t, st.Gone, "the operator's own address has not said so")
	}
	return "old address asked for a week, then the new one; back when that ends"
}

func temporary(t *testing.T) string {
	for _, status := range []int{http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect} {
		a := newAcceptance(t)
		a.on("/old", says(status, "Location", "/new"))
		a.on("/new", serves(rss(1, "")))
		r := one(t, a, "/old", "")
		r.poll()
		st, _ := r.poll()
		require.Empty(t, st.MovedTo)
		require.Len(t, a.seen("/old"), 2)
		require.Len(t, a.seen("/new"), 2)
	}
	a := newAcceptance(t)
	a.on("/round", says(http.StatusFound, "Location", "/round"))
	st, _ := one(t, a, "/round", "").poll()
	require.Contains(t, st.LastError, "redirects")
	require.LessOrEqual(t, len(a.seen("/round")), 10)
	return fmt.Sprintf("a circle is left after %d requests", len(a.seen("/round")))
}

func compressed(t *testing.T) string {
	a := newAcceptance(t)
	var z, b bytes.Buffer
	zw, bw := gzip.NewWriter(&z), brotli.NewWriter(&b)
	_, _ = zw.Write([]byte(rss(1, "")))
	_, _ = bw.Write([]byte(rss(2, "")))
	require.NoError(t, zw.Close())
	require.NoError(t, bw.Close())
	a.on("/gzip", serves(z.String(), "Content-Encoding", "gzip"))
	a.on("/br", serves(b.String(), "Content-Encoding", "br"))
	r := newReader(t, feed.Options{}, watcher.Feed{ID: "gzip", URL: a.URL + "/gzip"}, watcher.Feed{ID: "br", URL: a.URL + "/br"})
	r.poll()
	require.Equal(t, 2, r.items())
	asked := a.seen("/br")[0].header.Get("Accept-Encoding")
	require.Contains(t, asked, "gzip")
	require.Contains(t, asked, "br")
	return "Accept-Encoding: " + asked
}

func polite(t *testing.T) string {
	a := newAcceptance(t)
	const uri = "/feed?section=a%20b&page=1"
	a.on("/feed", serves(rss(1, ""), "Set-Cookie", "id=1; Path=/"))
	r := one(t, a, uri, "")
	r.poll()
	r.poll()
	for _, v := range a.seen("/feed") {
		require.Equal(t, uri, v.uri)
		require.Regexp(t, `^sanctionwatch/\S+ \(\+https://\S+\)$`, v.header.Get("User-Agent"))
		for _, name := range []string{"Cookie", "Referer", "Authorization", "From", "X-Forwarded-For"} {
			require.Empty(t, v.header.Get(name), name)
		}
	}
	return a.seen("/feed")[0].header.Get("User-Agent")
}

func spread(t *testing.T) string {
	a := newAcceptance(t)
	feeds := make([]watcher.Feed, 16)
	for i := range feeds {
		feeds[i] = watcher.Feed{ID: watcher.FeedID(fmt.Sprint("feed-", i)), URL: fmt.Sprintf("%s/%d", a.URL, i)}
		a.on(fmt.Sprint("/", i), says(http.StatusNotFound))
	}
	r := newReader(t, feed.Options{Schedule: "0 * * * *", PerHost: 16}, feeds...)
	r.poll()
	seconds := map[int64]bool{}
	for _, f := range feeds {
		seconds[r.state(f.ID).NextDue.Unix()] = true
	}
	require.Greater(t, len(seconds), 8)
	return fmt.Sprintf("%d feeds on the hour fall on %d different seconds", len(feeds), len(seconds))
}

func oneAtATime(t *testing.T) string {
	a := newAcceptance(t)
	feeds := make([]watcher.Feed, 6)
	for i := range feeds {
		path := fmt.Sprint("/", i)
		feeds[i] = watcher.Feed{ID: watcher.FeedID(fmt.Sprint("feed-", i)), URL: a.URL + path}
		a.on(path, serves(rss(i, "")))
	}
	r := newReader(t, feed.Options{}, feeds...)
	r.poll()
	require.Equal(t, 1, a.most)
	var all []visit
	for i := range feeds {
		all = append(all, a.seen(fmt.Sprint("/", i))...)
	}
	require.Len(t, all, len(feeds))
	least := time.Hour
	for i := range all {
		for j := range all {
			if gap := all[j].start.Sub(all[i].end); gap > 0 {
				least = min(least, gap)
			}
		}
	}
	require.GreaterOrEqual(t, least, 200*time.Millisecond, "a pause that is kept, not a time that is reached")
	return fmt.Sprintf("never two at once, at least %v between", least.Round(10*time.Millisecond))
}

func restart(t *testing.T) string {
	a := newAcceptance(t)
	a.on("/feed", serves(rss(1, ""), "ETag", `"1"`))
	r := one(t, a, "/feed", "@every 10m")
	before, _ := r.poll()
	require.NoError(t, r.store.Close())
	r.open(feed.Options{Schedule: "@every 10m"})
	due, err := r.store.Claim(t.Context(), "new process", 10, time.Minute)
	require.NoError(t, err)
	require.Empty(t, due)
	require.Equal(t, before.NextDue, r.state("one").NextDue)
	r.poll()
	require.Equal(t, `"1"`, a.seen("/feed")[1].header.Get("If-None-Match"), "and it still knows its validators")
	return "nothing is due before its time"
}

func limits(t *testing.T) string {
	a := newAcceptance(t)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	a.on("/slow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<rss>"))
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	})
	a.on("/large", serves(rss(1, strings.Repeat("<!-- long -->", 20_000))))
	a.on("/page", serves("<!DOCTYPE html><html><head><title>Please log in</title></head></html>", "ETag", `"page"`))
	for path, want := range map[string]string{"/slow": "no whole answer", "/large": "larger than", "/page": "not a feed: an HTML page titled"} {
		o := feed.Options{Timeout: 500 * time.Millisecond, MaxBody: 100 << 10}
		st, _ := newReader(t, o, watcher.Feed{ID: "one", URL: a.URL + path}).poll()
		require.Contains(t, st.LastError, want)
		require.Empty(t, st.Cursor, "what was not read leaves no validators")
	}
	return "slow, large and HTML answers are named"
}
