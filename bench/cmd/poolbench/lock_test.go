package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
)

// A directory that somebody measures into is refused to every other run, also to two that
// go on with one record, and its record stays as it is.
func TestOneAtATimeInADirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	invocation := &program.Invocation{Stderr: &bytes.Buffer{}}
	unlock, err := invocation.LockOut(dir)
	if err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(dir, "results.txt")
	if err := os.WriteFile(record, []byte("of the first\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"run"}, {"run", "-resume"}, {"gate", "-base-cmd", "true", "-head-cmd", "true"}} {
		code, _, stderr := poolbench(t, append(args, "-out", dir, "-budget", "20s")...)
		if code != program.Usage || !strings.Contains(stderr, "another poolbench measures into it") {
			t.Errorf("%q: exit %d: %s", args, code, stderr)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 3 { // with the lock, and what keeps all of it out of Git
		t.Errorf("%v, %v", left, err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := invocation.LockOut(dir)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
