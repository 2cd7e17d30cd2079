package web

import (
	"fmt"
	"time"
)

// ago says how far a time lies from now, in words that fit a table.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	form := "%s ago"
	if d < 0 {
		d, form = -d, "in %s"
	}
	switch {
	case d < 45*time.Second:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf(form, fmt.Sprintf("%.0f min", max(d.Minutes(), 1)))
	case d < 48*time.Hour:
		return fmt.Sprintf(form, fmt.Sprintf("%.0f h", d.Hours()))
	}
	return fmt.Sprintf(form, fmt.Sprintf("%.0f d", d.Hours()/24))
}
