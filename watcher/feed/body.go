package feed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxEncodings is how many content encodings over one another are undone.
const maxEncodings = 3

var errTooLarge = errors.New("body too large")

// errCut says that a body ended before its end.
var errCut = errors.New("body cut short")

// readBody reads and decodes a body of at most limit bytes, on the wire and decoded, as
// far as it has a place for it. With errCut it returns what came before the cut, and with
// errTooLarge what is in the limit.
func readBody(resp *http.Response, limit int64, s *seat) ([]byte, error) {
	var body []byte
	r, err := decoded(&capped{r: resp.Body, left: limit}, resp.Header.Values("Content-Encoding"))
	if err == nil {
		body, err = fill(&capped{r: r, left: limit}, s)
	}
	if err == nil && bytes.HasPrefix(body, []byte("\x1F\x8B\x08")) { // a .xml.gz served as it is
		body, err = unzip(body, limit, s)
	}
	switch {
	case errors.Is(err, errTooLarge):
		return body[:min(int64(len(body)), limit)], &tooLargeError{limit}
	case errors.Is(err, watcher.ErrBusy):
		return nil, err
	case err != nil && len(body) > 0:
		return body, errCut
	case err != nil:
		return nil, fmt.Errorf("read body: %w", err)
	}
	return body, nil
}

// A tooLargeError says what a body was larger than.
type tooLargeError struct{ limit int64 }

// Error names the setting.
func (e *tooLargeError) Error() string {
	return fmt.Sprintf("the body is larger than %v (max_body)", Size(e.limit))
}

// Is makes it errTooLarge.
func (e *tooLargeError) Is(target error) bool { return target == errTooLarge }

// decoded undoes content encodings, the last one first.
func decoded(r io.Reader, headers []string) (io.Reader, error) {
	names := strings.Split(strings.Join(headers, ","), ",")
	if len(names) > maxEncodings {
		return nil, fmt.Errorf("%d content encodings over one another", len(names))
	}
	for _, name := range slices.Backward(names) {
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "", "identity":
		case "br":
			r = brotli.NewReader(r)
		case "gzip", "x-gzip":
			br := bufio.NewReader(r)
			if magic, err := br.Peek(2); err != nil || magic[0] != 0x1F || magic[1] != 0x8B {
				r = br // announced, and not done
				continue
			}
			z, err := gzip.NewReader(br)
			if err != nil {
				return nil, err
			}
			r = z
		default:
			return nil, fmt.Errorf("content encoding %q was not asked for", name)
		}
	}
	return r, nil
}

// firstBuffer is for the body of a feed that has little to say.
const firstBuffer = 16 << 10

// fill is io.ReadAll for a body that needs a place when it grows.
func fill(r *capped, s *seat) ([]byte, error) {
	b, most := make([]byte, 0, firstBuffer), int(r.left)+1
	for {
		if len(b) == cap(b) {
			if len(b) >= s.bound {
				if _, err := s.grow(); err != nil {
					return nil, err
				}
			}
			b = append(make([]byte, 0, min(2*cap(b), s.bound, most)), b...)
		}
		n, err := r.Read(b[len(b):cap(b)])
		s.came(n)
		if b = b[:len(b)+n]; errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

func unzip(b []byte, limit int64, s *seat) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return fill(&capped{r: z, left: limit}, s)
}

// A capped reader fails with errTooLarge when there is more than it may read.
type capped struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return n, errTooLarge
	}
	return n, err
}
