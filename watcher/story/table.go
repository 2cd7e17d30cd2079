package story

// A table finds entries by a hash that they hold themselves, in 4 bytes a place. Of two
// with the same hash the later one is found.
type table struct {
	places []int32 // entry + 1; 0 for a free place
	used   int
	hash   func(n int32) uint64
}

// get returns the entry with a hash, or -1.
func (t *table) get(hash uint64) int32 {
	if len(t.places) == 0 {
		return -1
	}
	return t.places[t.place(hash)] - 1
}

// put makes n the entry that is found by its hash.
func (t *table) put(n int32) {
	if t.used*5 >= len(t.places)*4 {
		old := t.places
		t.places, t.used = make([]int32, max(64, len(old)*2)), 0
		for _, p := range old {
			if p > 0 {
				t.put(p - 1)
			}
		}
	}
	i := t.place(t.hash(n))
	if t.places[i] == 0 {
		t.used++
	}
	t.places[i] = n + 1
}

// place is where a hash is, or would be.
func (t *table) place(hash uint64) int {
	mask := len(t.places) - 1
	for i := int(hash>>32) & mask; ; i = (i + 1) & mask {
		if p := t.places[i]; p == 0 || t.hash(p-1) == hash {
			return i
		}
	}
}
