package email_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/email"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sent mails a delivery and returns what arrived.
func sent(t testing.TB, alter func(*email.Options), o watcher.Outgoing) []byte {
	t.Helper()
	m := serve(t, "", nil)
	opt := options(m)
	if alter != nil {
		alter(&opt)
	}
	_, err := notifier(t, opt).Notify(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, m.taken(), 1)
	return m.taken()[0].text
}

// parts returns the headers, the text and the HTML of a mail.
func parts(t testing.TB, raw []byte) (mail.Header, string, string) {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	var bodies []string
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.Equal(t, "quoted-printable", p.Header.Get("Content-Transfer-Encoding"))
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		require.NoError(t, err)
		bodies = append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	require.Len(t, bodies, 2)
	return msg.Header, bodies[0], bodies[1]
}

// decoded returns a header in plain characters.
func decoded(t testing.TB, h mail.Header, name string) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(h.Get(name))
	require.NoError(t, err)
	return s
}

// news is a reply to a known story, with all that a mail can show.
func news() watcher.Outgoing {
	o := notify.Sample("desk", noon)
	a := &o.Alert
	o.Delivery.Kind, a.Reason, a.Severity, o.Repeat = watcher.Reply, watcher.Official, watcher.Critical, true
	o.Parent = watcher.Receipt{Ref: "<first.desk@example.org>"}
	a.Feed.Official, a.Feed.Name = true, "Міністэрства транспарту"
	a.Matches[0].Escalated = "@ban AND @transit AND country:lt"
	a.Matches = append(a.Matches, watcher.Match{RuleID: "trade", RuleTitle: "Trade with Belarus", Severity: watcher.Low, Theme: "sanctions"})
	for i := range 12 {
		a.Story.Outlets = append(a.Story.Outlets, watcher.Outlet{Name: fmt.Sprintf("Outlet %d", i), Host: "x.example", At: noon.AddDate(0, 0, -1)})
	}
	a.Story.Feeds = make([]string, 15)
	a.PlanHash = "9f31c02b77aa"
	return o
}

func TestMailAsAReaderSeesIt(t *testing.T) {
	for name, o := range map[string]watcher.Outgoing{"post": notify.Sample("desk", noon), "news": news(), "hostile": hostile(), "trouble": notify.SampleTrouble("desk", noon)} {
		_, text, page := parts(t, sent(t, func(o *email.Options) { o.Timezone = "Europe/Vilnius" }, o))
		for ext, body := range map[string]string{".txt": text, ".html": page} {
			file := filepath.Join("testdata", name+ext)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(file, []byte(body), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), body, file)
		}
	}
}

func TestHeaders(t *testing.T) {
	o := news()
	h, _, _ := parts(t, sent(t, func(o *email.Options) { o.ListID = "alerts.example.org" }, o))
	for name, want := range map[string]string{
		"Subject":                   "[CRITICAL] potash, first official source: Sample alert: урад забараніў транзіт калійных угнаенняў",
		"From":                      `"Sanction Watch" <alerts@example.org>`,
		"To":                        "<desk@example.org>",
		"Date":                      "Sun, 01 Feb 2026 12:00:00 +0000",
		"Message-Id":                "<" + string(o.Delivery.ID) + ".desk@example.org>",
		"References":                "<first.desk@example.org>",
		"In-Reply-To":               "<first.desk@example.org>",
		"List-Id":                   "<alerts.example.org>",
		"Auto-Submitted":            "auto-generated",
		"X-Sanctionwatch-Delivery":  string(o.Delivery.ID),
		"X-Sanctionwatch-Story":     string(o.Delivery.StoryID),
		"X-Sanctionwatch-Alert":     string(o.Delivery.AlertID),
		"X-Sanctionwatch-Severity":  "critical",
		"X-Sanctionwatch-Reason":    "official",
		"X-Sanctionwatch-Themes":    "potash, sanctions",
		"X-Sanctionwatch-Rules":     "potash-transit, trade",
		"X-Sanctionwatch-Language":  "be",
		"X-Auto-Response-Suppress":  "All",
		"Mime-Version":              "1.0",
		"X-Mailer":                  "",
		"X-Sanctionwatch-Delivery2": "",
	} {
		require.Equal(t, want, decoded(t, h, name), name)
	}
}

func TestFirstMailHasNoParent(t *testing.T) {
	h, _, _ := parts(t, sent(t, nil, notify.Sample("desk", noon)))
	require.NotContains(t, h, "References")
	require.NotContains(t, h, "In-Reply-To")
}

func TestParentThatIsNoMessageIDIsLeftOut(t *testing.T) {
	for _, ref := range []string{"1234.5678", "<a@b>\r\nBcc: x@example.org", "<a b@c>", "<no at>"} {
		o := notify.Sample("desk", noon)
		o.Parent.Ref = ref
		h, _, _ := parts(t, sent(t, nil, o))
		require.NotContains(t, h, "References", ref)
		require.NotContains(t, h, "Bcc", ref)
	}
}

func TestRepeatIsTheSameMailByteForByte(t *testing.T) {
	first := sent(t, nil, notify.Sample("desk", noon))
	require.Equal(t, string(first), string(sent(t, nil, notify.Sample("desk", noon))))
	o := notify.Sample("desk", noon)
	o.Repeat, o.Delivery.Attempts = true, 4
	h, text, _ := parts(t, sent(t, nil, o))
	h1, _, _ := parts(t, first)
	for _, name := range []string{"Message-Id", "Date", "Subject"} {
		require.Equal(t, h1.Get(name), h.Get(name), name)
	}
	require.Contains(t, text, "Possibly a repeat")
}

func TestMessageIDIsValidWhateverTheNames(t *testing.T) {
	o := notify.Sample("desk", noon)
	o.Delivery.Channel = "дэск <x@y>\r\n"
	h, _, _ := parts(t, sent(t, func(o *email.Options) { o.From = "alerts@прыклад.бел" }, o))
	require.Regexp(t, `^<[a-z0-9]{16}\.[a-z-]+@xn--[a-z0-9-]+\.xn--90ais>$`, h.Get("Message-Id"))
}

// hostile is what a feed may say to forge a mail.
func hostile() watcher.Outgoing {
	evil := "x\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script><img src=https://evil.example/t.gif> <!channel> \u202egpj.exe {{.}} \r\n.\r\nMAIL FROM:<x>"
	o := notify.Sample("desk", noon)
	a := &o.Alert
	a.Item.Title, a.Item.Lead, a.Feed.Name, a.Join.Why, a.Item.Language = evil+strings.Repeat(" long", 2000), evil, evil, evil, evil
	a.Item.URL = `https://news.example.org/"onmouseover="alert(1)?q=<b>'`
	a.Matches[0].RuleID, a.Matches[0].RuleTitle, a.Matches[0].Theme, a.Matches[0].Escalated = evil, evil, evil, evil
	a.Matches[0].Spans = []watcher.Span{{Field: watcher.Lead, Start: 0, End: len(evil), Clause: evil}}
	for i := range a.Story.Outlets {
		a.Story.Outlets[i].Name, a.Story.Outlets[i].Host, a.Story.Outlets[i].URL = evil, evil, "javascript:alert(1)"
	}
	return o
}

func TestHostileTextsForgeNothing(t *testing.T) {
	raw := sent(t, func(o *email.Options) { o.ListID = "a.example" }, hostile())
	h, text, page := parts(t, raw)
	require.NotContains(t, h, "Bcc")
	require.Less(t, len(decoded(t, h, "Subject")), 600)
	require.Contains(t, decoded(t, h, "Subject"), "[HIGH] x Bcc: victim@example.org")
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		require.LessOrEqual(t, len(line), 998, "RFC 5322, 2.1.1")
		require.NotContains(t, line, "\n")
		require.NotContains(t, line, "\r")
	}
	require.NotContains(t, text, "\u202e")
	for _, tag := range regexp.MustCompile(`<[a-zA-Z]+`).FindAllString(page, -1) {
		require.Contains(t, []string{"<html", "<head", "<meta", "<title", "<style", "<body", "<div", "<table", "<tr", "<td", "<span", "<br", "<a", "<b"}, tag)
	}
	require.Contains(t, page, "{{.}}", "a template in a feed is only text")
	for _, attr := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, strings.HasPrefix(attr[1], "https://news.example.org/%22onmouseover"), attr[1])
	}
}

func TestPageLoadsNothing(t *testing.T) {
	for _, o := range []watcher.Outgoing{notify.Sample("desk", noon), news()} {
		_, _, page := parts(t, sent(t, nil, o))
		require.NotRegexp(t, `(?i)src=|url\(|@import|<link|<script|<img|<iframe|ZgotmplZ`, page)
	}
}

func TestMistakesInOptions(t *testing.T) {
	require.EqualError(t, email.Options{}.Validate(), `smtp: missing; write host:port of the mail server
from: missing; write the sender's address
to: missing; write the recipients' addresses`)
	ok := email.Options{SMTP: "mail.example.org", From: "a@example.org", To: notify.Strings{"b@example.org"}}
	require.NoError(t, ok.Validate())
	for want, alter := range map[string]func(*email.Options){
		`smtp: "smtp://x" is not host:port; write it without smtp:// and names, such as smtp.example.org:587`:                                  func(o *email.Options) { o.SMTP = "smtp://x" },
		`smtp: "99999" is not a port; write 1 to 65535`:                                                                                        func(o *email.Options) { o.SMTP = "x:99999" },
		`tls: unknown value "starttsl"; did you mean "starttls"?`:                                                                              func(o *email.Options) { o.TLS = "starttsl" },
		`tls: none would send alerts and the password over the network in the clear; write starttls or implicit, or say allow_plaintext: true`: func(o *email.Options) { o.TLS = "none" },
		`password: missing, there is a username; write password_file or password`:                                                              func(o *email.Options) { o.Username = "x" },
		`username: missing, there is a password; write the name to log in with`:                                                                func(o *email.Options) { o.Password = canary },
		"username: missing, there is a password; write the name to log in with\npassword_file: password is given too; keep one of them":        func(o *email.Options) { o.Password, o.PasswordFile = canary, "f" },
		`from: "nobody" is not an address; write name@example.org or Name <name@example.org>`:                                                  func(o *email.Options) { o.From = "nobody" },
		`from: "\"a b\"@example.org" cannot be used in SMTP; write name@example.org`:                                                           func(o *email.Options) { o.From = `"a b"@example.org` },
		`to[1]: "x" is not an address; write name@example.org`:                                                                                 func(o *email.Options) { o.To = append(o.To, "x") },
		`to[1]: "B@example.org" is there twice; delete one`:                                                                                    func(o *email.Options) { o.To = append(o.To, "B@example.org") },
		`to[1]: "c@example.org\r\nBcc: d@example.org" is not an address; write name@example.org`:                                               func(o *email.Options) { o.To = append(o.To, "c@example.org\r\nBcc: d@example.org") },
		`list_id: "<a b>" is not a list's id; write a name such as alerts.example.org`:                                                         func(o *email.Options) { o.ListID = "<a b>" },
		`hello: "a\r\nb" is not a host name; write this machine's public name`:                                                                 func(o *email.Options) { o.Hello = "a\r\nb" },
		`timezone: unknown time zone "Vilnius"; write a name such as Europe/Vilnius`:                                                           func(o *email.Options) { o.Timezone = "Vilnius" },
		`ca_file: open /nonexistent: no such file or directory`:                                                                                func(o *email.Options) { o.CAFile = "/nonexistent" },
	} {
		o := ok
		o.To = append(notify.Strings{}, ok.To...)
		alter(&o)
		require.EqualError(t, o.Validate(), want)
		_, err := email.New(o, slog.New(slog.DiscardHandler))
		require.Error(t, err)
	}
	many := ok
	many.To = nil
	for i := range email.MaxRecipients + 1 {
		many.To = append(many.To, fmt.Sprintf("r%d@example.org", i))
	}
	require.ErrorContains(t, many.Validate(), "to: 51 recipients")
	plain := ok
	plain.TLS, plain.AllowPlaintext = email.NoTLS, true
	require.NoError(t, plain.Validate())
	plain.SMTP, plain.AllowPlaintext = "localhost", false
	require.NoError(t, plain.Validate(), "this machine may be spoken to in the clear")
}

func TestPortMayBeLeftOut(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	t.Cleanup(cancel)
	for tls, port := range map[string]string{"": "587", email.Implicit: "465", email.NoTLS: "25"} {
		n := notifier(t, email.Options{SMTP: "nothing.invalid", TLS: tls, AllowPlaintext: true, From: "a@example.org", To: notify.Strings{"b@example.org"}})
		require.ErrorContains(t, n.Check(ctx), "reach nothing.invalid:"+port)
	}
}
