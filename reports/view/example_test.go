package view

import (
	"bytes"
	"os"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
)

// TestExample compares the summary of the example with the one beside it. Its pictures
// are not there: they are those of package charts.
func TestExample(t *testing.T) {
	rec, err := record.ReadFile("../example/results.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Markdown(&out, New(reports.NewSet(rec), reports.Questions(), nil)); err != nil {
		t.Fatal(err)
	}
	const path = "../example/summary.md"
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%s is not what its record says; run with -update and read it", path)
	}
}
