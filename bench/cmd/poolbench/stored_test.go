package main

import (
	"os"
	"path/filepath"
	"testing"

	"poolbench/reports/gate"
)

// TestStoredComparison judges a comparison that an earlier version of the program
// measured (30 benchmarks, one of them 12 % slower) and wants the verdicts, to the
// byte, that it gave then.
func TestStoredComparison(t *testing.T) {
	verdict := filepath.Join(t.TempDir(), "verdict.json")
	if code, _, stderr := poolbench(t, "gate", filepath.Join("testdata", "stored", "comparison.txt"), "-json", verdict); code != gate.ExitRegression {
		t.Fatalf("exit code %d, want %d: %s", code, gate.ExitRegression, stderr)
	}
	got, err := os.ReadFile(verdict)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "stored", "verdict.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the verdicts are not those of the program that measured it:\n%s", got)
	}
}
