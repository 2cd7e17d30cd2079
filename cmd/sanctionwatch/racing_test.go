package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/config"
	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/story"
)

var racing = flag.Int("racing", 200, "how many items the racing replicas are fed; make racing has more")

// racers is how many race.
const racers = 10

// asReplica makes the test binary one replica of a deployment; it holds a replicaTask.
const asReplica = "SANCTIONWATCH_TEST_REPLICA"

// A replicaTask is what a racing process is told.
type replicaTask struct {
	Config string
	Seed   uint64
	Items  int
	Now    time.Time
	Number int
}

// A fed is what a racing process did.
type fed struct {
	Tally watcher.Tally
	Again int // how often a feed's items had to be given again
}

// TestRacingProcessesTellEachStoryOnce feeds ten processes on one PostgreSQL the same
// items at the same time, each in an order of its own.
func TestRacingProcessesTellEachStoryOnce(t *testing.T) {
	dsn := ownSchema(t)
	r := newRace(t, dsn)
	ins, outs := make([]io.WriteCloser, racers), make([]*bufio.Scanner, racers)
	logs := &buffer{}
	for i := range racers {
		ins[i], outs[i] = r.launch(t, i, logs)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(logs.String())
		}
	})
	read := func(i int, v any) {
		require.True(t, outs[i].Scan(), "replica %d ended: %s", i, logs)
		require.NoError(t, json.Unmarshal(outs[i].Bytes(), v), outs[i].Text())
	}
	for i := range racers {
		read(i, new(string)) // it is ready
	}
	start := time.Now()
	for i := range racers {
		_, err := io.WriteString(ins[i], "go\n")
		require.NoError(t, err)
	}
	var total fed
	for i := range racers {
		var f fed
		read(i, &f)
		total.Tally.Add(f.Tally)
		total.Again += f.Again
	}
	t.Logf("fed in %v, %d times again", time.Since(start).Round(time.Millisecond), total.Again)
	s, err := store.Open(t.Context(), store.Options{DSN: dsn}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer s.Close()
	awaitSettled(t, s)
	for i := range racers {
		require.NoError(t, ins[i].Close())
	}
	r.judge(t, s, total)
}

// TestRacingGoroutinesTellEachStoryOnce is the same in one process on SQLite: five lines
// of two goroutines each.
func TestRacingGoroutinesTellEachStoryOnce(t *testing.T) {
	r := newRace(t, "sqlite:"+t.TempDir()+"/racing.db")
	d, end := r.daemon(t, r.task.Config)
	defer end()
	var mu sync.Mutex
	var total fed
	var wg sync.WaitGroup
	lines := []*watcher.Watcher{d.watcher}
	for len(lines) < racers/2 {
		w := watcher.New(d.store, d.source, story.New(story.Options{}), newMeter(prometheus.NewRegistry()), d.log)
		w.Use(d.watcher.Plan())
		lines = append(lines, w)
	}
	for i := range racers {
		wg.Go(func() {
			got := feedAll(lines[i/2], r.task, i, 1)
			mu.Lock()
			defer mu.Unlock()
			total.Tally.Add(got.Tally)
			total.Again += got.Again
		})
	}
	wg.Wait()
	awaitSettled(t, d.store)
	r.judge(t, d.store, total)
}

// A race is what all racers are fed, and where they tell of it.
type race struct {
	task  replicaTask
	slack *slacktest.Server
}

func newRace(t *testing.T, dsn string) *race {
	t.Helper()
	t.Logf("seed %d, %d items", *seed, *racing)
	slack, err := slacktest.Start(slacktest.Options{Token: "xoxb-test"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, slack.Close()) })
	var feeds strings.Builder
	feeds.WriteString("feeds:\n")
	for i := range outlets {
		fmt.Fprintf(&feeds, "  - {id: o%d, url: \"https://o%d.example/feed\"}\n", i, i)
	}
	dir := write(t, map[string]string{
		"feeds.yaml": feeds.String(), "potash.yaml": potashTold, "embargo.yaml": embargoTold, "token": "xoxb-test\n",
		"sanctionwatch.yaml": fmt.Sprintf(`
feeds: [feeds.yaml]
rules: [potash.yaml, embargo.yaml]
store: {dsn: %q}
web: {listen: "off"}
channels:
  desk: {slack: {token_file: token, channel: C000000001, api_url: %[2]q}}
  grave: {slack: {token_file: token, channel: C000000002, api_url: %[2]q}}
route:
  channel: desk
  routes: [{match: {severity: high}, channel: grave, continue: true}, {match: {}, channel: desk}]
`, dsn, slack.APIURL()),
	})
	return &race{slack: slack, task: replicaTask{
		Config: dir + "/sanctionwatch.yaml", Seed: *seed, Items: *racing, Now: time.Now().UTC(),
	}}
}

// launch starts a racing process.
func (r *race) launch(t *testing.T, i int, logs io.Writer) (io.WriteCloser, *bufio.Scanner) {
	t.Helper()
	task := r.task
	task.Number = i
	text, err := json.Marshal(task)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := command(ctx, t)
	cmd.Env = append(os.Environ(), asReplica+"="+string(text))
	cmd.Stderr = logs
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		if t.Failed() {
			cancel()
		}
		err := cmd.Wait()
		cancel()
		if !t.Failed() {
			require.NoError(t, err)
		}
	})
	return in, bufio.NewScanner(out)
}

// replica is a racing process: it says that it is ready, waits for a word, takes all
// items, says what it did, and delivers until its input ends.
func replica(raw string, in io.Reader, out, errOut io.Writer) int {
	var task replicaTask
	err := json.Unmarshal([]byte(raw), &task)
	if err == nil {
		err = runReplica(task, bufio.NewReader(in), out, errOut)
	}
	if err != nil {
		fmt.Fprintf(errOut, "replica %d: %v\n", task.Number, err)
		return exitFault
	}
	return exitDone
}

func runReplica(task replicaTask, in *bufio.Reader, out, errOut io.Writer) error {
	d, end, err := racingDaemon(task.Config, errOut)
	if err != nil {
		return err
	}
	defer end()
	if err := json.NewEncoder(out).Encode("ready"); err != nil {
		return err
	}
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(feedAll(d.watcher, task, task.Number, 4)); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// racingDaemon is a daemon that polls nothing and need not hold to Slack's pace.
func racingDaemon(file string, errOut io.Writer) (*daemon, func(), error) {
	cfg, problems := config.Load(file)
	if err := problems.Err(); err != nil {
		return nil, nil, err
	}
	d, err := newDaemon(context.Background(), cfg, io.Discard, logger(errOut, slog.LevelWarn, "text"))
	if err != nil {
		return nil, nil, err
	}
	p := *d.watcher.Plan()
	channels := make(map[string]watcher.Channel, len(p.Channels))
	for name, c := range p.Channels {
		c.Gap = time.Millisecond
		channels[name] = c
	}
	p.Channels = channels
	d.watcher.Use(&p)
	jobs, endJobs := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.engine.Run(jobs); err != nil {
			d.log.Error("engine", "err", err)
		}
	})
	return d, func() { endJobs(); wg.Wait(); d.close() }, nil
}

func (r *race) daemon(t *testing.T, file string) (*daemon, func()) {
	t.Helper()
	logs := &buffer{}
	d, end, err := racingDaemon(file, logs)
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(logs.String())
		}
	})
	return d, end
}

// feedAll gives a line all items, feed by feed as polls would, in the order of one racer.
func feedAll(w *watcher.Watcher, task replicaTask, number, workers int) fed {
	rnd := rand.New(rand.NewPCG(task.Seed, uint64(100+number)))
	items := invented(task.Seed, task.Items, task.Now)
	rnd.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	byFeed := map[watcher.FeedID][]watcher.Item{}
	var order []watcher.FeedID
	for _, it := range items {
		if byFeed[it.FeedID] == nil {
			order = append(order, it.FeedID)
		}
		byFeed[it.FeedID] = append(byFeed[it.FeedID], it)
	}
	todo := make(chan watcher.FeedID, len(order))
	for _, f := range order {
		todo <- f
	}
	close(todo)
	var mu sync.Mutex
	var out fed
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for id := range todo {
				got := feedOne(w, id, byFeed[id])
				mu.Lock()
				out.Tally.Add(got.Tally)
				out.Again += got.Again
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return out
}

// feedOne gives a line the items of one feed, again where some could not be recorded, as
// the next poll would.
func feedOne(w *watcher.Watcher, id watcher.FeedID, items []watcher.Item) fed {
	var out fed
	for range 10 {
		t, err := w.Take(context.Background(), w.Plan().Feeds[id], items, false)
		out.Tally.Add(t)
		if err == nil {
			break
		}
		out.Again++
		fmt.Fprintln(os.Stderr, "given again:", err)
	}
	return out
}

func awaitSettled(t *testing.T, s *store.Store) {
	t.Helper()
	start := time.Now()
	require.Eventually(t, func() bool {
		n, err := s.Unsettled(t.Context())
		require.NoError(t, err)
		return n == 0
	}, 3*time.Minute, 100*time.Millisecond)
	t.Logf("settled after another %v", time.Since(start).Round(time.Millisecond))
}

// judge looks at what came of a race.
func (r *race) judge(t *testing.T, s *store.Store, total fed) {
	t.Helper()
	items := map[watcher.ItemID]watcher.Item{}
	for _, it := range invented(r.task.Seed, r.task.Items, r.task.Now) {
		items[it.ID] = it
	}
	require.Equal(t, r.task.Items, archived(t, s, items), "each item is recorded once")
	cfg, problems := config.Load(r.task.Config)
	require.NoError(t, problems.Err())
	p, err := cfg.Plan(io.Discard, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	var members []watcher.Member
	require.NoError(t, s.Order(t.Context(), func(l watcher.Ledger) (err error) {
		members, err = l.Members(0, time.Time{})
		return err
	}))
	one := story.New(story.Options{}) // what one process makes of the items in the same order
	sizes, grave := map[watcher.StoryID]int{}, map[watcher.StoryID]bool{}
	titled := map[string]watcher.StoryID{}
	for _, m := range members {
		it := items[m.Item.ID]
		it.Seen = m.Item.Seen
		ms := p.Matcher.Match(it, p.Feeds[it.FeedID])
		want := one.Assign(it, ms).Story
		if want == "" {
			want = watcher.NewStoryID(it.ID)
		}
		require.Equal(t, want, m.Story, "item %s, the %d'th: %s", it.ID, m.Seq, it.Title)
		one.Learn(m)
		sizes[m.Story]++
		grave[m.Story] = grave[m.Story] || len(ms) > 1
		if titled[it.Title] != "" {
			require.Equal(t, titled[it.Title], m.Story, "one title, one story: %s", it.Title)
		}
		titled[it.Title] = m.Story
	}
	fired := 0
	for _, it := range items {
		if len(p.Matcher.Match(it, p.Feeds[it.FeedID])) > 0 {
			fired++
		}
	}
	require.Len(t, members, fired, "each item that a rule fired on is in a story")
	require.Equal(t, fired, total.Tally.Matched, "and one racer alone says that it recorded it")
	require.Equal(t, len(sizes), total.Tally.Stories)
	require.Less(t, len(sizes), fired*2/3, "stories have more than one item")
	r.judgeMessages(t, s, sizes, grave)
}

// judgeMessages looks at what the outbox and the readers have of each story.
func (r *race) judgeMessages(t *testing.T, s *store.Store, sizes map[watcher.StoryID]int, grave map[watcher.StoryID]bool) {
	t.Helper()
	posts := map[string]map[watcher.StoryID]int{"desk": {}, "grave": {}}
	storyOf := map[string]watcher.StoryID{}
	for before, more := int64(0), true; more; more = before != 0 {
		page, next, err := s.Deliveries(t.Context(), store.DeliveryFilter{Before: before, Limit: 1000})
		require.NoError(t, err)
		for _, d := range page {
			require.Equal(t, watcher.Sent, d.State, "%s of story %s: %s", d.Kind, d.StoryID, d.LastError)
			storyOf[string(d.ID)] = d.StoryID
			if d.Kind == watcher.Post {
				posts[d.Channel][d.StoryID]++
			}
		}
		before = next
	}
	all := map[string]map[watcher.StoryID]int{"desk": {}, "grave": {}}
	for id, n := range sizes {
		st, err := s.Story(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, n, st.Items)
		all["desk"][id] = 1
		if grave[id] {
			all["grave"][id] = 1
		}
	}
	require.Equal(t, all, posts, "one post a story and channel")
	told := 0
	for name, channel := range map[string]string{"desk": "C000000001", "grave": "C000000002"} {
		seen := map[watcher.StoryID]int{}
		for _, m := range r.slack.Timeline(channel) {
			if m.ThreadTS == "" {
				seen[storyOf[m.Delivery()]]++
				told++
			}
		}
		require.Equal(t, all[name], seen, "one message a story in channel %s, as readers see it", name)
	}
	t.Logf("%d stories, %d of them grave; messages per story and channel %.2f",
		len(sizes), len(all["grave"]), float64(told)/float64(len(all["desk"])+len(all["grave"])))
}

// archived counts the items of the archive, each of which must be known.
func archived(t *testing.T, s *store.Store, known map[watcher.ItemID]watcher.Item) int {
	t.Helper()
	var ids []watcher.ItemID
	for after, more := int64(0), true; more; more = after != 0 {
		page, next, err := s.Items(t.Context(), store.ItemFilter{After: after, Limit: 1000})
		require.NoError(t, err)
		for _, it := range page {
			require.Contains(t, known, it.ID)
			ids = append(ids, it.ID)
		}
		after = next
	}
	n := len(ids)
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), n, "no item is there twice")
	return n
}

// ownSchema makes a schema of the test's PostgreSQL, which goes when the test ends, and
// returns its DSN.
func ownSchema(t *testing.T) string {
	t.Helper()
	raw := os.Getenv("SANCTIONWATCH_TEST_POSTGRES")
	if raw == "" {
		t.Skip("no PostgreSQL: run it with make test, which starts one")
	}
	u, err := url.Parse(raw)
	require.NoError(t, err)
	schema := fmt.Sprintf("sw_race_%d_%d", os.Getpid(), time.Now().UnixNano())
	admin := func(query string) {
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, raw)
		require.NoError(t, err)
		_, err = conn.Exec(ctx, query)
		require.NoError(t, errors.Join(err, conn.Close(ctx)))
	}
	admin("CREATE SCHEMA " + schema)
	t.Cleanup(func() { admin("DROP SCHEMA " + schema + " CASCADE") })
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
