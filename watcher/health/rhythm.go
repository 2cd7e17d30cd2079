package health

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"time"
)

const (
	week = 7 * 24 * time.Hour
	// fade is the half-life of what is remembered: two months, so that summer and winter
	// timetables are learned, and a few holidays forgotten.
	fade = 8 * week
	// oldest is how old an item may be that teaches anything.
	oldest = 365 * 24 * time.Hour
	// memory bounds how many gaps the averages look back.
	memory = 200
	// blur is how many hours an edition may be late or early.
	blur = 2
)

// A Rhythm is how often a feed publishes in each hour of the week (UTC, from Sunday
// 00:00), as learned, and how irregular it is. The zero value knows nothing.
//
// Gaps between items are measured in items: how many the rhythm expects in that time.
// So a night in which nothing comes is no gap, and one missed item counts the same on a
// busy Monday and a slow Sunday.
type Rhythm struct {
	From, To time.Time // when the first and the newest item were published
	Items    int
	Longest  float64 // the longest gap, faded with time
	Mean     float64 // of the gaps
	Square   float64 // mean of their squares

	base  time.Time    // where an item weighs 1; later ones weigh more, twice after each fade
	hours [168]float64 // weights of the items of each hour of the week
}

// stored is how a Rhythm is written: short, since every feed keeps one.
type stored struct {
	From    int64   `json:"from"`
	To      int64   `json:"to"`
	Base    int64   `json:"base"`
	Items   int     `json:"n"`
	Longest float64 `json:"max"`
	Mean    float64 `json:"mean"`
	Square  float64 `json:"sq"`
	Hours   string  `json:"hours"` // thousandths as varints, in base64
}

// Parse reads what String wrote. What it cannot read is the zero Rhythm: it is learned anew.
func Parse(s string) Rhythm {
	var w stored
	var r Rhythm
	if json.Unmarshal([]byte(s), &w) != nil || w.Items <= 0 || w.To < w.From {
		return r
	}
	raw, err := base64.RawStdEncoding.DecodeString(w.Hours)
	if err != nil {
		return r
	}
	for i := range r.hours {
		v, n := binary.Uvarint(raw)
		if n <= 0 {
			return Rhythm{}
		}
		r.hours[i], raw = float64(v)/1000, raw[n:]
	}
	r.From, r.To, r.base = time.Unix(w.From, 0).UTC(), time.Unix(w.To, 0).UTC(), time.Unix(w.Base, 0).UTC()
	r.Items, r.Longest, r.Mean, r.Square = w.Items, w.Longest, w.Mean, w.Square
	return r
}

// String writes the rhythm for the store, "" if it knows nothing.
func (r Rhythm) String() string {
	if r.Items == 0 {
		return ""
	}
	var raw []byte
	for _, h := range r.hours {
		raw = binary.AppendUvarint(raw, uint64(math.Round(h*1000)))
	}
	short := func(f float64) float64 { return math.Round(f*1000) / 1000 }
	b, err := json.Marshal(stored{
		From: r.From.Unix(), To: r.To.Unix(), Base: r.base.Unix(), Items: r.Items,
		Longest: short(r.Longest), Mean: short(r.Mean), Square: short(r.Square),
		Hours: base64.RawStdEncoding.EncodeToString(raw),
	})
	if err != nil { // a number that is none
		return ""
	}
	return string(b)
}

// with returns the rhythm after items published at times, in order, none before To.
func (r Rhythm) with(times []time.Time) Rhythm {
	if r.Items == 0 {
		if times = trim(times); len(times) == 0 {
			return r
		}
		r.From, r.To, r.base = times[0], times[0], times[0]
		// The gaps of the first document are measured by what it taught itself.
		for _, t := range times {
			r.add(t)
		}
		taught := r
		for i := 1; i < len(times); i++ {
			r.gap(taught.Expect(times[i-1], times[i]), i, times[i].Sub(times[i-1]))
		}
		return r
	}
	for _, t := range times {
		gap := r.Expect(r.To, t)
		if r.Ready() { // a stop that was told must not make the next one go unnoticed
			gap = min(gap, r.Limit())
		}
		r.gap(gap, r.Items, t.Sub(r.To))
		r.add(t)
	}
	return r
}

// trim leaves out first items that stand alone, such as one that is pinned to the top.
func trim(times []time.Time) []time.Time {
	for len(times) > 2 && times[1].Sub(times[0]) > times[len(times)-1].Sub(times[1]) {
		times = times[1:]
	}
	return times
}

func (r *Rhythm) add(t time.Time) {
	for t.Sub(r.base) > 8*fade {
		r.base = r.base.Add(8 * fade)
		for i := range r.hours {
			r.hours[i] /= 256
		}
	}
	r.hours[hourOf(t)] += r.weight(t)
	r.To = t
	r.Items++
}

// gap learns the n'th gap, as the rhythm counts it, that lasted for d.
func (r *Rhythm) gap(g float64, n int, d time.Duration) {
	share := 1 / float64(min(n, memory))
	r.Mean += (g - r.Mean) * share
	r.Square += (g*g - r.Square) * share
	r.Longest = max(r.Longest*math.Exp2(-float64(d)/float64(fade)), g)
}

func (r *Rhythm) weight(t time.Time) float64 {
	return math.Exp2(float64(t.Sub(r.base)) / float64(fade))
}

// weeks is how many weeks the weights stand for at To, faded like them.
func (r *Rhythm) weeks() float64 {
	ages := float64(r.To.Sub(r.From)) / float64(fade)
	return max((1-math.Exp2(-ages))*float64(fade)/float64(week)/math.Ln2, 1)
}

// Rate is how many items the rhythm expects in an hour of the week: an item may as well
// have come up to blur hours sooner or later.
func (r *Rhythm) Rate(hour int) float64 {
	sum := 0.0
	for i := hour + 168 - blur; i <= hour+168+blur; i++ {
		sum += r.hours[i%168]
	}
	return sum / (2*blur + 1) * r.scale()
}

// scale turns weights into items a week.
func (r *Rhythm) scale() float64 { return 1 / r.weight(r.To) / r.weeks() }

// Weekly is how many items it expects in a week.
func (r *Rhythm) Weekly() float64 {
	sum := 0.0
	for _, h := range r.hours {
		sum += h
	}
	return sum * r.scale()
}

// Expect is how many items it expects between two times.
func (r *Rhythm) Expect(from, to time.Time) float64 {
	if !from.Before(to) {
		return 0
	}
	whole := to.Sub(from) / week
	sum := float64(whole) * r.Weekly()
	for t := from.Add(whole * week); t.Before(to); {
		end := t.Truncate(time.Hour).Add(time.Hour)
		if end.After(to) {
			end = to
		}
		sum += r.Rate(hourOf(t)) * end.Sub(t).Hours()
		t = end
	}
	return sum
}

// After is when n items are expected to have come since a time, at most a year later.
func (r *Rhythm) After(from time.Time, n float64) time.Time {
	weekly := r.Weekly()
	if weekly <= 0 || n/weekly > 52 {
		return from.Add(oldest)
	}
	whole := math.Floor(n / weekly)
	t := from.Add(time.Duration(whole) * week)
	for left := n - whole*weekly; left > 1e-9; {
		end := t.Truncate(time.Hour).Add(time.Hour)
		rate := r.Rate(hourOf(t))
		part := rate * end.Sub(t).Hours()
		if part >= left {
			return t.Add(time.Duration(left / rate * float64(time.Hour)))
		}
		left, t = left-part, end
		if t.Sub(from) > oldest {
			break
		}
	}
	return t
}

func hourOf(t time.Time) int {
	t = t.UTC()
	return int(t.Weekday())*24 + t.Hour()
}
