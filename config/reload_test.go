package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// desk is a folder of files with the configuration in use.
type desk struct {
	t    *testing.T
	dir  string
	cfg  *config.Config
	last diag.Problems // of the last reload
}

const (
	ownRules = console + "feeds: [builtin]\nrules: [rules]\nvocabularies: [vocabularies]\n"
	words    = "name: %s\nterms: {en: [%s]}\n"
)

// ruleOf is a rule that finds @vocabulary, proved by one sample.
func ruleOf(id, query, sample string) string {
	return fmt.Sprintf("id: %s\ntitle: %s\ntheme: potash\nseverity: low\nquery: '%s'\n"+
		"tests: {match: [{title: %s}], reject: [{title: nothing}]}\n", id, id, query, sample)
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	cfg, ps, dir := load(t, map[string]string{
		"sanctionwatch.yaml":      ownRules,
		"vocabularies/salts.yaml": fmt.Sprintf(words, "salts", "potash, salt"),
		"vocabularies/metal.yaml": fmt.Sprintf(words, "metal", "steel"),
		"rules/a.yaml":            ruleOf("a", "@salts", "potash"),
		"rules/b.yaml":            ruleOf("b", "@metal", "steel"),
		"rules/c.yaml":            ruleOf("c", "@salts OR @metal", "salt"),
	})
	require.Empty(t, ps)
	return &desk{t: t, dir: dir, cfg: cfg}
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	require.NoError(d.t, os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600))
}

// reload takes the files as the daemon does and returns the names of those that it could
// not take, and whether it took the others.
func (d *desk) reload() (stale []string, taken bool) {
	d.t.Helper()
	cfg, ps := config.Reload(filepath.Join(d.dir, "sanctionwatch.yaml"), d.cfg)
	d.last = ps
	if cfg == nil {
		require.NotEmpty(d.t, ps)
		return nil, false
	}
	d.cfg = cfg
	stale = []string{}
	for _, s := range cfg.Stale {
		name, err := filepath.Rel(d.dir, s.File)
		require.NoError(d.t, err)
		require.NotEmpty(d.t, s.Problems, name)
		stale = append(stale, name)
	}
	require.Equal(d.t, len(cfg.Stale) == 0, len(ps) == 0)
	return stale, true
}

// queries are what the rules in use search for.
func (d *desk) queries() map[string]string {
	got := map[string]string{}
	for _, r := range d.cfg.Set.Rules() {
		got[r.ID] = r.Query
	}
	return got
}

func TestABrokenFileKeepsItsLastGoodVersionWhileOthersReload(t *testing.T) {
	d := newDesk(t)
	first := d.cfg.Hash
	d.write("rules/a.yaml", ruleOf("a", "@salts AND (potash", "potash"))
	d.write("rules/b.yaml", ruleOf("b", "@metal OR iron", "iron"))
	stale, taken := d.reload()
	require.True(t, taken)
	require.Equal(t, []string{"rules/a.yaml"}, stale)
	require.Contains(t, d.last.Error(), "rules/a.yaml:5:20: query: ")
	require.Equal(t, map[string]string{"a": "@salts", "b": "@metal OR iron", "c": "@salts OR @metal"}, d.queries())
	require.NotEqual(t, first, d.cfg.Hash)

	// The same files again are the same configuration, told with the same mistakes.
	before, wrong, set := d.cfg.Hash, d.last, d.cfg.Set
	stale, _ = d.reload()
	require.Equal(t, []string{"rules/a.yaml"}, stale)
	require.Equal(t, wrong, d.last)
	require.Equal(t, before, d.cfg.Hash)
	require.Same(t, set, d.cfg.Set, "files that have not changed are not compiled again")

	// Worse does not lose it, nor do good files beside it.
	d.write("rules/a.yaml", "{{{")
	d.write("rules/c.yaml", ruleOf("c", "@metal", "steel"))
	stale, _ = d.reload()
	require.Equal(t, []string{"rules/a.yaml"}, stale)
	require.Equal(t, map[string]string{"a": "@salts", "b": "@metal OR iron", "c": "@metal"}, d.queries())

	d.write("rules/a.yaml", ruleOf("a", "potash", "potash"))
	stale, _ = d.reload()
	require.Empty(t, stale)
	require.Equal(t, "potash", d.queries()["a"])
}

// TestOnlyTheFileAtFaultIsKept breaks one file so that the mistakes show in others.
func TestOnlyTheFileAtFaultIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		write map[string]string
		stale []string
		said  string
	}{
		"a vocabulary that cannot be read": {
			map[string]string{
				"vocabularies/salts.yaml": "name: salts\nterms: {en: [potash\n",
				"rules/c.yaml":            ruleOf("c", "@salts", "salt"), // good, but for the vocabulary
			},
			[]string{"vocabularies/salts.yaml"},
			"a list in [ ] is not closed",
		},
		"a word less, which a sample needs": {
			map[string]string{"vocabularies/salts.yaml": fmt.Sprintf(words, "salts", "salt")},
			[]string{"vocabularies/salts.yaml"},
			`rules/a.yaml:6:18: tests.match[0]: the sample "potash" must match`,
		},
		"an exclusion that takes a sample": {
			map[string]string{
				"rules/c.yaml": ruleOf("c", "@metal", "steel"),
				"rules/x.yaml": "id: x\ntitle: X\nquery: steel\nrules: [b]\ntests: {match: [{title: steel}], reject: [{title: y}]}\n",
			},
			[]string{"rules/x.yaml"},
			"excluded by x (",
		},
		"an id that another file has": {
			map[string]string{"rules/0.yaml": ruleOf("c", "iron", "iron"), "rules/b.yaml": ruleOf("b", "iron", "iron")},
			[]string{"rules/0.yaml"},
			`the id "c" is used already`,
		},
		"two at once": {
			map[string]string{
				"vocabularies/metal.yaml": "name: metal\n",
				"rules/a.yaml":            ruleOf("a", "@salts AND potash", "steel"),
				"rules/c.yaml":            ruleOf("c", "salt", "salt"),
			},
			[]string{"rules/a.yaml", "vocabularies/metal.yaml"},
			"the vocabulary metal has no terms",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			for file, text := range tt.write {
				d.write(file, text)
			}
			stale, taken := d.reload()
			require.True(t, taken, d.last)
			require.Equal(t, tt.stale, stale)
			require.Contains(t, d.last.Error(), tt.said)
			for file := range tt.write { // what is not kept is in use
				if id := strings.TrimSuffix(filepath.Base(file), ".yaml"); strings.HasPrefix(file, "rules/") && d.queries()[id] != "" {
					kept := strings.Contains(strings.Join(stale, " "), file)
					require.Equal(t, !kept, strings.Contains(tt.write[file], "'"+d.queries()[id]+"'"), file)
				}
			}
		})
	}
}

func TestANewFileThatDoesNotLoadStaysOut(t *testing.T) {
	d := newDesk(t)
	d.write("rules/new.yaml", ruleOf("new", "a b", "a"))
	d.write("rules/b.yaml", ruleOf("b", "iron", "iron"))
	stale, taken := d.reload()
	require.True(t, taken)
	require.Equal(t, []string{"rules/new.yaml"}, stale)
	require.True(t, d.cfg.Stale[0].New)
	require.Equal(t, map[string]string{"a": "@salts", "b": "iron", "c": "@salts OR @metal"}, d.queries())

	// A new rule and its new vocabulary come in together, in whatever order they are tried.
	d.write("rules/new.yaml", ruleOf("new", "@wood", "oak"))
	d.write("vocabularies/wood.yaml", fmt.Sprintf(words, "wood", "oak"))
	d.write("vocabularies/salts.yaml", fmt.Sprintf(words, "salts", "salt"))
	stale, _ = d.reload()
	require.Equal(t, []string{"vocabularies/salts.yaml"}, stale)
	require.Equal(t, "@wood", d.queries()["new"])
}

func TestAllOrNothingForWhatIsNoRule(t *testing.T) {
	for name, tt := range map[string]struct{ file, text, said string }{
		"the root file":   {"sanctionwatch.yaml", ownRules + "fetch: {schedule: often}\n", "fetch.schedule"},
		"a channel":       {"sanctionwatch.yaml", strings.Replace(ownRules, "console: {}", "fax: {}", 1), "fax"},
		"a missing file":  {"sanctionwatch.yaml", strings.Replace(ownRules, "[rules]", "[rules, more]", 1), "more cannot be read"},
		"a route":         {"sanctionwatch.yaml", ownRules + "route: {channel: desk, routes: [{match: {rule: zz}}]}\n", "zz"},
		"the feeds":       {"sanctionwatch.yaml", strings.Replace(ownRules, "[builtin]", "[rules/a.yaml]", 1), "unknown key"},
		"not even a file": {"sanctionwatch.yaml", "\x00", "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.write("rules/a.yaml", ruleOf("a", "a b", "a")) // would be kept
			d.write("rules/b.yaml", ruleOf("b", "iron", "iron"))
			d.write(tt.file, tt.text)
			_, taken := d.reload()
			require.False(t, taken)
			require.Contains(t, d.last.Error(), tt.said)
			require.Equal(t, "@metal", d.queries()["b"])
		})
	}
}

// TestADeletedFileThatOthersNeedRefusesTheReload: there is no version of the others that
// would do without it.
func TestADeletedFileThatOthersNeedRefusesTheReload(t *testing.T) {
	d := newDesk(t)
	require.NoError(t, os.Remove(filepath.Join(d.dir, "vocabularies/salts.yaml")))
	d.write("rules/b.yaml", ruleOf("b", "iron", "iron"))
	_, taken := d.reload()
	require.False(t, taken)
	require.Contains(t, d.last.Error(), "unknown vocabulary @salts")

	d.write("rules/a.yaml", ruleOf("a", "potash", "potash"))
	d.write("rules/c.yaml", ruleOf("c", "salt", "salt"))
	stale, taken := d.reload()
	require.True(t, taken)
	require.Empty(t, stale)
}

func TestAColdStartIsStrict(t *testing.T) {
	d := newDesk(t)
	d.write("rules/a.yaml", ruleOf("a", "a b", "a"))
	_, taken := d.reload()
	require.True(t, taken)
	cfg, ps := config.Load(filepath.Join(d.dir, "sanctionwatch.yaml"))
	require.Nil(t, cfg)
	require.NotEmpty(t, ps)
}

// TestManyBrokenFilesTakeBoundedTime: what is not decided within the bound is kept.
func TestManyBrokenFilesTakeBoundedTime(t *testing.T) {
	d := newDesk(t)
	for i := range 60 {
		d.write(fmt.Sprintf("rules/n%02d.yaml", i), ruleOf(fmt.Sprintf("n%02d", i), "a b", "a"))
	}
	d.write("rules/b.yaml", ruleOf("b", "iron", "iron"))
	stale, taken := d.reload()
	require.True(t, taken)
	require.Len(t, stale, 60)
	require.Equal(t, "iron", d.queries()["b"])
}
