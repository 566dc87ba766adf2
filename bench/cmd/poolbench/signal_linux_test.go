package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/bench/internal/program"
)

// A process is poolbench in a process of its own.
type process struct {
	cmd *exec.Cmd
	out bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...)}
	p.cmd.Env = append(os.Environ(), programEnv+"=1")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.WaitDelay = 10 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	return p
}

// exit waits for the end and returns the exit code and all output.
func (p *process) exit(t *testing.T) (int, string) {
	t.Helper()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode(), p.out.String()
}

// awaitBlock polls until the record has begun block n.
func awaitBlock(t *testing.T, path string, n int) {
	t.Helper()
	for range 3000 {
		text, _ := os.ReadFile(path)
		if strings.Contains(string(text), "# block "+strconv.Itoa(n)+"\n") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no block %d in %s", n, path)
}

// children are the processes whose parent is pid.
func children(pid int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var found []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		// pid (name) state ppid …; the name may hold anything.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) && fields[0] != "Z" {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			found = append(found, child)
		}
	}
	return found
}

var grid = []string{"-workloads", "spin", "-executors", "goroutines,processes", "-workers", "2", "-grains", "10us,500us", "-progress", "plain"}

func TestInterruptAndResume(t *testing.T) {
	dir := t.TempDir()
	results := filepath.Join(dir, "results.txt")
	p := start(t, append([]string{"run", "-out", dir, "-budget", "60s"}, grid...)...)
	awaitBlock(t, results, 4)
	workers := children(p.cmd.Process.Pid)
	p.cmd.Process.Signal(os.Interrupt)
	code, out := p.exit(t)
	if code != program.Interrupted || !strings.Contains(out, "interrupted") {
		t.Errorf("exit %d\n%s", code, out)
	}
	noneAlive(t, workers)
	before := len(notesOf(t, results).Results)
	if code, _, stderr := poolbench(t, "report", "-out", t.TempDir(), results); code != 0 {
		t.Errorf("report of the interrupted record: exit %d %s", code, stderr)
	}
	if code, _, stderr := poolbench(t, append([]string{"run", "-resume", "-out", dir, "-budget", "2s"}, grid...)...); code != 0 {
		t.Errorf("resume: exit %d %s", code, stderr)
	}
	if after := len(notesOf(t, results).Results); after <= before {
		t.Errorf("%d results before, %d after resuming", before, after)
	}
	if code, _, stderr := poolbench(t, "run", "-resume", "-out", dir, "-workloads", "tiny"); code != program.Usage {
		t.Errorf("resume with another grid: exit %d %s", code, stderr)
	}
}

func TestKilledWorker(t *testing.T) {
	dir := t.TempDir()
	results := filepath.Join(dir, "results.txt")
	p := start(t, "run", "-out", dir, "-budget", "8s", "-workloads", "sleep", "-executors", "processes", "-workers", "2", "-grains", "20ms", "-progress", "plain")
	awaitBlock(t, results, 2)
	// A worker that is killed while it is idle is replaced and costs nothing, so
	// kill one now and then until a trial has failed.
	killed := false
	for range 50 {
		for _, pid := range children(p.cmd.Process.Pid) {
			environ, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
			if bytes.Contains(environ, []byte("WORKER")) {
				killed = syscall.Kill(pid, syscall.SIGKILL) == nil
				break
			}
		}
		time.Sleep(100 * time.Millisecond)
		text, _ := os.ReadFile(results)
		if strings.Contains(string(text), "# failed ") {
			break
		}
	}
	if !killed {
		t.Fatal("found no worker to kill")
	}
	code, out := p.exit(t)
	rec := notesOf(t, results)
	if code != program.Failed || len(rec.Failures) == 0 || !strings.Contains(rec.Failures[0].Reason, "killed") {
		t.Errorf("exit %d, failures %v\n%s", code, rec.Failures, out)
	}
	last := rec.Results[len(rec.Results)-1].Block
	if last <= rec.Failures[len(rec.Failures)-1].Block {
		t.Errorf("the run did not go on: last block %d, failures %v", last, rec.Failures)
	}
	if left := children(p.cmd.Process.Pid); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
}

func noneAlive(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("process %d is still there", pid)
		}
	}
}
