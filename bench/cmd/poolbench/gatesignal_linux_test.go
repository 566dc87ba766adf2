package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"poolbench/bench/internal/program"
)

// An interrupt keeps what was measured, and neither files nor processes stay; a
// killed gate leaves its directory, which the next one removes.
func TestGateInterruptedAndKilled(t *testing.T) {
	benchRepo(t)
	out := t.TempDir()
	gate := []string{"gate", "-base", "HEAD", "-budget", "600s", "-seeds", "1", "-cpu", "1", "-all", "-out", out}
	measuring := func() *process {
		os.Remove(filepath.Join(out, "comparison.txt"))
		p := start(t, gate...)
		awaitBlock(t, filepath.Join(out, "comparison.txt"), 2)
		return p
	}
	p := measuring()
	processes := descendants(p.cmd.Process.Pid)
	p.cmd.Process.Signal(os.Interrupt)
	code, text := p.exit(t)
	if code != program.Interrupted || !strings.Contains(text, "interrupted after") {
		t.Errorf("exit %d\n%s", code, text)
	}
	if verdict, err := os.ReadFile(filepath.Join(out, "verdict.json")); err != nil || !strings.Contains(string(verdict), `"exit_code": 130`) {
		t.Errorf("%v\n%s", err, verdict)
	}
	noneAlive(t, processes)
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if code, stdout, stderr := poolbench(t, "gate", filepath.Join(out, "comparison.txt")); code != program.OK {
		t.Errorf("judging what was kept: exit %d\n%s%s", code, stdout, stderr)
	}

	p = measuring()
	processes = descendants(p.cmd.Process.Pid)
	p.cmd.Process.Signal(syscall.SIGKILL)
	p.exit(t)
	awaitEnd(t, processes) // they see that nobody commands them any more
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) != 1 {
		t.Errorf("a killed gate left %v", left)
	}
	if code, stdout, stderr := poolbench(t, "gate", "-base", "HEAD", "-budget", "100ms", "-seeds", "1", "-all", "-out", out); code != program.OK {
		t.Errorf("the next gate: exit %d\n%s%s", code, stdout, stderr)
	}
}

// An interrupt while the compiler runs.
func TestGateInterruptedWhileBuilding(t *testing.T) {
	benchRepo(t)
	p := start(t, "gate", "-base", "HEAD", "-out", t.TempDir())
	eventually(t, "the build begins", func() bool {
		dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), "*", "bin"))
		return len(dirs) > 0
	})
	p.cmd.Process.Signal(os.Interrupt)
	if code, text := p.exit(t); code != program.Interrupted {
		t.Errorf("exit %d\n%s", code, text)
	}
}

func descendants(pid int) []int {
	found := children(pid)
	for _, child := range found {
		found = append(found, descendants(child)...)
	}
	return found
}

func awaitEnd(t *testing.T, pids []int) {
	t.Helper()
	eventually(t, "the processes end", func() bool {
		return !slices.ContainsFunc(pids, func(pid int) bool { return syscall.Kill(pid, 0) == nil })
	})
}
