package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)

func TestNoCommandIsWrongUsage(t *testing.T) {
	if code, _, stderr := poolbench(t); code != exitUsage || !strings.Contains(stderr, "poolbench run") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestEarlierRecordsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.txt")
	for i, text := range []string{"first", "second", "third"} {
		file, _, err := openRecord(path, false, &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		file.Close()
		// Kept files are named by when they were written.
		when := t0.AddDate(0, 0, i)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := filepath.Glob(filepath.Join(filepath.Dir(path), "results*.txt"))
	if err != nil || len(kept) != 3 {
		t.Errorf("kept %v, %v", kept, err)
	}
}

func TestChartsOfAnEarlierReportAreRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b") // no pattern
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"speedup-old.svg", "speedup-old.png", "crossover-new.svg", "mine.svg", "speedup-notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeOldCharts(dir, map[string]bool{"crossover-new": true}); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if len(left) != 3 {
		t.Errorf("left: %v, %v", left, err)
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
	if code, stdout, _ := poolbench(t, "gate", base, head); code != exitOK || !strings.Contains(stdout, "issing") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	failed := filepath.Join(dir, "failed.txt")
	if err := os.WriteFile(failed, []byte(strings.Repeat(line, 8)+strings.Repeat("# failed B: no reason\n", 8)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := poolbench(t, "gate", base, failed); code != exitFailed || !strings.Contains(stdout, "failed") {
		t.Errorf("failed in head: exit %d\n%s", code, stdout)
	}
	if code, _, _ := poolbench(t, "gate", "-fail-on", "missing,inconclusive", base, head); code != exitFailed {
		t.Errorf("-fail-on missing: exit %d", code)
	}
}
