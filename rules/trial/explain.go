package trial

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// An Explanation shows how one rule judges one item.
type Explanation struct {
	RuleID      string           `json:"rule"`
	Title       string           `json:"title"`
	Theme       string           `json:"theme"`
	Status      rules.Status     `json:"status"`
	File        string           `json:"file"`
	Line        int              `json:"line"`
	Fired       bool             `json:"fired"`              // the query holds; a deprecated rule still sends nothing
	Severity    watcher.Severity `json:"severity,omitempty"` // with escalations; empty if it did not fire
	Trace       *match.Trace     `json:"trace"`
	Escalations []Escalated      `json:"escalations,omitempty"` // of a rule that fired
}

// An Escalated shows how an escalation of a rule judges the item.
type Escalated struct {
	Severity watcher.Severity `json:"severity"`
	Trace    *match.Trace     `json:"trace"`
}

// Explanations are those of several rules for one item, in order of rule id.
type Explanations []Explanation

// Explain shows how the rule with an id, or every rule for "", judges an item of a feed,
// whether it fires or not.
func Explain(set *rules.Set, it watcher.Item, f watcher.Feed, ruleID string) (Explanations, error) {
	list := set.Rules()
	if ruleID != "" {
		if _, err := set.Explain(ruleID, it, f); err != nil {
			return nil, err
		}
		r, _ := set.Rule(ruleID)
		list = []*rules.Rule{r}
	}
	var out Explanations
	for _, r := range list {
		e, err := explain(set, r, it, f)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// explain shows how one rule judges an item.
func explain(set *rules.Set, r *rules.Rule, it watcher.Item, f watcher.Feed) (Explanation, error) {
	tr, err := set.Explain(r.ID, it, f)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{
		RuleID: r.ID, Title: r.Title, Theme: r.Theme, Status: r.Status, File: r.File, Line: r.Line,
		Fired: tr.Pass, Trace: tr,
	}
	if !e.Fired {
		return e, nil
	}
	e.Severity = r.Severity
	traces, err := set.ExplainEscalations(r.ID, it, f)
	if err != nil {
		return Explanation{}, err
	}
	for i, tr := range traces {
		sev := r.Escalate[i].Severity
		e.Escalations = append(e.Escalations, Escalated{sev, tr})
		if tr.Pass && sev.Above(e.Severity) {
			e.Severity = sev
		}
	}
	return e, nil
}

// Fired are the explanations of rules that fired.
func (es Explanations) Fired() Explanations {
	var out Explanations
	for _, e := range es {
		if e.Fired {
			out = append(out, e)
		}
	}
	return out
}

// WriteText writes the evaluation trees for a terminal.
func (es Explanations) WriteText(w io.Writer, color bool) error {
	for _, e := range es {
		verdict := "does not fire"
		if e.Fired {
			verdict = "fires with severity " + string(e.Severity)
		}
		if e.Status == rules.Deprecated {
			verdict += " (deprecated: it sends nothing)"
		}
		if _, err := fmt.Fprintf(w, "%s (%s:%d) %s\n", e.RuleID, e.File, e.Line, verdict); err != nil {
			return err
		}
		e.Trace.Format(w, color)
		for _, x := range e.Escalations {
			fmt.Fprintf(w, "escalation to %s:\n", x.Severity)
			x.Trace.Format(w, color)
		}
		fmt.Fprintln(w)
	}
	var ids []string
	for _, e := range es.Fired() {
		ids = append(ids, e.RuleID)
	}
	if len(ids) == 0 || len(es) == 1 {
		_, err := fmt.Fprintf(w, "%d of %d rules fire\n", len(ids), len(es))
		return err
	}
	return writeList(w, fmt.Sprintf("%d of %d rules fire:", len(ids), len(es)), ids)
}

// WriteJSON writes the explanations as one JSON array.
func (es Explanations) WriteJSON(w io.Writer) error {
	if es == nil {
		es = Explanations{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(es)
}
