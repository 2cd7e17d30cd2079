package config

import (
	"bytes"
	"slices"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// A Stale is a file of rules, vocabularies or exclusions that did not load when the others
// were taken: its last good version is in use instead.
type Stale struct {
	File     string
	New      bool          // there is no good version: the file is left out
	Problems diag.Problems // what is wrong with the file as it is now
}

// Reload is Load while last is in use. A file of rules, vocabularies or exclusions that
// does not load keeps its last good version, or stays out if it never had one, while the
// others are taken: the Config is then returned beside the mistakes, and its Stale names
// the files. The root file, the feeds and the channels are taken as a whole or not at all,
// and so is everything where last good versions do not fit the rest: the Config is nil.
func Reload(path string, last *Config) (*Config, diag.Problems) {
	data, problems := readRoot(path)
	if len(problems) > 0 {
		return nil, problems
	}
	return parse(path, data, last)
}

// maxLoads bounds how often one reload compiles the rules in search of the files that can
// be taken; what is not decided by then keeps its last good version.
const maxLoads = 24

// A keeper finds out which files cannot be taken as they are now.
type keeper struct {
	now   []diag.Source
	good  map[string][]byte // last good content by name
	kept  map[string]bool   // files whose last good version is used
	wrong map[string]diag.Problems
	loads int
}

// keep compiles as many of the sources as it can beside the last good versions of the
// others; problems are those of the sources as they are. The set is nil if it cannot.
func (last *Config) keep(now []diag.Source, problems diag.Problems) (*rules.Set, *keeper) {
	k := &keeper{now: now, good: map[string][]byte{}, kept: map[string]bool{}, wrong: map[string]diag.Problems{}}
	for _, s := range last.sources {
		k.good[s.Name] = s.Data
	}
	for _, s := range now {
		k.wrong[s.Name] = of(problems, s.Name)
	}
	set := k.widen(problems)
	if set == nil {
		return nil, k
	}
	return k.narrow(set), k
}

// changed reports whether a file is not as it was when it was good.
func (k *keeper) changed(s diag.Source) bool {
	good, ok := k.good[s.Name]
	return !ok || !bytes.Equal(good, s.Data)
}

// sources are the files with their last good versions where those are used.
func (k *keeper) sources() []diag.Source {
	var out []diag.Source
	for _, s := range k.now {
		if k.kept[s.Name] {
			good, ok := k.good[s.Name]
			if !ok {
				continue
			}
			s.Data = good
		}
		out = append(out, s)
	}
	return out
}

// load compiles the sources; the set is nil unless all is well.
func (k *keeper) load() (*rules.Set, diag.Problems) {
	k.loads++
	set, problems := rules.Load(k.sources())
	if len(problems) > 0 {
		return nil, problems
	}
	return set, nil
}

// widen keeps the last good version of every changed file with mistakes until the rest
// loads. A mistake may show in a file that did not change, such as a sample that a word
// in a vocabulary now breaks: then all changed files are kept.
func (k *keeper) widen(problems diag.Problems) *rules.Set {
	for k.loads < maxLoads/2 {
		more := false
		for _, s := range k.now {
			if !k.kept[s.Name] && k.changed(s) && len(of(problems, s.Name)) > 0 {
				k.kept[s.Name], more = true, true
			}
		}
		if !more {
			break
		}
		var set *rules.Set
		if set, problems = k.load(); set != nil {
			return set
		}
	}
	for _, s := range k.now {
		if k.changed(s) {
			k.kept[s.Name] = true
		}
	}
	set, _ := k.load()
	return set
}

// narrow takes the files that are kept one by one as they are now, where that does no
// harm: a file may have had mistakes only because of another. It notes what each that
// cannot be taken does wrong.
func (k *keeper) narrow(set *rules.Set) *rules.Set {
	for again := true; again; {
		again = false
		for _, s := range k.now {
			if !k.kept[s.Name] || k.loads >= maxLoads {
				continue
			}
			delete(k.kept, s.Name)
			got, problems := k.load()
			if got == nil {
				k.kept[s.Name] = true
				if k.wrong[s.Name] = of(problems, s.Name); len(k.wrong[s.Name]) == 0 {
					k.wrong[s.Name] = problems
				}
				continue
			}
			set, again = got, true
		}
	}
	return set
}

// stale lists the files that are kept, in their order, and all that is wrong with them.
func (k *keeper) stale() ([]Stale, diag.Problems) {
	var list []Stale
	var all diag.Problems
	for _, s := range k.now {
		if !k.kept[s.Name] || slices.ContainsFunc(list, func(o Stale) bool { return o.File == s.Name }) {
			continue
		}
		_, had := k.good[s.Name]
		list = append(list, Stale{File: s.Name, New: !had, Problems: k.wrong[s.Name]})
		all = append(all, k.wrong[s.Name]...)
	}
	return list, all
}

// of are the problems of one file.
func of(problems diag.Problems, file string) diag.Problems {
	var out diag.Problems
	for _, p := range problems {
		if p.File == file {
			out = append(out, p)
		}
	}
	return out
}
