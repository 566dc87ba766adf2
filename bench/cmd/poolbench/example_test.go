package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write reports/example again from its record")

// TestExampleIsRebuilt draws the example of the README from its record: the same
// bytes, or a change of the report that somebody should look at.
func TestExampleIsRebuilt(t *testing.T) {
	example := filepath.Join("..", "..", "..", "reports", "example")
	out := t.TempDir()
	if code, _, stderr := poolbench(t, "report", "-out", out, filepath.Join(example, "results.txt")); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for stored, made := range map[string]string{
		"summary.md":         "summary.md",
		"speedup-spin.svg":   "charts/speedup-spin.svg",
		"crossover-spin.svg": "charts/crossover-spin.svg",
	} {
		got, err := os.ReadFile(filepath.Join(out, made))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(example, stored)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is another one now (%v); look at it and run the test with -update", stored, err)
		}
	}
}
