package charts

import (
	"os"
	"path/filepath"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
)

// TestLook writes every picture of the synthetic data as PNG to the directory in
// POOLBENCH_LOOK, for a person to look at; POOLBENCH_RECORD may name a record to
// draw as well.
func TestLook(t *testing.T) {
	dir := os.Getenv("POOLBENCH_LOOK")
	if dir == "" {
		t.Skip("POOLBENCH_LOOK is not set")
	}
	all := map[string]*reports.Set{}
	for name, f := range shapes() {
		all[name] = f.set()
	}
	all["runtimes"] = several()
	if path := os.Getenv("POOLBENCH_RECORD"); path != "" {
		rec, err := record.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all["record"] = reports.NewSet(rec)
	}
	for name, d := range all {
		drawings, errs := Draw(d, All()...)
		for _, err := range errs {
			t.Log(name, err)
		}
		for _, drawing := range drawings {
			png, err := drawing.PNG()
			if err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+drawing.Name+".png"), png, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}
