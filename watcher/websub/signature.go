package websub

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // most hubs sign with it; an HMAC of it is not broken
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"
)

// signed reports whether a signature such as "sha256=…" is that of body with the secret
// (section 7.1).
func signed(signature, secret string, body []byte) bool {
	method, digest, _ := strings.Cut(strings.TrimSpace(signature), "=")
	var fn func() hash.Hash
	switch strings.ToLower(method) {
	case "sha1":
		fn = sha1.New
	case "sha256":
		fn = sha256.New
	case "sha384":
		fn = sha512.New384
	case "sha512":
		fn = sha512.New
	default:
		return false
	}
	got, err := hex.DecodeString(digest)
	if err != nil || secret == "" {
		return false
	}
	mac := hmac.New(fn, []byte(secret))
	mac.Write(body)
	return hmac.Equal(got, mac.Sum(nil))
}
