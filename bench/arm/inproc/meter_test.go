package inproc

import (
	"testing"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// What a job measures beside its makespan is in the slice, in units that the table has.
func TestValuesOfJobs(t *testing.T) {
	known := map[string]bool{}
	for _, u := range record.Units() {
		known[u.Name] = true
	}
	for _, w := range workloads.All() {
		job, err := w.New(workloads.Params{Tasks: 16, Grain: 1e6, Units: 40, Seed: 1, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if meter, ok := job.(workloads.Meter); ok {
			ex, err := executors.NewGoroutines(2)
			if err != nil {
				t.Fatal(err)
			}
			if err := job.Run(t.Context(), ex); err != nil {
				t.Fatal(err)
			}
			for unit := range meter.Values() {
				if !known[unit] {
					t.Errorf("%s gives a value in %s, of which nothing is known", w.Name, unit)
				}
			}
			if len(meter.Values()) == 0 {
				t.Errorf("%s gives no values", w.Name)
			}
			if err := ex.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	}
}
