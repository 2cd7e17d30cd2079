package slacktest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

const channel = "C0123456789"

func start(t testing.TB, o slacktest.Options) *slacktest.Server {
	t.Helper()
	s, err := slacktest.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// call calls a method with pairs of argument and value.
func call(t testing.TB, s *slacktest.Server, method string, pairs ...string) map[string]any {
	t.Helper()
	form := url.Values{"token": {"xoxb-1"}, "channel": {channel}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(s.APIURL()+method, form)
	require.NoError(t, err)
	defer resp.Body.Close()
	var a map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&a))
	a["status"], a["retry"] = resp.StatusCode, resp.Header.Get("Retry-After")
	return a
}

func hook(t testing.TB, s *slacktest.Server, path, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(s.HookURL(path), "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func texts(a map[string]any) []string {
	out := []string{}
	for _, m := range a["messages"].([]any) {
		out = append(out, m.(map[string]any)["text"].(string))
	}
	return out
}

func TestCallsAreRefusedAsSlackRefusesThem(t *testing.T) {
	s := start(t, slacktest.Options{Token: "xoxb-1", Channels: []string{channel}})
	long := strings.Repeat("x", 14_000)
	for _, tt := range []struct {
		name, method string
		args         []string
		want         string
	}{
		{"no token", "auth.test", []string{"token", ""}, "not_authed"},
		{"wrong token", "chat.postMessage", []string{"token", "xoxb-2", "text", "x"}, "invalid_auth"},
		{"no channel", "chat.postMessage", []string{"channel", "", "text", "x"}, "channel_not_found"},
		{"strange channel", "conversations.history", []string{"channel", "C1"}, "channel_not_found"},
		{"no text", "chat.postMessage", nil, "no_text"},
		{"empty blocks and no text", "chat.postMessage", []string{"blocks", "[]"}, "no_text"},
		{"bad blocks", "chat.postMessage", []string{"blocks", `[{"type":"x"}]`}, "invalid_blocks"},
		{"heavy blocks", "chat.postMessage", []string{"blocks", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"` + long + `"}]}]}]`}, "msg_blocks_too_long"},
		{"bad metadata", "chat.postMessage", []string{"text", "x", "metadata", `{"event_type":""}`}, "invalid_metadata_format"},
		{"big metadata", "chat.postMessage", []string{"text", "x", "metadata", `{"event_type":"a","event_payload":{"x":"` + long + long + `"}}`}, "metadata_too_large"},
		{"update of nothing", "chat.update", []string{"text", "x", "ts", "1.1"}, "message_not_found"},
		{"thread of nothing", "conversations.replies", []string{"ts", "1.1"}, "thread_not_found"},
		{"bad cursor", "conversations.history", []string{"cursor", "bogus"}, "invalid_cursor"},
		{"unknown method", "chat.meMessage", nil, "unknown_method"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := call(t, s, tt.method, tt.args...)
			require.Equal(t, false, a["ok"])
			require.Equal(t, tt.want, a["error"])
		})
	}
	require.Empty(t, s.Messages())
	require.Equal(t, "sanctionwatch", call(t, s, "auth.test")["user"])
}

func TestHistoryShowsWhatTheChannelShows(t *testing.T) {
	s := start(t, slacktest.Options{})
	meta := `{"event_type":"e","event_payload":{"delivery":"d1"}}`
	first := call(t, s, "chat.postMessage", "text", "first", "metadata", meta)["ts"].(string)
	call(t, s, "chat.postMessage", "text", "quiet reply", "thread_ts", first)
	call(t, s, "chat.postMessage", "text", "loud reply", "thread_ts", first, "reply_broadcast", "true")
	call(t, s, "chat.postMessage", "text", "last")
	call(t, s, "chat.postMessage", "text", "elsewhere", "channel", "C0ELSEWHERE")

	require.Equal(t, []string{"last", "loud reply", "first"}, texts(call(t, s, "conversations.history")))
	require.Equal(t, []string{"first", "quiet reply", "loud reply"}, texts(call(t, s, "conversations.replies", "ts", first)))
	require.Len(t, s.Timeline(channel), 3)
	require.Len(t, s.Thread(channel, first), 3)

	last := call(t, s, "conversations.history", "oldest", first, "include_all_metadata", "1")
	require.Equal(t, []string{"last", "loud reply"}, texts(last), "oldest itself is out")
	require.Equal(t, []string{"first"}, texts(call(t, s, "conversations.history", "latest", first, "inclusive", "1")))
	for flag, want := range map[string]any{"0": nil, "1": map[string]any{"event_type": "e", "event_payload": map[string]any{"delivery": "d1"}}} {
		a := call(t, s, "conversations.history", "latest", first, "inclusive", "1", "include_all_metadata", flag)
		require.Equal(t, want, a["messages"].([]any)[0].(map[string]any)["metadata"])
	}
}

func TestPagesMeetWithoutGapOrOverlap(t *testing.T) {
	s := start(t, slacktest.Options{Page: 4})
	first := call(t, s, "chat.postMessage", "text", "0")["ts"].(string)
	for i := range 10 {
		call(t, s, "chat.postMessage", "text", fmt.Sprint(i+1), "thread_ts", first, "reply_broadcast", "1")
	}
	for method, limit := range map[string]string{"conversations.history": "3", "conversations.replies": "100"} {
		var got []string
		cursor, n := "", 0
		for {
			a := call(t, s, method, "ts", first, "limit", limit, "cursor", cursor)
			got = append(got, texts(a)...)
			n++
			cursor = a["response_metadata"].(map[string]any)["next_cursor"].(string)
			require.Equal(t, cursor != "", a["has_more"])
			if cursor == "" {
				break
			}
		}
		require.Len(t, got, 11, method)
		require.ElementsMatch(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, got)
		require.Greater(t, n, 2)
	}
}

func TestUpdateChangesInPlace(t *testing.T) {
	s := start(t, slacktest.Options{})
	meta := `{"event_type":"e","event_payload":{"delivery":"d1"}}`
	ts := call(t, s, "chat.postMessage", "text", "old", "metadata", meta, "blocks", `[{"type":"divider"}]`)["ts"].(string)
	call(t, s, "chat.update", "ts", ts, "text", "new")
	m := s.Messages()[0]
	require.Equal(t, "new", m.Text)
	require.Nil(t, m.Blocks, "text alone takes the blocks away")
	require.Equal(t, 1, m.Edits)
	require.Equal(t, "d1", m.Delivery(), "metadata stays")
}

func TestAReplyToADeletedMessageStandsInTheChannel(t *testing.T) {
	s := start(t, slacktest.Options{})
	ts := call(t, s, "chat.postMessage", "text", "first")["ts"].(string)
	ok, err := s.Delete(channel, ts)
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = s.Delete(channel, ts)
	require.NoError(t, err)
	require.False(t, ok)
	call(t, s, "chat.postMessage", "text", "reply", "thread_ts", ts)
	require.Empty(t, s.Timeline(channel)[0].ThreadTS)
}

func TestHooksAnswerInWords(t *testing.T) {
	s := start(t, slacktest.Options{Hooks: []string{"T/B/x"}, Gap: time.Hour})
	for _, tt := range []struct {
		path, body string
		status     int
		words      string
	}{
		{"T/B/y", `{"text":"x"}`, 404, "no_service"},
		{"T/B/x", `no json`, 400, "invalid_payload"},
		{"T/B/x", `{}`, 400, "no_text"},
		{"T/B/x", `{"text":"x","blocks":[{"type":"x"}]}`, 400, "invalid_blocks"},
		{"T/B/x", `{"text":"x","blocks":[{"type":"divider","block_id":"b:d7"}]}`, 200, "ok"},
		{"T/B/x", `{"text":"too soon"}`, 429, "rate_limited"},
	} {
		status, words := hook(t, s, tt.path, tt.body)
		require.Equal(t, tt.status, status, tt.words)
		require.Equal(t, tt.words, words)
	}
	msgs := s.Timeline(slacktest.HookChannel)
	require.Len(t, msgs, 1)
	require.True(t, msgs[0].Webhook)
	require.Equal(t, "d7", msgs[0].Delivery())
	form, err := http.PostForm(start(t, slacktest.Options{}).HookURL("any"), url.Values{"payload": {`{"text":"old form"}`}})
	require.NoError(t, err)
	form.Body.Close()
	require.Equal(t, 200, form.StatusCode)
}

func TestOneMessageAtATimePerChannel(t *testing.T) {
	s := start(t, slacktest.Options{Gap: 90 * time.Second})
	require.Equal(t, true, call(t, s, "chat.postMessage", "text", "1")["ok"])
	a := call(t, s, "chat.postMessage", "text", "2")
	require.Equal(t, 429, a["status"])
	require.Equal(t, "90", a["retry"])
	require.Equal(t, true, call(t, s, "chat.postMessage", "text", "3", "channel", "C0ELSEWHERE")["ok"])
	require.Len(t, s.Messages(), 2)
}

func TestFaultsStrikeWhenTheyShould(t *testing.T) {
	s := start(t, slacktest.Options{})
	s.Script(slacktest.Refused("a").On("chat.postMessage").After(1).Once(), slacktest.Refused("b").On("auth.test"))
	var got []any
	for range 4 {
		got = append(got, call(t, s, "chat.postMessage", "text", "x")["error"])
	}
	require.Equal(t, []any{nil, "a", nil, nil}, got)
	require.Equal(t, "b", call(t, s, "auth.test")["error"])
	require.Len(t, s.Calls(), 5)
	require.Len(t, s.Calls("auth.test"), 1)
	require.Empty(t, s.Calls("auth.test")[0].Form.Get("token"), "kept apart")
	require.Equal(t, "xoxb-1", s.Calls("auth.test")[0].Token)
}

func TestChanceFollowsTheSeed(t *testing.T) {
	run := func(seed uint64) string {
		s := start(t, slacktest.Options{Seed: seed})
		s.Script(slacktest.Refused("x").By(0.3))
		out := ""
		for range 40 {
			out += fmt.Sprint(call(t, s, "auth.test")["ok"])[:1]
		}
		return out
	}
	first, again := run(7), run(7)
	require.Equal(t, first, again)
	require.NotEqual(t, first, run(8))
	require.Contains(t, first, "f")
	require.Contains(t, first, "t")
}

func TestFaultsAcceptOrDoNot(t *testing.T) {
	for name, tt := range map[string]struct {
		fault    slacktest.Fault
		accepted int
		answered bool
	}{
		"lost": {slacktest.Lost(), 0, false}, "swallowed": {slacktest.Swallowed(), 1, false},
		"torn": {slacktest.Torn(), 1, true}, "stalled": {slacktest.Stalled(), 0, false},
		"hung": {slacktest.Hung(), 1, false}, "page": {slacktest.Page(), 0, true},
		"failing": {slacktest.Failing(503), 0, true}, "limited": {slacktest.Limited("3"), 0, true},
		"slow": {slacktest.Fault{Delay: time.Millisecond, Status: 500}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, slacktest.Options{})
			s.Script(tt.fault)
			c := http.Client{Timeout: 300 * time.Millisecond}
			resp, err := c.PostForm(s.APIURL()+"chat.postMessage", url.Values{"token": {"x"}, "channel": {channel}, "text": {"x"}})
			require.Equal(t, tt.answered, err == nil)
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
				require.Equal(t, name == "torn", err != nil)
			}
			require.Len(t, s.Messages(), tt.accepted)
		})
	}
}

func TestCloseEndsAStall(t *testing.T) {
	s := start(t, slacktest.Options{})
	s.Script(slacktest.Stalled())
	done := make(chan error)
	go func() {
		_, err := http.PostForm(s.APIURL()+"auth.test", nil)
		done <- err
	}()
	require.Eventually(t, func() bool { return len(s.Calls()) == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, s.Close())
	require.Error(t, <-done)
}

func TestServerIsAHandlerToo(t *testing.T) {
	s, err := slacktest.New(slacktest.Options{})
	require.NoError(t, err)
	defer s.Close()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/api/chat.postMessage", strings.NewReader(`{"channel":"C1","text":"x","metadata":{"event_type":"e","event_payload":{"delivery":"d"}}}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer xoxb-1")
	s.ServeHTTP(w, r)
	require.Equal(t, 200, w.Code)
	require.Equal(t, "d", s.Messages()[0].Delivery())
	w = httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/elsewhere", nil))
	require.Equal(t, 404, w.Code)
}

func TestRecordOutlivesTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "slack.jsonl")
	s := start(t, slacktest.Options{Record: file})
	ts := call(t, s, "chat.postMessage", "text", "kept")["ts"].(string)
	gone := call(t, s, "chat.postMessage", "text", "gone")["ts"].(string)
	call(t, s, "chat.update", "ts", ts, "text", "edited")
	_, err := s.Delete(channel, gone)
	require.NoError(t, err)

	// Nothing is closed or flushed: the file is as a killed process leaves it.
	msgs, err := slacktest.ReadRecord(file)
	require.NoError(t, err)
	require.Len(t, msgs, 1)
	require.Equal(t, "edited", msgs[0].Text)

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	torn := filepath.Join(t.TempDir(), "torn.jsonl")
	require.NoError(t, os.WriteFile(torn, append(text, `{"op":"post","mess`...), 0o600))
	msgs, err = slacktest.ReadRecord(torn)
	require.NoError(t, err)
	require.Len(t, msgs, 1)
	require.NoError(t, os.WriteFile(torn, append([]byte("garbage\n"), text...), 0o600))
	_, err = slacktest.ReadRecord(torn)
	require.ErrorContains(t, err, "line 1")

	require.NoError(t, s.Close())
	s = start(t, slacktest.Options{Record: file})
	require.Equal(t, []string{"edited"}, texts(call(t, s, "conversations.history")))
	require.Greater(t, call(t, s, "chat.postMessage", "text", "next")["ts"], gone)
	_, err = slacktest.New(slacktest.Options{Record: filepath.Join(t.TempDir(), "no", "such")})
	require.Error(t, err)
}

func TestTallyCountsByDelivery(t *testing.T) {
	s := start(t, slacktest.Options{})
	post := func(id string) {
		call(t, s, "chat.postMessage", "text", "x", "metadata", `{"event_type":"e","event_payload":{"delivery":"`+id+`"}}`)
	}
	post("a")
	post("b")
	post("b")
	post("z")
	call(t, s, "chat.postMessage", "text", "somebody's")
	tally := s.Tally("a", "b", "c")
	require.Equal(t, slacktest.Tally{Lost: []string{"c"}, Doubled: []string{"b"}, Strange: []string{"z"}}, tally)
	require.False(t, tally.OK())
	require.True(t, slacktest.Count(s.Messages()[:1], "a").OK())
}
