package feed

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads Retry-After, as seconds or as a date (RFC 9110, 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return seconds(n)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), maxWait)
	}
	return 0
}

// cacheWait is how long an answer says that it stays fresh: Cache-Control before Expires
// (RFC 9111, 4.2.1). What is past, or forbidden to keep, asks for no patience.
func cacheWait(h http.Header, now time.Time) time.Duration {
	maxAge := int64(-1)
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			if n, err := strconv.ParseInt(strings.Trim(value, `" `), 10, 64); err == nil {
				maxAge = n
			}
		}
	}
	if maxAge >= 0 {
		age, err := strconv.ParseInt(strings.TrimSpace(h.Get("Age")), 10, 64)
		if err != nil || age < 0 {
			age = 0
		}
		return seconds(maxAge - age)
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // the publisher's clock, which the other date is of
	}
	return min(max(expires.Sub(now), 0), maxWait)
}

// seconds turns a number of seconds from outside into a bounded duration.
func seconds(n int64) time.Duration {
	return time.Duration(min(max(n, 0), int64(maxWait/time.Second))) * time.Second
}
