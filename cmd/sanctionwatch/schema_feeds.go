package main

import (
	"maps"

	"github.com/invopop/jsonschema"

	"github.com/sanctionwatch/sanctionwatch/config"
)

// configSchema is the schema of the root file.
func configSchema() *jsonschema.Schema {
	s := reflector().Reflect(config.Settings{})
	describe(s.Definitions["feed.Options"], fetchWords())
	return s
}

// feedSchema is the schema of a file of feeds.
func feedSchema() *jsonschema.Schema {
	s := reflector().Reflect(config.FeedFile{})
	s.Description = "What to read: feeds, and how those are reached that ask who reads them."
	describe(s, map[string]string{"feeds": "Feeds of this file."})
	words := feedWords()
	maps.Copy(words, accessWords())
	describe(s.Definitions["config.Feed"], words)
	describe(s.Definitions["feed.Auth"], map[string]string{
		"username":      "The name that goes with password_file.",
		"password_file": "A file with the password and nothing else. It is read at each request: a new one needs no reload.",
		"token_file":    "A file with a bearer token and nothing else, instead of username and password_file.",
	})
	return s
}

func feedWords() map[string]string {
	return map[string]string{
		"id":        "How logs, rules and pages call the feed: up to 64 letters, digits and . _ -. It stays when the name changes.",
		"name":      "How readers know the outlet.",
		"url":       "The address, https or http, without a name or password in it.",
		"language":  "What it is written in, such as en, be or zh-Hant.",
		"country":   "Where it is from: two letters such as by or lt.",
		"schedule":  "When it is polled: five cron fields or \"@every 10m\". Left out, fetch.schedule holds.",
		"tags":      "Words for routes and for tag: in rules.",
		"official":  "A government, regulator or court: its first word on a story is an alert of its own.",
		"encoding":  "The encoding, where the document claims a wrong one, such as windows-1251.",
		"private":   "Allows an address inside your own network.",
		"full_text": "Rules look at the article behind each link too.",
	}
}

func accessWords() map[string]string {
	return map[string]string{
		"auth":         "Who you are, for a publisher that asks: username and password_file, or token_file. It goes to the scheme and host of url and nowhere else.",
		"headers":      "Headers of each request, by name; for values that are not secret.",
		"header_files": "Headers whose values are secret: the name of the header and a file with the value and nothing else.",
		"ca_file":      "A PEM file of certificate authorities that are trusted for this feed besides the system's.",
		"cert_file":    "A PEM file with the client certificate that is shown to the publisher; with key_file.",
		"key_file":     "A PEM file with the private key of cert_file, without a passphrase.",
	}
}

func fetchWords() map[string]string {
	return map[string]string{
		"schedule":                "When feeds without a schedule of their own are polled, such as \"@every 10m\". Left out, as often as each publisher allows.",
		"floor":                   "No feed is polled more often, whatever its schedule; 5m if left out.",
		"timeout":                 "For a whole fetch; 30s if left out.",
		"per_host":                "Requests at once to one host; 1 if left out.",
		"max_body":                "The longest document that is read, unpacked; 10MiB if left out.",
		"allow_private_addresses": "Lets every feed live inside your own network; private: true does it for one.",
		"user_agent":              "How we call ourselves to publishers. Keep an address in it where they reach you.",
		"proxy":                   "An http, https or socks5 address through which all feeds are fetched.",
		"proxy_file":              "A file with the proxy's address and nothing else, for one that holds a password.",
		"ca_file":                 "A PEM file of certificate authorities that are trusted for all feeds besides the system's.",
	}
}
