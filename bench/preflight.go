package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// preflight measures what the machine can resolve: its clock, its shortest sleeps
// and its noise. spin is the calibration of that kernel; without one the noise is
// not measured. It takes about 0.1 s.
func (r *run) preflight(spin Calibration) {
	var shortest time.Duration
	for _, c := range r.Grid.Cells() {
		if r.Grid.workload(c.Workload).Resource == workloads.Wait && (shortest == 0 || c.Grain < shortest) {
			shortest = c.Grain
		}
	}
	notes, warnings := probeClock(time.Now)
	n, w := probeSleep(shortest)
	notes, warnings = append(notes, n...), append(warnings, w...)
	if spin.PerUnit > 0 {
		n, w := probeNoise(workloads.Spin.Kernel, spin)
		notes, warnings = append(notes, n...), append(warnings, w...)
	}
	r.tell(notes, warnings)
}

func (r *run) tell(notes []record.Field, warnings []Warning) {
	for _, n := range notes {
		r.note(n.Key, n.Value)
	}
	for _, w := range warnings {
		r.warn(w)
	}
}

// whereabouts is what a worker knows of its process.
type whereabouts struct{ PID, GOMAXPROCS int }

var whereTask = executors.Define("bench.where", func(context.Context, int) (whereabouts, error) {
	return whereabouts{os.Getpid(), runtime.GOMAXPROCS(0)}, nil
})

// askWorkers notes the GOMAXPROCS of worker processes. An executor that does not
// answer is left to its trials.
func (r *run) askWorkers(ctx context.Context) {
	for _, kind := range r.Grid.Executors {
		for key, ex := range r.pools.open {
			if key.executor != kind.Name || executors.IsInline(ex) {
				continue
			}
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			if f, err := executors.Submit(ctx, ex, whereTask, 0); err == nil {
				if w, err := f.Result(ctx); err == nil && w.PID != os.Getpid() {
					r.note("gomaxprocs."+kind.Name, fmt.Sprint(w.GOMAXPROCS))
				}
			}
			cancel()
			break
		}
	}
}
