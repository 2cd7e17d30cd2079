package query

import "unicode"

// Closest is the known name that a small typing mistake turns into name: one letter wrong, missing,
// too many or swapped with its neighbour, two in a name of five letters or more.
func Closest(name string, known []string) (string, bool) {
	typed := []rune(name)
	if len(typed) < 2 || len(typed) > 100 {
		return "", false
	}
	best, found := 1, ""
	if len(typed) >= 5 {
		best = 2
	}
	for _, k := range known {
		if d := distance(typed, []rune(k)); d <= best && (d < best || found == "") {
			best, found = d, k
		}
	}
	return found, found != ""
}

// distance is the number of single mistakes between two words (optimal string alignment).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i, x := range a {
		row[0] = i + 1
		for j, y := range b {
			cost := 1
			if unicode.ToLower(x) == unicode.ToLower(y) {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
