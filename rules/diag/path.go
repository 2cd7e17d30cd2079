package diag

import (
	"strconv"
	"strings"
)

// A step of a path is a key, or the number of a list's entry from 0.
type step struct {
	key   string
	index int // -1 for a key
}

// split reads a path such as rules[0].query or channels["a.b"].slack. What is not
// well-formed is taken as part of a key.
func split(path string) []step {
	var steps []step
	for path != "" {
		if rest, ok := strings.CutPrefix(path, "["); ok {
			if s, after, ok := bracket(rest); ok {
				steps, path = append(steps, s), strings.TrimPrefix(after, ".")
				continue
			}
		}
		end := strings.IndexAny(path[1:], ".[") + 1
		if end == 0 {
			end = len(path)
		}
		steps = append(steps, step{key: path[:end], index: -1})
		path = strings.TrimPrefix(path[end:], ".")
	}
	return steps
}

// bracket reads 0] or "a.b"].
func bracket(s string) (st step, after string, ok bool) {
	if quoted, err := strconv.QuotedPrefix(s); err == nil {
		key, err := strconv.Unquote(quoted)
		after, ok = strings.CutPrefix(s[len(quoted):], "]")
		return step{key: key, index: -1}, after, ok && err == nil
	}
	number, after, ok := strings.Cut(s, "]")
	i, err := strconv.Atoi(number)
	return step{index: i}, after, ok && err == nil && i >= 0
}

// join adds a key to a path.
func join(path, key string) string {
	if key == "" || strings.ContainsAny(key, `.[]"`) {
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// entry adds the number of a list's entry to a path.
func entry(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// descend follows steps as far as there are values and returns the last, with the steps
// that are left.
func (n *node) descend(steps []step) (*node, []step) {
	for i, s := range steps {
		var next *node
		switch {
		case n == nil:
		case s.index < 0:
			next = n.get(s.key)
		case n.kind == sequence && s.index < len(n.vals):
			next = n.vals[s.index]
		case n.kind == scalar && s.index == 0:
			next = n // a list of one may be written without brackets
		}
		if next == nil {
			return n, steps[i:]
		}
		n = next
	}
	return n, nil
}
