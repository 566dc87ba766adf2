package main

import (
	"bytes"
	"errors"
	"fmt"

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

// eventually polls until holds; what does not happen in minutes never does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// awaitBlock polls until the record has begun block n.
func awaitBlock(t *testing.T, path string, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("block %d in %s", n, path), func() bool { return begun(path) >= n })
}

// failed reports whether the record has a failure.
func failed(path string) bool {
	text, _ := os.ReadFile(path)
	return bytes.Contains(text, []byte("# fact failed "))
}

// begun is the number of the last block that the record has begun, or 0.
func begun(path string) (number int) {
	text, _ := os.ReadFile(path)
	if at := bytes.LastIndex(text, []byte("# block ")); at >= 0 {
		line, _, _ := strings.Cut(string(text[at+len("# block "):]), "\n")
		number, _ = strconv.Atoi(line)
	}
	return number
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
	p := start(t, append([]string{"run", "-out", dir, "-budget", "600s"}, grid...)...)
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
	last := begun(results)
	p = start(t, append([]string{"run", "-resume", "-out", dir, "-budget", "600s"}, grid...)...)
	awaitBlock(t, results, last+2)
	p.cmd.Process.Signal(os.Interrupt)
	if code, out := p.exit(t); code != program.Interrupted {
		t.Errorf("resume: exit %d\n%s", code, out)
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
	p := start(t, "run", "-out", dir, "-budget", "600s", "-workloads", "sleep", "-executors", "processes", "-workers", "2", "-grains", "20ms", "-progress", "plain")
	awaitBlock(t, results, 2)
	// A worker that is killed while it is idle is replaced and costs nothing, so kill
	// one in a block after the other, each time a bit later, until a trial has failed.
	killed := false
	for later := time.Duration(0); !failed(results); later = (later + 37*time.Millisecond) % (400 * time.Millisecond) {
		awaitBlock(t, results, begun(results)+1) // those that took the place of the last one work
		time.Sleep(later)
		for _, pid := range children(p.cmd.Process.Pid) {
			environ, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
			if bytes.Contains(environ, []byte("WORKER")) {
				killed = syscall.Kill(pid, syscall.SIGKILL) == nil || killed
				break
			}
		}
	}
	if !killed {
		t.Fatal("found no worker to kill")
	}
	awaitBlock(t, results, begun(results)+2) // the run goes on
	p.cmd.Process.Signal(os.Interrupt)
	code, out := p.exit(t)
	rec := notesOf(t, results)
	if code != program.Interrupted || len(rec.Failures) == 0 || !strings.Contains(rec.Failures[0].Reason, "killed") {
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
