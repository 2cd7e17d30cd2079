package health

import (
	"time"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// Options say who hears of feeds in trouble, and when.
type Options struct {
	// Channel is where troubles and recoveries are told; only in the log and on the page if empty.
	Channel string `yaml:"channel"`
	// FailingAfter is how long a feed may not answer before that is told; 1h if 0.
	FailingAfter time.Duration `yaml:"failing_after"`
}

// DefaultFailingAfter is how long a feed may not answer unless told otherwise.
const DefaultFailingAfter = time.Hour

// Validate returns a *diag.FieldError for what is wrong.
func (o Options) Validate() error {
	if o.FailingAfter != 0 && o.FailingAfter < time.Second {
		return &diag.FieldError{Field: "failing_after", Msg: "is less than a second", Cure: "write a duration such as 1h"}
	}
	return nil
}

// Failing is how long a feed may not answer.
func (o Options) Failing() time.Duration {
	if o.FailingAfter == 0 {
		return DefaultFailingAfter
	}
	return o.FailingAfter
}

// Every is how often feeds are looked at.
func (o Options) Every() time.Duration {
	return min(max(o.Failing()/4, time.Second), time.Minute).Truncate(time.Second)
}
