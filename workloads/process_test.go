package workloads_test

import (
	"os"
	"testing"

	"poolbench/executors/process"
	"poolbench/workloads"
)

// Worker processes are started from this test binary.
func TestMain(m *testing.M) {
	process.WorkerMain()
	os.Exit(m.Run())
}

// In worker processes nothing of this process is at hand: inputs and results
// travel, and query opens its database again.
func TestEveryWorkloadInProcesses(t *testing.T) {
	ex := start(t, process.Kind, 2)
	for _, w := range workloads.All() {
		t.Run(w.Name, func(t *testing.T) {
			runAndCheck(t, small(t, w, 16, 4096), ex)
			runAndCheck(t, small(t, w, 1, 0), ex)
			job := small(t, w, 16, 0)
			runAndCheck(t, job, ex)
			if w.Grains[0] == 0 {
				return // its tasks are not timed
			}
			timed := 1.0
			if w.Name == workloads.Bully.Name {
				timed = 0.5 // the victims
			}
			if seconds, share := job.(workloads.Timer).TaskTime(); seconds <= 0 || share != timed {
				t.Errorf("%v s of %v of the tasks came back with the outputs", seconds, share)
			}
		})
	}
}
