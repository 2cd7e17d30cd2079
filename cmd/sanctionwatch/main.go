// Command sanctionwatch watches news feeds for sanctions-relevant news and tells the
// right people once, fast, and with the reason.
//
// One file per verb; daemon.go wires the packages together. It exits with 0 when it is
// done, 1 when a check ran and found something, 2 when it could not run.
package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // a distroless image has no zones

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/alecthomas/kong"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

// The exit codes.
const (
	exitDone  = 0
	exitFound = 1
	exitFault = 2
)

// errFound ends a check that ran and found something; what it found is printed already.
var errFound = errors.New("found something")

// CLI is the command line.
type CLI struct {
	LogLevel  slog.Level `help:"Least level of log lines: debug, info, warn, error." default:"info" env:"SANCTIONWATCH_LOG_LEVEL"`
	LogFormat string     `help:"Form of log lines: text or json." enum:"text,json" default:"text" env:"SANCTIONWATCH_LOG_FORMAT"`

	Run         runCmd         `cmd:"" help:"Watch: poll the feeds, match, and tell."`
	Demo        demoCmd        `cmd:"" help:"Show it all on this machine, without network or accounts."`
	Check       checkCmd       `cmd:"" help:"Check that the whole configuration loads."`
	Rules       rulesCmd       `cmd:"" help:"Check, test, list, explain and measure rules."`
	Feeds       feedsCmd       `cmd:"" help:"Read feed documents and check feeds."`
	Stories     storiesCmd     `cmd:"" help:"List, show, split and merge stories, and measure how items are joined."`
	Replay      replayCmd      `cmd:"" help:"Send items from files through the whole line, as if polled."`
	Bench       benchCmd       `cmd:"" help:"Measure on this machine, beside a plain way to do the same."`
	Notify      notifyCmd      `cmd:"" help:"Send a sample alert to a channel."`
	Schema      schemaCmd      `cmd:"" help:"Print the JSON Schema of the configuration or of rule files."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a running daemon whether it is healthy."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// An app is what every verb gets: its streams and its log.
type app struct {
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run runs one command line and returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	var cli CLI
	code := -1
	p, err := kong.New(&cli, kong.Name("sanctionwatch"),
		kong.Description("Watches news feeds for sanctions-relevant news and tells the right people once, fast, and with the reason.\n\nExit codes: 0 done, 1 a check found something, 2 could not run."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(out, errOut), kong.Exit(func(c int) { code = c }))
	if err != nil {
		fmt.Fprintln(errOut, "sanctionwatch:", err)
		return exitFault
	}
	kctx, err := p.Parse(args)
	if code >= 0 { // help was asked for
		return code
	}
	if err != nil {
		fmt.Fprintf(errOut, "sanctionwatch: %v\n\nSee: sanctionwatch --help\n", err)
		return exitFault
	}
	a := &app{in: in, out: out, err: errOut, log: logger(errOut, cli.LogLevel, cli.LogFormat)}
	if _, err := memlimit.Set(); err != nil {
		a.log.Debug("no memory limit found", "err", err)
	}
	spareMemory()
	return a.exit(kctx.Run(a))
}

// uncounted is the memory that the limit of Go does not count: the pages of the program
// itself and of SQLite.
const uncounted = 60 << 20

// spareMemory keeps Go below the limit of the process by what it does not count, but
// leaves it half.
func spareMemory() {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		debug.SetMemoryLimit(max(limit-uncounted, limit/2))
	}
}

func logger(w io.Writer, level slog.Level, format string) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// exit prints an error as an operator should see it and returns the exit code.
func (a *app) exit(err error) int {
	var problems diag.Problems
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	case errors.As(err, &problems):
		problems.Format(a.err, colours(a.err))
		fmt.Fprintf(a.err, "\n%s\n", count(len(problems), "mistake"))
	default:
		fmt.Fprintln(a.err, "sanctionwatch:", err)
	}
	return exitFault
}

// onTerm returns a channel that closes at the first TERM or INT; the second ends the
// process at once.
func onTerm(log *slog.Logger) <-chan struct{} {
	stop := make(chan struct{})
	ch := make(chan os.Signal, 2)
	signal.Notify(ch, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		s := <-ch
		log.Info("stopping", "signal", s.String())
		close(stop)
		<-ch
		log.Warn("second signal: leaving at once; what is under way is done again after the next start")
		os.Exit(exitFault)
	}()
	return stop
}

// count writes a number with its noun: "1 mistake", "3 mistakes".
func count(n int, noun string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// version is set by the linker for a release.
var version = ""

// buildVersion is the release, or what the Go toolchain knows of the build.
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}
