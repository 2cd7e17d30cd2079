package diag

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Decode fills v, a pointer, from the file and reports everything in the file that has no
// place in v: unknown keys at any level, values of the wrong type, missing required keys.
//
// Structs are read by their yaml tags (see keysOf); what the file does not give keeps the
// value it has, so defaults may be set before. Pointers are made where there is a value,
// entries are added to maps, slices are replaced; a list of single values may be written
// as one value. Types with UnmarshalText read a single value themselves, time.Duration
// understands what ParseDuration does. An empty value counts as not given.
func (f *File) Decode(v any) Problems {
	d := &decoder{f: f}
	if f.root != nil {
		d.value(f.root, reflect.ValueOf(v).Elem(), "")
	}
	return d.ps.Sort()
}

// DecodeAt is Decode for the value at a path; nothing happens where there is none.
func (f *File) DecodeAt(path string, v any) Problems {
	d := &decoder{f: f}
	if n, rest := f.root.descend(split(path)); n != nil && len(rest) == 0 {
		d.value(n, reflect.ValueOf(v).Elem(), path)
	}
	return d.ps.Sort()
}

// Kind says what stands at a path in words: "a list", "a mapping of keys", "text",
// "a number", "true", "false" or "empty".
func (f *File) Kind(path string) string {
	n, rest := f.root.descend(split(path))
	if len(rest) > 0 {
		return "empty"
	}
	return n.words()
}

// Keys are the keys of the mapping at a path in the order of the file.
func (f *File) Keys(path string) []string {
	n, rest := f.root.descend(split(path))
	if n == nil || len(rest) > 0 {
		return nil
	}
	out := make([]string, len(n.keys))
	for i, k := range n.keys {
		out[i] = k.value
	}
	return out
}

// Len is the number of entries of the list at a path.
func (f *File) Len(path string) int {
	n, rest := f.root.descend(split(path))
	if n == nil || len(rest) > 0 || n.kind != sequence {
		return 0
	}
	return len(n.vals)
}

// decoder collects what is wrong while values are filled.
type decoder struct {
	f  *File
	ps Problems
}

// add reports a mistake in node n.
func (d *decoder) add(n *node, path, msg, cure string) {
	if len(d.ps) >= maxProblems {
		return
	}
	line, col, width := n.place()
	d.ps = append(d.ps, d.f.problem(line, col, width, path, msg, cure))
}

// wrong reports a value of the wrong type.
func (d *decoder) wrong(n *node, path, want string) {
	cure := ""
	if n.kind == scalar && want == "a mapping of keys" {
		cure = "write key: value in the lines below, with a space after the colon"
	}
	d.add(n, path, "must be "+want+", not "+n.words(), cure)
}

var durationType = reflect.TypeFor[time.Duration]()

// value fills v from n.
func (d *decoder) value(n *node, v reflect.Value, path string) {
	if n.kind == null {
		return
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem(), path)
		return
	}
	if v.CanAddr() {
		if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
			d.text(n, u, path)
			return
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, path)
	case reflect.Map:
		d.entries(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Interface:
		v.Set(reflect.ValueOf(n.any()))
	default:
		d.single(n, v, path)
	}
}

// text lets the value read itself.
func (d *decoder) text(n *node, u encoding.TextUnmarshaler, path string) {
	if n.kind != scalar {
		d.wrong(n, path, "text")
		return
	}
	if err := u.UnmarshalText([]byte(n.value)); err != nil {
		d.add(n, path, err.Error(), "")
	}
}

// fields fills a struct.
func (d *decoder) fields(n *node, v reflect.Value, path string) {
	if n.kind != mapping {
		d.wrong(n, path, "a mapping of keys")
		return
	}
	keys := keysOf(v.Type())
	for i, k := range n.keys {
		at := slices.IndexFunc(keys, func(c keyed) bool { return c.key == k.value })
		if at < 0 {
			d.add(k, path, fmt.Sprintf("unknown key %q", k.value), didYouMean(k.value, names(keys)))
			continue
		}
		if n.vals[i].kind != null {
			d.value(n.vals[i], field(v, keys[at].index, true), join(path, k.value))
		}
	}
	for _, k := range keys {
		if val := n.get(k.key); k.required && (val == nil || val.kind == null) {
			d.add(n, path, fmt.Sprintf("the key %q is missing", k.key), "")
		}
	}
}

// entries fills a map.
func (d *decoder) entries(n *node, v reflect.Value, path string) {
	if n.kind != mapping {
		d.wrong(n, path, "a mapping of keys")
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for i, k := range n.keys {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(n.vals[i], e, join(path, k.value))
		v.SetMapIndex(reflect.ValueOf(k.value).Convert(v.Type().Key()), e)
	}
}

// list fills a slice.
func (d *decoder) list(n *node, v reflect.Value, path string) {
	vals := n.vals
	if n.kind != sequence {
		if n.kind != scalar || !isSingle(v.Type().Elem()) {
			d.wrong(n, path, "a list")
			return
		}
		vals = []*node{n}
	}
	out := reflect.MakeSlice(v.Type(), 0, len(vals))
	for i, val := range vals {
		e := reflect.New(v.Type().Elem()).Elem()
		if val.kind == null {
			d.add(val, entry(path, i), "an entry is empty", "delete it or write its value")
		}
		d.value(val, e, entry(path, i))
		out = reflect.Append(out, e)
	}
	v.Set(out)
}

// isSingle reports whether a type is read from a single value.
func isSingle(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return true
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Interface, reflect.Pointer:
		return false
	}
	return true
}
