package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// serve starts an outlet on loopback that has the files of a folder, and writes its
// address in the place of PRESS into the files named: "serve site feeds.yaml". The script
// gets the address as $PRESS, and its host as $HOST. What was asked for is in asked.txt of
// the folder's parent. A file NAME.status answers with the code in it, NAME.moved sends on,
// NAME.slow answers when the asker has gone; NOW-5h in a document is that time.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: serve DIR [FILE...]")
	}
	o := &outletFiles{dir: ts.MkAbs(args[0]), log: ts.MkAbs("asked.txt")}
	srv := httptest.NewUnstartedServer(o)
	o.address = "http://" + srv.Listener.Addr().String()
	srv.Start()
	ts.Defer(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	ts.Setenv("PRESS", srv.URL)
	ts.Setenv("HOST", strings.TrimPrefix(srv.URL, "http://"))
	for _, name := range args[1:] {
		text := strings.ReplaceAll(ts.ReadFile(name), "PRESS", srv.URL)
		ts.Check(writeFile(ts.MkAbs(name), []byte(text)))
	}
}

// An outletFiles serves files as an outlet would.
type outletFiles struct {
	dir, log, address string

	mu sync.Mutex // one line of the log at a time
}

// ServeHTTP answers with the file that the path names.
func (o *outletFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.note(r)
	name := filepath.Join(o.dir, filepath.FromSlash(path.Clean("/"+r.URL.Path)))
	if r.URL.Path == "/" {
		name += "/index.html"
	}
	if code, err := os.ReadFile(name + ".status"); err == nil {
		n, _ := strconv.Atoi(strings.TrimSpace(string(code)))
		w.WriteHeader(n)
		return
	}
	if to, err := os.ReadFile(name + ".moved"); err == nil {
		http.Redirect(w, r, strings.TrimSpace(string(to)), http.StatusMovedPermanently)
		return
	}
	if _, err := os.Stat(name + ".slow"); err == nil {
		<-r.Context().Done()
		return
	}
	doc, err := os.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	if strings.HasSuffix(name, ".html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	} else {
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("ETag", `"1"`)
	}
	_, _ = w.Write([]byte(dated(strings.ReplaceAll(string(doc), "PRESS", o.address)))) // the asker may have gone
}

func (o *outletFiles) note(r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f, err := os.OpenFile(o.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintln(f, r.URL.RequestURI())
}

// dated writes times for NOW-5h.
func dated(doc string) string {
	now := time.Now()
	parts := strings.Split(doc, "NOW-")
	for i := 1; i < len(parts); i++ {
		n := strings.IndexFunc(parts[i], func(r rune) bool { return !strings.ContainsRune("0123456789hms", r) })
		d, _ := time.ParseDuration(parts[i][:n])
		parts[i] = now.Add(-d).UTC().Format(time.RFC1123Z) + parts[i][n:]
	}
	return strings.Join(parts, "")
}
