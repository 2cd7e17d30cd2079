package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSchemasSayWhatEachKeyIsFor: a key that is added to the options needs its words too.
func TestSchemasSayWhatEachKeyIsFor(t *testing.T) {
	for of, definitions := range map[string]map[string][]string{
		"feeds":  {"config.Feed": {"auth", "headers", "header_files", "ca_file", "cert_file", "key_file", "full_text"}, "feed.Auth": {"token_file"}},
		"config": {"feed.Options": {"ca_file", "proxy_file"}},
	} {
		out, _, code := output(t, "schema", of)
		require.Zero(t, code)
		var schema struct {
			Defs map[string]struct {
				Properties map[string]struct{ Description string } `json:"properties"`
			} `json:"$defs"`
		}
		require.NoError(t, json.Unmarshal([]byte(out), &schema))
		for name, keys := range definitions {
			properties := schema.Defs[name].Properties
			for _, key := range keys {
				require.Contains(t, properties, key)
			}
			for key, p := range properties {
				require.NotEmpty(t, p.Description, "%s.%s", name, key)
			}
		}
	}
}
