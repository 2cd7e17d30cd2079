package store

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// The defaults of Options.
const (
	DefaultDSN         = "sqlite:data/sanctionwatch.db"
	DefaultKeep        = Duration(90 * day)
	DefaultKeepMatched = Duration(365 * day)
)

const day = 24 * time.Hour

// Options say where the store is and how long it remembers. The zero value means the
// defaults.
type Options struct {
	// DSN is "sqlite:PATH" or "postgres://USER@HOST:PORT/DATABASE"; DefaultDSN if empty.
	DSN string `yaml:"dsn"`
	// DSNFile is a file that holds the DSN, for one with a password.
	DSNFile string `yaml:"dsn_file"`
	// Keep is how long items that no rule matched are kept, at least a day; DefaultKeep
	// if 0.
	Keep Duration `yaml:"keep"`
	// KeepMatched is how long matched items, their stories and alerts are kept, not
	// less than Keep; DefaultKeepMatched if 0.
	KeepMatched Duration `yaml:"keep_matched"`
	// ReadOnly opens a store that exists, for reading beside the process that writes.
	ReadOnly bool `yaml:"-"`
	// Beside opens a store that exists, for a change beside the process that works on it. On
	// SQLite it does without the lock that keeps a second daemon away: each transaction
	// waits for the file's own write lock instead.
	Beside bool `yaml:"-"`
}

// Validate reports every mistake in the options, without opening anything.
func (o Options) Validate() error {
	var errs []error
	if o.DSN != "" && o.DSNFile != "" {
		errs = append(errs, errors.New("dsn and dsn_file are both set: keep one"))
	}
	if o.DSN != "" {
		if _, _, err := splitDSN(o.DSN); err != nil {
			errs = append(errs, fmt.Errorf("dsn: %w", err))
		}
	}
	d := o.withDefaults()
	if d.Keep < Duration(day) {
		errs = append(errs, fmt.Errorf("keep: %v is too short: write 1d or more", o.Keep))
	}
	if d.KeepMatched < d.Keep {
		errs = append(errs, fmt.Errorf("keep_matched: %v is shorter than keep (%v)", d.KeepMatched, d.Keep))
	}
	return errors.Join(errs...)
}

func (o Options) withDefaults() Options {
	if o.DSN == "" && o.DSNFile == "" {
		o.DSN = DefaultDSN
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	if o.KeepMatched == 0 {
		o.KeepMatched = max(DefaultKeepMatched, o.Keep)
	}
	return o
}

// dsn returns the address, read from its file if there is one.
func (o Options) dsn() (string, error) {
	if o.DSNFile == "" {
		return o.DSN, nil
	}
	b, err := os.ReadFile(o.DSNFile)
	if err != nil {
		return "", fmt.Errorf("read dsn_file: %w", err)
	}
	s := strings.TrimSpace(string(b))
	if s == "" {
		return "", fmt.Errorf("dsn_file %s is empty", o.DSNFile)
	}
	return s, nil
}

type dialect bool

const (
	sqliteDialect   dialect = false
	postgresDialect dialect = true
)

// splitDSN tells the database and, for SQLite, the path. Its errors never repeat the
// DSN, which may hold a password.
func splitDSN(dsn string) (d dialect, path string, err error) {
	scheme, rest, ok := strings.Cut(dsn, ":")
	switch {
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		return postgresDialect, "", nil
	case !ok || scheme != "sqlite":
		return sqliteDialect, "", errors.New(`unknown database: write "sqlite:PATH" or "postgres://USER@HOST:PORT/DATABASE"`)
	}
	rest = strings.TrimPrefix(rest, "//")
	if rest == "" || strings.HasPrefix(rest, ":memory:") {
		return sqliteDialect, "", errors.New("a SQLite store needs a file: write \"sqlite:PATH\"")
	}
	return sqliteDialect, rest, nil
}

// A Duration is a length of time that operators write in days, such as "90d", or as Go
// does, such as "36h", or as both, "1d12h".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	var sum time.Duration
	if days, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return badDuration(s)
		}
		sum, s = time.Duration(n)*day, rest
		if s == "" {
			*d = Duration(sum)
			return nil
		}
	}
	t, err := time.ParseDuration(s)
	if err != nil || t < 0 {
		return badDuration(string(text))
	}
	*d = Duration(sum + t)
	return nil
}

func badDuration(s string) error {
	return fmt.Errorf("%q is no duration: write days such as 90d, or hours such as 36h", s)
}

// MarshalText writes the duration so that UnmarshalText reads the same.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes whole days as days, anything else as Go does.
func (d Duration) String() string {
	if t := time.Duration(d); t != 0 && t%day == 0 {
		return strconv.FormatInt(int64(t/day), 10) + "d"
	}
	return time.Duration(d).String()
}
