package diag_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

type level string

func (l *level) UnmarshalText(b []byte) error {
	if s := string(b); s != "low" && s != "high" {
		return fmt.Errorf("unknown level %q: write low or high", s)
	}
	*l = level(b)
	return nil
}

type common struct {
	Timeout time.Duration
	Levels  []level `yaml:"levels"`
}

type slackOptions struct {
	Token   string `yaml:"token"`
	Channel string `yaml:"channel,required"`
}

type channel struct {
	Slack *slackOptions `yaml:"slack"`
	Email *struct {
		To []string `yaml:"to"`
	} `yaml:"email"`
}

type options struct {
	common   `yaml:",inline"`
	Schedule string             `yaml:"schedule"`
	Workers  uint8              `yaml:"workers"`
	Share    float64            `yaml:"share"`
	Strict   bool               `yaml:"strict"`
	Skip     string             `yaml:"-"`
	Channels map[string]channel `yaml:"channels"`
	Routes   []struct {
		Match map[string][]string `yaml:"match"`
		Level level               `yaml:"level"`
	} `yaml:"routes"`
	Extra any  `yaml:"extra"`
	Limit *int `yaml:"limit"`
}

func TestDecodeFillsEveryKindOfValue(t *testing.T) {
	f := read(t, `
timeout: 90d
levels: high
schedule: 10
workers: 4
share: 0.5
strict: true
channels:
  desk: {slack: {token: t, channel: C1}}
  mail:
    email: {to: [a@example.org, b@example.org]}
routes:
  - match: {theme: potash, lang: [ru, be]}
    level: low
extra: {n: [1, 1.5, true, x, "1", ~]}
limit:
`)
	o := options{Skip: "kept", Limit: new(7)}
	require.Empty(t, f.Decode(&o))
	require.Equal(t, 90*24*time.Hour, o.Timeout)
	require.Equal(t, []level{"high"}, o.Levels)
	require.Equal(t, "10", o.Schedule)
	require.Equal(t, uint8(4), o.Workers)
	require.InDelta(t, 0.5, o.Share, 0)
	require.True(t, o.Strict)
	require.Equal(t, "C1", o.Channels["desk"].Slack.Channel)
	require.Nil(t, o.Channels["desk"].Email)
	require.Equal(t, []string{"a@example.org", "b@example.org"}, o.Channels["mail"].Email.To)
	require.Equal(t, map[string][]string{"theme": {"potash"}, "lang": {"ru", "be"}}, o.Routes[0].Match)
	require.Equal(t, level("low"), o.Routes[0].Level)
	require.Equal(t, map[string]any{"n": []any{int64(1), 1.5, true, "x", "1", nil}}, o.Extra)
	require.Equal(t, 7, *o.Limit, "an empty value is not given")
	require.Equal(t, "kept", o.Skip)
}

func TestDecodeReportsAllMistakesAtOnce(t *testing.T) {
	f := read(t, `shedule: daily
timeout: 30
levels: [low, loud, {}]
schedule: [a]
workers: 300
share: half
strict: yes
skip: no
channels:
  desk:
    slak: {token: t}
    slack: {token: t, chanel: C1}
  mail: text
routes: {match: 1}
limit: "5"
extra: 1
`)
	var o options
	ps := f.Decode(&o)
	known := "known are timeout, levels, schedule, workers, share, strict, channels, routes, extra, limit"
	require.Equal(t, strings.Join([]string{
		`x.yaml:1:1: unknown key "shedule"; did you mean "schedule"? ` + known,
		`x.yaml:2:10: timeout: "30" is no duration: write a number and s, m, h, d or w, such as 30s or 90d`,
		`x.yaml:3:15: levels[1]: unknown level "loud": write low or high`,
		`x.yaml:3:21: levels[2]: must be text, not a mapping of keys`,
		`x.yaml:4:1: schedule: must be text, not a list`,
		`x.yaml:5:10: workers: must be a whole number: "300" is none, below 0 or too large`,
		`x.yaml:6:8: share: must be a number: "half" is none`,
		`x.yaml:7:9: strict: must be true or false: "yes" is neither`,
		`x.yaml:8:1: unknown key "skip"; ` + known,
		`x.yaml:11:5: channels.desk: unknown key "slak"; did you mean "slack"? known are slack, email`,
		`x.yaml:12:5: channels.desk.slack: the key "channel" is missing`,
		`x.yaml:12:23: channels.desk.slack: unknown key "chanel"; did you mean "channel"? known are token, channel`,
		`x.yaml:13:9: channels.mail: must be a mapping of keys, not text; write key: value in the lines below, with a space after the colon`,
		`x.yaml:14:1: routes: must be a list, not a mapping of keys`,
		`x.yaml:15:8: limit: must be a whole number, not text`,
	}, "\n"), ps.Error())
}

func TestDecodeRefusesOtherRoots(t *testing.T) {
	for src, msg := range map[string]string{
		"a:1\n":   "must be a mapping of keys, not text",
		"- a\n":   "must be a mapping of keys, not a list",
		"12\n":    "must be a mapping of keys, not a number",
		"'true'":  "must be a mapping of keys, not text",
		"!!str 5": "must be a mapping of keys, not text",
	} {
		var o options
		require.ErrorContains(t, read(t, src).Decode(&o), msg, src)
	}
	var list []string
	require.ErrorContains(t, read(t, "- a\n-\n").Decode(&list), "x.yaml:2:1: [1]: an entry is empty")
}

func TestDecodeAtReadsOneValue(t *testing.T) {
	f := read(t, "rules:\n  - id: a\n  - id: b\n    x: 1\n")
	var v struct{ ID string }
	ps := f.DecodeAt("rules[1]", &v)
	require.Equal(t, "b", v.ID)
	require.ErrorContains(t, ps, `x.yaml:4:5: rules[1]: unknown key "x"`)
	require.Empty(t, f.DecodeAt("rules[2]", &v))
}

func TestMistakesOfOneFileAreBounded(t *testing.T) {
	f := read(t, "a: ["+strings.Repeat("{x: 1},", 5000)+"]\n")
	var v struct{ A []string }
	require.Len(t, f.Decode(&v), 200)
}

func TestDurations(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"90d": 90 * 24 * time.Hour, "2w": 14 * 24 * time.Hour, "1w1d1h": 193 * time.Hour,
		"1d12h": 36 * time.Hour, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, "0s": 0, "0": 0,
	} {
		got, err := diag.ParseDuration(s)
		require.NoError(t, err, s)
		require.Equal(t, want, got, s)
	}
	for _, s := range []string{"", "30", "d", "1.5d", "-1d", "1d-2h", "1h1d", "x", "999999999w", "106751d9999h"} {
		_, err := diag.ParseDuration(s)
		require.ErrorContains(t, err, "is no duration", s)
	}
}
