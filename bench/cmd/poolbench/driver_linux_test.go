package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/bench/internal/program"
	"poolbench/bench/record"
)

// marked has all that this test starts bear a mark in its environment, and gives those
// that do, whoever their parents and whatever their groups are.
func marked(t *testing.T) func() (pids []string) {
	t.Helper()
	mark := fmt.Sprintf("POOLBENCH_TEST_MARK=%d.%s", os.Getpid(), t.Name())
	name, value, _ := strings.Cut(mark, "=")
	t.Setenv(name, value)
	return func() (pids []string) {
		paths, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, path := range paths {
			if environ, err := os.ReadFile(path); err == nil && bytes.Contains(environ, []byte(mark+"\x00")) {
				pids = append(pids, filepath.Base(filepath.Dir(path)))
			}
		}
		return pids
	}
}

// fakePython is a program that runs the driver with statements before it starts. In them
// driver is its module, and fault(do, what) has what() run instead of a request about
// threads.
func fakePython(t *testing.T, statements string) string {
	t.Helper()
	r := needPython(t)
	path := filepath.Join(t.TempDir(), "python3")
	text := `#!/bin/sh
exec '` + r.Path + `' -c "
import os, subprocess, sys, time
import poolbench_python as driver
sys.executable = ''  # it is started by this script each time
answer, about = driver.Driver.answer, {}
def fault(do, what):
    def instead(self, request):
        if request['do'] == 'open':
            about[request['point']] = request['executor']
        if request['do'] == do and about.get(request.get('point'), '') in ('python-threads', ''):
            out = what()
            if out is not None:
                return out
        return answer(self, request)
    driver.Driver.answer = instead
` + strings.ReplaceAll(statements, `"`, `'`) + `
driver.main()
"
`
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whatever a driver does, its arm fails with a sentence and leaves the run, the others go
// on without it, and nothing that it started is left.
func TestDriverFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("what runs here is another program; a minute")
	}
	needPython(t)
	for i, test := range []struct {
		name, statements, says string
	}{
		{"crashes", `fault("run", lambda: os.abort())`, "did not answer run: ended with signal: aborted"},
		{"ends", `fault("run", lambda: (os.write(2, b"out of order"), os._exit(5)))`, "ended with exit status 5: out of order"},
		{"ends well", `fault("run", lambda: os._exit(0))`, "ended by itself"},
		{"hangs with the lock", `fault("run", lambda: sum(range(10**13)))`, "no result within"},
		{"says an error", `fault("run", lambda: {"error": "out of paper\nand ink"})`, "out of paper and ink"},
		{"closes its channel", `fault("run", lambda: (os.close(4), time.sleep(1000)))`, "closed its channel"},
		{"raises", `fault("run", lambda: 1 / 0)`, "ZeroDivisionError: division by zero"},
		{"answers wrongly", `fault("run", lambda: {"elapsed": 1e-6, "answers": "00"})`, "wrong answer"},
		{"answers nothing", `fault("run", lambda: {})`, "which is no time"},
		{"is faster than time", `fault("run", lambda: {"elapsed": 1e6})`, "had passed"},
		{"prints to its channel", `fault("run", lambda: os.write(4, b"Traceback (most recent"))`, "where a frame was expected"},
		{"sends no JSON", `fault("run", lambda: (os.write(4, bytes([0, 0, 0, 3]) + b"[1]"), None)[1])`, "no JSON object"},
		{"leaves children and crashes", `fault("run", lambda: (subprocess.Popen(["sleep", "1000"]), subprocess.Popen(["sleep", "1000"], start_new_session=True), os._exit(1)))`, "ended with exit status 1"},
		{"lies about its version", `
hello, found = driver.hello, os.environ["POOLBENCH_TEST_FOUND"]
def lie():
    if not os.path.exists(found):
        open(found, "w").close()
        return
    return dict(hello(), runtime="cpython-2.7.18")
fault("hello", lie)`, "says that it is cpython-2.7.18, and said cpython-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if i%4 != 0 && !*long {
				t.Skip("one in four of these is run; -long runs every one")
			}
			left := marked(t)
			t.Setenv("POOLBENCH_TEST_FOUND", filepath.Join(t.TempDir(), "found"))
			dir := t.TempDir()
			code, stdout, stderr := poolbench(t, "run", "-out", dir, "-workloads", "sleep", "-grains", "5ms", "-workers", "2", "-blocks", "3", "-budget", "120s",
				"-executors", "goroutines,python-threads", "-python", fakePython(t, test.statements), "-progress", "plain")
			if code != program.Failed || !strings.Contains(stderr, "left the run") {
				t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
			}
			rec, err := record.ReadFile(filepath.Join(dir, "results.txt"))
			if err != nil {
				t.Fatal(err)
			}
			fails, said := map[string]int{}, false
			for _, f := range rec.Failures {
				fails[f.Point.Executor()]++
				said = said || strings.Contains(f.Reason, test.says)
			}
			if fails["python-threads"] != 2 || !said || len(fails) != 1 && test.name != "lies about its version" {
				t.Errorf("failures %v, want %q", rec.Failures, test.says)
			}
			results := map[string]int{}
			for _, r := range rec.Results {
				results[r.Point.Executor()]++
			}
			if results["goroutines"] != 3 || results["python-threads"] != 0 || results["python-serial"] != 3 && test.name != "lies about its version" {
				t.Errorf("results of %v in 3 blocks", results)
			}
			if pids := left(); len(pids) > 0 {
				t.Errorf("processes left: %v", pids)
			}
		})
	}
}

// What a driver prints is no part of the protocol, however much it is, and what it leaves
// when it ends as it should is ended.
func TestDriverPrintsAndLeavesChildren(t *testing.T) {
	left := marked(t)
	fake := fakePython(t, `fault("run", lambda: (os.write(1, bytes(3000000)), os.write(2, bytes([255] * 3000000)), subprocess.Popen(["sleep", "1000"], start_new_session=True), None)[3])`)
	if code, stdout, stderr := poolbench(t, "run", "-out", t.TempDir(), "-workloads", "sleep", "-grains", "5ms", "-workers", "2", "-blocks", "2", "-budget", "120s",
		"-executors", "python-threads", "-python", fake, "-progress", "none"); code != program.OK {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	if pids := left(); len(pids) > 0 {
		t.Errorf("processes left: %v", pids)
	}
}

// However poolbench ends, interpreters and their children end with it: worker processes of
// each start method, and what a task has started and taken out of its process group.
func TestNoInterpreterIsLeft(t *testing.T) {
	r := needPython(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			left := marked(t)
			dir := t.TempDir()
			for name, text := range map[string]string{"mine.py": "import subprocess\ndef f(x):\n    subprocess.Popen(['sleep', '1000'], start_new_session=True)\n    while x: pass\n", "in.jsonl": "0\n0\n0\n0\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p := &process{cmd: exec.Command(os.Args[0], "run", "-out", "out", "-python-func", "mine:f", "-inputs", "in.jsonl", "-python", r.Path, "-start", "fork,spawn,forkserver", "-workers", "2", "-budget", "600s")}
			p.cmd.Dir, p.cmd.Env = dir, append(os.Environ(), programEnv+"=1")
			p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
			if err := p.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
			eventually(t, "a block", func() bool { return begun(filepath.Join(dir, "out", "results.txt")) >= 1 })
			if n := len(left()); n < 10 {
				t.Errorf("only %d processes with the mark", n)
			}
			began := time.Now()
			p.cmd.Process.Signal(signal)
			p.cmd.Wait()
			eventually(t, "all have ended", func() bool { return len(left()) == 0 })
			t.Logf("all have ended after %v", time.Since(began))
		})
	}
}
