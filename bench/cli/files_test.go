package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

var t0 = time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)

func TestEarlierRecordsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.txt")
	for i, text := range []string{"first", "second", "third"} {
		file, _, err := openRecord(path, false, func(any) {})
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
