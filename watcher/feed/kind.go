package feed

import (
	"strings"

	"github.com/mmcdole/gofeed"
)

// kind is the format of an XML document with the root given, in the words of its makers.
func kind(f *gofeed.Feed, root string) string {
	root = strings.ToLower(root)
	switch {
	case f.FeedType == "atom" && f.FeedVersion == "0.3":
		return "Atom 0.3"
	case f.FeedType == "atom":
		return "Atom"
	case strings.HasSuffix(root, "rdf"): // it names its version by namespace
		return "RSS 1.0 (RDF)"
	case strings.HasSuffix(root, "channel"):
		return "CDF or RSS 1.1"
	case f.FeedVersion != "":
		return "RSS " + f.FeedVersion
	}
	return "RSS"
}
