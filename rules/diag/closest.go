package diag

import (
	"strings"
	"unicode/utf8"
)

// Closest is the word of known that was probably meant by word, "" if none is near. Case
// and the difference between - and _ do not count.
func Closest(word string, known []string) string {
	if utf8.RuneCountInString(word) > 64 {
		return ""
	}
	best, bestDistance := "", 1<<30
	w := loose(word)
	for _, k := range known {
		l := loose(k)
		// A third of the word may be wrong, two letters of a short one never.
		limit := max(len(w), len(l)) / 3
		d := distance(w, l)
		if len(w) >= 4 && len(l) > len(w) && string(l[:len(w)]) == string(w) {
			d = min(d, 1) // cut short: "sched"
		}
		if d <= max(limit, 1) && d < bestDistance && d < len(w) {
			best, bestDistance = k, d
		}
	}
	return best
}

// loose is s in the form in which spellings are compared.
func loose(s string) []rune {
	return []rune(strings.ReplaceAll(strings.ToLower(s), "-", "_"))
}

// distance is how many letters must be changed, added, dropped or swapped with their
// neighbour to make b of a (optimal string alignment).
func distance(a, b []rune) int {
	if len(b) > 64 {
		return len(b)
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// didYouMean is the cure for a word that is none of known: the near one, or all.
func didYouMean(word string, known []string) string {
	if near := Closest(word, known); near != "" {
		return "did you mean \"" + near + "\"? known are " + strings.Join(known, ", ")
	}
	return "known are " + strings.Join(known, ", ")
}
