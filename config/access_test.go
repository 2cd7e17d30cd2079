package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
)

// keyPair is a certificate and its key in PEM.
func keyPair(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", raw)
}

// small is a configuration that loads fast.
const (
	small = "rules: [one.yaml]\nvocabularies: [two.yaml]\n"
	terms = "name: potash\nterms: {en: [potash]}\n"
)

func TestAccessIsReadBesideItsFeedFile(t *testing.T) {
	cert, key := keyPair(t)
	c, ps, dir := load(t, map[string]string{
		"sanctionwatch.yaml": console + "feeds: [f/feeds.yaml]\nfetch: {ca_file: tls/ca.pem, proxy_file: proxy}\n",
		"f/feeds.yaml": `feeds:
  - {id: basic, url: https://a.example/rss, auth: {username: ann, password_file: s/pw}, full_text: true}
  - id: rest
    url: https://b.example/rss
    auth: {token_file: s/pw}
    headers: {X-Desk: Minsk}
    header_files: {X-Api-Key: s/pw}
    ca_file: ../tls/ca.pem
    cert_file: s/cert.pem
    key_file: s/key.pem
  - {id: inside, url: http://10.0.0.1/rss, private: true, auth: {token_file: s/pw}}
  - {id: plain, url: https://c.example/rss}
`,
		"f/s/pw": "s3cret\n", "tls/ca.pem": cert, "f/s/cert.pem": cert, "f/s/key.pem": key,
		"proxy": "http://ann:s3cret@proxy.example:3128\n",
	})
	require.Empty(t, ps)
	in := func(p string) string { return filepath.Join(dir, p) }
	require.Len(t, c.Access, 3)
	require.Equal(t, &feed.Auth{Username: "ann", PasswordFile: in("f/s/pw")}, c.Access["basic"].Auth)
	require.Equal(t, feed.Access{
		Auth: &feed.Auth{TokenFile: in("f/s/pw")}, Headers: map[string]string{"X-Desk": "Minsk"},
		HeaderFiles: map[string]string{"X-Api-Key": in("f/s/pw")},
		CAFile:      in("tls/ca.pem"), CertFile: in("f/s/cert.pem"), KeyFile: in("f/s/key.pem"),
		Home: "https://b.example/rss",
	}, c.Access["rest"])
	require.True(t, c.Feeds[0].FullText)
	require.Equal(t, watcher.Feed{ID: "rest", Name: "rest", URL: "https://b.example/rss"}, c.Feeds[1], "what the line sees has no secret")
	require.Equal(t, in("tls/ca.pem"), c.Fetch.CAFile)
	require.Equal(t, in("proxy"), c.Fetch.ProxyFile)
}

func TestMistakesInAccessHaveTheirPlaceAndCure(t *testing.T) {
	cert, key := keyPair(t)
	_, other := keyPair(t)
	files := map[string]string{
		"pw": "s3cret\n", "empty": "\n", "lines": "s3cret\nX: y\n", "text": "no PEM here", "cert.pem": cert, "key.pem": key, "other.pem": other,
		"locked.pem": strings.ReplaceAll(key, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
		"torn.pem":   strings.Replace(cert, "\nM", "\nA", 1),
		"long":       strings.Repeat("s3cret", 20_000),
	}
	for entry, want := range map[string]string{
		"auth: {username: ann}":     `:4:22: feeds[0].auth.username: a name without a password; add password_file`,
		"auth: {password_file: pw}": `:4:27: feeds[0].auth.password_file: a password without a name; add username`,
		"auth: {}":                  `:4:5: feeds[0].auth: it says nothing; give username and password_file, or token_file`,
		"auth: {username: a, password_file: pw, token_file: pw}":    `feeds[0].auth: a password and a token at once; give username and password_file, or token_file`,
		"auth: {username: \"a:b\", password_file: pw}":              `feeds[0].auth.username: a name cannot hold a colon or a control character`,
		"auth: {username: a, password: s3cret}":                     `feeds[0].auth: unknown key "password"; did you mean "password_file"`,
		"auth: {token_file: none}":                                  `none cannot be read: no such file or directory; write the secret alone into that file`,
		"auth: {token_file: empty}":                                 `empty is empty; write the secret alone`,
		"auth: {token_file: lines}":                                 `lines holds a line break or control character inside the secret; write`,
		"auth: {token_file: long}":                                  `long is longer than 64KiB`,
		"headers: {\"X Key\": s3cret}":                              `:4:24: feeds[0].headers["X Key"]: "X Key" cannot be the name of a header; use letters`,
		"headers: {host: s3cret}":                                   `:4:21: feeds[0].headers["host"]: this header is ours to set; take it out`,
		"headers: {If-None-Match: s3cret}":                          `feeds[0].headers["If-None-Match"]: this header is ours to set`,
		"headers: {cookie: s3cret}":                                 `feeds[0].headers["cookie"]: this header is ours to set`,
		"headers: {Authorization: s3cret}":                          `feeds[0].headers["Authorization"]: what this header says is secret; write auth, or the header under header_files`,
		"headers: {X-Desk: \"s3cret\\nX: y\"}":                      `feeds[0].headers["X-Desk"]: the value holds a line break or control character`,
		"headers: {X-Desk: \"\"}":                                   `feeds[0].headers["X-Desk"]: the header has no value`,
		"headers: {X-Desk: s3cret}, header_files: {x-desk: pw}":     `feeds[0].header_files["x-desk"]: this header is given twice; give it once`,
		"header_files: {Referer: pw}":                               `feeds[0].header_files["Referer"]: this header is ours to set`,
		"header_files: {X-Key: none}":                               `feeds[0].header_files["X-Key"]: the file`,
		"header_files: {X-Key: \"\"}":                               `feeds[0].header_files["X-Key"]: the header has no file`,
		"auth: {token_file: pw}, header_files: {authorization: pw}": `feeds[0].header_files["authorization"]: auth sets this header; give one of the two`,
		"cert_file: cert.pem":                                       `:4:16: feeds[0].cert_file: a certificate without its key; add key_file`,
		"key_file: key.pem":                                         `:4:15: feeds[0].key_file: a key without its certificate; add cert_file`,
		"cert_file: text, key_file: key.pem":                        `feeds[0].cert_file: the file`,
		"cert_file: cert.pem, key_file: text":                       `text holds no PEM private key; name a file that holds a part "-----BEGIN PRIVATE KEY-----"`,
		"cert_file: cert.pem, key_file: cert.pem":                   `cert.pem holds no PEM private key`,
		"cert_file: cert.pem, key_file: other.pem":                  `feeds[0].key_file: the key in the file`,
		"cert_file: cert.pem, key_file: locked.pem":                 `locked.pem has a passphrase; write it there without one`,
		"cert_file: cert.pem, key_file: none":                       `feeds[0].key_file: the file`,
		"ca_file: text":                                             `text holds no PEM certificate; name a file that holds a part "-----BEGIN CERTIFICATE-----"`,
		"ca_file: torn.pem":                                         `torn.pem is damaged`,
		"ca_file: none":                                             `feeds[0].ca_file: the file`,
	} {
		t.Run(strings.ReplaceAll(entry, "s3cret", "_"), func(t *testing.T) {
			files["sanctionwatch.yaml"], files["one.yaml"], files["two.yaml"] = console+"feeds: [feeds.yaml]\n"+small, rule, terms
			files["feeds.yaml"] = "feeds:\n  - url: https://a.example/rss\n    id: a\n" + indented(entry)
			c, ps, _ := load(t, files)
			require.Nil(t, c)
			require.ErrorContains(t, ps.Err(), want)
			require.Regexp(t, `feeds\.yaml:[2-9]:\d+: feeds\[0\]`, ps[0].Error())
			hidden(t, ps)
			require.NotContains(t, ps.Error(), "x509")
			require.NotContains(t, ps.Error(), "asn1")
		})
	}
}

// indented writes each key of an entry on a line of its own.
func indented(entry string) string {
	out := ""
	for line := range strings.SplitSeq(strings.ReplaceAll(entry, "}, header", "}\x00header"), "\x00") {
		if strings.HasPrefix(line, "cert_file") {
			line = strings.ReplaceAll(line, ", ", "\n    ")
		}
		out += "    " + line + "\n"
	}
	return out
}

// hidden holds that what is shown of mistakes has no secret in it.
func hidden(t *testing.T, ps diag.Problems) {
	t.Helper()
	var b strings.Builder
	ps.Format(&b, false)
	require.NotContains(t, b.String(), "s3cret")
}

func TestSecretsInOrUnderAnAddressAreRefused(t *testing.T) {
	cert, key := keyPair(t)
	for entry, want := range map[string]string{
		"url: \"https://ann:s3cret@a.example/rss\"":  `feeds[0].url: the address holds a user name or password, which pages and logs would show; take it out and write auth: {username: NAME, password_file: FILE}`,
		"url: \"https://ann@a.example/rss\"":         `feeds[0].url: the address holds a user name or password`,
		"url: \"ftp://ann:s3cret@a.example/rss\"":    `feeds[0].url: "ftp://a.example/rss" is not an address`,
		"url: \"https://ann:s3cret%@a.example/rss\"": `feeds[0].url: "https://a.example/rss" is not an address`,
		"url: http://a.example, auth: {token_file: pw}": `feeds[0].url: a secret would go out over plain http, where anyone on the way can read it; ` +
			`write https://, or private: true for a feed inside your own network`,
		"url: http://a.example, header_files: {X-Key: pw}":                    `feeds[0].url: a secret would go out over plain http`,
		"url: http://a.example, ca_file: cert.pem":                            `feeds[0].ca_file: certificates are for https`,
		"url: http://a.example, cert_file: cert.pem, key_file: key.pem":       `feeds[0].cert_file: certificates are for https`,
		"url: http://a.example, auth: {username: s, password_file: pw}, x: 1": `feeds[0]: unknown key "x"`,
	} {
		t.Run(strings.ReplaceAll(entry, "s3cret", "_"), func(t *testing.T) {
			c, ps, _ := load(t, map[string]string{
				"sanctionwatch.yaml": console + "feeds: [feeds.yaml]\n" + small, "one.yaml": rule, "two.yaml": terms, "pw": "s3cret", "cert.pem": cert, "key.pem": key,
				"feeds.yaml": "feeds:\n  - {id: a, " + entry + "}\n",
			})
			require.Nil(t, c)
			require.ErrorContains(t, ps.Err(), want)
			hidden(t, ps)
		})
	}
}

func TestFilesOfFetchAreChecked(t *testing.T) {
	for entry, want := range map[string]string{
		"proxy_file: none":  `sanctionwatch.yaml:2:21: fetch.proxy_file: the file`,
		"proxy_file: ftp":   `does not hold a proxy: scheme "ftp" is not http, https or socks5; write the proxy's address alone into that file`,
		"proxy_file: empty": `empty is empty`,
		"ca_file: ftp":      `sanctionwatch.yaml:2:18: fetch.ca_file: the file`,
		"proxy: \"http://p.example:1\", proxy_file: ftp": "fetch.proxy_file: there is a proxy already",
	} {
		t.Run(strings.ReplaceAll(entry, "s3cret", "_"), func(t *testing.T) {
			c, ps, _ := load(t, map[string]string{
				"sanctionwatch.yaml": console + "fetch: {" + entry + "}\n" + small, "one.yaml": rule, "two.yaml": terms, "ftp": "ftp://ann:s3cret@proxy.example", "empty": "\n",
			})
			require.Nil(t, c)
			require.ErrorContains(t, ps.Err(), want)
			hidden(t, ps)
		})
	}
}
