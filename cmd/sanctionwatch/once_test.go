package main

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

// onceConfig delivers to a scripted Slack and to a real mail server.
func onceConfig(dir, api, smtp string) string {
	return fmt.Sprintf(`
feeds: [feeds.yaml]
rules: [rule.yaml]
store: {dsn: "sqlite:%s/once.db"}
fetch: {allow_private_addresses: true, timeout: 5s}
stories: {catch_up: 24h}
channels:
  desk: {slack: {token_file: token, channel: C000000001, api_url: %q}}
  compliance: {email: {smtp: %q, tls: none, from: watch@sanctionwatch.invalid, to: [desk@desk.invalid]}}
route:
  channel: desk
  routes: [{match: {theme: potash}, channel: compliance, continue: true}, {match: {}, channel: desk}]
`, dir, api, smtp)
}

// TestOnceDeliversToSlackAndToARealMailServerAndASecondRunIsSilent is the whole line
// with real parts: HTTP feeds of which some are broken, SQLite, Slack's API, SMTP.
func TestOnceDeliversToSlackAndToARealMailServerAndASecondRunIsSilent(t *testing.T) {
	smtp, box := os.Getenv("SANCTIONWATCH_TEST_SMTP"), os.Getenv("SANCTIONWATCH_TEST_MAILDIR")
	if smtp == "" {
		t.Skip("no mail server: run it with make test, which starts one")
	}
	slack, err := slacktest.Start(slacktest.Options{Token: "xoxb-test"})
	require.NoError(t, err)
	defer slack.Close()
	p := newPress(t)
	const lead = "Ministers decided on Monday that no Belarusian potash may cross the border by rail any more, a spokesman said."
	p.publish("a", "Ministers stop Belarusian potash at the border", lead)
	p.publish("b", "No more Belarusian potash by rail, ministers say", lead)
	p.publish("b", "Canadian potash is cheap", "")
	dir := write(t, map[string]string{
		"sanctionwatch.yaml": onceConfig(t.TempDir(), slack.APIURL(), smtp), "token": "xoxb-test",
		"rule.yaml": potashRule,
		"feeds.yaml": fmt.Sprintf("feeds:\n  - {id: a, url: \"%[1]s/a\"}\n  - {id: b, url: \"%[1]s/b\"}\n  - {id: broken, url: \"%[1]s/../nothing\"}\n"+
			"  - {id: down, url: \"http://127.0.0.1:1/feed\"}\n", p.URL),
	})
	cfg := filepath.Join(dir, "sanctionwatch.yaml")
	before := mails(t, box)
	out, errOut, code := output(t, "run", "--once", "-c", cfg)
	require.Equal(t, exitDone, code, out+errOut)
	require.Contains(t, errOut, "feed down (http://127.0.0.1:1/feed)")
	require.Contains(t, errOut, "connection refused")
	require.Contains(t, errOut, "4 feeds polled")

	msgs := slack.Messages()
	require.Len(t, msgs, 1, "one story, one message")
	require.Contains(t, msgs[0].Read(), "Belarusian potash")
	require.Contains(t, msgs[0].Read(), "2 outlets")
	require.Equal(t, 1, msgs[0].Edits, "the second outlet brought it up to date")
	got := mails(t, box)[len(before):]
	require.Len(t, got, 1)
	require.Contains(t, got[0].Header.Get("Subject"), "potash")
	require.Contains(t, got[0].Header.Get("Message-Id"), "@sanctionwatch.invalid>")

	_, errOut, code = output(t, "run", "--once", "-c", cfg)
	require.Equal(t, exitDone, code, errOut)
	require.Len(t, slack.Messages(), 1, "a second run sends nothing")
	require.Len(t, mails(t, box), len(before)+1)
}

// mails reads a Maildir that grows during tests, in order of arrival.
func mails(t *testing.T, box string) []*mail.Message {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(box, "new", "*"))
	require.NoError(t, err)
	var out []*mail.Message
	for _, n := range names {
		raw, err := os.ReadFile(n)
		require.NoError(t, err)
		m, err := mail.ReadMessage(strings.NewReader(string(raw)))
		require.NoError(t, err)
		out = append(out, m)
	}
	return out
}
