package web_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/web"
)

func TestPublicURLIsOneThatTheInternetCanUse(t *testing.T) {
	for url, want := range map[string]string{
		"": "", "https://watch.example.org": "", "https://example.org/watch/": "", "https://[2001:db8::1]:8443": "",
		"http://127.0.0.1:8080": "", "http://localhost:8080": "", "http://[::1]:8080": "",
		"watch.example.org":              "is not an address",
		"https://":                       "is not an address",
		"https://a b":                    "is not an address",
		"http://watch.example.org":       "does not begin with https://",
		"ftp://localhost":                "does not begin with https://",
		"https://me:secret@example.org/": "holds more than a host and a path",
		"https://example.org/?a=b":       "holds more than a host and a path",
		"https://example.org/#a":         "holds more than a host and a path",
	} {
		err := web.Options{PublicURL: url}.Validate()
		if want == "" {
			require.NoError(t, err, url)
			continue
		}
		require.ErrorContains(t, err, want, url)
		require.ErrorContains(t, err, "https://watch.example.org")
		require.NotContains(t, err.Error(), "secret")
	}
	require.ErrorContains(t, web.Options{PublicURL: "https://watch.example.org", Listen: "off"}.Validate(), `listen is "off"`)
}

func TestCallbacksAreMountedBesideThePages(t *testing.T) {
	s := site()
	s.Callbacks = map[string]http.Handler{"/hook/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+" "+r.URL.Path)
	})}
	code, body, head := do(t, s, "POST", "/hook/x")
	require.Equal(t, 200, code)
	require.Equal(t, "POST /hook/x", body)
	require.Equal(t, "nosniff", head.Get("X-Content-Type-Options"))
	code, _, _ = do(t, s, "GET", "/")
	require.Equal(t, 200, code)
}
