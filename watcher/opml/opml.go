package opml

import (
	"fmt"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// namespace is where the attributes live that OPML has no word for.
const namespace = "https://github.com/sanctionwatch/sanctionwatch/opml"

// A List is what was read of a document.
type List struct {
	Outlines []Outline // in the order of the document
	Problems []Problem // what was not read, in the order of the document
}

// An Outline is one feed of a list. The feed's id is empty unless we wrote the list.
type Outline struct {
	Feed watcher.Feed
	Line int // from 1
}

// A Problem is a part of a document that could not be read.
type Problem struct {
	Line int    // from 1
	Name string // of the outline, if it has one
	Msg  string // what is wrong, and what would be right
}

// Error is the problem with its line.
func (p Problem) Error() string {
	if p.Name == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Msg)
	}
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Name, p.Msg)
}
