package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/notify/console"
	"github.com/sanctionwatch/sanctionwatch/notify/email"
	"github.com/sanctionwatch/sanctionwatch/notify/slack"
	"github.com/sanctionwatch/sanctionwatch/notify/webhook"
	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/rules/diag"
	"github.com/sanctionwatch/sanctionwatch/store"
	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed"
	"github.com/sanctionwatch/sanctionwatch/watcher/health"
	"github.com/sanctionwatch/sanctionwatch/watcher/schedule"
	"github.com/sanctionwatch/sanctionwatch/web"
)

// Settings is the root file, as an operator writes it.
type Settings struct {
	// Feeds, Rules and Vocabularies name files or folders, relative to the root file,
	// or the word builtin for the packs in the binary, which is also the default.
	Feeds        notify.Strings `yaml:"feeds"`
	Rules        notify.Strings `yaml:"rules"`
	Vocabularies notify.Strings `yaml:"vocabularies"`

	Store    store.Options      `yaml:"store"`
	Fetch    feed.Options       `yaml:"fetch"`
	Stories  Stories            `yaml:"stories"`
	Channels map[string]Channel `yaml:"channels"`
	Route    notify.Route       `yaml:"route"`
	Ops      health.Options     `yaml:"ops"`
	Web      web.Options        `yaml:"web"`
}

// Stories says when an item joins a story and when a story is told.
type Stories struct {
	// Window is how long a story takes new items; 14d if 0.
	Window time.Duration `yaml:"window"`
	// MaxAge: older items are recorded and never told; 3d if 0, no limit if negative.
	MaxAge time.Duration `yaml:"max_age"`
	// CatchUp: items of a feed's first poll that are younger are told; none if 0.
	CatchUp time.Duration `yaml:"catch_up"`
}

// A Channel is one place where people are told: exactly one of its kinds.
type Channel struct {
	Slack   *slack.Options   `yaml:"slack"`
	Email   *email.Options   `yaml:"email"`
	Webhook *webhook.Options `yaml:"webhook"`
	Console *console.Options `yaml:"console"`
}

// A Config is everything the operator's files say, checked. Load and Reload are the only
// doors.
type Config struct {
	Settings

	Path  string         // of the root file
	Hash  string         // of all that is in use, 12 characters
	Feeds []watcher.Feed // of the feed files
	// Access is how those feeds are reached whose publishers ask who reads them.
	Access map[watcher.FeedID]feed.Access
	Set    *rules.Set // the compiled rules
	Watch  []string   // folders to watch for changes
	Stale  []Stale    // files that Reload could not take as they are

	sources []diag.Source // of the rules in use: the last good version of each file
	disk    string        // hash of the files of rules as they were read
}

// channelName is what a channel may be called: also a River queue's name.
var channelName = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

// longestName bounds a channel's name.
const longestName = 40

// Load reads the root file at path and everything it names. All mistakes are reported
// at once; a Config is returned only if there are none.
func Load(path string) (*Config, diag.Problems) {
	data, problems := readRoot(path)
	if len(problems) > 0 {
		return nil, problems
	}
	return Parse(path, data)
}

// readRoot reads the root file.
func readRoot(path string) ([]byte, diag.Problems) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, diag.Problems{{
			File: path, Msg: "the configuration cannot be read: " + cause(err).Error(),
			Cure: "give its path with -c, or write one from the output of: sanctionwatch schema example",
		}}
	}
	return data, nil
}

// Parse is Load for a root file whose content is at hand.
func Parse(path string, data []byte) (*Config, diag.Problems) { return parse(path, data, nil) }

// parse reads and checks everything. With last, files of rules that do not load may keep
// the version that is in use.
func parse(path string, data []byte, last *Config) (*Config, diag.Problems) {
	c := &Config{Path: path}
	l := &loader{dir: filepath.Dir(path), watch: map[string]bool{}}
	l.sources = append(l.sources, diag.Source{Name: path, Data: data})
	f, problems := diag.Read(path, data)
	if len(problems) > 0 {
		return nil, problems
	}
	c.Fetch = feed.DefaultOptions()
	problems = append(problems, f.Decode(&c.Settings)...)
	problems = append(problems, f.Check("", &c.Settings)...)
	problems = append(problems, c.checkChannels(f)...)
	problems = append(problems, c.resolve(f, l.dir)...)

	c.Feeds, c.Access = l.feeds(f, c.Settings.Feeds)
	read := l.sources
	c.sources = l.ruleSources(f, c.Rules, c.Vocabularies)
	wrong := c.compile(last, len(problems)+len(l.problems) == 0)
	problems = append(problems, l.problems...)
	problems = append(problems, c.checkSchedules(f)...)
	problems = append(problems, c.checkRoute(f)...)
	problems = append(problems, c.checkOps(f)...)
	if len(problems) > 0 || len(wrong) > 0 && len(c.Stale) == 0 {
		return nil, append(problems, wrong...).Sort()
	}
	c.Hash, c.Watch = hash(read, c.sources), l.folders()
	return c, wrong.Sort()
}

// compile makes the Set of the sources. If some do not load and last is in use, it falls
// back on last good versions where that is of use; it returns what is wrong with the rest.
func (c *Config) compile(last *Config, useful bool) diag.Problems {
	c.disk = hash(c.sources)
	if last != nil && last.disk == c.disk {
		c.Set, c.sources, c.Stale = last.Set, last.sources, last.Stale
		var wrong diag.Problems
		for _, s := range c.Stale {
			wrong = append(wrong, s.Problems...)
		}
		return wrong
	}
	set, wrong := rules.Load(c.sources)
	if len(wrong) > 0 && last != nil && useful {
		if kept, k := last.keep(c.sources, wrong); kept != nil {
			set, c.sources = kept, k.sources()
			c.Stale, wrong = k.stale()
		}
	}
	c.Set = set
	return wrong
}

// Validate implements the check of a section on its own.
func (s Stories) Validate() error {
	if s.Window < 0 {
		return &diag.FieldError{Field: "window", Msg: "is negative", Cure: "write a duration such as 14d"}
	}
	if s.CatchUp < 0 {
		return &diag.FieldError{Field: "catch_up", Msg: "is negative", Cure: "write a duration such as 2h, or 0 for none"}
	}
	return nil
}

// checkChannels checks names and that each channel is of exactly one kind.
func (c *Config) checkChannels(f *diag.File) diag.Problems {
	var out diag.Problems
	if len(c.Channels) == 0 {
		out = append(out, f.Problem("channels", "no channel: nobody would be told",
			"add one, such as channels: {desk: {console: {}}}"))
	}
	for name, ch := range c.Channels {
		path := "channels." + name
		if !channelName.MatchString(name) || len(name) > longestName {
			out = append(out, f.Problem(path, fmt.Sprintf("%q cannot be a channel's name", name),
				fmt.Sprintf("use lower-case letters, digits, - and _ between them, at most %d", longestName)))
		}
		kinds := 0
		for _, has := range []bool{ch.Slack != nil, ch.Email != nil, ch.Webhook != nil, ch.Console != nil} {
			if has {
				kinds++
			}
		}
		if kinds != 1 {
			out = append(out, f.Problem(path, fmt.Sprintf("a channel is of one kind, not of %d", kinds),
				"give it one of slack, email, webhook, console"))
		}
	}
	return out
}

// resolve makes the paths of secret files relative to the root file, as those of rules
// and feeds are, and checks that the files can be read. The path of a SQLite database is
// the working directory's matter.
func (c *Config) resolve(f *diag.File, dir string) diag.Problems {
	var out diag.Problems
	secret := func(at string, p *string) {
		if *p == "" {
			return
		}
		if !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
		if err := readable(*p); err != nil {
			out = append(out, f.Problem(at, fmt.Sprintf("the secret file %s cannot be read: %v", *p, cause(err)),
				"write the secret alone into that file, readable for the user that runs sanctionwatch"))
		}
	}
	secret("store.dsn_file", &c.Store.DSNFile)
	for _, p := range []*string{&c.Fetch.ProxyFile, &c.Fetch.CAFile} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	out = append(out, f.Errors("fetch", c.Fetch, c.Fetch.CheckFiles())...)
	for name, ch := range c.Channels {
		at := "channels." + name
		if ch.Slack != nil {
			secret(at+".slack.token_file", &ch.Slack.TokenFile)
			secret(at+".slack.webhook_file", &ch.Slack.WebhookFile)
		}
		if ch.Email != nil {
			secret(at+".email.password_file", &ch.Email.PasswordFile)
		}
		if ch.Webhook != nil {
			secret(at+".webhook.url_file", &ch.Webhook.URLFile)
			secret(at+".webhook.secret_file", &ch.Webhook.SecretFile)
		}
	}
	return out
}

// readable opens a file and closes it again.
func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// checkSchedules checks the default schedule; those of feeds are checked in their file.
func (c *Config) checkSchedules(f *diag.File) diag.Problems {
	if c.Fetch.Schedule == "" {
		return nil
	}
	if _, err := schedule.Parse(c.Fetch.Schedule); err != nil {
		return diag.Problems{f.Problem("fetch.schedule", err.Error(), "")}
	}
	return nil
}

// checkRoute builds the routing tree to see whether it holds.
func (c *Config) checkRoute(f *diag.File) diag.Problems {
	if len(c.Channels) == 0 {
		return nil // said already
	}
	if _, err := c.router(); err != nil {
		return f.Errors("", nil, err)
	}
	return nil
}

// checkOps checks that who is told of feeds in trouble can be told.
func (c *Config) checkOps(f *diag.File) diag.Problems {
	name := c.Ops.Channel
	if _, ok := c.Channels[name]; ok || name == "" {
		return nil
	}
	return diag.Problems{f.Problem("ops.channel", fmt.Sprintf("no channel %q", name), notify.Guess(name, c.ChannelNames()))}
}

// cause takes the reason out of a *fs.PathError: the path is said already.
func cause(err error) error {
	if pe, ok := err.(*os.PathError); ok { //nolint:errorlint // only the outermost says the path
		return pe.Err
	}
	return err
}
