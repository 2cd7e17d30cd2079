package diag

import (
	"reflect"
	"strings"
)

// a keyed is a struct field and the key it is read from.
type keyed struct {
	key      string
	index    []int
	required bool
}

// keysOf lists the keys of a struct type. The key is the name in the yaml tag or the
// field's name in lower case; "-" leaves the field out, ",required" refuses a file
// without it, ",inline" and an embedded struct without a name take their fields in.
func keysOf(t reflect.Type) []keyed {
	var out []keyed
	for i := range t.NumField() {
		sf := t.Field(i)
		name, options, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		inner := sf.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		inline := strings.Contains(options, "inline") || sf.Anonymous && name == ""
		switch {
		case name == "-", !sf.IsExported() && (!inline || !sf.Anonymous):
		case inline && inner.Kind() == reflect.Struct:
			for _, k := range keysOf(inner) {
				k.index = append([]int{i}, k.index...)
				out = append(out, k)
			}
		default:
			if name == "" {
				name = strings.ToLower(sf.Name)
			}
			required := strings.Contains(options, "required")
			out = append(out, keyed{key: name, index: []int{i}, required: required})
		}
	}
	return out
}

// names are the keys as text.
func names(keys []keyed) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.key
	}
	return out
}

// field is the field of v at index; pointers on the way are made where alloc is set. The
// zero Value where one is nil.
func field(v reflect.Value, index []int, alloc bool) reflect.Value {
	for i, at := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !alloc {
					return reflect.Value{}
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}
