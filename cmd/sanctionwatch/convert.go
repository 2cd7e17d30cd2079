package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/convert"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

type rulesConvertCmd struct {
	From convert.Vendor `help:"Whose query it is: factiva, lexis, brandwatch or meltwater." required:"" enum:"factiva,lexis,brandwatch,meltwater"`
	File string         `arg:"" optional:"" help:"The file with one query; - for standard input." default:"-"`
}

// Run prints the query on standard output and what reads differently on standard error.
func (c *rulesConvertCmd) Run(a *app) error {
	src, err := readAll(a, c.File)
	if err != nil {
		return err
	}
	got, err := convert.Convert(c.From, string(src))
	if errs, ok := errors.AsType[convert.Errors](err); ok {
		reasons := refusals(c.File, string(src), errs)
		reasons.Format(a.err, colours(a.err))
		fmt.Fprintf(a.err, "\n%s why this cannot be converted\n", count(len(errs), "reason"))
		return errFound
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, got.Query)
	for _, n := range got.Notes {
		fmt.Fprintln(a.err, "note:", n)
	}
	return nil
}

// refusals shows reasons at their places in the source.
func refusals(name, src string, errs convert.Errors) diag.Problems {
	if name == "-" {
		name = "standard input"
	}
	lines := strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n")
	ps := make(diag.Problems, len(errs))
	for i, e := range errs {
		ps[i] = diag.Problem{File: name, Line: e.Line, Col: e.Column, Msg: e.Msg, Width: 1}
		if e.Line <= len(lines) {
			ps[i].Snippet = lines[e.Line-1]
		}
		if end := min(e.End, len(src)); e.Pos < end {
			marked, _, _ := strings.Cut(src[e.Pos:end], "\n")
			ps[i].Width = max(1, len([]rune(strings.TrimRight(marked, "\r"))))
		}
	}
	return ps
}
