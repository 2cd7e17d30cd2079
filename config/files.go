package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/seeds"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
)

// builtin names the packs in the binary.
const builtin = "builtin"

// mostFiles bounds how many files a configuration may name.
const mostFiles = 5000

// A loader reads the files that a root file names.
type loader struct {
	dir      string // of the root file
	sources  []diag.Source
	watch    map[string]bool
	problems diag.Problems
}

// read returns the sources that a list in the root file names: key is the list's name,
// pack the folder or file in seeds that builtin stands for.
func (l *loader) read(root *diag.File, key string, names []string, pack string) []diag.Source {
	if len(names) == 0 {
		names = []string{builtin}
	}
	var out []diag.Source
	for i, name := range names {
		var got []diag.Source
		var err error
		if name == builtin {
			got, err = walk(seeds.FS(), pack, "builtin:")
		} else {
			got, err = l.disk(name)
		}
		at := fmt.Sprintf("%s[%d]", key, i)
		if !root.Has(at) {
			at = key
		}
		switch {
		case err != nil:
			l.problems = append(l.problems, root.Problem(at, fmt.Sprintf("%s cannot be read: %v", name, cause(err)),
				"name a file or folder, relative to "+root.Name+", or builtin"))
		case len(got) == 0:
			l.problems = append(l.problems, root.Problem(at, name+" holds no .yaml file", ""))
		case len(l.sources)+len(got) > mostFiles:
			l.problems = append(l.problems, root.Problem(at, fmt.Sprintf("more than %d files", mostFiles), ""))
			return nil
		}
		out = append(out, got...)
		l.sources = append(l.sources, got...)
	}
	return out
}

// disk reads a file or the YAML files of a folder.
func (l *loader) disk(name string) ([]diag.Source, error) {
	p := name
	if !filepath.IsAbs(p) {
		p = filepath.Join(l.dir, p)
	}
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		l.watch[p] = true
		return walk(os.DirFS(p), ".", p+string(filepath.Separator))
	}
	l.watch[filepath.Dir(p)] = true
	data, err := os.ReadFile(p)
	return []diag.Source{{Name: p, Data: data}}, err
}

// walk reads a file or all YAML files below a folder in order of name. Names that begin
// with a dot are left out: so Kubernetes hides the folders behind a mounted ConfigMap.
func walk(fsys fs.FS, root, prefix string) ([]diag.Source, error) {
	var out []diag.Source
	err := fs.WalkDir(fsys, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p != root && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if ext := path.Ext(p); d.IsDir() || (ext != ".yaml" && ext != ".yml") {
			return nil
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		out = append(out, diag.Source{Name: prefix + p, Data: data})
		return nil
	})
	return out, err
}

// ruleSources reads the files of rules and vocabularies.
func (l *loader) ruleSources(root *diag.File, names, vocabularies []string) []diag.Source {
	sources := l.read(root, "rules", names, "rules")
	return append(sources, l.read(root, "vocabularies", vocabularies, "vocabularies")...)
}

// FeedFile is a file of feeds, as an operator writes it.
type FeedFile struct {
	Feeds []Feed `yaml:"feeds"`
}

// Feed is one feed of a FeedFile.
type Feed struct {
	// ID is how logs, rules and pages call the feed; unique.
	ID string `yaml:"id"`
	// Name is how readers know the outlet.
	Name string `yaml:"name"`
	// URL is the address, https or http.
	URL string `yaml:"url"`
	// Language is BCP 47, such as be or zh-Hant.
	Language string `yaml:"language"`
	// Country is ISO 3166-1, two letters.
	Country string `yaml:"country"`
	// Schedule is five cron fields or "@every 10m"; fetch.schedule if empty.
	Schedule string `yaml:"schedule"`
	// Tags are words for routes and rules.
	Tags []string `yaml:"tags"`
	// Official marks a government, regulator or court.
	Official bool `yaml:"official"`
	// Encoding overrides what the document claims.
	Encoding string `yaml:"encoding"`
	// Private allows an address inside your own network.
	Private bool `yaml:"private"`
	// FullText lets rules look at the article behind each link too.
	FullText bool `yaml:"full_text"`
	// WebSub is false for a feed that is only polled, whatever hub it names; true if empty.
	WebSub *bool `yaml:"websub" jsonschema_description:"false: only poll this feed, even if it names a hub that would push its news (WebSub)."`
	// Access is for publishers who ask who reads them; paths are relative to this file.
	feed.Access `yaml:",inline"`
}

var (
	feedID   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	language = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	country  = regexp.MustCompile(`^[A-Za-z]{2}$`)
	userInfo = regexp.MustCompile(`//[^/?#]*@`) // a password that no message may hold
)

// feeds reads the feed files, and how the feeds are reached that ask who we are.
func (l *loader) feeds(root *diag.File, names []string) ([]watcher.Feed, map[watcher.FeedID]feed.Access) {
	got, access, problems := readFeeds(l.read(root, "feeds", names, "feeds.yaml"))
	l.problems = append(l.problems, problems...)
	return got, access
}

// ReadFeeds reads feed files and reports every mistake in them.
func ReadFeeds(sources []diag.Source) ([]watcher.Feed, diag.Problems) {
	feeds, _, problems := readFeeds(sources)
	return feeds, problems
}

func readFeeds(sources []diag.Source) ([]watcher.Feed, map[watcher.FeedID]feed.Access, diag.Problems) {
	var out []watcher.Feed
	access := map[watcher.FeedID]feed.Access{}
	var problems diag.Problems
	ids, urls := map[string]string{}, map[string]string{}
	for _, src := range sources {
		f, bad := diag.Read(src.Name, src.Data)
		problems = append(problems, bad...)
		if len(bad) > 0 {
			continue
		}
		var ff FeedFile
		bad = f.Decode(&ff)
		for i, e := range ff.Feeds {
			at := fmt.Sprintf("feeds[%d]", i)
			bad = append(bad, e.check(f, at)...)
			bad = append(bad, unique(f, at+".id", "id", e.ID, ids)...)
			bad = append(bad, unique(f, at+".url", "address", e.URL, urls)...)
			one, way := e.feed(), e.In(filepath.Dir(src.Name))
			bad = append(bad, f.Errors(at, e, way.Check(one))...)
			out = append(out, one)
			if way.Home = one.URL; !way.IsZero() {
				access[one.ID] = way
			}
		}
		problems = append(problems, ff.masked(bad)...)
	}
	return out, access, problems
}

// leastMasked is how long the value of a header is at least that is taken out of the
// lines that show a mistake: operators write keys there in spite of all.
const leastMasked = 4

func (ff FeedFile) masked(ps diag.Problems) diag.Problems {
	for i, p := range ps {
		if runes := []rune(p.Snippet); strings.Contains(p.Field, ".headers[") && p.Col > 0 && p.Col <= len(runes) {
			ps[i].Snippet, ps[i].Width = string(runes[:p.Col-1])+maskedValue, len(maskedValue)
		}
	}
	for _, e := range ff.Feeds {
		for _, value := range e.Headers {
			if len(value) < leastMasked {
				continue
			}
			for i := range ps {
				ps[i].Snippet = strings.ReplaceAll(ps[i].Snippet, value, maskedValue)
			}
		}
	}
	return ps
}

const maskedValue = "<value>"

func unique(f *diag.File, at, what, value string, seen map[string]string) diag.Problems {
	if value == "" {
		return nil
	}
	line, _ := f.At(at)
	here := fmt.Sprintf("%s:%d", f.Name, line)
	if there, ok := seen[value]; ok {
		return diag.Problems{f.Problem(at, fmt.Sprintf("this %s is taken by the feed at %s", what, there), "give each feed its own")}
	}
	seen[value] = here
	return nil
}

func (e Feed) check(f *diag.File, at string) diag.Problems {
	var out diag.Problems
	bad := func(field, msg, cure string) { out = append(out, f.Problem(at+"."+field, msg, cure)) }
	if !feedID.MatchString(e.ID) {
		bad("id", "a feed needs an id", "letters, digits, dots, - and _, at most 64, such as belta-ru")
	}
	if u, err := url.Parse(e.URL); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		bad("url", fmt.Sprintf("%q is not an address", userInfo.ReplaceAllString(e.URL, "//")), "write one that begins with https://")
	}
	if e.Language != "" && !language.MatchString(e.Language) {
		bad("language", fmt.Sprintf("%q is not a language", e.Language), "write a code such as en, be or zh-Hant")
	}
	if e.Country != "" && !country.MatchString(e.Country) {
		bad("country", fmt.Sprintf("%q is not a country", e.Country), "write two letters such as by or lt")
	}
	if e.Schedule != "" {
		if _, err := schedule.Parse(e.Schedule); err != nil {
			bad("schedule", err.Error(), "")
		}
	}
	return out
}

func (e Feed) feed() watcher.Feed {
	name := e.Name
	if name == "" {
		name = e.ID
	}
	return watcher.Feed{
		ID: watcher.FeedID(e.ID), Name: name, URL: e.URL, Language: e.Language, Country: strings.ToLower(e.Country),
		Schedule: e.Schedule, Tags: e.Tags, Official: e.Official, Encoding: e.Encoding, Private: e.Private,
		FullText: e.FullText, NoPush: e.WebSub != nil && !*e.WebSub,
	}
}

// hash identifies the content of files.
func hash(lists ...[]diag.Source) string {
	h := sha256.New()
	for _, s := range slices.Concat(lists...) {
		fmt.Fprintf(h, "%s %d\n", s.Name, len(s.Data))
		h.Write(s.Data)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// folders returns the folders that the files lie in.
func (l *loader) folders() []string {
	l.watch[l.dir] = true
	return slices.Sorted(maps.Keys(l.watch))
}

// LoadRules reads and compiles rules and vocabularies outside of a configuration; an
// empty list stands for the packs in the binary. Paths are relative to the working
// directory. A Set may come with problems: those of samples that do not pass.
func LoadRules(names, vocabularies []string) (*rules.Set, diag.Problems) {
	l := &loader{dir: ".", watch: map[string]bool{}}
	root, _ := diag.Read("command line", nil)
	set, problems := rules.Load(l.ruleSources(root, names, vocabularies))
	return set, append(l.problems, problems...).Sort()
}
