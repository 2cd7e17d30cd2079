package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Parse reads a schedule: five cron fields, @hourly and its like, or "@every 10m", with
// an optional "CRON_TZ=Europe/Vilnius " before it; an interval is at least a second. It
// refuses what would never run, such as 30 February.
func Parse(expr string) (cron.Schedule, error) {
	s, err := parser.Parse(expr)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %s", expr, cure(expr, err))
	}
	if s.Next(time.Now()).IsZero() {
		return nil, fmt.Errorf("schedule %q: this date never comes", expr)
	}
	return s, nil
}

// cure says what is wrong with an expression in an operator's words.
func cure(expr string, err error) string {
	const form = `write five fields "minute hour day month weekday" such as "*/10 * * * *", or "@every 10m"`
	rest := expr
	if strings.HasPrefix(rest, "CRON_TZ=") || strings.HasPrefix(rest, "TZ=") {
		zone, fields, _ := strings.Cut(rest, " ")
		_, name, _ := strings.Cut(zone, "=")
		if _, tzErr := time.LoadLocation(name); tzErr != nil {
			return fmt.Sprintf("unknown time zone %q: write one such as Europe/Vilnius", name)
		}
		rest = fields
	}
	switch n := len(strings.Fields(rest)); {
	case strings.HasPrefix(rest, "@every"):
		return `the interval is not a duration: write one such as "@every 10m"`
	case strings.HasPrefix(rest, "@"):
		return fmt.Sprintf("unknown word %s: write @hourly, @daily, @weekly, @monthly or @every 10m", strings.Fields(rest)[0])
	case n == 1:
		return "1 field instead of five: " + form
	case n != 5:
		return fmt.Sprintf("%d fields instead of five: %s", n, form)
	}
	return err.Error() + ": " + form
}
