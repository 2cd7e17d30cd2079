package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
	"github.com/sanctionwatch/sanctionwatch/watcher/websub"
	"github.com/sanctionwatch/sanctionwatch/web"
)

// site is what the web server shows of the daemon.
func (d *daemon) site() *web.Site {
	s := &web.Site{
		Alerts: d.alerts, Feeds: d.feeds, Status: d.status, Ready: d.ready,
		Gatherer: d.registry, Log: d.log,
		Callbacks: map[string]http.Handler{websub.Path: d.hubs},
	}
	if d.config().Web.EnableReload {
		s.Reload = d.reload
	}
	return s
}

// alerts reads the latest alerts with where they went.
func (d *daemon) alerts(ctx context.Context, limit int) ([]web.Alert, error) {
	found, _, err := d.store.Alerts(ctx, store.AlertFilter{News: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]web.Alert, 0, len(found))
	for _, a := range found {
		_, ds, err := d.store.Alert(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		if a.Story, err = d.store.Story(ctx, a.Story.ID); err != nil {
			return nil, err
		}
		out = append(out, shown(a, ds))
	}
	return out, nil
}

// shown is an alert as the page shows it, in the words that channels use.
func shown(a watcher.Alert, ds []watcher.Delivery) web.Alert {
	m := notify.Compose(watcher.Outgoing{Alert: a})
	v := web.Alert{
		Severity: string(a.Severity), Reason: a.Reason.Words(), Themes: m.Themes,
		Headline: m.Headline, URL: m.URL, Host: m.Host, Language: m.Language,
		Coverage: m.CoverageLine(), Published: m.Published, Raised: a.Raised,
	}
	for _, r := range m.Quote {
		v.Quote = append(v.Quote, web.Run{Text: r.Text, Bold: r.Bold})
	}
	for _, w := range m.Why {
		v.Why = append(v.Why, fmt.Sprintf("%s: %s", w.RuleTitle, strings.Join(w.Clauses, "; ")))
	}
	for _, f := range m.Facts {
		v.Why = append(v.Why, f.Label+": "+f.String(a.Raised))
	}
	for _, dl := range ds {
		if dl.Kind == watcher.Update {
			continue
		}
		switch dl.State {
		case watcher.Sent:
			v.Sent = append(v.Sent, dl.Channel)
		case watcher.Dead:
			v.Dead = append(v.Dead, dl.Channel)
		case watcher.Pending, watcher.Sending, watcher.Unsure:
			v.Waiting = append(v.Waiting, dl.Channel)
		case watcher.Dropped:
		}
	}
	return v
}

// feeds reads what is remembered of the feeds in the plan.
func (d *daemon) feeds(ctx context.Context) ([]web.Feed, error) {
	feeds, err := d.feedStates(ctx)
	if err != nil {
		return nil, err
	}
	failing, now := d.config().Ops.Failing(), time.Now()
	pushes, err := d.pushes(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.Feed
	for _, f := range feeds {
		st := f.State
		h := health.Judge(st, failing, now)
		out = append(out, web.Feed{
			ID: string(f.ID), Name: f.Name, URL: f.URL, Language: f.Language, Official: f.Official,
			LastSuccess: st.LastSuccess, LastItem: st.LastItem, NextDue: st.NextDue, Rhythm: health.Parse(st.Rhythm).Words(),
			Health: h.Words(st, now), Bad: h.Kind != "" || st.Failures > 0, Polled: !st.LastPoll.IsZero(),
			Push: pushes[f.ID],
		})
	}
	return out, nil
}

func (d *daemon) status(ctx context.Context) (web.Status, error) {
	c, err := d.store.Counts(ctx)
	cfg := d.config()
	return web.Status{
		Version: buildVersion(), PlanHash: cfg.Hash, Rules: len(cfg.Set.Rules()),
		Pending: c.Deliveries[watcher.Pending] + c.Deliveries[watcher.Sending] + c.Deliveries[watcher.Unsure],
		Dead:    c.Deliveries[watcher.Dead], Stories: c.Stories, Items: c.Items,
	}, err
}
