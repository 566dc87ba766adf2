package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write reports/example again from its record")

// TestExampleIsRebuilt draws the example of the README from its record: the same
// bytes, or a change of the report that somebody should look at.
func TestExampleIsRebuilt(t *testing.T) {
	example := filepath.Join("..", "..", "..", "reports", "example")
	out := t.TempDir()
	code, screen, stderr := poolbench(t, "report", "-out", out, filepath.Join(example, "results.txt"))
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	screen, _, _ = strings.Cut(screen, "\n\nReport ")
	if err := os.WriteFile(filepath.Join(out, "screen.txt"), []byte(screen+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for stored, made := range map[string]string{
		"screen.txt":         "screen.txt", // the answers, as the terminal shows them
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

// What the README shows of the example is all that the terminal shows, and fits on a screen.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	screen, err := os.ReadFile("../../../reports/example/screen.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, answers, _ := bytes.Cut(screen, []byte("\n\n")) // without the machine
	if !bytes.Contains(readme, answers) {
		t.Errorf("the README does not show reports/example/screen.txt:\n%s", answers)
	}
	const below = 4 // a blank line, Report, Data and Next
	if lines := bytes.Count(screen, []byte("\n")); lines+below > 24 {
		t.Errorf("%d lines and %d below do not fit on a screen of 24", lines, below)
	}
	for line := range strings.Lines(string(screen)) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
