package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/rules/match"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// A Set is compiled rules. Load is the only door. It is immutable and safe for concurrent
// use.
type Set struct {
	rules        []*Rule // by id
	vocabularies []*Vocabulary
	exclusions   []*Exclusion // by id
	byID         map[string]*Rule
	hash         string
}

var _ watcher.Matcher = (*Set)(nil)

// finish sorts, indexes and hashes a set whose rules are sound.
func (s *Set) finish() {
	slices.SortFunc(s.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(s.vocabularies, func(a, b *Vocabulary) int { return strings.Compare(a.Name, b.Name) })
	s.byID = map[string]*Rule{}
	var parts []string
	for _, r := range s.rules {
		s.byID[r.ID] = r
		parts = append(parts, r.ID, r.Hash, r.Title, r.Owner, r.Description)
		parts = append(append(append(parts, r.Tags...), r.References...), r.FalsePositives...)
	}
	for _, v := range s.vocabularies {
		parts = append(append(parts, v.Description), v.content()...)
	}
	for _, x := range s.exclusions {
		parts = append(append(parts, x.ID, x.Hash, x.Title, x.Description), x.Rules...)
	}
	s.hash = hash(parts...)
}

// Match says which rules fire on an item, in order of their ids, with the highest severity
// that their escalations give. Deprecated rules and those that an exclusion holds back do
// not fire.
func (s *Set) Match(it watcher.Item, f watcher.Feed) []watcher.Match {
	doc := match.NewDoc(it, f)
	out := verdicts{doc: doc}
	var ms []watcher.Match
	for _, r := range s.rules {
		if r.Status == Deprecated {
			continue
		}
		if m, ok := r.fire(doc, it.ID); ok && out.excluded(r) == nil {
			ms = append(ms, m)
		}
	}
	return ms
}

// fire judges an item by one rule, deprecated or not, without its exclusions.
func (r *Rule) fire(doc *match.Doc, id watcher.ItemID) (watcher.Match, bool) {
	ok, spans := r.query.Eval(doc)
	if !ok {
		return watcher.Match{}, false
	}
	m := watcher.Match{
		ItemID: id, RuleID: r.ID, RuleHash: r.Hash, RuleTitle: r.Title, Theme: r.Theme,
		Severity: r.Severity, Spans: spans,
	}
	for i, e := range r.Escalate {
		if !e.Severity.Above(m.Severity) {
			continue
		}
		if ok, more := r.when[i].Eval(doc); ok {
			m.Severity, m.Escalated = e.Severity, strings.TrimSpace(e.When)
			m.Spans = join(spans, more)
		}
	}
	return m, true
}

// join adds the spans of an escalation to those of the query, without touching either.
func join(spans, more []watcher.Span) []watcher.Span {
	out := slices.Clone(spans)
	for _, s := range more {
		same := func(o watcher.Span) bool {
			return o.Field == s.Field && o.Start == s.Start && o.End == s.End
		}
		if !slices.ContainsFunc(spans, same) {
			out = append(out, s)
		}
	}
	return out
}

// Rules are the rules in order of their ids. They must not be changed.
func (s *Set) Rules() []*Rule { return slices.Clone(s.rules) }

// Rule is the rule with an id.
func (s *Set) Rule(id string) (*Rule, bool) {
	r, ok := s.byID[id]
	return r, ok
}

// Vocabularies are the vocabularies in order of their names. They must not be changed.
func (s *Set) Vocabularies() []*Vocabulary { return slices.Clone(s.vocabularies) }

// Exclusions are the exclusions in order of their ids. They must not be changed.
func (s *Set) Exclusions() []*Exclusion { return slices.Clone(s.exclusions) }

// Hash identifies the content of the set: sets that say the same have the same hash,
// whatever their files are called.
func (s *Set) Hash() string { return s.hash }

// Explain shows how a rule judges an item, by the evaluator that Match uses. Where the
// query of the rule holds and an exclusion keeps it from firing, the trace says so first.
func (s *Set) Explain(ruleID string, it watcher.Item, f watcher.Feed) (*match.Trace, error) {
	r, ok := s.byID[ruleID]
	if !ok {
		return nil, s.unknown(ruleID)
	}
	return r.explain(match.NewDoc(it, f)), nil
}

// ExplainEscalations shows how each escalation of a rule judges an item.
func (s *Set) ExplainEscalations(ruleID string, it watcher.Item, f watcher.Feed) ([]*match.Trace, error) {
	r, ok := s.byID[ruleID]
	if !ok {
		return nil, s.unknown(ruleID)
	}
	doc := match.NewDoc(it, f)
	traces := make([]*match.Trace, len(r.when))
	for i, q := range r.when {
		traces[i] = q.Explain(doc)
	}
	return traces, nil
}

// unknown is the mistake of asking for a rule that there is not.
func (s *Set) unknown(id string) error {
	ids := make([]string, len(s.rules))
	for i, r := range s.rules {
		ids[i] = r.ID
	}
	if near := diag.Closest(id, ids); near != "" {
		return fmt.Errorf("no rule %q: did you mean %q?", id, near)
	}
	return fmt.Errorf("no rule %q", id)
}

// hash is a short digest of parts.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
