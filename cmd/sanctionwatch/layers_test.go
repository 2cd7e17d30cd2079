package main_test

import (
	"bufio"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/sanctionwatch/sanctionwatch"

// layers is who may import whom, low to high: a package imports only from lines above
// its own, siblings never. A new arrow changes this text in the same commit.
const layers = `
rules/diag
watcher  watcher/text  watcher/feed/article  watcher/feed/robots  rules/query  seeds
watcher/feed  watcher/health  watcher/opml  watcher/story  watcher/schedule  watcher/websub  rules/match  rules/convert  rules/watchlist  notify  store  web
rules  notify/slack  notify/email  notify/webhook  notify/console
rules/trial
config
cmd/sanctionwatch
`

// helpers are packages for tests and the demo; they follow the package that they stand in for.
var helpers = []string{"store/storetest", "notify/slack/slacktest", "watcher/websub/hubtest"}

// TestPackagesImportOnlyFromLowerLayers reads the import graph that the go command sees.
func TestPackagesImportOnlyFromLowerLayers(t *testing.T) {
	level := map[string]int{}
	for i, line := range strings.Split(strings.TrimSpace(layers), "\n") {
		for pkg := range strings.FieldsSeq(line) {
			level[pkg] = i
		}
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	require.NoError(t, err)
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 1<<20)
	seen := 0
	for lines.Scan() {
		pkg, imports, _ := strings.Cut(lines.Text(), " ")
		pkg = strings.TrimPrefix(pkg, module+"/")
		if slices.Contains(helpers, pkg) {
			continue
		}
		own, ok := level[pkg]
		require.True(t, ok, "package %s has no place in the layers", pkg)
		seen++
		for imp := range strings.FieldsSeq(imports) {
			if imp, ours := strings.CutPrefix(imp, module+"/"); ours && !slices.Contains(helpers, imp) {
				require.Less(t, level[imp], own, "%s imports %s, which is not below it", pkg, imp)
			}
		}
	}
	require.NoError(t, lines.Err())
	require.Greater(t, seen, 10)
}
