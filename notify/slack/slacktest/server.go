package slacktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// Options say what kind of workspace a Server plays. The zero value is a workspace that
// knows every token, channel and webhook and never hurries or refuses anybody.
type Options struct {
	Token    string        // the only token that is let in; any if empty
	Channels []string      // ids of the channels that the app is in; any if empty
	Hooks    []string      // paths of webhooks, such as "T1/B1/secret"; any if empty
	Gap      time.Duration // least time between two messages to a channel, else 429
	Page     int           // most messages in a page of history; 0 for 100
	Seed     uint64        // of faults that strike by chance
	Record   string        // JSON-lines file that keeps every change; read first if it exists
}

// HookChannel is the channel that webhooks post to.
const HookChannel = "C0WEBHOOK00"

// A Server plays Slack. New and Start are the only doors.
type Server struct {
	URL string // such as "http://127.0.0.1:40123"; empty unless started

	o    Options
	srv  *http.Server
	quit chan struct{} // closed by Close: ends stalls
	once sync.Once
	done sync.WaitGroup

	mu     sync.Mutex
	rng    *rand.Rand           // guarded by mu, as is all below
	faults []*fault             //
	calls  []Call               //
	book   book                 //
	busy   map[string]time.Time // when a channel took its last message
	file   *os.File
}

// New returns a server that listens nowhere: it is an http.Handler. Close it.
func New(o Options) (*Server, error) {
	s := &Server{
		o: o, quit: make(chan struct{}), rng: rand.New(rand.NewPCG(o.Seed, 0)),
		busy: map[string]time.Time{},
	}
	if o.Record == "" {
		return s, nil
	}
	msgs, err := readBook(o.Record)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	s.book = msgs
	s.file, err = os.OpenFile(o.Record, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open record: %w", err)
	}
	return s, nil
}

// Start returns a server that listens on a free port of loopback. Close it.
func Start(o Options) (*Server, error) {
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen on loopback: %w", err), s.Close())
	}
	s.URL = "http://" + l.Addr().String()
	s.srv = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.done.Go(func() { _ = s.srv.Serve(l) })
	return s, nil
}

// Close ends the server and its record. It may be called more than once.
func (s *Server) Close() error {
	var err error
	s.once.Do(func() {
		close(s.quit)
		if s.srv != nil {
			err = s.srv.Close()
		}
		s.done.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.file != nil {
			err = errors.Join(err, s.file.Close())
		}
	})
	return err
}

// APIURL is the address of the web API of a started server.
func (s *Server) APIURL() string { return s.URL + "/api/" }

// HookURL is the address of a webhook of a started server; path is as in Options.Hooks.
func (s *Server) HookURL(path string) string { return s.URL + "/services/" + path }

// ServeHTTP answers as Slack would, or as the script of faults says.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/services/"); ok {
		s.serve(w, r, Webhook, func(w http.ResponseWriter, c Call) { s.hook(w, path, c) })
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/api/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.serve(w, r, method, s.method)
}

// serve reads a request, notes it, and answers it after what the script says.
func (s *Server) serve(
	w http.ResponseWriter, r *http.Request, method string, answer func(http.ResponseWriter, Call),
) {
	c, err := readCall(r, method)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	f := s.strikes(c)
	s.mu.Unlock()
	if f == nil {
		answer(w, c)
		return
	}
	if f.Accept {
		answer(discard{}, c)
	}
	s.misbehave(w, r, *f)
}

// discard is where the answer to a call goes whose caller will not see it.
type discard struct{}

// Header implements http.ResponseWriter.
func (discard) Header() http.Header { return http.Header{} }

// Write implements http.ResponseWriter.
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader implements http.ResponseWriter.
func (discard) WriteHeader(int) {}
