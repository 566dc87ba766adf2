package workloads_test

import (
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

// BenchmarkRun is a job as bench.Run has it, at the grains where the shape costs
// most.
func BenchmarkRun(b *testing.B) {
	for _, w := range []workloads.Workload{workloads.Tiny, workloads.Spin} {
		p := workloads.Params{Tasks: 256, Seed: 1}
		if w.Kernel != nil {
			p.Tasks, p.Grain, p.Units = 2048, 250*time.Nanosecond, 170
		}
		for _, kind := range []executors.Kind{executors.Serial, executors.Goroutines} {
			b.Run(w.Name+"/"+kind.Name, func(b *testing.B) {
				job, err := w.New(p)
				if err != nil {
					b.Fatal(err)
				}
				workers := 2
				if kind.Name == executors.Serial.Name {
					workers = 1
				}
				ex, err := kind.New(executors.Options{Workers: workers})
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if err := job.Run(b.Context(), ex); err != nil {
						b.Fatal(err)
					}
				}
				if err := job.Check(); err != nil {
					b.Fatal(err)
				}
				if err := ex.Shutdown(b.Context()); err != nil {
					b.Fatal(err)
				}
				if err := job.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
