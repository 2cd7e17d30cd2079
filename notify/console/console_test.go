package console_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/width"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/console"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// golden compares text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// printed returns what a console with options prints for deliveries.
func printed(t testing.TB, o console.Options, outs ...watcher.Outgoing) string {
	t.Helper()
	var b strings.Builder
	n, err := console.New(o, &b)
	require.NoError(t, err)
	for _, out := range outs {
		r, err := n.Notify(context.Background(), out)
		require.NoError(t, err)
		require.Equal(t, string(out.Delivery.ID), r.Ref)
		require.False(t, r.At.IsZero())
	}
	return b.String()
}

// later returns the sample as another kind of delivery.
func later(k watcher.Kind, r watcher.Reason, alter ...func(*watcher.Alert)) watcher.Outgoing {
	o := notify.Sample("desk", noon)
	o.Delivery.Kind, o.Alert.Reason = k, r
	for _, f := range alter {
		f(&o.Alert)
	}
	return o
}

// chinese makes an alert of a Chinese item with a long lead, carried by many.
func chinese(a *watcher.Alert) {
	lead := "据当地媒体报道，政府周三宣布将从二月一日起全面禁止白俄罗斯钾肥经本国港口过境，相关企业表示正在评估影响，铁路部门则称已经停止接受新的订单。" +
		"分析人士认为，这一决定将迫使出口商转向其他路线，运输成本可能大幅上升。"
	a.Item.Title, a.Item.Lead, a.Item.Language = "钾肥过境禁令：立陶宛政府作出决定并公布时间表，企业正在评估影响，分析人士警告运输成本上升", lead, "zh"
	at := strings.Index(lead, "全面禁止")
	potash := strings.Index(lead, "钾肥")
	a.Matches[0].Spans = []watcher.Span{
		{Field: watcher.Lead, Start: at, End: at + len("全面禁止"), Clause: "@ban"},
		{Field: watcher.Lead, Start: potash, End: potash + len("钾肥"), Clause: "@potash"},
	}
	a.Matches[0].Escalated = `@ban AND country:(lt OR lv OR pl) AND NOT @live-coverage AND @decide WITHIN 12 WORDS OF @potash`
	a.Feed.Name, a.Feed.Official = "外交部", true
	for i := range 9 {
		a.Story.Outlets = append(a.Story.Outlets, watcher.Outlet{
			Feed: watcher.FeedID(rune('a' + i)), Name: "Outlet of a rather long name " + string(rune('A'+i)), At: noon.Add(-time.Hour),
		})
	}
	a.Story.Feeds = make([]string, 14)
	a.PlanHash = "9f31c02b77aa"
}

func TestMessagesAsAReaderSeesThem(t *testing.T) {
	repeat := later(watcher.Post, watcher.NewStory)
	repeat.Repeat = true
	outs := []watcher.Outgoing{
		notify.Sample("desk", noon),
		later(watcher.Reply, watcher.Escalation, chinese, func(a *watcher.Alert) { a.Severity = watcher.Critical }),
		later(watcher.Post, watcher.NewStory, func(a *watcher.Alert) { // the title is the proof, and there is little else
			a.Item.Lead, a.Item.Published, a.Severity = "", time.Time{}, watcher.Low
			a.Matches[0].Spans = []watcher.Span{{Field: watcher.Title, Start: 0, End: len("Sample alert"), Clause: "@test"}}
			a.Story.Outlets, a.Story.Feeds = a.Story.Outlets[:1], a.Story.Feeds[:1]
		}),
		repeat,
		later(watcher.Update, watcher.Coverage),
		notify.SampleTrouble("desk", noon),
	}
	for _, width := range []int{80, 120} {
		text := printed(t, console.Options{Color: "never", Width: width}, outs...)
		golden(t, map[int]string{80: "plain80.txt", 120: "plain120.txt"}[width], text)
	}
	golden(t, "color100.txt", printed(t, console.Options{Color: "always", Width: 100, Timezone: "Europe/Vilnius"}, outs...))
}

var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColorChangesNothingButColor(t *testing.T) {
	o := later(watcher.Reply, watcher.Escalation, chinese)
	with := printed(t, console.Options{Color: "always", Width: 100}, o)
	without := printed(t, console.Options{Color: "never", Width: 100}, o)
	unbold := strings.NewReplacer("*", "", "\n", "", "┃", "", " ", "")
	require.Equal(t, unbold.Replace(without), unbold.Replace(escape.ReplaceAllString(with, "")))
}

func TestNoLineIsWiderThanAsked(t *testing.T) {
	for width := 40; width <= 120; width += 7 {
		text := printed(t, console.Options{Color: "always", Width: width},
			later(watcher.Reply, watcher.Escalation, chinese), later(watcher.Update, watcher.Coverage, chinese))
		for line := range strings.SplitSeq(escape.ReplaceAllString(text, ""), "\n") {
			if strings.Contains(line, "https://") {
				continue // a link stays whole
			}
			require.LessOrEqual(t, columns(line), width, line)
		}
	}
}

// columns counts as terminals do, for texts without marks.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

func TestChineseLineBeginsWithNoPunctuation(t *testing.T) {
	for width := 40; width <= 60; width++ {
		text := printed(t, console.Options{Color: "never", Width: width}, later(watcher.Reply, watcher.Escalation, chinese))
		for line := range strings.SplitSeq(text, "\n") {
			require.NotRegexp(t, `^┃ +[，。、：]`, line)
		}
	}
}

func TestUpdateIsOneLine(t *testing.T) {
	text := printed(t, console.Options{Color: "never", Width: 80}, later(watcher.Update, watcher.Coverage))
	require.Equal(t, 1, strings.Count(text, "\n")-1, "and an empty one")
	require.True(t, strings.HasPrefix(text, "↻ updated: "), text)
	require.Contains(t, text, "3 outlets, 4 items, 3 languages")
}

func TestHostileTextsCannotDrawOnTheTerminal(t *testing.T) {
	evil := "x\x1b]0;title\x07\x1b[2J\r\n┗━ fake\u202e\u009b31m" + strings.Repeat(" long", 2000)
	o := later(watcher.Post, watcher.NewStory, func(a *watcher.Alert) {
		a.Item.Title, a.Item.Lead, a.Feed.Name, a.Join.Why = evil, evil, evil, evil
		a.Matches[0].RuleTitle, a.Matches[0].Theme = evil, evil
		a.Matches[0].Spans = nil
	})
	o.Delivery.Channel = evil
	text := printed(t, console.Options{Color: "never", Width: 80}, o)
	require.NotRegexp(t, "[\x00-\x09\x0b-\x1f\x7f-\u009f\u202e]", text)
	require.Less(t, strings.Count(text, "\n"), 60)
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		require.Regexp(t, "^[┏┃┗]", line)
	}
}

// A scrap takes some bytes and then fails.
type scrap struct{ room int }

func (s *scrap) Write(p []byte) (int, error) {
	n := min(s.room, len(p))
	s.room -= n
	return n, errors.New("no space left on device")
}

func TestFailedWriteIsTriedAgainOrLeftOpen(t *testing.T) {
	n, err := console.New(console.Options{}, &scrap{})
	require.NoError(t, err)
	_, err = n.Notify(context.Background(), notify.Sample("desk", noon))
	require.ErrorAs(t, err, new(*watcher.RetryError))
	n, err = console.New(console.Options{}, &scrap{room: 10})
	require.NoError(t, err)
	_, err = n.Notify(context.Background(), notify.Sample("desk", noon))
	require.ErrorAs(t, err, new(*watcher.UncertainError))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = n.Notify(ctx, notify.Sample("desk", noon))
	require.ErrorAs(t, err, new(*watcher.RetryError))
}

// A counter counts the calls of Write.
type counter struct {
	strings.Builder
	calls int
}

func (c *counter) Write(p []byte) (int, error) {
	c.calls++
	return c.Builder.Write(p)
}

func TestEachMessageIsOneWrite(t *testing.T) {
	var c counter
	n, err := console.New(console.Options{}, &c)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { _, _ = n.Notify(context.Background(), notify.Sample("desk", noon)) })
	}
	wg.Wait()
	require.Equal(t, 20, c.calls)
	require.Equal(t, 20, strings.Count(c.String(), "┗━"))
}

func TestColorIsOffWhereThereIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	n, err := console.New(console.Options{Color: "auto"}, f)
	require.NoError(t, err)
	_, err = n.Notify(context.Background(), notify.Sample("desk", noon))
	require.NoError(t, err)
	text, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	require.NotContains(t, string(text), "\x1b")
	require.True(t, n.Updates())
}

func TestMistakesInOptions(t *testing.T) {
	err := console.Options{Color: "allways", Width: 30, Timezone: "Europe/Vilna"}.Validate()
	require.EqualError(t, err, `color: unknown value "allways"; did you mean "always"?
width: 30 columns; write 40 to 120, or nothing
timezone: unknown time zone "Europe/Vilna"; write a name such as Europe/Vilnius`)
	_, err = console.New(console.Options{Color: "x"}, nil)
	require.Error(t, err)
	require.NoError(t, console.Options{}.Validate())
}
