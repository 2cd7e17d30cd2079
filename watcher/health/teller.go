package health

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// many is more troubles than are told one by one.
const many = 5

// A mark is what people were told of a feed, as FeedState.Told keeps it.
type mark struct {
	Kind  Kind            `json:"kind,omitempty"`
	Story watcher.StoryID `json:"story,omitempty"` // of the message; empty if only the log has it
	Many  bool            `json:"many,omitempty"`  // the message tells of other feeds too
	Well  time.Time       `json:"well,omitzero"`   // since when it looks well again
	Moved string          `json:"moved,omitempty"` // the new address that was told
}

func readMark(s string) (m mark) {
	_ = json.Unmarshal([]byte(s), &m) // what cannot be read was never told
	return m
}

func (m mark) String() string {
	if m == (mark{}) {
		return ""
	}
	b, _ := json.Marshal(m) // strings and times always marshal
	return string(b)
}

// A Feed is a feed in the plan and what is remembered of it.
type Feed struct {
	watcher.Feed
	State watcher.FeedState
}

// A Telling is what must be written in one transaction: what feeds' Told was and is now,
// and the alert with its deliveries, if there is one.
type Telling struct {
	Was, Now map[watcher.FeedID]string
	Record   watcher.Record
	Words    string // for the log; "" if there is nothing to say
	Bad      bool   // it is a trouble, not a recovery
}

// A Teller finds what people must be told of feeds.
type Teller struct {
	Options
	PlanHash string
}

// A look is a feed as one pass sees it.
type look struct {
	Feed
	health Health
	mark   mark
}

// Pass compares how feeds are at a time with what was told and returns what to tell: each
// trouble once, many at once in one message, a recovery when it has lasted for half of
// FailingAfter, so that a feed that comes and goes is told once.
func (t Teller) Pass(feeds []Feed, now time.Time) []Telling {
	looks := make([]look, len(feeds))
	for i, f := range feeds {
		looks[i] = look{f, Judge(f.State, t.Failing(), now), readMark(f.State.Told)}
	}
	out := t.troubles(looks, now)
	out = append(out, t.recoveries(looks, now)...)
	for _, l := range looks {
		if to := l.State.Adopted; to != "" && to != l.mark.Moved && !touched(out, l.ID) {
			out = append(out, t.moved(l, now))
		}
	}
	return out
}

func touched(ts []Telling, id watcher.FeedID) bool {
	return slices.ContainsFunc(ts, func(t Telling) bool { _, ok := t.Now[id]; return ok })
}

// known reports whether the trouble of a look was told as far as it can be.
func (t Teller) known(l look) bool {
	return l.mark.Kind == l.health.Kind && (l.mark.Story != "" || t.Channel == "")
}

func (t Teller) troubles(looks []look, now time.Time) []Telling {
	var out []Telling
	for _, kind := range []Kind{Gone, Failing, Silent} {
		var fresh, early, open []look
		for _, l := range looks {
			switch {
			case l.health.Kind == kind && kind == Silent && l.mark.Kind == Failing:
				// It answers again; that it is silent is told when that has lasted.
			case l.health.Kind == kind && !t.known(l):
				fresh = append(fresh, l)
			case kind == Failing && l.mark.Kind == kind && l.mark.Many && l.State.Failures > 0:
				open = append(open, l)
			case kind == Failing && l.health.Kind == "" && l.mark.Kind == "" && l.State.Failures > 0:
				early = append(early, l)
			}
		}
		bulk := max(many, len(looks)/5)
		switch {
		case len(fresh) == 0:
			continue
		case len(open) > bulk:
			out = append(out, t.join(fresh, open[0].mark.Story))
			continue
		case len(fresh)+len(early) > bulk: // the others will follow: one message for all
			fresh = append(fresh, early...)
		}
		if len(fresh) > many {
			out = append(out, t.tellMany(kind, fresh, len(looks), now))
			continue
		}
		for _, l := range fresh {
			out = append(out, t.tellOne(l, now))
		}
	}
	return out
}

func (t Teller) recoveries(looks []look, now time.Time) []Telling {
	var out []Telling
	groups := map[watcher.StoryID][]look{}
	for _, l := range looks {
		m := l.mark
		bad := l.health.Kind != "" || l.State.Failures > 0
		if l.health.Kind == Silent && m.Kind == Failing {
			bad = l.State.Failures > 0
		}
		switch {
		case m.Kind == "":
		case bad && !m.Well.IsZero() && t.known(l), bad && !m.Well.IsZero() && l.health.Kind == "":
			m.Well = time.Time{}
			out = append(out, telling(l, m))
		case bad:
		case m.Well.IsZero() && m.Kind != Silent:
			m.Well = now
			out = append(out, telling(l, m))
		case m.Kind != Silent && now.Sub(m.Well) < t.Failing()/2:
		case m.Many:
			groups[m.Story] = append(groups[m.Story], l)
		default:
			out = append(out, t.recovered([]look{l}, nil, now))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		if tell, ok := t.groupRecovered(id, groups[id], looks, now); ok {
			out = append(out, tell)
		}
	}
	return out
}

// groupRecovered tells of feeds that were told of together: when all are well, or when
// some have been for long and others are not.
func (t Teller) groupRecovered(id watcher.StoryID, well, looks []look, now time.Time) (Telling, bool) {
	var still []string
	for _, l := range looks {
		in := slices.ContainsFunc(well, func(w look) bool { return w.ID == l.ID })
		if l.mark.Many && l.mark.Story == id && !in {
			still = append(still, l.Name)
		}
	}
	long := slices.ContainsFunc(well, func(l look) bool { return now.Sub(l.mark.Well) >= 6*t.Failing() })
	if len(still) > 0 && !long {
		return Telling{}, false
	}
	return t.recovered(well, still, now), true
}

// telling changes the mark of one feed without a word.
func telling(l look, m mark) Telling {
	return Telling{
		Was: map[watcher.FeedID]string{l.ID: l.State.Told},
		Now: map[watcher.FeedID]string{l.ID: m.String()},
	}
}

// join marks feeds that follow others into a trouble that was told of many.
func (t Teller) join(fresh []look, story watcher.StoryID) Telling {
	out := Telling{Was: map[watcher.FeedID]string{}, Now: map[watcher.FeedID]string{}, Bad: true}
	var names []string
	for _, l := range fresh {
		out.Was[l.ID] = l.State.Told
		out.Now[l.ID] = mark{Kind: l.health.Kind, Story: story, Many: true, Moved: l.mark.Moved}.String()
		names = append(names, l.Name)
	}
	out.Words = "more feeds fail: " + strings.Join(names, ", ")
	return out
}
