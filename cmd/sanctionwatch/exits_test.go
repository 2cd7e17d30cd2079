package main

import (
	"bytes"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits runs the program and checks its exit code: "exits 1 check -c x.yaml". Standard
// output goes to the file out.txt, standard error to err.txt.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := exec.Command(ts.Getenv("SW"), args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{
		asMain + "=1", "NO_COLOR=1", "PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"),
		"TMPDIR=" + ts.Getenv("TMPDIR"), "FEED_URL=" + ts.Getenv("FEED_URL"), "FEED_HEADERS=" + ts.Getenv("FEED_HEADERS"),
	}
	if name := ts.Getenv("STDIN"); name != "" {
		cmd.Stdin = bytes.NewReader([]byte(ts.ReadFile(name)))
	}
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	runErr := cmd.Run()
	if cmd.ProcessState == nil {
		ts.Fatalf("%v", runErr)
	}
	ts.Check(writeFile(ts.MkAbs("out.txt"), out.Bytes()))
	ts.Check(writeFile(ts.MkAbs("err.txt"), errOut.Bytes()))
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d, not %d\nstdout:\n%s\nstderr:\n%s", got, want, out.String(), errOut.String())
	}
}
