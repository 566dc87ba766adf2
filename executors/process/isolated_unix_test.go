//go:build unix

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// envIsolated names the test that this process has been started to run.
const envIsolated = "PROCESS_TEST_ISOLATED"

// patience is how long what must happen may take, on a busy machine too.
const patience = 30 * time.Second

// isIsolated reports whether this process has been started to run the test t alone.
func isIsolated(t *testing.T) bool { return os.Getenv(envIsolated) == t.Name() }

// again is this program, started again to run the test t and no other, for so long at most.
func again(t *testing.T, program string, most time.Duration, env ...string) *exec.Cmd {
	var pattern []string
	for name := range strings.SplitSeq(t.Name(), "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(name)+"$")
	}
	cmd := exec.Command(program, "-test.run="+strings.Join(pattern, "/"), "-test.v", "-test.timeout="+most.String())
	cmd.Env = append(append(os.Environ(), envIsolated+"="+t.Name(), "TMPDIR="+t.TempDir()), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// chosen reports whether a case is among those that are run: every test that has no cases,
// and of the cases of others those that chance has chosen for good.
func chosen(name string) bool {
	few := uint32(6)
	if testing.Short() {
		few = 30
	}
	return os.Getenv("PROCESS_ATTACK") == "all" || !strings.Contains(name, "/") || crc32.ChecksumIEEE([]byte(name))%few == 0
}

// isolated runs body in a process of its own: a crash or a hang there fails this test,
// and no other, and what body does to its process (limits, the program's file) ends
// with it.
func isolated(t *testing.T, body func(t *testing.T)) {
	t.Helper()
	if isIsolated(t) {
		body(t)
		return
	}
	isolatedFrom(t, os.Args[0], 2*time.Minute, body)
}

// isolatedFrom is isolated with a copy of this program, for a body that takes so long at
// most.
func isolatedFrom(t *testing.T, program string, most time.Duration, body func(t *testing.T)) {
	t.Helper()
	if isIsolated(t) {
		body(t)
		return
	}
	if !chosen(t.Name()) {
		t.Skip("one in six of these cases is run; PROCESS_ATTACK=all runs every one")
	}
	t.Parallel()
	cmd := again(t, program, most)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = patience
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(most+time.Minute, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timer.Stop()
	err := cmd.Wait()
	switch {
	case err != nil:
		t.Errorf("in a process of its own: %v\n%s", err, shortened(out.String()))
	case strings.Contains(out.String(), "--- SKIP: "+t.Name()):
		t.Skip(out.String())
	case !strings.Contains(out.String(), "--- PASS: "+t.Name()):
		t.Errorf("the test did not run there:\n%s", shortened(out.String()))
	}
}

func shortened(s string) string {
	const half = 4 << 10
	if len(s) > 2*half {
		return s[:half] + "\n[…]\n" + s[len(s)-half:]
	}
	return s
}

// hung ends this process, which runs an isolated test, and says where everything hangs.
func hung(t *testing.T, what string) {
	t.Helper()
	t.Errorf("%s: not in %v", what, patience)
	buf := make([]byte, 64<<10)
	os.Stderr.Write(buf[:runtime.Stack(buf, true)])
	fmt.Fprintf(os.Stderr, "\n%s: not in %v\n", what, patience)
	os.Exit(1)
}

// returns is what f returns, if it does. For isolated tests.
func returns(t *testing.T, what string, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		err := errors.New("ended by runtime.Goexit")
		defer func() { done <- err }()
		err = f()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		hung(t, what)
		return nil
	}
}

// settles waits for the end of a task and returns its error. For isolated tests.
func settles(t *testing.T, what string, f executors.Waitable) error {
	t.Helper()
	return returns(t, what, func() error { return f.Err(background) })
}

// works checks that the pool executes tasks. For isolated tests.
func works(t *testing.T, p *process.Pool) {
	t.Helper()
	for i := range 3 {
		var f *executors.Future[int]
		if err := returns(t, "Submit", func() (err error) { f, err = executors.Submit(background, p, echo, i); return err }); err != nil {
			t.Fatalf("the pool does not work any more: Submit: %v", err)
		}
		if err := settles(t, "a task of a pool that should work", f); err != nil {
			t.Fatalf("the pool does not work any more: %v", err)
		}
	}
}

// closes checks that Shutdown ends the pool. For isolated tests.
func closes(t *testing.T, p *process.Pool) {
	t.Helper()
	if err := returns(t, "Shutdown", func() error { return p.Shutdown(background) }); err != nil {
		t.Error(err)
	}
}

// dies checks that Kill ends the pool. For isolated tests.
func dies(t *testing.T, p *process.Pool) {
	t.Helper()
	if err := returns(t, "Kill", func() error { return p.Kill(background) }); err != nil {
		t.Error(err)
	}
}

// open makes a pool that the test must end itself. For isolated tests.
func open(t *testing.T, o process.Options) *process.Pool {
	t.Helper()
	p, err := process.NewPool(o)
	if errors.Is(err, process.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// started is open with all workers ready.
func started(t *testing.T, o process.Options) *process.Pool {
	t.Helper()
	p := open(t, o)
	if err := returns(t, "Start", func() error { return p.Start(background) }); err != nil {
		t.Fatal(err)
	}
	return p
}

// comes waits until ok. For isolated tests.
func comes(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); {
		if time.Now().After(end) {
			hung(t, what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
