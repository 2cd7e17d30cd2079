package story

import (
	"slices"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// part notes what an item is apart from.
func (b *Book) part(item uint64, from []watcher.ItemID) {
	delete(b.apart, item)
	for _, id := range from {
		b.apart[item] = append(b.apart[item], hash64(string(id)))
	}
}

// parted reports whether a story holds what a person took the item apart from.
func (b *Book) parted(item uint64, story int32) bool {
	if len(b.apart) == 0 {
		return false
	}
	for _, other := range b.apart[item] {
		if n := b.items.get(other); n >= 0 && b.slots.at(n).story == story {
			return true
		}
	}
	for n := b.stories.at(story).last; n >= b.first; n = b.slots.at(n).older {
		if slices.Contains(b.apart[b.slots.at(n).item], item) {
			return true
		}
	}
	return false
}

// barred reports whether an item may not join the story of an entry by what proves it the
// same: a person took it out of there, or what proves as much was taken apart from it.
func (b *Book) barred(item uint64, s *slot, same func(*slot) bool) bool {
	if len(b.apart) == 0 {
		return false
	}
	if b.parted(item, s.story) {
		return true
	}
	for n := b.first; int(n) < b.slots.n; n++ {
		if x := b.slots.at(n); same(x) && x.story != s.story && b.parted(x.item, s.story) {
			return true
		}
	}
	return false
}

// unparted leaves out the stories that a person keeps the item from: those that hold what
// it was taken apart from, or what its next of kin was. What was taken out of a story takes
// its like along.
func (b *Book) unparted(item uint64, all []likeness) []likeness {
	if len(b.apart) == 0 {
		return all
	}
	var out []likeness
	for _, l := range all {
		kin := slices.ContainsFunc(all, func(x likeness) bool {
			return x.nearest > l.nearest && b.parted(x.kin, l.story)
		})
		if !kin && !b.parted(item, l.story) {
			out = append(out, l)
		}
	}
	return out
}
