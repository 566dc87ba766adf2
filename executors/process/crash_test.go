//go:build unix

package process_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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

// Tasks sent in advance behind one that does not end come back and run elsewhere.
func TestTakenBackFromBehindALongTask(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	gate := t.TempDir() + "/gate"
	os.WriteFile(gate+"0", nil, 0o600)
	var futures []*executors.Future[int]
	for i := range 600 {
		name := gate + "0"
		if i == 300 {
			name = gate // closed
		}
		futures = append(futures, submit(t, p, stat, name))
	}
	for i, f := range futures {
		if i != 300 {
			result(t, f)
		}
	}
	os.WriteFile(gate, nil, 0o600)
	result(t, futures[300])
}

// Whatever is sent in advance, taken back and sent again, each task runs once.
func TestEachRunsOnce(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	name := t.TempDir() + "/journal"
	const tasks = 1500
	var futures []*executors.Future[int]
	for i := range tasks {
		futures = append(futures, submit(t, p, journal, entry{name, i, i%60 == 59}))
	}
	for _, f := range futures {
		result(t, f)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]int{}
	for line := range strings.FieldsSeq(string(b)) {
		runs[line]++
	}
	for line, n := range runs {
		if n != 1 {
			t.Errorf("task %s ran %d times", line, n)
		}
	}
	if len(runs) != tasks {
		t.Errorf("%d tasks ran, want %d", len(runs), tasks)
	}
}

type entry struct {
	File string
	N    int
	Slow bool
}

var journal = executors.Define("test.journal", func(_ context.Context, e entry) (int, error) {
	f, err := os.OpenFile(e.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if e.Slow {
		time.Sleep(12 * time.Millisecond) // longer than the monitor's patience
	}
	_, err = fmt.Fprintln(f, e.N)
	return e.N, err
})

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
