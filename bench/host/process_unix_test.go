//go:build unix

package host

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// long is more than a test waits for.
const long = time.Hour

func TestRun(t *testing.T) {
	c := Shell("echo out; echo err >&2; echo $A $PWD; exit 3")
	var stdout, stderr bytes.Buffer
	c.Env, c.Dir, c.Stdout, c.Stderr = []string{"A=1", "A=2"}, os.TempDir(), &stdout, &stderr
	if _, err := Run(t.Context(), c); stdout.String() != "out\n2 "+os.TempDir()+"\n" || stderr.String() != "err\n" || err == nil || err.Error() != "ended with exit status 3" {
		t.Errorf("%q, %q, %v", &stdout, &stderr, err)
	}
	late := Shell("sleep 1000")
	late.Patience = 100 * time.Millisecond
	if _, err := Run(t.Context(), late); err == nil || err.Error() != "did not end within 100ms" {
		t.Errorf("one that takes too long: %v", err)
	}
	if _, err := Run(t.Context(), Command{Name: "no-such-program-here"}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("a program that is not there: %v", err)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := Run(ctx, Shell("true")); err != why {
		t.Errorf("a context that has ended: %v", err)
	}
}

// However a process ends, its error says so in one line with its words, and nothing
// that it started is left to write to its output.
func TestEnds(t *testing.T) {
	ended, end := context.WithCancelCause(t.Context())
	for _, test := range []struct {
		name, line, want string
		end              func(*Process)
	}{
		{"well", "echo yes", "", func(p *Process) { p.Wait(long) }},
		{"leaving a child", "sleep 1000 & echo yes", "", func(p *Process) { p.Wait(long) }},
		{"badly", "echo; echo panic: oh; exit 2", "ended with exit status 2: panic: oh", func(p *Process) { p.Wait(long) }},
		{"too late", "echo yes; sleep 1000", "did not end within", func(p *Process) { waitFor(p, "yes"); p.Wait(0) }},
		{"after much", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo panic: oh; exit 2", "ended with exit status 2: panic: oh", func(p *Process) { p.Wait(long) }},
		{"well after much", "head -c 3000000 /dev/zero | tr '\\0' x", "", func(p *Process) { p.Wait(long) }},
		{"killed", "echo yes; sleep 1000 & wait", "because: yes", func(p *Process) { waitFor(p, "yes"); p.Kill(errors.New("because")) }},
		{"killed for nothing", "echo yes; sleep 1000", "ended with signal: killed: yes", func(p *Process) { waitFor(p, "yes"); p.Kill(nil) }},
		{"by its context", "echo yes; sleep 1000", "enough: yes", func(p *Process) { waitFor(p, "yes"); end(errors.New("enough")); p.Wait(long) }},
	} {
		c := Shell(test.line)
		c.Limit = 1 << 20
		p, err := Start(ended, c)
		if err != nil {
			t.Fatal(err)
		}
		test.end(p)
		<-p.Done
		switch err := p.Failure(); {
		case err == nil && test.want != "", err != nil && (test.want == "" || !strings.HasPrefix(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func waitFor(p *Process, text string) {
	for !strings.Contains(p.Output(), text) {
		time.Sleep(time.Millisecond)
	}
}

// One that handles an interrupt may end by itself, with a code of its own.
func TestGrace(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := Shell("trap 'echo bye; exit 7' INT; echo yes; while :; do sleep 0.01; done")
	c.Grace = long
	p, err := Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(p, "yes")
	cancel()
	<-p.Done
	if p.ExitCode() != 7 || p.Output() != "yes\nbye\n" {
		t.Errorf("exit code %d, %q", p.ExitCode(), p.Output())
	}
}

func TestFilesAndStreams(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var printed bytes.Buffer
	var seen bytes.Buffer
	c := Shell("printf text; echo three >&3; echo four >&2")
	c.Seen = [2]io.Writer{1: &seen}
	c.Stdout, c.Files = &printed, []*os.File{out}
	p, err := Start(t.Context(), c)
	out.Close()
	if err != nil {
		t.Fatal(err)
	}
	p.Wait(long)
	three := make([]byte, 10)
	n, _ := in.Read(three)
	if err := p.Failure(); err != nil || printed.String() != "text" || string(three[:n]) != "three\n" || p.Output() != "four\n" || seen.String() != "four\n" {
		t.Errorf("%v, %q, %q, %q, %q", err, printed.String(), three[:n], p.Output(), seen.String())
	}
}
