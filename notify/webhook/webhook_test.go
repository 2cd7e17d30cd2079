package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/webhook"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// canary is in every secret of these tests and in nothing that is shown.
const canary = "canary-7d21"

// A post is what the server got.
type post struct {
	method, path string
	header       http.Header
	body         []byte
}

// receiver answers with a handler and hands out what it got.
func receiver(t testing.TB, answer http.HandlerFunc) (address string, got chan post) {
	t.Helper()
	got = make(chan post, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- post{r.Method, r.URL.RequestURI(), r.Header, body}
		answer(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/hook/" + canary + "?key=" + canary, got
}

// notifier returns one that may post to loopback.
func notifier(t testing.TB, o webhook.Options) *webhook.Notifier {
	t.Helper()
	o.AllowPrivateAddresses = true
	n, err := webhook.New(o, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return n
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }

func TestPostIsSignedAndNamed(t *testing.T) {
	address, got := receiver(t, ok)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte(canary+"\n"), 0o600))
	n := notifier(t, webhook.Options{
		URL: notify.Secret(address), SecretFile: secret,
		Headers: map[string]notify.Secret{"Authorization": "Bearer " + canary},
	})
	o := notify.Sample("ops", noon)
	r, err := n.Notify(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, "202", r.Ref)
	require.WithinDuration(t, time.Now(), r.At, time.Minute)
	p := <-got
	require.Equal(t, "POST", p.method)
	require.Equal(t, "/hook/"+canary+"?key="+canary, p.path)
	require.Equal(t, "application/json", p.header.Get("Content-Type"))
	require.Equal(t, "Bearer "+canary, p.header.Get("Authorization"))
	require.Equal(t, string(o.Delivery.ID), p.header.Get("X-Sanctionwatch-Id"))
	stamp := p.header.Get("X-Sanctionwatch-Timestamp")
	sec, err := strconv.ParseInt(stamp, 10, 64)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), time.Unix(sec, 0), time.Minute)
	mac := hmac.New(sha256.New, []byte(canary))
	mac.Write([]byte(stamp + "." + string(p.body)))
	require.Equal(t, "v1="+hex.EncodeToString(mac.Sum(nil)), p.header.Get("X-Sanctionwatch-Signature"))
}

func TestWithoutASecretThereIsNoSignature(t *testing.T) {
	address, got := receiver(t, ok)
	_, err := notifier(t, webhook.Options{URL: notify.Secret(address)}).Notify(context.Background(), notify.Sample("ops", noon))
	require.NoError(t, err)
	require.NotContains(t, (<-got).header, "X-Sanctionwatch-Signature")
}

func TestPayloadIsStable(t *testing.T) {
	address, got := receiver(t, ok)
	n := notifier(t, webhook.Options{URL: notify.Secret(address)})
	hostile := notify.Sample("ops", noon)
	hostile.Repeat = true
	hostile.Delivery.Kind, hostile.Alert.Reason = watcher.Reply, watcher.Official
	hostile.Alert.Item.Title = "<script>alert(1)</script> <!channel>\r\nX: y \u202egnp" + strings.Repeat(" long", 2000)
	hostile.Alert.Item.URL = "javascript:alert(1)"
	hostile.Alert.Matches, hostile.Alert.Story.Outlets, hostile.Alert.Story.Feeds = nil, nil, nil
	hostile.Alert.Story.Rules, hostile.Alert.Story.Themes, hostile.Alert.Item.Lead = nil, nil, ""
	for name, o := range map[string]watcher.Outgoing{"post.json": notify.Sample("ops", noon), "hostile.json": hostile, "trouble.json": notify.SampleTrouble("ops", noon)} {
		_, err := n.Notify(context.Background(), o)
		require.NoError(t, err)
		var pretty bytes.Buffer
		require.NoError(t, json.Indent(&pretty, (<-got).body, "", "  "))
		file := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(file, pretty.Bytes(), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), pretty.String())
		require.NotContains(t, pretty.String(), "null", "a list is never null")
		var p webhook.Payload
		require.NoError(t, json.Unmarshal(pretty.Bytes(), &p))
		require.Equal(t, webhook.Version, p.Version)
		text := []rune(p.Quote.Text)
		for _, w := range p.Quote.Words {
			require.Equal(t, "забараніў транзіт калійных угнаенняў", string(text[w[0]:w[1]]))
		}
	}
}

func TestAnswersAreClassified(t *testing.T) {
	date := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for _, row := range []struct {
		code  int
		wait  string
		fate  string // done, later or never
		least time.Duration
		most  time.Duration
	}{
		{200, "", "done", 0, 0},
		{204, "", "done", 0, 0},
		{429, "7", "later", 7 * time.Second, 7 * time.Second},
		{429, "1.5", "later", 1500 * time.Millisecond, 1500 * time.Millisecond},
		{429, "", "later", 0, 0},
		{429, "soon", "later", 0, 0},
		{429, "-3", "later", 0, 0},
		{429, "NaN", "later", 0, 0},
		{429, "99999999999999999999", "later", time.Hour, time.Hour},
		{503, "30", "later", 30 * time.Second, 30 * time.Second},
		{503, date, "later", 80 * time.Second, 90 * time.Second},
		{503, "Thu, 01 Jan 1970 00:00:00 GMT", "later", 0, 0},
		{500, "30", "later", 0, 0},
		{502, "", "later", 0, 0},
		{504, "", "later", 0, 0},
		{408, "", "later", 0, 0},
		{425, "", "later", 0, 0},
		{400, "", "never", 0, 0},
		{401, "", "never", 0, 0},
		{404, "", "never", 0, 0},
		{410, "", "never", 0, 0},
		{301, "", "never", 0, 0},
		{307, "", "never", 0, 0},
	} {
		name := fmt.Sprintf("%d %s", row.code, row.wait)
		address, got := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", row.wait)
			w.Header().Set("Location", "/elsewhere/"+canary)
			w.WriteHeader(row.code)
			fmt.Fprintf(w, "cannot POST %s", r.URL.RequestURI())
		})
		_, err := notifier(t, webhook.Options{URL: notify.Secret(address)}).Notify(context.Background(), notify.Sample("ops", noon))
		var later *watcher.RetryError
		switch row.fate {
		case "done":
			require.NoError(t, err, name)
			continue
		case "later":
			require.ErrorAs(t, err, &later, name)
			require.GreaterOrEqual(t, later.After, row.least, name)
			require.LessOrEqual(t, later.After, row.most, name)
		default:
			require.Error(t, err, name)
			require.NotErrorAs(t, err, &later, name)
			require.NotErrorAs(t, err, new(*watcher.UncertainError), name)
		}
		require.ErrorContains(t, err, strconv.Itoa(row.code), name)
		require.NotContains(t, err.Error(), canary, name)
		require.Len(t, got, 1, "%s: redirects are not followed and nothing is posted twice", name)
	}
}

// rawServer accepts connections and lets a function treat each.
func rawServer(t testing.TB, treat func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			treat(c)
		}
	}()
	return "http://" + l.Addr().String() + "/" + canary
}

func TestBrokenConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	refused := "http://" + l.Addr().String() + "/" + canary
	l.Close()
	read := func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<16)) }
	for _, row := range []struct {
		name, address string
		unsure        bool
	}{
		{"refused", refused, false},
		{"no such name", "http://nothing.invalid/" + canary, false},
		{"cut after the request", rawServer(t, func(c net.Conn) { read(c); c.Close() }), true},
		{"silent after the request", rawServer(t, func(c net.Conn) { read(c); time.AfterFunc(2*time.Second, func() { c.Close() }) }), true},
		{"cut inside the answer", rawServer(t, func(c net.Conn) { read(c); fmt.Fprint(c, "HTTP/1.1 20"); c.Close() }), true},
		{"not HTTP", rawServer(t, func(c net.Conn) { read(c); fmt.Fprint(c, "220 mail.example ESMTP\r\n"); c.Close() }), true},
		{"TLS that is none", strings.Replace(rawServer(t, func(c net.Conn) { read(c); c.Close() }), "http:", "https:", 1), false},
	} {
		n := notifier(t, webhook.Options{URL: notify.Secret(row.address), Timeout: 300 * time.Millisecond})
		_, err := n.Notify(context.Background(), notify.Sample("ops", noon))
		require.Error(t, err, row.name)
		if row.unsure {
			require.ErrorAs(t, err, new(*watcher.UncertainError), "%s: %v", row.name, err)
		} else {
			require.ErrorAs(t, err, new(*watcher.RetryError), "%s: %v", row.name, err)
		}
		require.NotContains(t, err.Error(), canary, row.name)
	}
}

func TestUntrustedCertificateGetsNoPost(t *testing.T) {
	posts := make(chan string, 1)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { posts <- r.URL.Path }))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	_, err := notifier(t, webhook.Options{URL: notify.Secret(srv.URL + "/" + canary)}).Notify(context.Background(), notify.Sample("ops", noon))
	require.ErrorAs(t, err, new(*watcher.RetryError), "a certificate may be renewed")
	require.ErrorContains(t, err, "certificate")
	require.NotContains(t, err.Error(), canary)
	require.Empty(t, posts)
}

func TestCancelledBeforeItIsSentIsCertain(t *testing.T) {
	address, got := receiver(t, ok)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := notifier(t, webhook.Options{URL: notify.Secret(address)}).Notify(ctx, notify.Sample("ops", noon))
	require.ErrorAs(t, err, new(*watcher.RetryError))
	require.Empty(t, got)
}

func TestAddressComesFromAFileThatMayChange(t *testing.T) {
	first, got1 := receiver(t, ok)
	second, got2 := receiver(t, ok)
	file := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(file, []byte(first+"\n"), 0o600))
	n := notifier(t, webhook.Options{URLFile: file})
	_, err := n.Notify(context.Background(), notify.Sample("ops", noon))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(second+"\n"), 0o600))
	_, err = n.Notify(context.Background(), notify.Sample("ops", noon))
	require.NoError(t, err)
	require.Len(t, got1, 1)
	require.Len(t, got2, 1)
	require.NoError(t, os.WriteFile(file, []byte("ftp://"+canary), 0o600))
	_, err = n.Notify(context.Background(), notify.Sample("ops", noon))
	require.EqualError(t, err, `url: unknown scheme "ftp"; write https`)
	require.NoError(t, os.Remove(file))
	_, err = n.Notify(context.Background(), notify.Sample("ops", noon))
	require.ErrorAs(t, err, new(*watcher.RetryError), "a file that is being replaced is there again soon")
	require.ErrorContains(t, err, "url_file "+file)
}

func TestPrintingANotifierShowsNoSecret(t *testing.T) {
	n := notifier(t, webhook.Options{
		URL: "https://example.org/" + canary, Secret: canary, Headers: map[string]notify.Secret{"X-Key": canary},
	})
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", n, n, n), canary)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", *n, *n, *n), canary)
}

func TestUpdatesArePostedWhenAsked(t *testing.T) {
	require.False(t, notifier(t, webhook.Options{URL: "https://example.org/"}).Updates())
	require.True(t, notifier(t, webhook.Options{URL: "https://example.org/", Updates: true}).Updates())
}

func TestMistakesInOptions(t *testing.T) {
	require.EqualError(t, webhook.Options{}.Validate(), "url: missing; write url or url_file")
	err := webhook.Options{
		URL: "http://example.org/" + canary, URLFile: "b", Secret: "c", SecretFile: "d", Timeout: time.Minute,
		Headers: map[string]notify.Secret{
			"host": "x", "X-Sanctionwatch-Id": "x", "Idempotency-Key": "x", "Bad Name": "x", "X-Value": "a\r\nb", "X-Good": "x",
		},
	}.Validate()
	require.EqualError(t, err, `url_file: url is given too; keep one of them
secret_file: secret is given too; keep one of them
timeout: 1m0s is out of range; write 1s to 14s
headers["Bad Name"]: not a header name
headers["Idempotency-Key"]: this header is set by the program; delete it
headers["X-Sanctionwatch-Id"]: this header is set by the program; delete it
headers["X-Value"]: not a header value; write one line of printable text
headers["host"]: this header is set by the program; delete it`)
	for url, want := range map[string]string{
		"http://example.org/" + canary: "plain http can be read and forged",
		"example.org/" + canary:        "not an address",
		"ftp://example.org/" + canary:  `unknown scheme "ftp"`,
		"https://[bad/" + canary:       "not an address",
	} {
		err := webhook.Options{URL: notify.Secret(url)}.Validate()
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), canary)
	}
	_, err = webhook.New(webhook.Options{}, slog.New(slog.DiscardHandler))
	require.Error(t, err)
}
