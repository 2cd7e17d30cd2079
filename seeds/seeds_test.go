package seeds_test

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/seeds"
)

// themes are the subjects a desk watches; each has a file of rules named after it.
var themes = []string{
	"5g", "airspace", "belarus-china", "great-stone", "polonez", "potash", "sanctions", "state-finance",
}

// languages are those that every theme speaks.
var languages = []string{"be", "de", "en", "fr", "lt", "lv", "pl", "ru", "uk", "zh"}

type sample struct {
	Title string `yaml:"title"`
	Lead  string `yaml:"lead"`
	Lang  string `yaml:"lang"`
}

type rule struct {
	ID             string   `yaml:"id"`
	Title          string   `yaml:"title"`
	Theme          string   `yaml:"theme"`
	Severity       string   `yaml:"severity"`
	Status         string   `yaml:"status"`
	Owner          string   `yaml:"owner"`
	Description    string   `yaml:"description"`
	References     []string `yaml:"references"`
	FalsePositives []string `yaml:"falsepositives"`
	Query          string   `yaml:"query"`
	Escalate       []struct {
		When     string `yaml:"when"`
		Severity string `yaml:"severity"`
	} `yaml:"escalate"`
	Tests struct {
		Match  []sample `yaml:"match"`
		Reject []sample `yaml:"reject"`
	} `yaml:"tests"`
}

type vocabulary struct {
	Name        string              `yaml:"name"`
	Description string              `yaml:"description"`
	Terms       map[string][]string `yaml:"terms"`
}

type feed struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	URL      string   `yaml:"url"`
	Language string   `yaml:"language"`
	Country  string   `yaml:"country"`
	Schedule string   `yaml:"schedule"`
	Tags     []string `yaml:"tags"`
	Official bool     `yaml:"official"`
}

// decode reads a YAML file of the pack and refuses keys that v does not have.
func decode(t testing.TB, name string, v any) {
	t.Helper()
	data, err := fs.ReadFile(seeds.FS(), name)
	require.NoError(t, err)
	require.NoError(t, yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(v), name)
}

// glob returns the names of files of the pack; there must be some.
func glob(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(seeds.FS(), pattern)
	require.NoError(t, err)
	require.NotEmpty(t, names, pattern)
	return names
}

func allRules(t testing.TB) []rule {
	t.Helper()
	var all []rule
	for _, name := range glob(t, "rules/*.yaml") {
		var file struct {
			Rules []rule `yaml:"rules"`
		}
		decode(t, name, &file)
		all = append(all, file.Rules...)
	}
	return all
}

func allVocabularies(t testing.TB) map[string]vocabulary {
	t.Helper()
	all := map[string]vocabulary{}
	for _, name := range glob(t, "vocabularies/*.yaml") {
		var v vocabulary
		decode(t, name, &v)
		require.Equal(t, v.Name+".yaml", path.Base(name), "a vocabulary is found by its file's name")
		all[v.Name] = v
	}
	return all
}

func TestNothingIsLeftOutOfTheBinary(t *testing.T) {
	require.NoError(t, fs.WalkDir(seeds.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if !d.IsDir() {
			data, err := fs.ReadFile(seeds.FS(), name)
			require.NoError(t, err)
			require.NotEmpty(t, bytes.TrimSpace(data), name)
			require.True(t, bytes.HasSuffix(data, []byte("\n")), "%s ends without a line break", name)
		}
		return nil
	}))
	for _, name := range []string{"sanctionwatch.yaml", "feeds.yaml", "demo/feeds.yaml"} {
		_, err := fs.Stat(seeds.FS(), name)
		require.NoError(t, err)
	}
	var found []string
	for _, name := range glob(t, "rules/*") {
		found = append(found, strings.TrimSuffix(path.Base(name), ".yaml"))
	}
	require.Equal(t, themes, found, "one file of rules a theme")
}

func TestEditorsAreToldTheSchema(t *testing.T) {
	header := regexp.MustCompile(`\A# yaml-language-server: \$schema=(\.\./)?schema/(rules|feeds|config)\.schema\.json\n`)
	names := append(glob(t, "rules/*.yaml"), glob(t, "vocabularies/*.yaml")...)
	for _, name := range append(names, "feeds.yaml", "sanctionwatch.yaml") {
		data, err := fs.ReadFile(seeds.FS(), name)
		require.NoError(t, err)
		require.Regexp(t, header, string(data), name)
	}
}

func TestRulesAreCompleteAndUnique(t *testing.T) {
	ids := map[string]bool{}
	severities := []string{"info", "low", "medium", "high", "critical"}
	for _, r := range allRules(t) {
		require.False(t, ids[r.ID], "%s stands twice", r.ID)
		ids[r.ID] = true
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, r.ID)
		require.True(t, strings.HasPrefix(r.ID, r.Theme) || strings.HasPrefix(r.ID, "sanctions"), r.ID)
		require.Contains(t, themes, r.Theme, r.ID)
		require.Contains(t, severities, r.Severity, r.ID)
		require.Contains(t, []string{"experimental", "stable"}, r.Status, r.ID)
		for _, s := range []string{r.Title, r.Owner, r.Description, r.Query} {
			require.NotEmpty(t, strings.TrimSpace(s), r.ID)
		}
		require.NotEmpty(t, r.FalsePositives, r.ID)
		for _, ref := range r.References {
			requireHTTPS(t, ref)
		}
		for _, e := range r.Escalate {
			require.NotEmpty(t, e.When, r.ID)
			require.Greater(t, slices.Index(severities, e.Severity), slices.Index(severities, r.Severity),
				"%s: an escalation raises the severity", r.ID)
		}
	}
}

func TestEveryThemeIsProvedInEveryLanguage(t *testing.T) {
	match, reject := map[string][]sample{}, map[string][]sample{}
	for _, r := range allRules(t) {
		require.NotEmpty(t, r.Tests.Match, r.ID)
		require.NotEmpty(t, r.Tests.Reject, r.ID)
		match[r.Theme] = append(match[r.Theme], r.Tests.Match...)
		reject[r.Theme] = append(reject[r.Theme], r.Tests.Reject...)
	}
	for _, theme := range themes {
		require.GreaterOrEqual(t, len(match[theme]), 10, theme)
		require.GreaterOrEqual(t, len(reject[theme]), 10, theme)
		for _, samples := range [][]sample{match[theme], reject[theme]} {
			spoken := map[string]bool{}
			for _, s := range samples {
				require.NotEmpty(t, s.Title, theme)
				spoken[s.Lang] = true
			}
			for _, lang := range languages {
				require.True(t, spoken[lang], "%s has no sample in %s", theme, lang)
			}
		}
	}
}

func TestRulesAndVocabulariesNeedOneAnother(t *testing.T) {
	known := allVocabularies(t)
	used := map[string]bool{}
	name := regexp.MustCompile(`@([A-Za-z0-9_-]+)`)
	for _, r := range allRules(t) {
		queries := []string{r.Query}
		for _, e := range r.Escalate {
			queries = append(queries, e.When)
		}
		for _, q := range queries {
			for _, m := range name.FindAllStringSubmatch(q, -1) {
				require.Contains(t, known, m[1], r.ID)
				used[m[1]] = true
			}
		}
	}
	for v := range known {
		require.True(t, used[v], "no rule uses the vocabulary %s", v)
	}
}

func TestVocabularyTermsCanBeSearched(t *testing.T) {
	wild := regexp.MustCompile(`[*?]`)
	short := regexp.MustCompile(`(^|[\s-])[\pL\pN]{0,2}[*?]`)
	han := regexp.MustCompile(`\p{Han}`)
	for name, v := range allVocabularies(t) {
		require.NotEmpty(t, v.Description, name)
		for lang, terms := range v.Terms {
			require.Contains(t, append(slices.Clone(languages), "zh-Hant"), lang, name)
			seen := map[string]bool{}
			for _, term := range terms {
				require.False(t, seen[term], "%s %s: %q stands twice", name, lang, term)
				seen[term] = true
				require.Equal(t, strings.Join(strings.Fields(term), " "), term, name)
				require.NotRegexp(t, short, term, "%s %s: a wildcard needs three letters before it", name, lang)
				if wild.MatchString(term) {
					require.NotRegexp(t, han, term, "%s: wildcards do nothing in Chinese", name)
				}
			}
		}
	}
}

func TestMainVocabulariesSpeakEveryLanguage(t *testing.T) {
	all := allVocabularies(t)
	for _, name := range []string{
		"belarus", "potash", "airspace", "airspace-ban", "great-stone", "great-stone-name", "5g",
		"polonez", "sanction", "state-company", "state-bank", "china", "evade", "sport",
	} {
		for _, lang := range languages {
			require.NotEmpty(t, all[name].Terms[lang], "%s in %s", name, lang)
		}
	}
}

func TestFeedsAreUniqueAndReachable(t *testing.T) {
	var file struct {
		Feeds []feed `yaml:"feeds"`
	}
	decode(t, "feeds.yaml", &file)
	require.GreaterOrEqual(t, len(file.Feeds), 30)
	ids, urls, official, plain := map[string]bool{}, map[string]bool{}, 0, 0
	for _, f := range file.Feeds {
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, f.ID)
		require.False(t, ids[f.ID], "%s stands twice", f.ID)
		require.False(t, urls[f.URL], "%s stands twice", f.URL)
		ids[f.ID], urls[f.URL] = true, true
		require.NotEmpty(t, f.Name, f.ID)
		require.Contains(t, languages, f.Language, f.ID)
		require.Regexp(t, `^[a-z]{2}$`, f.Country, f.ID)
		require.NotEmpty(t, f.Tags, f.ID)
		if strings.HasPrefix(f.URL, "http://") {
			plain++
		} else {
			requireHTTPS(t, f.URL)
		}
		if f.Official {
			official++
		}
	}
	require.GreaterOrEqual(t, official, 10)
	require.LessOrEqual(t, plain, 2, "only what has no https may do without")
}

func requireHTTPS(t testing.TB, address string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "https", u.Scheme, address)
	require.Contains(t, u.Host, ".", address)
	require.Empty(t, u.Fragment, address)
}

func TestConfigurationHasTheKeysOfABeginner(t *testing.T) {
	var c map[string]any
	decode(t, "sanctionwatch.yaml", &c)
	for _, key := range []string{"feeds", "rules", "vocabularies", "store", "fetch", "stories", "channels", "route", "web"} {
		require.Contains(t, c, key)
		delete(c, key)
	}
	require.Empty(t, c)

	var channels struct {
		Channels map[string]map[string]any `yaml:"channels"`
		Route    struct {
			Channel string `yaml:"channel"`
		} `yaml:"route"`
	}
	data, err := fs.ReadFile(seeds.FS(), "sanctionwatch.yaml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, &channels))
	require.Contains(t, channels.Channels[channels.Route.Channel], "console", "a beginner has no Slack")
}
