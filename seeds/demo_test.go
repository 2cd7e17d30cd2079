package seeds_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/seeds"
)

type outlet struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`
	File     string `yaml:"file"`
	Edited   string `yaml:"edited"`
	Language string `yaml:"language"`
	Country  string `yaml:"country"`
	Official bool   `yaml:"official"`
}

func TestDemoOutletsAreInvented(t *testing.T) {
	var file struct {
		Outlets []outlet `yaml:"outlets"`
	}
	decode(t, "demo/feeds.yaml", &file)
	require.GreaterOrEqual(t, len(file.Outlets), 8)
	ids, spoken, used := map[string]bool{}, map[string]bool{}, map[string]bool{}
	official, edited := 0, 0
	for _, o := range file.Outlets {
		require.False(t, ids[o.ID], o.ID)
		ids[o.ID], spoken[o.Language], used["demo/"+o.File] = true, true, true
		require.Regexp(t, `\((sample|образец|узор|próbka|pavyzdys|Muster)\)|（样本）`, o.Name)
		require.Regexp(t, `^[a-z]{2}$`, o.Country)
		if o.Edited != "" {
			used["demo/"+o.Edited] = true
			edited++
		}
		if o.Official {
			official++
		}
	}
	for _, lang := range []string{"be", "de", "en", "lt", "pl", "ru", "zh"} {
		require.True(t, spoken[lang], lang)
	}
	require.Positive(t, official)
	require.Positive(t, edited)
	for _, name := range glob(t, "demo/*.tmpl") {
		require.True(t, used[name], "no outlet serves %s", name)
	}
	require.Len(t, glob(t, "demo/*.tmpl"), len(used), "an outlet's document is missing")
}

// render executes a document of the demo as of now.
func render(t testing.TB, name string, now time.Time) []byte {
	t.Helper()
	ago := func(layout string) func(string) (string, error) {
		return func(before string) (string, error) {
			d, err := time.ParseDuration(before)
			return now.Add(-d).UTC().Format(layout), err
		}
	}
	tmpl, err := template.New(path.Base(name)).Funcs(template.FuncMap{
		"rfc822": ago(time.RFC1123Z), "rfc3339": ago(time.RFC3339),
	}).ParseFS(seeds.FS(), name)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, tmpl.Execute(&b, nil))
	return b.Bytes()
}

func TestDemoDocumentsAreWellFormedAndFresh(t *testing.T) {
	now := time.Date(2026, time.March, 3, 12, 0, 0, 0, time.UTC)
	links := regexp.MustCompile(`https://[^"<\s]+`)
	formats := map[string]int{}
	for _, name := range glob(t, "demo/*.tmpl") {
		doc := render(t, name, now)
		formats[checkDocument(t, name, doc)]++
		require.Regexp(t, `2026-03-03T(09|1[01]):|03 Mar 2026 (09|1[01]):`, string(doc), name)
		for _, link := range links.FindAllString(string(doc), -1) {
			u, err := url.Parse(link)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(u.Host, ".example") || u.Host == "jsonfeed.org", "%s: %s", name, link)
		}
	}
	for _, format := range []string{"rss", "RDF", "feed", "json"} {
		require.Positive(t, formats[format], format)
	}
}

// checkDocument reads a document to its end and returns its kind: the root element, or json.
func checkDocument(t testing.TB, name string, doc []byte) string {
	t.Helper()
	if strings.HasSuffix(name, ".json.tmpl") {
		var v struct {
			Items []struct {
				Title string `json:"title"`
				URL   string `json:"url"`
			} `json:"items"`
		}
		require.NoError(t, json.Unmarshal(doc, &v), name)
		require.NotEmpty(t, v.Items, name)
		return "json"
	}
	root := ""
	dec := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		require.NoError(t, err, name)
		if start, ok := tok.(xml.StartElement); ok && root == "" {
			root = start.Name.Local
		}
	}
}

func TestDemoEditChangesOneHeadlineOnly(t *testing.T) {
	now := time.Date(2026, time.March, 3, 12, 0, 0, 0, time.UTC)
	first := strings.Split(string(render(t, "demo/baltic-wire.xml.tmpl", now)), "\n")
	second := strings.Split(string(render(t, "demo/baltic-wire.v2.xml.tmpl", now)), "\n")
	require.Len(t, second, len(first))
	var changed []string
	for i := range first {
		if first[i] != second[i] && !strings.Contains(first[i], "lastBuildDate") {
			changed = append(changed, strings.TrimSpace(second[i]))
		}
	}
	require.Len(t, changed, 1)
	require.Regexp(t, `^<title>.+</title>$`, changed[0])
}
