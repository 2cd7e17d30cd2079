package feed

import "sync"

// Halves remember, in bounds: when the newer half is full the older is forgotten. The
// limit, set before the first use, is of the weight of one half.
type halves[K comparable, V any] struct {
	limit int

	mu     sync.Mutex
	young  map[K]V // guarded by mu, as are those below
	old    map[K]V
	weight int // of young
}

func (h *halves[K, V]) get(k K) (V, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, ok := h.young[k]
	if !ok {
		v, ok = h.old[k]
	}
	return v, ok
}

func (h *halves[K, V]) put(k K, v V, weight int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.young == nil || h.weight+weight > h.limit {
		h.young, h.old, h.weight = map[K]V{}, h.young, 0
	}
	h.young[k] = v
	h.weight += weight
}
