// Package seeds holds the starter pack: everything an operator edits, ready to run.
//
// The files are the product's first rules, vocabularies and feeds, a commented configuration and
// the sample documents of the demo. They are read through FS, as if they lay in a folder:
//
//	sanctionwatch.yaml       the configuration to begin with
//	feeds.yaml               public feeds of the field
//	rules/THEME.yaml         the rules of one theme, with their samples
//	vocabularies/NAME.yaml   the words that rules write as @NAME, by language
//	demo/feeds.yaml          the outlets of the demo, all of them invented
//	demo/NAME.xml.tmpl       their documents; NAME.v2.xml.tmpl is one of them, edited later
//
// News must be fresh to be news, so the documents of the demo are texts for text/template. They
// call rfc822 and rfc3339, each with a duration such as "15m", for the moment that long ago: as
// RSS 2.0 writes it, and as Atom, RSS 1.0 and JSON Feed do.
//
// The package owns the files and nothing else. It imports nothing of this module, so that the
// packages which read the files can be tested against them.
package seeds

import (
	"embed"
	"io/fs"
)

//go:embed sanctionwatch.yaml feeds.yaml rules vocabularies demo
var files embed.FS

// FS returns the starter pack, rooted at its folder. It cannot be changed.
func FS() fs.FS { return files }
