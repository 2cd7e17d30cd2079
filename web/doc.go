// Package web serves what people and probes ask of a running daemon over HTTP: a page
// of alerts and feeds, /metrics, /-/healthy, /-/ready and /-/reload.
//
// Fill in a [Site] with functions that read, get its [Site.Handler], and serve it with
// [Serve]. The package owns no state; everything it shows is read when asked for, and
// everything that came from a feed is escaped.
package web
