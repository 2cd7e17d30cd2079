package feed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// The longest files that make sense: a longer one is the wrong file.
const (
	maxSecret = 64 << 10
	maxPEM    = 4 << 20 // a system's whole bundle is a quarter of a MiB
)

// readSecret returns what is in a secret's file, without the line break at its end. Its
// errors name the file and hold nothing of it.
func readSecret(file string) (string, error) {
	text, err := readFile(file, maxSecret)
	if err != nil {
		return "", err
	}
	s := strings.TrimRight(string(text), "\r\n")
	switch {
	case s == "":
		return "", fmt.Errorf("the file %s is empty", file)
	case strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7F }):
		return "", fmt.Errorf("the file %s holds a line break or control character inside the secret", file)
	}
	return s, nil
}

// readFile reads a file of at most a number of bytes.
func readFile(file string, most int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, unread(file, err)
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, unread(file, err)
	}
	if int64(len(text)) > most {
		return nil, fmt.Errorf("the file %s is longer than %v, it must be another one", file, Size(most))
	}
	return text, nil
}

func unread(file string, err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok { // it names the file a second time
		err = pe.Err
	}
	return fmt.Errorf("the file %s cannot be read: %w", file, err)
}
