package schedule

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
	"github.com/robfig/cron/v3"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// The times of an Engine. A job must end before it is taken for stuck.
const (
	jobTimeout  = 30 * time.Second
	rescueAfter = 2 * time.Minute
	softStop    = 15 * time.Second
	cooldown    = 20 * time.Millisecond
	pollEvery   = 250 * time.Millisecond // SQLite cannot notify
	retryAfter  = 5 * time.Second        // when the store cannot be used
)

// A Task is something that runs periodically, once in the whole deployment.
type Task struct {
	Name     string
	Schedule cron.Schedule
	Run      func(ctx context.Context) error
}

// An Engine runs the jobs of deliveries, one after the other in each channel, and
// periodic tasks, on River. NewEngine is the only door.
type Engine struct {
	client *river.Client[*sql.Tx]
	tasks  map[string]Task
	log    *slog.Logger

	mu     sync.Mutex
	queues map[string]bool // channels with a worker; guarded by mu
}

// NewEngine returns an engine that calls deliver for each delivery job. A
// *watcher.RetryError from deliver says when to call again.
func NewEngine(
	d riverdriver.Driver[*sql.Tx], owner string, tasks []Task,
	deliver func(context.Context, watcher.DeliveryID) error, log *slog.Logger,
) (*Engine, error) {
	e := &Engine{tasks: make(map[string]Task), log: log, queues: make(map[string]bool)}
	workers := river.NewWorkers()
	river.AddWorker(workers, &deliveryWorker{deliver: deliver, log: log})
	river.AddWorker(workers, &taskWorker{engine: e})
	var periodic []*river.PeriodicJob
	for _, t := range tasks {
		e.tasks[t.Name] = t
		periodic = append(periodic, river.NewPeriodicJob(t.Schedule,
			func() (river.JobArgs, *river.InsertOpts) { return taskArgs{Name: t.Name}, nil },
			&river.PeriodicJobOpts{ID: t.Name}))
	}
	var err error
	e.client, err = river.NewClient(d, &river.Config{
		ID:                   owner,
		Queues:               map[string]river.QueueConfig{taskQueue: {MaxWorkers: 2}},
		Workers:              workers,
		PeriodicJobs:         periodic,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      softStop,
		FetchCooldown:        cooldown,
		FetchPollInterval:    pollEvery,
		Logger:               slog.New(quiet{log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("job engine: %w", err)
	}
	return e, nil
}

// Enqueue adds the jobs of deliveries inside a transaction, so that both are there or
// neither. A delivery that has a job already gets no second one.
func (e *Engine) Enqueue(ctx context.Context, tx *sql.Tx, ds []watcher.Delivery) error {
	if len(ds) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(ds))
	for i, d := range ds {
		jobs[i] = river.InsertManyParams{
			Args:       deliveryArgs{Delivery: d.ID},
			InsertOpts: &river.InsertOpts{Queue: queueOf(d.Channel), ScheduledAt: d.NotBefore},
		}
	}
	if _, err := e.client.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("enqueue deliveries: %w", err)
	}
	return nil
}

// Channels sees to it that each channel has a worker. Workers of channels that are no
// longer named stay: what waits for them must still be settled.
func (e *Engine) Channels(names []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range names {
		if e.queues[n] {
			continue
		}
		if err := e.client.Queues().Add(queueOf(n), river.QueueConfig{MaxWorkers: 1}); err != nil {
			return fmt.Errorf("worker of channel %s: %w", n, err)
		}
		e.queues[n] = true
	}
	return nil
}

// Run works until ctx ends, then takes no more jobs, gives those under way 15 s to end
// and hands back the rest.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start job engine: %w", err)
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), softStop+5*time.Second)
	defer cancel()
	if err := e.client.Stop(stop); err != nil {
		return fmt.Errorf("stop job engine: %w", err)
	}
	return nil
}

// Tasks returns the names of the periodic tasks in order.
func (e *Engine) Tasks() []string { return slices.Sorted(maps.Keys(e.tasks)) }

const taskQueue = "task"

// queueOf is the River queue of a channel. Channel names are lower-case words joined by
// hyphens or underscores, which is also what River takes.
func queueOf(channel string) string { return "channel-" + channel }

// active are the states in which a job keeps a second one of its kind away.
func active() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}

type deliveryArgs struct {
	Delivery watcher.DeliveryID `json:"delivery" river:"unique"`
}

// Kind implements river.JobArgs.
func (deliveryArgs) Kind() string { return "deliver" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (deliveryArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: active()}}
}

type deliveryWorker struct {
	river.WorkerDefaults[deliveryArgs]
	deliver func(context.Context, watcher.DeliveryID) error
	log     *slog.Logger
}

// Work implements river.Worker. A snoozed job never runs out of attempts: when to give
// up is the line's decision, not the engine's.
func (w *deliveryWorker) Work(ctx context.Context, j *river.Job[deliveryArgs]) error {
	err := w.deliver(ctx, j.Args.Delivery)
	if err == nil {
		return nil
	}
	if again, ok := errors.AsType[*watcher.RetryError](err); ok {
		return river.JobSnooze(max(again.After, time.Millisecond))
	}
	if ctx.Err() == nil {
		w.log.Error("delivery job put off", "delivery", j.Args.Delivery, "err", err, "wait", retryAfter)
	}
	return river.JobSnooze(retryAfter)
}

type taskArgs struct {
	Name string `json:"name" river:"unique"`
}

// Kind implements river.JobArgs.
func (taskArgs) Kind() string { return "task" }

// InsertOpts implements river.JobArgsWithInsertOpts.
func (taskArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue: taskQueue, MaxAttempts: 3,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: active()},
	}
}

type taskWorker struct {
	river.WorkerDefaults[taskArgs]
	engine *Engine
}

// Work implements river.Worker.
func (w *taskWorker) Work(ctx context.Context, j *river.Job[taskArgs]) error {
	t, ok := w.engine.tasks[j.Args.Name]
	if !ok {
		return river.JobCancel(fmt.Errorf("no task %q in this version", j.Args.Name))
	}
	if err := t.Run(ctx); err != nil {
		w.engine.log.Warn("periodic task did not succeed", "task", t.Name, "err", err)
		return err
	}
	return nil
}

// quiet passes on River's warnings and errors; its notices are of no use to operators.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (q quiet) WithAttrs(as []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(as)} }

// WithGroup implements slog.Handler.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
