package slacktest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A Fault is one way to fail. The constructors make the usual ones; its first fields
// say when it strikes, and without any it strikes at every request.
type Fault struct {
	Method string  // only requests of this method; Webhook for webhooks
	Skip   int     // so many matching requests pass first
	Times  int     // strikes at most so often; 0 for ever
	Chance float64 // strikes a matching request with this chance; 0 means 1

	Accept bool // the message is accepted before the sender sees the fault

	Status     int           // status of the answer; 0 for 200
	RetryAfter string        // header of the answer
	Kind       string        // its Content-Type; JSON if empty
	Body       string        // its body
	Cut        bool          // the connection is cut, after Body and without an end if there is one
	Stall      bool          // no answer until the sender goes away
	Delay      time.Duration // before the answer
}

// Limited answers 429 with the Retry-After header given, or with none if it is empty.
func Limited(retryAfter string) Fault {
	f := Refused("ratelimited")
	f.Status, f.RetryAfter = http.StatusTooManyRequests, retryAfter
	return f
}

// Refused answers 200 with ok false and the error given.
func Refused(code string) Fault {
	return Fault{Body: `{"ok":false,"error":` + strconv.Quote(code) + `}`}
}

// Failing answers with an HTML page and the status given, as Slack does when in trouble.
func Failing(status int) Fault {
	return Fault{Status: status, Kind: "text/html", Body: fmt.Sprintf("<html><body>%d</body></html>", status)}
}

// Page answers 200 with an HTML page, as a captive portal does.
func Page() Fault { return Failing(http.StatusOK) }

// Text answers with the status and the words of a webhook.
func Text(status int, words string) Fault {
	return Fault{Status: status, Kind: "text/html", Body: words}
}

// Lost cuts the connection before the message is accepted.
func Lost() Fault { return Fault{Cut: true} }

// Swallowed accepts the message and cuts the connection.
func Swallowed() Fault { return Fault{Accept: true, Cut: true} }

// Torn accepts the message and cuts the connection amid the answer.
func Torn() Fault { return Fault{Accept: true, Cut: true, Body: `{"ok":true,"ts":"17`} }

// Stalled does not accept the message and never answers.
func Stalled() Fault { return Fault{Stall: true} }

// Hung accepts the message and never answers.
func Hung() Fault { return Fault{Accept: true, Stall: true} }

// On makes the fault strike only requests of a method.
func (f Fault) On(method string) Fault { f.Method = method; return f }

// Once makes the fault strike once.
func (f Fault) Once() Fault { f.Times = 1; return f }

// By makes the fault strike by chance, from 0 to 1.
func (f Fault) By(chance float64) Fault { f.Chance = chance; return f }

// After lets n matching requests pass first.
func (f Fault) After(n int) Fault { f.Skip = n; return f }

// fault is a Fault in a script, with what it did so far.
type fault struct {
	Fault
	seen, struck int
}

// Script replaces the faults. Of those that would strike a request the first does.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	for _, f := range faults {
		s.faults = append(s.faults, &fault{Fault: f})
	}
}

// strikes returns the fault that strikes a call, if any. s.mu is held.
func (s *Server) strikes(c Call) *Fault {
	for _, f := range s.faults {
		if f.Method != "" && f.Method != c.Method {
			continue
		}
		f.seen++
		if f.seen <= f.Skip || (f.Times > 0 && f.struck >= f.Times) {
			continue
		}
		if f.Chance > 0 && s.rng.Float64() >= f.Chance {
			continue
		}
		f.struck++
		return &f.Fault
	}
	return nil
}

// misbehave answers as a fault says.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, f Fault) {
	if f.Stall {
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
		panic(http.ErrAbortHandler)
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		}
	}
	if f.Cut && f.Body == "" {
		panic(http.ErrAbortHandler) // net/http's way to close a connection without an answer
	}
	if f.Kind == "" {
		f.Kind = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", f.Kind)
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.Cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(f.Body)+1000))
	}
	if f.Status == 0 {
		f.Status = http.StatusOK
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body))
	if f.Cut {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
