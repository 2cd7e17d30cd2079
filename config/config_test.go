package config_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// load writes files into a folder and loads its sanctionwatch.yaml.
func load(t *testing.T, files map[string]string) (*config.Config, diag.Problems, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(p), 0o755))
		require.NoError(t, os.WriteFile(p, []byte(text), 0o600))
	}
	c, ps := config.Load(filepath.Join(dir, "sanctionwatch.yaml"))
	return c, ps, dir
}

const console = "channels: {desk: {console: {}}}\n"

const rule = `
id: one
title: One
theme: potash
severity: low
query: potash
tests: {match: [{title: potash}], reject: [{title: nothing}]}
`

func TestEmbeddedPacksAreTheDefault(t *testing.T) {
	c, ps, dir := load(t, map[string]string{"sanctionwatch.yaml": console})
	require.Empty(t, ps)
	require.GreaterOrEqual(t, len(c.Feeds), 25)
	require.GreaterOrEqual(t, len(c.Set.Rules()), 8)
	require.Empty(t, c.Fetch.Schedule, "as each publisher allows")
	require.Equal(t, []string{dir}, c.Watch)
	p, err := c.Plan(io.Discard, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Len(t, p.Feeds, len(c.Feeds))
	require.True(t, p.Channels["desk"].Updates)
	require.Equal(t, []string{"desk"}, p.Router.Route(watcher.Alert{Severity: watcher.Low}), "one channel needs no route")
}

func TestOwnFilesReplaceThePacksOrStandBesideThem(t *testing.T) {
	c, ps, _ := load(t, map[string]string{
		"sanctionwatch.yaml": console + "feeds: [f/feeds.yaml]\nrules: [builtin, rules]\n",
		"f/feeds.yaml":       "feeds:\n  - {id: a, name: A, url: https://a.example/rss, language: be, country: BY, tags: [wire], official: true}\n",
		"rules/x/one.yaml":   rule, "rules/.hidden/two.yaml": "not: read", "rules/readme.md": "not read",
	})
	require.Empty(t, ps)
	require.Equal(t, []watcher.Feed{{
		ID: "a", Name: "A", URL: "https://a.example/rss", Language: "be", Country: "by", Tags: []string{"wire"}, Official: true,
	}}, c.Feeds)
	_, ok := c.Set.Rule("one")
	require.True(t, ok)
	require.Greater(t, len(c.Set.Rules()), 8)
	require.Len(t, c.Watch, 3)
}

func TestAFeedIsPushedUnlessItOptsOut(t *testing.T) {
	c, ps, _ := load(t, map[string]string{
		"sanctionwatch.yaml": console + "feeds: [feeds.yaml]\nweb: {public_url: \"https://watch.example.org/sw\"}\n",
		"feeds.yaml": "feeds:\n  - {id: a, url: https://a.example}\n  - {id: b, url: https://b.example, websub: false}\n" +
			"  - {id: c, url: https://c.example, websub: true}\n",
	})
	require.Empty(t, ps)
	require.Equal(t, []bool{false, true, false}, []bool{c.Feeds[0].NoPush, c.Feeds[1].NoPush, c.Feeds[2].NoPush})
	require.Equal(t, "https://watch.example.org/sw", c.Web.PublicURL)
}

func TestSettingsReachThePlan(t *testing.T) {
	c, ps, _ := load(t, map[string]string{"sanctionwatch.yaml": console + `
stories: {window: 7d, max_age: 36h, catch_up: 2h}
fetch: {schedule: "*/15 * * * *", floor: 1m, max_body: 5MiB}
store: {dsn: "sqlite:x.db", keep: 30d}
`})
	require.Empty(t, ps)
	p, err := c.Plan(io.Discard, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, 7*24*time.Hour, p.Window)
	require.Equal(t, 36*time.Hour, p.MaxAge)
	require.Equal(t, 2*time.Hour, p.CatchUp)
	due := p.Timetable.Next(watcher.Feed{ID: "x"}, 0, watcher.Hints{}, time.Date(2026, 3, 2, 10, 1, 0, 0, time.UTC))
	require.WithinRange(t, due, time.Date(2026, 3, 2, 10, 15, 0, 0, time.UTC), time.Date(2026, 3, 2, 10, 15, 30, 0, time.UTC))
}

func TestOnlyChannelsThatCanChangeAMessageGetUpdates(t *testing.T) {
	c, ps, _ := load(t, map[string]string{"sanctionwatch.yaml": `
channels:
  bot: {slack: {token: xoxb-1, channel: C000000001}}
  hook: {slack: {webhook: "https://hooks.slack.com/services/T1/B1/x"}}
  mail: {email: {smtp: "smtp.example.org:587", from: a@example.org, to: [b@example.org]}}
  post: {webhook: {url: "https://intake.example.org"}}
  term: {console: {}}
route: {channel: bot}
`})
	require.Empty(t, ps)
	p, err := c.Plan(io.Discard, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	got := map[string]bool{}
	for name, ch := range p.Channels {
		got[name] = ch.Updates
	}
	require.Equal(t, map[string]bool{"bot": true, "hook": false, "mail": false, "post": false, "term": true}, got)
	require.Equal(t, time.Second, p.Channels["bot"].Gap)
	require.Zero(t, p.Channels["mail"].Gap)
}

func TestHashFollowsTheContentOfEveryFile(t *testing.T) {
	files := map[string]string{"sanctionwatch.yaml": console + "rules: [one.yaml]\n", "one.yaml": rule}
	a, ps, dir := load(t, files)
	require.Empty(t, ps)
	same, _ := config.Load(filepath.Join(dir, "sanctionwatch.yaml"))
	require.Equal(t, a.Hash, same.Hash)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "one.yaml"), []byte(rule+"owner: me\n"), 0o600))
	other, _ := config.Load(filepath.Join(dir, "sanctionwatch.yaml"))
	require.NotEqual(t, a.Hash, other.Hash)
	require.Len(t, a.Hash, 12)
}

func TestMistakesHaveTheirPlaceAndCure(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no channel": {
			map[string]string{"sanctionwatch.yaml": "rules: [builtin]\n"},
			[]string{"channels: no channel: nobody would be told"},
		},
		"a channel of two kinds": {
			map[string]string{"sanctionwatch.yaml": "channels: {desk: {console: {}, webhook: {url: \"https://x.example\"}}}\n"},
			[]string{"sanctionwatch.yaml:1:12: channels.desk: a channel is of one kind, not of 2"},
		},
		"a bad name": {
			map[string]string{"sanctionwatch.yaml": "channels: {\"The Desk\": {console: {}}}\n"},
			[]string{`"The Desk" cannot be a channel's name`},
		},
		"several at once": {
			map[string]string{"sanctionwatch.yaml": console + "fetch: {timout: 3s, schedule: often}\nstories: {window: -1h}\n"},
			[]string{`sanctionwatch.yaml:2:9: fetch: unknown key "timout"`, `did you mean "timeout"`, `fetch.schedule: schedule "often": 1 field instead of five`, "stories.window"},
		},
		"a folder that is not there": {
			map[string]string{"sanctionwatch.yaml": console + "rules:\n  - rules/\n"},
			[]string{"sanctionwatch.yaml:3:5: rules[0]: rules/ cannot be read: no such file or directory"},
		},
		"an empty folder": {
			map[string]string{"sanctionwatch.yaml": console + "rules: [rules]\n", "rules/notes.txt": ""},
			[]string{"rules[0]: rules holds no .yaml file"},
		},
		"feeds": {
			map[string]string{
				"sanctionwatch.yaml": console + "feeds: [feeds.yaml]\n",
				"feeds.yaml": "feeds:\n  - {id: a, url: https://a.example}\n  - {id: a, url: ftp://a.example, schedule: \"0 0 30 2 *\"}\n" +
					"  - {url: https://a.example, language: Russian, country: Belarus}\n",
			},
			[]string{
				"feeds.yaml:3:10: feeds[1].id: this id is taken by the feed at", "feeds[1].url: \"ftp://a.example\" is not an address",
				"feeds[1].schedule: schedule \"0 0 30 2 *\": this date never comes", "feeds[2].id: a feed needs an id",
				"feeds[2].language: \"Russian\" is not a language", "feeds[2].country: \"Belarus\" is not a country",
				"feeds[2].url: this address is taken by the feed at",
			},
		},
		"an unknown channel in a route": {
			map[string]string{"sanctionwatch.yaml": console + "route:\n  channel: desk\n  routes: [{match: {theme: potash}, channel: dsek}]\n"},
			[]string{`sanctionwatch.yaml:4:46: route.routes[0].channel: unknown channel "dsek"`, `did you mean "desk"`},
		},
		"a public address that nobody outside can use": {
			map[string]string{"sanctionwatch.yaml": console + "web:\n  public_url: http://watch.example.org\n"},
			[]string{"sanctionwatch.yaml:3:15: web.public_url: does not begin with https://", "such as https://watch.example.org"},
		},
		"a secret file that is not there": {
			map[string]string{"sanctionwatch.yaml": "channels:\n  desk: {slack: {token_file: token, channel: C000000001}}\n"},
			[]string{"sanctionwatch.yaml:2:30: channels.desk.slack.token_file: the secret file", "no such file"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, ps, _ := load(t, tt.files)
			require.Nil(t, c)
			for _, want := range tt.want {
				require.Contains(t, ps.Error(), want)
			}
			require.NotContains(t, ps.Error(), "unmarshal")
		})
	}
}

func TestSecretFilesAreRelativeToTheRootFile(t *testing.T) {
	c, ps, dir := load(t, map[string]string{
		"sanctionwatch.yaml": "channels:\n  desk: {slack: {token_file: secrets/token, channel: C000000001}}\n",
		"secrets/token":      "xoxb-1",
	})
	require.Empty(t, ps)
	require.Equal(t, filepath.Join(dir, "secrets/token"), c.Channels["desk"].Slack.TokenFile)
}

func TestMissingRootFileSaysHowToGetOne(t *testing.T) {
	_, ps := config.Load(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorContains(t, ps.Err(), "cannot be read: no such file or directory")
	require.ErrorContains(t, ps.Err(), "schema example")
}
