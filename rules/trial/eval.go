package trial

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxLine is how many bytes a line of labelled items may have.
const maxLine = 1 << 20

// A Labelled is an item with what a person said of it, one line of JSON.
type Labelled struct {
	ID         string   `json:"id"`
	Source     string   `json:"source"`
	URL        string   `json:"url"`
	Title      string   `json:"title"`
	Summary    string   `json:"summary"`
	Lang       string   `json:"lang"`
	Date       string   `json:"date"` // RFC 3339 or a day; may be empty
	Themes     []string `json:"themes"`
	Relevant   bool     `json:"relevant"`
	Borderline bool     `json:"borderline"`
}

// Item is the labelled item as the line would see it, and its feed.
func (l Labelled) Item() (watcher.Item, watcher.Feed) {
	it := watcher.Item{
		ID: watcher.ItemID(l.ID), FeedID: watcher.FeedID(l.Source), URL: l.URL,
		Title: l.Title, Lead: l.Summary, Language: l.Lang,
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, l.Date); err == nil {
			it.Published = t
			break
		}
	}
	return it, watcher.Feed{ID: it.FeedID, Name: l.Source, Language: l.Lang}
}

// EvalOptions say what counts.
type EvalOptions struct {
	SkipBorderline bool             // leave out items marked borderline
	Min            watcher.Severity // a match below it does not count; empty for low
	Why            bool             // explain what was missed and what is noise
	Baselines      bool             // judge by bare words too, to compare with
	Intervals      bool             // put intervals and rules into the JSON form
	Against        *rules.Set       // rules to compare with; nil for none
}

// A LineError is a line of labelled items that cannot be read.
type LineError struct {
	Line int // from 1
	Err  error
}

// Error is "line 3: cause".
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap is the cause.
func (e *LineError) Unwrap() error { return e.Err }

// Eval judges labelled items, one JSON object a line, and compares with the labels. An
// item is predicted relevant when a rule fires with at least the severity that counts; a
// theme is predicted when such a rule of that theme fires.
//
// Lines that cannot be read are left out and listed in Evaluation.Bad. The error is that
// of the reader.
func Eval(r io.Reader, set *rules.Set, o EvalOptions) (*Evaluation, error) {
	o.Min = cmp.Or(o.Min, watcher.Low)
	items, bad, err := readLabelled(r)
	if err != nil {
		return nil, fmt.Errorf("read labelled items: %w", err)
	}
	if o.SkipBorderline {
		items = slices.DeleteFunc(items, func(l Labelled) bool { return l.Borderline })
	}
	e := evaluate(items, set, o)
	e.Bad = bad
	if o.Baselines {
		if e.Baselines, e.Absent, err = baselines(set, items); err != nil {
			return nil, err
		}
	}
	if o.Intervals {
		e.Intervals, e.InJSON = e.intervals(), e.Rules
	}
	if o.Against != nil {
		others := evaluate(items, o.Against, EvalOptions{Min: o.Min})
		e.Against = compare(e, others, items)
	}
	return e, nil
}

// evaluate judges items by one set.
func evaluate(items []Labelled, set *rules.Set, o EvalOptions) *Evaluation {
	predicted := predict(items, set, o.Min)
	e := &Evaluation{
		Themes: map[string]*Score{}, Languages: map[string]*Score{}, Rules: map[string]*Hits{},
		Missed: []string{}, Noise: []string{},
	}
	for _, r := range set.Rules() {
		e.Rules[r.ID] = &Hits{}
	}
	if o.Why {
		e.Reasons = []Reason{}
	}
	for i, l := range items {
		e.count(l, predicted[i])
		if o.Why && l.Relevant != (len(predicted[i]) > 0) {
			e.Reasons = append(e.Reasons, reason(set, l, predicted[i]))
		}
	}
	e.finish()
	return e
}

// predict is the matches that count on each item; nil where there is none.
func predict(items []Labelled, set *rules.Set, least watcher.Severity) [][]watcher.Match {
	out := make([][]watcher.Match, len(items))
	spread(len(items), func(i int) {
		it, f := items[i].Item()
		for _, m := range set.Match(it, f) {
			if !least.Above(m.Severity) {
				out[i] = append(out[i], m)
			}
		}
	})
	return out
}

// spread does the work for 0 to n-1, shared out to all processors.
func spread(n int, work func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				work(i)
			}
		})
	}
	wg.Wait()
}

// readLabelled reads all items and lists the lines that are none.
func readLabelled(r io.Reader) (items []Labelled, bad []*LineError, err error) {
	lines := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n')
		}
		done := errors.Is(err, io.EOF)
		if err != nil && !done {
			return nil, nil, err
		}
		switch line = bytes.TrimSpace(line); {
		case long:
			bad = append(bad, &LineError{n, fmt.Errorf("longer than %d bytes", maxLine)})
		case len(line) > 0:
			l, err := readLine(line)
			if err != nil {
				bad = append(bad, &LineError{n, err})
				break
			}
			items = append(items, l)
		}
		if done {
			return items, bad, nil
		}
	}
}

// readLine reads one item.
func readLine(line []byte) (Labelled, error) {
	var l Labelled
	if err := json.Unmarshal(bytes.TrimPrefix(line, []byte("\ufeff")), &l); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return l, fmt.Errorf("%s must not be a JSON %s", cmp.Or(wrong.Field, "the line"), wrong.Value)
		}
		return l, fmt.Errorf("no JSON object: %w", err)
	}
	if l.ID == "" {
		return l, errors.New("the item has no id")
	}
	return l, nil
}
