package trial

import (
	"encoding/xml"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/sanctionwatch/sanctionwatch/rules"
)

// A Report is the outcome of the samples of all rules.
type Report struct {
	Rules   int            `json:"rules"`
	Passed  int            `json:"passed"`
	Failed  int            `json:"failed"`
	Seconds float64        `json:"seconds"`
	Results []rules.Result `json:"results"`
}

// Test runs the samples of all rules of a set.
func Test(set *rules.Set) Report {
	start := time.Now()
	r := Report{Rules: len(set.Rules()), Results: set.Test()}
	for _, res := range r.Results {
		if res.Passed {
			r.Passed++
		} else {
			r.Failed++
		}
	}
	r.Seconds = time.Since(start).Seconds()
	return r
}

// OK reports whether every sample passed.
func (r Report) OK() bool { return r.Failed == 0 }

// WriteTable writes one line for each rule, the failures below it, and the sum.
func (r Report) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tMATCH\tREJECT\tRESULT")
	for _, of := range r.byRule() {
		n, good := map[string]int{}, map[string]int{}
		for _, res := range of {
			n[res.Kind]++
			if res.Passed {
				good[res.Kind]++
			}
		}
		verdict := "ok"
		if good["match"]+good["reject"] < len(of) {
			verdict = "FAILED"
		}
		fmt.Fprintf(t, "%s\t%d/%d\t%d/%d\t%s\n", of[0].RuleID,
			good["match"], n["match"], good["reject"], n["reject"], verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, res := range r.Results {
		if !res.Passed {
			fmt.Fprintf(w, "\n%s:%d: %s: %s sample %q\n  %s\n",
				res.File, res.Line, res.RuleID, res.Kind, res.Title, res.Why)
		}
	}
	_, err := fmt.Fprintf(w, "\n%d rules, %d samples passed, %d failed\n", r.Rules, r.Passed, r.Failed)
	return err
}

// byRule are the results in runs of one rule.
func (r Report) byRule() [][]rules.Result {
	var out [][]rules.Result
	for i, res := range r.Results {
		if i == 0 || res.RuleID != r.Results[i-1].RuleID {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], res)
	}
	return out
}

// The elements of a JUnit report that build servers read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		File     string      `xml:"file,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the report as JUnit XML: a suite for each rule, a case for each sample.
func (r Report) WriteJUnit(w io.Writer) error {
	doc := junitSuites{
		Name: "sanctionwatch rules", Tests: len(r.Results), Failures: r.Failed,
		Time: fmt.Sprintf("%.3f", r.Seconds),
	}
	for _, of := range r.byRule() {
		s := junitSuite{Name: of[0].RuleID, Tests: len(of), File: of[0].File}
		for _, res := range of {
			c := junitCase{
				Name:  fmt.Sprintf("%s %d: %s", res.Kind, res.Number+1, res.Title),
				Class: res.RuleID, File: res.File, Line: res.Line,
			}
			if !res.Passed {
				s.Failures++
				c.Failure = &junitFailure{
					Message: res.Why, Type: res.Kind,
					Text: fmt.Sprintf("%s:%d: %s", res.File, res.Line, res.Why),
				}
			}
			s.Cases = append(s.Cases, c)
		}
		doc.Suites = append(doc.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
