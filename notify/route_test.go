package notify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

var known = notify.Known{
	Channels: []string{"desk", "compliance", "ops", "log"},
	Themes:   []string{"potash", "airspace"},
}

// tree reads a route as operators write it.
func tree(t testing.TB, yaml string) notify.Route {
	t.Helper()
	var c struct {
		Route notify.Route `yaml:"route"`
	}
	f, ps := diag.Read("test.yaml", []byte("route:\n"+yaml))
	require.NoError(t, ps.Err())
	require.NoError(t, f.Decode(&c).Err())
	return c.Route
}

func router(t testing.TB, yaml string) *notify.Router {
	t.Helper()
	r, err := notify.NewRouter(tree(t, yaml), known)
	require.NoError(t, err)
	return r
}

// alert returns one with the values that a row alters.
func alert(alter ...func(*watcher.Alert)) watcher.Alert {
	a := watcher.Alert{
		Severity: watcher.High,
		Story:    watcher.Story{Themes: []string{"potash"}, Rules: []string{"potash-ban"}},
		Item:     watcher.Item{Language: "zh-Hant"},
		Feed:     watcher.Feed{ID: "belta", Country: "by", Language: "ru", Tags: []string{"State"}, Official: true},
	}
	for _, f := range alter {
		f(&a)
	}
	return a
}

func TestFirstRouteThatMatchesWins(t *testing.T) {
	r := router(t, `
  channel: desk
  routes:
    - {match: {theme: potash}, channel: compliance}
    - {match: {severity: [high, critical]}, channel: ops}
`)
	require.Equal(t, []string{"compliance"}, r.Route(alert()))
	require.Equal(t, []string{"ops"}, r.Route(alert(func(a *watcher.Alert) { a.Story.Themes = nil })))
	require.Equal(t, []string{"desk"}, r.Route(alert(func(a *watcher.Alert) { a.Story.Themes, a.Severity = nil, watcher.Low })))
}

func TestContinueAsksTheRoutesAfterIt(t *testing.T) {
	r := router(t, `
  channel: desk
  routes:
    - {match: {theme: potash}, channel: compliance, continue: true}
    - {match: {severity: high}, channel: ops, continue: true}
    - {match: {official: true}, channel: compliance}
    - {channel: log}
`)
	require.Equal(t, []string{"compliance", "ops"}, r.Route(alert()), "each channel once, in the order of the tree")
	require.Equal(t, []string{"compliance", "ops", "log"}, r.Route(alert(func(a *watcher.Alert) { a.Feed.Official = false })))
}

func TestNestedRouteInheritsItsChannel(t *testing.T) {
	r := router(t, `
  channel: desk
  routes:
    - match: {theme: potash}
      channel: compliance
      routes:
        - {match: {severity: [low, info]}, channel: log}
        - match: {country: BY}
          routes:
            - {match: {feed: other}, channel: ops}
`)
	require.Equal(t, []string{"compliance"}, r.Route(alert()))
	require.Equal(t, []string{"log"}, r.Route(alert(func(a *watcher.Alert) { a.Severity = watcher.Low })))
	require.Equal(t, []string{"ops"}, r.Route(alert(func(a *watcher.Alert) { a.Feed.ID = "other" })))
}

func TestMatch(t *testing.T) {
	for _, row := range []struct {
		match string
		want  bool
	}{
		{`{severity: high}`, true},
		{`{severity: [low, medium]}`, false},
		{`{theme: [airspace, potash]}`, true},
		{`{theme: airspace}`, false},
		{`{rule: potash-ban}`, true},
		{`{rule: potash}`, false},
		{`{language: zh}`, true},
		{`{language: ZH-hant}`, true},
		{`{language: z}`, false},
		{`{language: zh-Hans}`, false},
		{`{country: BY}`, true},
		{`{country: lt}`, false},
		{`{feed: belta}`, true},
		{`{feed: [lrt]}`, false},
		{`{tag: state}`, true},
		{`{tag: private}`, false},
		{`{official: true}`, true},
		{`{official: false}`, false},
		{`{theme: potash, official: true, severity: high, language: zh}`, true},
		{`{theme: potash, official: true, severity: low}`, false},
	} {
		r := router(t, "\n  channel: desk\n  routes: [{match: "+row.match+", channel: ops}]\n")
		want := []string{"desk"}
		if row.want {
			want = []string{"ops"}
		}
		require.Equal(t, want, r.Route(alert()), row.match)
	}
}

func TestThemesOfTheItemCountBesideThoseOfTheStory(t *testing.T) {
	r := router(t, "\n  channel: desk\n  routes: [{match: {theme: airspace, rule: ban}, channel: ops}]\n")
	require.Equal(t, []string{"ops"}, r.Route(alert(func(a *watcher.Alert) {
		a.Matches = []watcher.Match{{Theme: "airspace", RuleID: "ban"}}
	})))
}

func TestLanguageOfTheFeedStandsInForTheItems(t *testing.T) {
	r := router(t, "\n  channel: desk\n  routes: [{match: {language: ru}, channel: ops}]\n")
	require.Equal(t, []string{"desk"}, r.Route(alert()))
	require.Equal(t, []string{"ops"}, r.Route(alert(func(a *watcher.Alert) { a.Item.Language = "" })))
}

func TestMistakesInRoutesAreAllToldWithTheirPlace(t *testing.T) {
	root := tree(t, `
  channel: dekk
  match: {theme: potash}
  continue: true
  routes:
    - {match: {theme: potasch}, channel: desk}
    - {match: {severity: [high, urgent]}, channel: complianse}
    - {channel: ops}
    - {match: {official: true}, routes: [{channel: nobody}]}
`)
	_, err := notify.NewRouter(root, known)
	var ps notify.Problems
	require.ErrorAs(t, err, &ps)
	require.Equal(t, `route.match: the first route takes every alert and can have no match; move it to a route under route.routes
route.continue: there is no route after the first one; delete it
route.channel: unknown channel "dekk"; did you mean "desk"?
route.routes[0].match.theme: unknown theme "potasch"; did you mean "potash"?
route.routes[1].channel: unknown channel "complianse"; did you mean "compliance"?
route.routes[1].match.severity[1]: unknown severity "urgent"; write one of info, low, medium, high, critical
route.routes[3].routes[0].channel: unknown channel "nobody"; write one of desk, compliance, ops, log
route.routes[3]: never reached, route.routes[2] takes every alert; give that one a match or continue: true, or put it last`, err.Error())
}

func TestMistakesCanBePlacedInTheFile(t *testing.T) {
	text := "route:\n  channel: desk\n  routes:\n    - {match: {theme: potash}, channel: complianse}\n"
	f, _ := diag.Read("main.yaml", []byte(text))
	var c struct{ Route notify.Route }
	require.NoError(t, f.Decode(&c).Err())
	_, err := notify.NewRouter(c.Route, known)
	placed := f.Errors("", c, err)
	require.Len(t, placed, 1)
	require.Equal(t, 4, placed[0].Line)
	require.Contains(t, placed[0].Error(), `did you mean "compliance"?`)
}

func TestTreeWithoutAChannelIsRefused(t *testing.T) {
	_, err := notify.NewRouter(notify.Route{}, known)
	require.ErrorContains(t, err, "route.channel: missing")
	var ps notify.Problems
	require.ErrorAs(t, err, &ps)
	require.NoError(t, notify.Problems(nil).Err())
}

func TestListsThatAreNotKnownAreNotChecked(t *testing.T) {
	_, err := notify.NewRouter(notify.Route{Channel: "desk", Routes: []notify.Route{
		{Match: notify.Match{Rule: notify.Strings{"any"}, Feed: notify.Strings{"any"}, Tag: notify.Strings{"any"}}},
	}}, known)
	require.NoError(t, err)
}

func TestExplainDrawsTheWay(t *testing.T) {
	r := router(t, `
  channel: desk
  routes:
    - {match: {theme: potash}, channel: compliance, continue: true}
    - match: {official: true, language: zh}
      routes:
        - {match: {severity: [low, info]}, channel: log}
        - {match: {severity: high}, channel: ops}
        - {match: {feed: belta}, channel: log}
    - {channel: log}
`)
	require.Equal(t, `route                                desk
├─ [0] theme: potash; continue       compliance  <- here
├─ [1] language: zh; official: true  desk
│  ├─ [0] severity: low, info        no: severity is high
│  ├─ [1] severity: high             ops  <- here
│  └─ [2] feed: belta                not asked
└─ [2] everything                    not asked

channels: compliance, ops
`, r.Explain(alert()))
	require.Equal(t, `route                                desk
├─ [0] theme: potash; continue       no: theme is not known
├─ [1] language: zh; official: true  no: official is false
│  ├─ [0] severity: low, info        not asked
│  ├─ [1] severity: high             not asked
│  └─ [2] feed: belta                not asked
└─ [2] everything                    log  <- here

channels: log
`, r.Explain(alert(func(a *watcher.Alert) { a.Story.Themes, a.Feed.Official = nil, false })))
}
