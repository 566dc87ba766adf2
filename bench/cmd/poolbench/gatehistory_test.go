package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
	"poolbench/reports/estimate"
	"poolbench/reports/gate"
)

func TestGateHistory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history[2027") // no pattern
	report := func(ratio float64) *gate.Report {
		return &gate.Report{Cases: []gate.Case{{Pkg: "p", Name: "A-2", Unit: "sec/op", Base: 1, Head: ratio,
			Ratio: estimate.Estimate{Value: ratio, Low: ratio * 0.99, High: ratio * 1.01, N: 20}}}}
	}
	// Files of one second have the same time, so the commit in the name tells them apart.
	for i := range 20 {
		ratio := 1 + 0.001*math.Sin(float64(i))
		if i >= 10 {
			ratio *= 1.1
		}
		head := strings.Repeat(string(rune('a'+i)), 40)
		if note, err := keepHistory(t.Context(), dir, report(ratio), [2]string{"0123456789abcdef", head}); note != "" || err != nil {
			t.Fatal(note, err)
		}
	}
	code, stdout, stderr := poolbench(t, "gate", "-history", dir)
	if code != program.OK || !strings.Contains(stdout, "between jjjjjjjjjjjj and kkkkkkkkkkkk, for 10 snapshots since") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	if note, err := keepHistory(t.Context(), dir, report(1), [2]string{"0123456789abcdef", "0123+changes"}); err != nil || !strings.Contains(note, "not a commit") {
		t.Errorf("%q, %v", note, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other.txt"), []byte("BenchmarkA 1 5 ns/op\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := poolbench(t, "gate", "-history", dir); code != program.Usage || !strings.Contains(stderr, "other.txt is no part of a history") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if code, _, stderr := poolbench(t, "gate", "-history", filepath.Join(dir, "other.txt")); code != program.Usage || !strings.Contains(stderr, "no directory") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
