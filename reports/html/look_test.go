package html

import (
	"bytes"
	"os"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
)

// TestLook writes the report of the record in POOLBENCH_RECORD to the file in
// POOLBENCH_LOOK, for a person to look at.
func TestLook(t *testing.T) {
	path, out := os.Getenv("POOLBENCH_RECORD"), os.Getenv("POOLBENCH_LOOK")
	if path == "" || out == "" {
		t.Skip("POOLBENCH_RECORD and POOLBENCH_LOOK are not set")
	}
	rec, err := record.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := reports.Analyse(rec)
	drawings, errs := charts.Draw(d, charts.All()...)
	t.Log(errs)
	var b bytes.Buffer
	if err := WriteWithRecord(&b, d, drawings, text); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(out, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
