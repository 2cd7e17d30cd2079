package notify_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

const canary = "xoxb-canary-5f3c"

func TestSecretNeverShows(t *testing.T) {
	type holder struct {
		Token notify.Secret            `json:"token" yaml:"token"`
		More  map[string]notify.Secret `json:"more" yaml:"more"`
		List  []notify.Secret          `json:"list" yaml:"list"`
	}
	s := notify.Secret(canary)
	h := holder{s, map[string]notify.Secret{"a": s}, []notify.Secret{s}}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10s", "%.3s"} {
		fmt.Fprintf(&out, verb+"\n", s, &s)
		fmt.Fprintf(&out, verb+"\n", h, &h)
		fmt.Fprintf(&out, verb+"\n", fmt.Errorf("x: %v", s), []any{s})
	}
	fmt.Fprintln(&out, s, h)
	js, err := json.Marshal(h)
	require.NoError(t, err)
	ys, err := yaml.Marshal(h)
	require.NoError(t, err)
	out.Write(js)
	out.Write(ys)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "s", s, "h", h, "p", &s)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "s", s, "h", h, "p", &s)
	require.Contains(t, out.String(), "<secret>")
	for _, form := range []string{canary, "canary", fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), "xox"} {
		require.NotContains(t, out.String(), form)
	}
	require.Equal(t, canary, s.Reveal())
	require.Empty(t, fmt.Sprint(notify.Secret("")), "nothing is hidden where nothing is")
}

func TestSecretIsReadLikeAText(t *testing.T) {
	var c struct {
		Token   notify.Secret            `yaml:"token"`
		Headers map[string]notify.Secret `yaml:"headers"`
	}
	f, ps := diag.Read("a.yaml", []byte("token: abc\nheaders: {X-Key: def}\n"))
	require.NoError(t, ps.Err())
	require.NoError(t, f.Decode(&c).Err())
	require.Equal(t, "abc", c.Token.Reveal())
	require.Equal(t, "def", c.Headers["X-Key"].Reveal())
}

func TestSecretFileIsReadAtEveryUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("first\r\n"), 0o600))
	var logs bytes.Buffer
	r := notify.NewSecretReader("token", "", file, slog.New(slog.NewTextHandler(&logs, nil)))
	require.True(t, r.Set())
	s, err := r.Read()
	require.NoError(t, err)
	require.Equal(t, "first", s.Reveal())
	require.NoError(t, os.WriteFile(file, []byte(" second \n"), 0o600))
	s, err = r.Read()
	require.NoError(t, err)
	require.Equal(t, " second ", s.Reveal(), "only the line break goes")
	require.Empty(t, logs.String())
}

func TestInlineSecret(t *testing.T) {
	r := notify.NewSecretReader("token", canary, "", slog.New(slog.DiscardHandler))
	s, err := r.Read()
	require.NoError(t, err)
	require.Equal(t, canary, s.Reveal())
	none := notify.NewSecretReader("token", "", "", slog.New(slog.DiscardHandler))
	require.False(t, none.Set())
	s, err = none.Read()
	require.NoError(t, err)
	require.Empty(t, s.Reveal())
}

func TestOpenSecretFileIsWarnedAboutOnceForEachMode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(canary), 0o600))
	require.NoError(t, os.Chmod(file, 0o644))
	var logs bytes.Buffer
	r := notify.NewSecretReader("token", "", file, slog.New(slog.NewTextHandler(&logs, nil)))
	for range 3 {
		_, err := r.Read()
		require.NoError(t, err)
	}
	require.Equal(t, 1, strings.Count(logs.String(), "others can read a secret file"), logs.String())
	require.Contains(t, logs.String(), "field=token_file")
	require.Contains(t, logs.String(), "mode=0644")
	require.NotContains(t, logs.String(), canary)
	require.NoError(t, os.Chmod(file, 0o640))
	_, err := r.Read()
	require.NoError(t, err)
	require.Contains(t, logs.String(), "mode=0640")
}

func TestSecretFileErrorsNameFieldAndFile(t *testing.T) {
	dir := t.TempDir()
	empty, huge := filepath.Join(dir, "empty"), filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	require.NoError(t, os.WriteFile(huge, bytes.Repeat([]byte("x"), 70_000), 0o600))
	for file, want := range map[string]string{
		filepath.Join(dir, "missing"): "no such file or directory",
		empty:                         "the file is empty",
		huge:                          "longer than 64 KiB, which no secret is",
		dir:                           "is a directory",
	} {
		_, err := notify.NewSecretReader("password", "", file, slog.New(slog.DiscardHandler)).Read()
		require.EqualError(t, err, "read password_file "+file+": "+want)
	}
}

func TestPrintingAReaderShowsNothing(t *testing.T) {
	r := struct{ password *notify.SecretReader }{
		notify.NewSecretReader("password", canary, "", slog.New(slog.DiscardHandler)),
	}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", r, r, r), canary)
}
