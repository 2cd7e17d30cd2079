package web

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Options are the operator's settings for the web server.
type Options struct {
	// Listen is the address to serve on; "127.0.0.1:8080" if empty, "off" for no server.
	Listen string `yaml:"listen"`
	// EnableReload allows POST /-/reload.
	EnableReload bool `yaml:"enable_reload"`
	// PublicURL is where the Internet reaches this server; without it no hub is asked to push.
	PublicURL string `yaml:"public_url" jsonschema_description:"Where the Internet reaches this server, such as https://watch.example.org. With it, feeds that name a hub (WebSub) are pushed as well as polled; hubs come to /websub/ without a login."`
}

// DefaultListen is where the server listens unless told otherwise.
const DefaultListen = "127.0.0.1:8080"

// A Reloaded says what a reload brought.
type Reloaded struct {
	Hash    string `json:"hash"`
	Changed bool   `json:"changed"`
	Feeds   int    `json:"feeds"`
	Rules   int    `json:"rules"`
}

// An Invalid is the error of a reload that was refused because of the operator's files, or
// taken but for the files in Kept; its text has a position and a cure for each mistake.
type Invalid struct {
	Err  error
	Kept []string // files whose last good version stays while the others are in use
}

// Error has all mistakes.
func (e *Invalid) Error() string { return e.Err.Error() }

// outcome says what a reload with mistakes changed.
func (e *Invalid) outcome() string {
	if len(e.Kept) == 0 {
		return "nothing was changed:\n"
	}
	return "taken, but for the files below; the last good version of each stays in use, or none if it is new:\n  " +
		strings.Join(e.Kept, "\n  ") + "\n\n"
}

// Unwrap returns the mistakes.
func (e *Invalid) Unwrap() error { return e.Err }

// An Alert is one line of the page.
type Alert struct {
	Severity, Reason string
	Themes           []string
	Headline, URL    string
	Host, Language   string
	Quote            []Run
	Why              []string
	Coverage         string
	Published        time.Time
	Raised           time.Time
	Sent             []string // channels that have it
	Waiting          []string // channels it is on its way to
	Dead             []string // channels it was given up for
}

// A Run is a piece of a quoted sentence; the words that matched are bold.
type Run struct {
	Text string
	Bold bool
}

// A Feed is one row of the feed table.
type Feed struct {
	ID, Name, URL, Language string
	Official                bool
	LastSuccess, NextDue    time.Time
	LastItem                time.Time // when its newest item was published
	Rhythm                  string    // how often it publishes, in words
	Health                  string    // in words
	Bad                     bool      // it is not well
	Polled                  bool
	Push                    Push
}

// A Push says whether a hub tells a feed's news at once. The zero value is of a feed that
// is only polled.
type Push struct {
	State string
	Note  string
	Last  time.Time // when the hub last sent something
}

// A Status is the head of the page.
type Status struct {
	Version, PlanHash string
	Rules             int
	Pending, Dead     int
	Stories, Items    int
}

// A Site answers from what its functions read. Reload may be nil where reloading over
// HTTP is not allowed; the others must be set.
type Site struct {
	Alerts   func(ctx context.Context, limit int) ([]Alert, error)
	Feeds    func(ctx context.Context) ([]Feed, error)
	Status   func(ctx context.Context) (Status, error)
	Ready    func(ctx context.Context) error // nil when traffic may come
	Reload   func(ctx context.Context) (Reloaded, error)
	Gatherer prometheus.Gatherer
	Log      *slog.Logger

	// Callbacks are for other machines, by pattern. They see to it themselves who may call:
	// no login stands before them.
	Callbacks map[string]http.Handler
}

//go:embed templates static
var files embed.FS

// listed is how many alerts the page shows.
const listed = 100

// readyTime bounds a readiness check.
const readyTime = 3 * time.Second

// Handler returns the site's handler.
func (s *Site) Handler() http.Handler {
	static, _ := fs.Sub(files, "static") // the folder is embedded above
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Gatherer, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "healthy") })
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.HandleFunc("POST /-/reload", s.reload)
	mux.HandleFunc("PUT /-/reload", s.reload)
	for pattern, h := range s.Callbacks {
		mux.Handle(pattern, h)
	}
	return secure(mux)
}

// secure sets the headers that keep a page with text from strangers harmless.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func text(w http.ResponseWriter, code int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(s + "\n")) // the client may have gone
}

func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		text(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
		return
	}
	text(w, http.StatusOK, "ready")
}

func (s *Site) reload(w http.ResponseWriter, r *http.Request) {
	if s.Reload == nil {
		text(w, http.StatusForbidden, "reloading over HTTP is off: set web.enable_reload to true, or send the process SIGHUP")
		return
	}
	if origin := r.Header.Get("Sec-Fetch-Site"); origin != "" && origin != "same-origin" && origin != "none" {
		text(w, http.StatusForbidden, "reload asked for by another site")
		return
	}
	got, err := s.Reload(r.Context())
	var invalid *Invalid
	switch {
	case errors.As(err, &invalid):
		text(w, http.StatusUnprocessableEntity, invalid.outcome()+invalid.Error())
	case err != nil:
		text(w, http.StatusInternalServerError, "nothing was changed: "+err.Error())
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(got) // the client may have gone
	}
}

type home struct {
	Status Status
	Alerts []Alert
	Feeds  []Feed
	Bad    int // feeds that are not well
	Now    time.Time
}

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"ago":   ago,
	"exact": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}).ParseFS(files, "templates/*.html"))

func (s *Site) home(w http.ResponseWriter, r *http.Request) {
	var h home
	var err [3]error
	h.Status, err[0] = s.Status(r.Context())
	h.Alerts, err[1] = s.Alerts(r.Context(), listed)
	h.Feeds, err[2] = s.Feeds(r.Context())
	if e := errors.Join(err[:]...); e != nil {
		s.Log.Error("page could not be read", "err", e)
		text(w, http.StatusServiceUnavailable, "the database cannot be read at the moment; the log has the reason")
		return
	}
	for _, f := range h.Feeds {
		if f.Bad {
			h.Bad++
		}
	}
	h.Now = time.Now()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if e := pages.ExecuteTemplate(w, "home.html", h); e != nil {
		s.Log.Debug("page not sent in full", "err", e)
	}
}
