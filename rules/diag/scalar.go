package diag

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// single fills a text, number, truth or duration.
func (d *decoder) single(n *node, v reflect.Value, path string) {
	want := map[reflect.Kind]string{
		reflect.String: "text", reflect.Bool: "true or false",
		reflect.Float32: "a number", reflect.Float64: "a number",
	}[v.Kind()]
	if want == "" {
		want = "a whole number"
	}
	if v.Type() == durationType {
		want = "a duration such as 30s or 90d"
	}
	if n.kind != scalar {
		d.wrong(n, path, want)
		return
	}
	var err error
	switch {
	case v.Kind() == reflect.String:
		v.SetString(n.value) // 5 and true are text where text is asked for
		return
	case v.Type() == durationType:
		var dur time.Duration
		if dur, err = ParseDuration(n.value); err != nil {
			d.add(n, path, err.Error(), "")
			return
		}
		v.SetInt(int64(dur))
		return
	case !n.plain:
		d.wrong(n, path, want)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		err = setBool(n.value, v)
	case reflect.Float32, reflect.Float64:
		err = setFloat(n.value, v)
	default:
		err = setInt(n.value, v)
	}
	if err != nil {
		d.add(n, path, "must be "+want+": "+err.Error(), "")
	}
}

// setBool reads true or false; yes, on and 1 mean different things in different files.
func setBool(s string, v reflect.Value) error {
	if s != "true" && s != "false" {
		return fmt.Errorf("%q is neither", s)
	}
	v.SetBool(s == "true")
	return nil
}

// setFloat reads a finite number.
func setFloat(s string, v reflect.Value) error {
	x, err := strconv.ParseFloat(s, v.Type().Bits())
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return fmt.Errorf("%q is none", s)
	}
	v.SetFloat(x)
	return nil
}

// setInt reads a whole number that fits v.
func setInt(s string, v reflect.Value) error {
	if v.CanInt() {
		x, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is none or too large", s)
		}
		v.SetInt(x)
		return nil
	}
	x, err := strconv.ParseUint(s, 10, v.Type().Bits())
	if err != nil {
		return fmt.Errorf("%q is none, below 0 or too large", s)
	}
	v.SetUint(x)
	return nil
}

// isNumber reports whether a plain scalar reads as a number.
func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// any is the value of a node for a target of any type.
func (n *node) any() any {
	switch n.kind {
	case sequence:
		out := make([]any, len(n.vals))
		for i, v := range n.vals {
			out[i] = v.any()
		}
		return out
	case mapping:
		out := make(map[string]any, len(n.keys))
		for i, k := range n.keys {
			out[k.value] = n.vals[i].any()
		}
		return out
	case null:
		return nil
	}
	if n.plain {
		if i, err := strconv.ParseInt(n.value, 10, 64); err == nil {
			return i
		}
		if x, err := strconv.ParseFloat(n.value, 64); err == nil {
			return x
		}
		if n.value == "true" || n.value == "false" {
			return n.value == "true"
		}
	}
	return n.value
}

// ParseDuration reads what time.ParseDuration does, with days (d, of 24 hours) and weeks
// (w) before the other units: 90d, 2w, 1d12h.
func ParseDuration(s string) (time.Duration, error) {
	total, rest := time.Duration(0), s
	for _, unit := range []struct {
		name string
		is   time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, after, ok := strings.Cut(rest, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n < 0 || n > int64(math.MaxInt64/unit.is) {
			return 0, noDuration(s)
		}
		total, rest = total+time.Duration(n)*unit.is, after
	}
	if rest == "" && s != "" {
		return total, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || total > 0 && (d < 0 || d > math.MaxInt64-total) {
		return 0, noDuration(s)
	}
	return total + d, nil
}

// noDuration is the mistake in a duration.
func noDuration(s string) error {
	return fmt.Errorf("%q is no duration: write a number and s, m, h, d or w, such as 30s or 90d", s)
}
