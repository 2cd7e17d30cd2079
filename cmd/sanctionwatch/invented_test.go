package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// potashTold fires on all invented items that are no weather, embargoTold, which is
// graver, on some rewordings of the same.
const (
	potashTold = `
id: test-potash
title: Belarusian potash
theme: potash
severity: low
query: ((Belarus* OR белорусск* OR weißrussisch* OR białorusk*) AND (potash OR кали* OR kalisalz OR potasu))
tests:
  match: [{title: Belarusian potash is stopped, lang: en}, {title: Поставки белорусского калия, lang: ru}]
  reject: [{title: Canadian potash is cheap, lang: en}]
`
	embargoTold = `
id: test-embargo
title: Embargo
theme: sanctions
severity: high
query: embargo
tests:
  match: [{title: An embargo on potash, lang: en}]
  reject: [{title: Potash is cheap, lang: en}]
`
)

// tellings are one event in the words of several outlets: station, event, person, kilometre.
var tellings = []struct{ lang, title, lead string }{
	{"en", "%[1]s %[2]s Belarusian potash at kilometre %[4]d", "Said %[3]s: wagons wait at %[1]s and nobody knows for how long."},
	{"en", "%[1]s %[2]s Belarusian potash at kilometre %[4]d", "Wire copy: %[3]s speaks of wagons that wait at %[1]s."},
	{"en", "Belarusian potash at kilometre %[4]d: what %[1]s %[2]s means", "%[3]s knows %[1]s and its wagons."},
	{"en", "Embargo feared at kilometre %[4]d as %[1]s %[2]s Belarusian potash", "The wagons wait at %[1]s, says %[3]s."},
	{"ru", "%[1]s: поставки белорусского калия, %[4]d километр, говорит %[3]s", "Вагоны стоят, %[1]s, говорит %[3]s."},
	{"de", "%[1]s: weißrussisches Kalisalz steht bei Kilometer %[4]d, sagt %[3]s", "Die Wagen warten in %[1]s, sagt %[3]s."},
	{"pl", "%[1]s: wagony białoruskiego potasu na kilometrze %[4]d, mówi %[3]s", "Wagony czekają w %[1]s, mówi %[3]s."},
}

// outlets is how many feeds the invented items come from.
const outlets = 40

// invented returns n items of about n/3 stories, which one to six outlets tell, and of
// weather, which no rule fires on. The same seed gives the same items.
func invented(seed uint64, n int, now time.Time) []watcher.Item {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var out []watcher.Item
	add := func(outlet int, lang, title, lead string) {
		url := fmt.Sprintf("https://o%d.example/%d", outlet, len(out))
		out = append(out, watcher.Item{
			ID: watcher.NewItemID(url), FeedID: watcher.FeedID(fmt.Sprint("o", outlet)), URL: url, Title: title, Lead: lead,
			Language: lang, Published: now.Add(-time.Duration(rnd.IntN(36*3600)) * time.Second).Truncate(time.Second),
		})
	}
	for s := 0; len(out) < n; s++ {
		station, event := stationNames[s%len(stationNames)], eventWords[s/len(stationNames)%len(eventWords)]
		person, kilometre := surname(rnd)+" "+surname(rnd), 100+7*s
		first := rnd.IntN(outlets)
		for k := range min(1+rnd.IntN(6), n-len(out)) {
			w := tellings[rnd.IntN(len(tellings))]
			words := func(form string) string {
				r := strings.NewReplacer("%[1]s", station, "%[2]s", event, "%[3]s", person, "%[4]d", fmt.Sprint(kilometre))
				return r.Replace(form)
			}
			add((first+k)%outlets, w.lang, words(w.title), words(w.lead))
		}
		if s%4 == 0 && len(out) < n {
			add(first, "en", fmt.Sprintf("Fog in %s on day %d of the season", station, s), "")
		}
	}
	return out
}

// surname makes up a name that no other text has.
func surname(rnd *rand.Rand) string {
	var b strings.Builder
	for range 3 {
		b.WriteByte("bdgklmnprstvz"[rnd.IntN(13)])
		b.WriteByte("aeiou"[rnd.IntN(5)])
	}
	name := b.String()
	return strings.ToUpper(name[:1]) + name[1:] + "v"
}
