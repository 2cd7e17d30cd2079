package diag

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// Check calls the Validate() error method of every struct, map and slice that is reached
// from v, which was decoded from the value at path ("" for the whole file), and places
// the mistakes they report.
//
// A Validate may return one error or several (errors.Join). Each is placed at the field
// it names: as a *FieldError, or as text that begins with the name, such as "timeout must
// be positive" or "hours[0].from: no time".
func (f *File) Check(path string, v any) Problems {
	c := &checker{f: f}
	c.walk(reflect.ValueOf(v), path)
	return c.ps.Sort()
}

// Errors places the mistakes that err says of the value v at a path, as Check does.
func (f *File) Errors(path string, v any, err error) Problems {
	c := &checker{f: f}
	c.place(err, reflect.TypeOf(v), path)
	return c.ps.Sort()
}

// checker collects what Validate methods report.
type checker struct {
	f  *File
	ps Problems
}

// walk validates v and what is below it.
func (c *checker) walk(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			c.walk(v.Elem(), path)
		}
		return
	case reflect.Struct:
		for _, k := range keysOf(v.Type()) {
			if fv := field(v, k.index, false); fv.IsValid() && fv.CanInterface() {
				c.walk(fv, join(path, k.key))
			}
		}
	case reflect.Slice:
		if isSingle(v.Type().Elem()) {
			break
		}
		for i := range v.Len() {
			c.walk(v.Index(i), entry(path, i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			c.walk(v.MapIndex(k), join(path, k.String()))
		}
	default:
		return
	}
	if err := validate(v); err != nil {
		c.place(err, v.Type(), path)
	}
}

// validate calls the Validate method of v or of a pointer to it.
func validate(v reflect.Value) error {
	if !v.CanInterface() {
		return nil
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	if val, ok := reflect.TypeAssert[interface{ Validate() error }](p); ok {
		return val.Validate()
	}
	return nil
}

// place gives each mistake in err its place.
func (c *checker) place(err error, t reflect.Type, path string) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the tree is walked here
		for _, e := range many.Unwrap() {
			c.place(e, t, path)
		}
		return
	}
	if ps, ok := errors.AsType[Problems](err); ok {
		c.ps = append(c.ps, ps...)
		return
	}
	if fe, ok := errors.AsType[*FieldError](err); ok {
		c.ps = append(c.ps, c.f.Problem(below(path, fe.Field), fe.Msg, fe.Cure))
		return
	}
	name, msg := leading(err.Error(), t)
	c.ps = append(c.ps, c.f.Problem(below(path, name), msg, ""))
}

// below adds a relative path to a path.
func below(path, rel string) string {
	switch {
	case rel == "":
		return path
	case path == "" || strings.HasPrefix(rel, "["):
		return path + rel
	}
	return path + "." + rel
}

// leading cuts the field's name that a message begins with, where it is a key of t.
func leading(msg string, t reflect.Type) (name, rest string) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return "", msg
	}
	end := strings.IndexAny(msg, " :")
	if end < 1 {
		return "", msg
	}
	key := msg[:min(end, strings.IndexAny(msg+".", ".["))]
	if !slices.Contains(names(keysOf(t)), key) {
		return "", msg
	}
	return msg[:end], strings.TrimLeft(msg[end:], ": ")
}
