package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

type rulesFmtCmd struct {
	Diff  bool     `help:"Print what would change instead, and exit with 1 if there is any."`
	Check bool     `help:"Print which files would change instead, and exit with 1 if there is any."`
	Paths []string `arg:"" name:"path" help:"Rule files or folders; - for standard input, which goes to standard output."`
}

// Run lays out the queries of rules and exclusions. Nothing is written if a query anywhere
// does not parse.
func (c *rulesFmtCmd) Run(a *app) error {
	sources, err := c.sources(a)
	if err != nil {
		return err
	}
	var problems diag.Problems
	laidOut := make([][]byte, len(sources))
	for i, src := range sources {
		out, ps := formatted(src)
		laidOut[i], problems = out, append(problems, ps...)
	}
	if len(problems) > 0 {
		return problems
	}
	found := false
	for i, src := range sources {
		changed := !bytes.Equal(src.Data, laidOut[i])
		found = found || changed
		if err := c.show(a, src, laidOut[i], changed); err != nil {
			return err
		}
	}
	if found && (c.Diff || c.Check) {
		return errFound
	}
	return nil
}

// show does with one file what was asked for.
func (c *rulesFmtCmd) show(a *app, src diag.Source, out []byte, changed bool) error {
	switch {
	case !changed && (src.Name != "-" || c.Diff || c.Check):
		return nil
	case c.Diff:
		_, err := a.out.Write(diff.Diff(src.Name, src.Data, src.Name+" (formatted)", out))
		return err
	case c.Check:
		fmt.Fprintln(a.out, src.Name)
		return nil
	case src.Name == "-":
		_, err := a.out.Write(out)
		return err
	}
	if err := replaceFile(src.Name, out); err != nil {
		return fmt.Errorf("rewrite %s: %w", src.Name, err)
	}
	fmt.Fprintln(a.out, src.Name)
	return nil
}

// sources reads the files that the paths name: of a folder all YAML files below it but for
// hidden ones.
func (c *rulesFmtCmd) sources(a *app) ([]diag.Source, error) {
	var names []string
	for _, p := range c.Paths {
		if p == "-" {
			names = append(names, p)
			continue
		}
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			switch hidden := name != p && strings.HasPrefix(d.Name(), "."); {
			case err != nil:
				return err
			case d.IsDir() && hidden:
				return fs.SkipDir
			case d.IsDir() || hidden:
				return nil
			}
			if ext := filepath.Ext(name); name == p || ext == ".yaml" || ext == ".yml" {
				names = append(names, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	sources := make([]diag.Source, len(names))
	for i, name := range names {
		data, err := readAll(a, name)
		if err != nil {
			return nil, err
		}
		sources[i] = diag.Source{Name: name, Data: data}
	}
	return sources, nil
}

// formatted is the file with its queries laid out; all else is as it was.
func formatted(src diag.Source) ([]byte, diag.Problems) {
	f, problems := diag.Read(src.Name, src.Data)
	if len(problems) > 0 || f.Empty() {
		return src.Data, problems
	}
	texts := map[string]string{}
	for _, path := range queriesIn(f) {
		var value string
		if ps := f.DecodeAt(path, &value); len(ps) > 0 || strings.TrimSpace(value) == "" {
			continue // a mistake of another kind, which check reports
		}
		want, err := layOut(value, f.InFlow(path))
		if errs, ok := errors.AsType[query.Errors](err); ok {
			for _, e := range errs {
				problems = append(problems, f.ProblemAt(path, int(e.Pos), int(e.End), e.Msg, ""))
			}
			continue
		}
		if strings.TrimRight(value, "\n") != want {
			texts[path] = want
		}
	}
	if len(problems) > 0 || len(texts) == 0 {
		return src.Data, problems
	}
	return f.Replace(src.Data, texts)
}

// layOut is the layout of a query; on one line between braces, if it has no comments.
func layOut(src string, inLine bool) (string, error) {
	if inLine && !strings.Contains(src, "\n") {
		n, err := query.Parse(src)
		if err != nil {
			return "", err
		}
		return n.String(), nil
	}
	return query.Format(src)
}

// queriesIn are the paths of the queries in a rule file: of its rules and exclusions, and of
// what raises their severity.
func queriesIn(f *diag.File) []string {
	things := []string{""}
	list := func(path string) (entries []string) {
		for i := range f.Len(path) {
			entries = append(entries, fmt.Sprintf("%s[%d]", path, i))
		}
		return entries
	}
	keys := f.Keys("")
	switch {
	case f.Kind("") == "a list":
		things = list("")
	case slices.Contains(keys, "query"): // one rule or exclusion
	default:
		things = slices.Concat(list("rules"), list("exclusions"))
	}
	var out []string
	for _, at := range things {
		if at != "" {
			at += "."
		}
		if f.Has(at + "query") {
			out = append(out, at+"query")
		}
		for _, entry := range list(at + "escalate") {
			if f.Has(entry + ".when") {
				out = append(out, entry+".when")
			}
		}
	}
	return out
}

// newMode is the mode of a file that was not there before.
const newMode = 0o644

// replaceFile writes a file beside the old one and then takes its place, so that a reader
// sees one of the two. A link stays one, and the mode stays.
func replaceFile(name string, data []byte) error {
	mode := fs.FileMode(newMode)
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		mode = info.Mode().Perm()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
