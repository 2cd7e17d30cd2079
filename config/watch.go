package config

import (
	"context"
	"log/slog"
	"time"

	"github.com/fsnotify/fsnotify"
)

// The times of Watch.
const (
	// settle is how long files must rest after a change before they are read: an editor
	// writes in steps, and a ConfigMap's first event still shows the old content.
	settle = 200 * time.Millisecond
	// sweep is how often files are looked at although no event came: a watch can be lost.
	sweep = 30 * time.Second
)

// Watch calls changed after something moved in one of folders, and every 30 s, until
// ctx ends. Folders are watched, not files: Kubernetes swaps a link beside a mounted
// file, and a watch on the file itself dies with the first swap. Whether the content
// changed is for changed to see, by its hash.
func Watch(ctx context.Context, folders []string, changed func(), log *slog.Logger) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("files are looked at every 30 s only: no notices from the system", "err", err)
		w = &fsnotify.Watcher{}
	} else {
		defer w.Close()
		for _, f := range folders {
			if err := w.Add(f); err != nil {
				log.Warn("folder is looked at every 30 s only", "folder", f, "err", err)
			}
		}
	}
	tick := time.NewTicker(sweep)
	defer tick.Stop()
	var rest <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.Events:
			rest = time.After(settle)
		case err := <-w.Errors:
			log.Debug("watching files", "err", err)
			rest = time.After(settle)
		case <-rest:
			rest = nil
			changed()
		case <-tick.C:
			changed()
		}
	}
}
