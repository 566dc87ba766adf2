package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
)

func TestNoCommandIsWrongUsage(t *testing.T) {
	if code, _, stderr := poolbench(t); code != program.Usage || !strings.Contains(stderr, "poolbench run") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestGateFailsOnMissingWhenAsked(t *testing.T) {
	dir := t.TempDir()
	line := "BenchmarkA 1 5 ns/op\n"
	base, head := filepath.Join(dir, "base.txt"), filepath.Join(dir, "head.txt")
	if err := os.WriteFile(base, []byte(strings.Repeat(line+"BenchmarkB 1 5 ns/op\n", 8)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(head, []byte(strings.Repeat(line, 8)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := poolbench(t, "gate", base, head); code != program.OK || !strings.Contains(stdout, "issing") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	failed := filepath.Join(dir, "failed.txt")
	if err := os.WriteFile(failed, []byte(strings.Repeat(line, 8)+strings.Repeat("# failed B: no reason\n", 8)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := poolbench(t, "gate", base, failed); code != program.Failed || !strings.Contains(stdout, "failed") {
		t.Errorf("failed in head: exit %d\n%s", code, stdout)
	}
	if code, _, _ := poolbench(t, "gate", "-fail-on", "missing,inconclusive", base, head); code != program.Failed {
		t.Errorf("-fail-on missing: exit %d", code)
	}
}
