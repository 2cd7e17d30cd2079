package feed

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Access is how a feed is reached whose publisher asks who reads it, or whose certificate
// only the operator can vouch for. What it says holds for the scheme and host of Home: a
// redirect to another takes none of it along.
type Access struct {
	// Who you are, for a publisher that asks.
	Auth *Auth `yaml:"auth"`
	// Headers of each request, by name; their values are not secret.
	Headers map[string]string `yaml:"headers"`
	// Headers whose values are secret: the name of the header and the file of the value.
	HeaderFiles map[string]string `yaml:"header_files"`
	// A PEM file of authorities that are trusted besides the system's.
	CAFile string `yaml:"ca_file"`
	// A PEM file with the certificate that you show, and those between it and its authority.
	CertFile string `yaml:"cert_file"`
	// A PEM file with the private key of cert_file, without a passphrase.
	KeyFile string `yaml:"key_file"`

	Home string `yaml:"-"` // the feed's address
}

// Auth is a name with a password, or a token. Both are in files, which are read at every
// request: a new secret needs no reload.
type Auth struct {
	// The name that goes with password_file.
	Username string `yaml:"username"`
	// A file with the password and nothing else.
	PasswordFile string `yaml:"password_file"`
	// A file with a bearer token and nothing else; instead of username and password_file.
	TokenFile string `yaml:"token_file"`
}

// IsZero reports whether the feed is reached like any other.
func (a Access) IsZero() bool {
	return a.Auth == nil && len(a.Headers) == 0 && len(a.HeaderFiles) == 0 &&
		a.CAFile == "" && a.CertFile == "" && a.KeyFile == ""
}

// In returns the access with paths relative to a folder made whole.
func (a Access) In(dir string) Access {
	whole := func(p string) string {
		if p == "" || filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(dir, p)
	}
	if a.Auth != nil {
		a.Auth = &Auth{
			Username:     a.Auth.Username,
			PasswordFile: whole(a.Auth.PasswordFile), TokenFile: whole(a.Auth.TokenFile),
		}
	}
	files := a.HeaderFiles
	a.HeaderFiles = make(map[string]string, len(files))
	for name, p := range files {
		a.HeaderFiles[name] = whole(p)
	}
	a.CAFile, a.CertFile, a.KeyFile = whole(a.CAFile), whole(a.CertFile), whole(a.KeyFile)
	return a
}

// secret reports whether something goes out that others must not read.
func (a Access) secret() bool { return a.Auth != nil || len(a.HeaderFiles) > 0 }

// secretFiles are the files that hold secrets, in order.
func (a Access) secretFiles() []string {
	files := slices.Sorted(maps.Values(a.HeaderFiles))
	if a.Auth != nil {
		files = append(files, a.Auth.PasswordFile, a.Auth.TokenFile)
	}
	files = append(files, a.KeyFile)
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}

// dress puts on a request what the publisher asks for. Its errors name files, never what
// is in them.
func (a Access) dress(req *http.Request) error {
	for name, value := range a.Headers {
		req.Header.Set(name, value)
	}
	for name, file := range a.HeaderFiles {
		value, err := readSecret(file)
		if err != nil {
			return fmt.Errorf("header_files %s: %w", name, err)
		}
		req.Header.Set(name, value)
	}
	switch {
	case a.Auth == nil:
	case a.Auth.TokenFile != "":
		token, err := readSecret(a.Auth.TokenFile)
		if err != nil {
			return fmt.Errorf("auth.token_file: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
	default:
		password, err := readSecret(a.Auth.PasswordFile)
		if err != nil {
			return fmt.Errorf("auth.password_file: %w", err)
		}
		req.SetBasicAuth(a.Auth.Username, password)
	}
	return nil
}

// origin is what tells publishers apart: scheme, host and port.
func origin(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
