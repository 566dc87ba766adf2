//go:build unix

package process_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

func lost(t *testing.T, err error) *executors.WorkerLostError {
	t.Helper()
	var e *executors.WorkerLostError
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, not a WorkerLostError", err)
	}
	return e
}

func TestExitAndSignal(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	e := lost(t, failed(t, submit(t, p, exit, 3)))
	if e.ExitCode != 3 || e.Signal != "" || e.Func != "test.exit" || e.Pid == 0 || !strings.Contains(e.Stderr, "last words") {
		t.Errorf("%+v", e)
	}
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSEGV} {
		e := lost(t, failed(t, submit(t, p, killSelf, int(sig))))
		if sig == syscall.SIGKILL && (e.Signal != "killed" || e.ExitCode != -1) {
			t.Errorf("%+v", e)
		}
	}
	if got := result(t, submit(t, p, echo, 9)); got != 9 {
		t.Error(got)
	}
}

// The task that ran is blamed; one that was sent with it, and one on another
// worker, are not.
func TestInnocentsSurvive(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	dir := t.TempDir()
	bystander := submit(t, p, await, dir+"/gate")
	waitFile(t, dir+"/gate.started")
	for range 200 { // teaches the pool that echo is short, so that windows are deep
		submit(t, p, echo, 0)
	}
	var before, after []*executors.Future[int]
	for i := range 300 {
		before = append(before, submit(t, p, echo, i))
	}
	culprit := submit(t, p, killSelf, int(syscall.SIGKILL))
	for i := range 300 {
		after = append(after, submit(t, p, echo, i))
	}
	if e := lost(t, failed(t, culprit)); e.Func != "test.kill" {
		t.Errorf("%+v", e)
	}
	for _, fs := range [][]*executors.Future[int]{before, after} {
		for i, f := range fs {
			if got := result(t, f); got != i {
				t.Errorf("%d: %d", i, got)
			}
		}
	}
	os.WriteFile(dir+"/gate", nil, 0o600)
	result(t, bystander)
}

func TestKilledFromOutside(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	if err := p.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	idle := p.Pids()[0]
	syscall.Kill(idle, syscall.SIGKILL)
	eventually(t, "replacement of an idle worker", func() bool {
		pids := p.Pids()
		return len(pids) == 2 && pids[0] != idle && pids[1] != idle
	})
	gate := t.TempDir() + "/gate"
	busy := submit(t, p, await, gate)
	waitFile(t, gate+".started")
	for _, pid := range p.Pids() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	if e := lost(t, failed(t, busy)); e.Signal != "killed" {
		t.Errorf("%+v", e)
	}
	eventually(t, "full capacity", func() bool { return len(p.Pids()) == 2 })
	if got := result(t, submit(t, p, echo, 3)); got != 3 {
		t.Error(got)
	}
}

// A task that was sent to a worker which died before starting it is not blamed.
func TestRandomKillsLoseNothing(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	var futures []*executors.Future[int]
	failures, kills := 0, 0
	for i := range 2000 {
		futures = append(futures, submit(t, p, echo, i))
		if i%100 == 50 {
			for _, pid := range p.Pids() {
				syscall.Kill(pid, syscall.SIGKILL)
				kills++
			}
		}
	}
	for i, f := range futures {
		got, err := f.Result(limit(t))
		if err != nil {
			lost(t, err)
			failures++
		} else if got != i {
			t.Errorf("%d: %d", i, got)
		}
	}
	if failures > kills {
		t.Errorf("%d tasks failed by %d kills", failures, kills)
	}
	t.Logf("%d kills, %d tasks failed", kills, failures)
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestGrandchildEndsWithItsWorker(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	gc := result(t, submit(t, p, grandchild, struct{}{}))
	if err := p.Shutdown(limit(t)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "end of the grandchild", func() bool { return !running(gc) })
}

// running is false for a zombie that nobody has reaped yet.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return alive(pid) && !isDir("/proc/self")
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

func isDir(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}

// helperParent is a program that is killed while one of its two workers spins.
func helperParent() {
	p, err := process.NewPool(process.Options{Workers: 2})
	if err != nil {
		panic(err)
	}
	f, err := executors.Submit(background, p, grandchild, struct{}{})
	if err != nil {
		panic(err)
	}
	gc, err := f.Result(background)
	if err != nil {
		panic(err)
	}
	if _, err = executors.Submit(background, p, spin, struct{}{}); err != nil {
		panic(err)
	}
	if err := p.Start(background); err != nil {
		panic(err)
	}
	pids := append(p.Pids(), gc)
	fmt.Println(strings.Trim(fmt.Sprint(pids), "[]"))
	select {}
}

func TestParentKilled(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), envParent+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	cmd.Process.Kill()
	cmd.Wait()
	pids := strings.Fields(line)
	if err != nil || len(pids) != 3 {
		t.Fatalf("helper said %q, %v", line, err)
	}
	for _, s := range pids {
		pid, _ := strconv.Atoi(s)
		eventually(t, "end of process "+s, func() bool { return !running(pid) })
	}
}
