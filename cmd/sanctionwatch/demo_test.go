package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// traps are words of the demo's items that must never be told.
var traps = []string{
	"Canadian potash", "great stone wall", "Football body", "Five phones", "Ukraine extends", "Polonaise", "станцевали полонез",
	"Вялікі камень на", "Polonez z 1986", "ćwiczą poloneza", "balionų", "Украины продлили", "Уралкалий",
}

func TestDemoTellsEveryThemeOnceAndNothingForTheTraps(t *testing.T) {
	out, errOut, code := output(t, "demo", "--for", "25s", "--color", "never")
	require.Equal(t, exitDone, code, errOut)
	require.Empty(t, errOut)
	heads := regexp.MustCompile(`(?m)^┏━ .*$`).FindAllString(out, -1)
	for _, theme := range []string{"potash", "airspace", "great-stone", "5g", "polonez", "sanctions", "state-finance", "belarus-china"} {
		require.Contains(t, strings.Join(heads, "\n"), theme)
	}
	told := regexp.MustCompile(`(?s)┏━ (↳)?.*?story ([a-z0-9]{16})`).FindAllStringSubmatch(out, -1)
	require.Len(t, heads, len(told))
	seen := map[string]bool{}
	for _, s := range told {
		require.Equal(t, s[1] != "", seen[s[2]], "story %s has one message, and replies below it", s[2])
		seen[s[2]] = true
	}
	require.Contains(t, out, "news     first official source: Council Press Room")
	for _, trap := range traps {
		require.NotContains(t, strings.ToLower(out), strings.ToLower(trap))
	}
	require.Regexp(t, `The page with alerts and feeds: http://127\.0\.0\.1:\d+`, out)
	require.Contains(t, out, "↻ updated:", "the edited headline")
	require.Contains(t, out, "stayed silent")
}
