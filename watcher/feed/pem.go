package feed

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// trusted returns the system's authorities with those of files.
func trusted(files []string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any
	}
	for _, file := range files {
		certs, err := authorities(file)
		if err != nil {
			return nil, err
		}
		for _, c := range certs {
			pool.AddCert(c)
		}
	}
	return pool, nil
}

// authorities reads the certificates of a ca_file.
func authorities(file string) ([]*x509.Certificate, error) {
	data, err := readFile(file, maxPEM)
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			break
		}
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a certificate in the file %s is damaged: %w", file, errors.New(unprefixed(err)))
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the file %s holds no PEM certificate", file)
	}
	return out, nil
}

// A halfError is a mistake in one file of a pair.
type halfError struct {
	field string
	err   error
}

func (e *halfError) Error() string { return e.field + ": " + e.err.Error() }

// certificate reads the certificate that we show. Its error is a *halfError.
func certificate(certFile, keyFile string) (tls.Certificate, error) {
	var none tls.Certificate
	if _, err := authorities(certFile); err != nil {
		return none, &halfError{"cert_file", err}
	}
	cert, err := readFile(certFile, maxPEM)
	if err != nil {
		return none, &halfError{"cert_file", err}
	}
	key, err := readFile(keyFile, maxPEM)
	if err != nil {
		return none, &halfError{"key_file", err}
	}
	switch {
	case bytes.Contains(key, []byte("ENCRYPTED")):
		return none, &halfError{"key_file", fmt.Errorf("the key in the file %s has a passphrase; write it there without one", keyFile)}
	case !hasKey(key):
		return none, &halfError{"key_file", fmt.Errorf("the file %s holds no PEM private key", keyFile)}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil && strings.Contains(err.Error(), "match") {
		return none, &halfError{"key_file", fmt.Errorf("the key in the file %s is not that of the certificate in %s", keyFile, certFile)}
	}
	if err != nil {
		return none, &halfError{"key_file", fmt.Errorf("the key in the file %s is damaged", keyFile)}
	}
	return pair, nil
}

func hasKey(data []byte) bool {
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			return false
		}
		if strings.HasSuffix(b.Type, "PRIVATE KEY") {
			return true
		}
	}
}
