package notify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"
)

// A Secret is a text that never shows: every verb of fmt, slog, JSON and YAML prints
// <secret>. It is read from YAML like a string.
//
// fmt cannot call methods on unexported fields, so a type that keeps a Secret keeps it
// behind a pointer.
type Secret string

const hidden = "<secret>"

// Reveal returns the text itself, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns "<secret>", or "" for an empty one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format prints what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText serves JSON and every other encoder of texts.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML serves YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue serves slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// maxSecret bounds a secret file: a longer one is the wrong file.
const maxSecret = 64 << 10

// A SecretReader gives a secret that stands in the configuration or in a file of its
// own. The file is read at every use, so a rotated secret needs no reload.
// NewSecretReader is the only door.
type SecretReader struct {
	field  string
	inline Secret
	file   string
	log    *slog.Logger

	mu     sync.Mutex
	warned fs.FileMode // guarded by mu: the mode last warned about
}

// NewSecretReader returns a reader of the secret inline or, if file is not empty, of
// that file. Field is how errors call it, such as "password".
func NewSecretReader(field string, inline Secret, file string, log *slog.Logger) *SecretReader {
	return &SecretReader{field: field, inline: inline, file: file, log: log}
}

// Set reports whether there is a secret to read.
func (r *SecretReader) Set() bool { return r.inline != "" || r.file != "" }

// Read returns the secret without the line break at its end; the empty one if none is
// set. The error names the field and the file.
func (r *SecretReader) Read() (Secret, error) {
	if r.file == "" {
		return r.inline, nil
	}
	text, mode, err := readBounded(r.file)
	if err != nil {
		if pe, ok := errors.AsType[*fs.PathError](err); ok { // it names the file a second time
			err = pe.Err
		}
		return "", fmt.Errorf("read %s_file %s: %w", r.field, r.file, err)
	}
	text = bytes.TrimRight(text, "\r\n")
	if len(text) == 0 {
		return "", fmt.Errorf("read %s_file %s: the file is empty", r.field, r.file)
	}
	r.warn(mode)
	return Secret(text), nil
}

func readBounded(name string) ([]byte, fs.FileMode, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return nil, 0, err
	}
	if len(text) > maxSecret {
		return nil, 0, fmt.Errorf("longer than %d KiB, which no secret is", maxSecret>>10)
	}
	return text, info.Mode().Perm(), nil
}

// warn says once for each mode that others can read the file.
func (r *SecretReader) warn(mode fs.FileMode) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if mode&0o044 == 0 || mode == r.warned {
		return
	}
	r.warned = mode
	r.log.Warn("others can read a secret file", "field", r.field+"_file", "file", r.file, "mode", fmt.Sprintf("%04o", mode), "cure", "chmod 600")
}
